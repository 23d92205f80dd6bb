//! Controllers by scenarios: the mean in every cell, shaded by its rank in the scenario.

use super::common::{counted, row_height, series};
use crate::figure::description::{Anchor, Axis, Figure, FigureWidth, Ink, LegendPlacement, Mark, Panel};
use crate::figure::theme::{Color, Theme};
use crate::input::Direction;
use crate::table::number::significant;
use crate::verdict::{Cell, Verdict};

pub(super) fn describe(verdict: &Verdict, theme: &Theme) -> Vec<Figure> {
    if verdict.cells.is_empty() || verdict.controllers.len() < 2 {
        return Vec::new();
    }
    let n_rows = verdict.scenarios.len();
    let mut marks = Vec::new();
    for (row, scenario) in verdict.scenarios.iter().enumerate() {
        let cells: Vec<&Cell> = verdict.cells.iter().filter(|cell| cell.scenario == scenario.name).collect();
        for cell in &cells {
            let (x, y) = (series(verdict, &cell.controller) as f64, (n_rows - 1 - row) as f64);
            draw_cell(cell, &cells, (x, y), verdict.options.direction, theme, &mut marks);
        }
    }
    let controllers: Vec<String> = verdict.controllers.iter().map(|info| info.label.clone()).collect();
    let scenarios: Vec<String> = verdict.scenarios.iter().rev().map(|info| info.name.clone()).collect();
    let width = if controllers.len() > 4 { FigureWidth::TwoColumns } else { FigureWidth::OneColumn };
    let mean = crate::table::mean_of_capital(&verdict.options.primary_metric);
    let better = if verdict.options.direction == Direction::LowerIsBetter { "lower" } else { "higher" };
    let caption = format!(
        "{mean} over {} ({better} is better) of each controller in each scenario. Shading is the rank within the scenario, from \
         dark (best) to white (worst); the best mean of a scenario is bold.",
        counted(verdict.cells.iter().map(|cell| cell.n), "seed", "seeds")
    );
    let panel = Panel {
        title: String::new(),
        x: Axis::category("", controllers),
        height: (row_height(&scenarios, theme, width) + 4.0) * n_rows as f64,
        y: Axis::category("", scenarios),
        marks,
    };
    vec![Figure {
        name: "heat-map".to_owned(),
        title: format!("{mean} by scenario and controller"),
        caption,
        width,
        n_columns: 1,
        panels: vec![panel],
        legend: Vec::new(),
        legend_placement: LegendPlacement::None,
    }]
}

fn draw_cell(cell: &Cell, row: &[&Cell], (x, y): (f64, f64), direction: Direction, theme: &Theme, marks: &mut Vec<Mark>) {
    let beats = |other: &&&Cell| match direction {
        Direction::LowerIsBetter => other.mean.value < cell.mean.value,
        Direction::HigherIsBetter => other.mean.value > cell.mean.value,
    };
    let n_better = row.iter().filter(beats).count();
    let part = n_better as f64 / (row.len().max(2) - 1) as f64;
    let fill = theme.heat_best.mix(theme.heat_worst, part);
    let dark = fill.brightness() < 0.55;
    let ink = if dark { Color::hex(0xff_ffff) } else { Color::hex(0x1a_1a1a) };
    marks.push(Mark::Cell { from: (x - 0.5, y - 0.5), to: (x + 0.5, y + 0.5), fill });
    marks.push(Mark::Text {
        at: (x, y),
        text: significant(cell.mean.value, 3).text(),
        anchor: Anchor::Middle,
        ink: Ink::Fixed(ink),
        bold: cell.is_best,
        halo: false,
    });
}
