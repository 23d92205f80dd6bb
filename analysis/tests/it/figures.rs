//! Figures: golden bytes, and no text over another or over the edge, whatever the size of the study.

use oha_analysis::figure::{Figure, FigureWidth, Scale, Theme, draw, figures, svg, tikz};

use crate::fixture::Size;

const PAPER: Size = Size { n_controllers: 4, n_scenarios: 3, n_seeds: 10, long: false };

fn render(figure: &Figure, theme: &Theme) -> String {
    svg(figure, &draw(figure, theme), theme)
}

#[test]
fn golden_figures() {
    let theme = Theme::default();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../golden");
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| {
        for figure in figures(&PAPER.verdict(), &theme) {
            insta::assert_binary_snapshot!(&format!("{}.svg", figure.name), render(&figure, &theme).into_bytes());
        }
    });
}

/// A style file reaches every figure: width, font, size and palette; and what it says wrong is named.
#[test]
fn a_style_file_changes_what_it_names() {
    let read = |text: &str| toml::from_str::<Theme>(text).map_err(|error| error.to_string());
    let theme = read("font_family = \"Times\"\nfont_size_label = 9.0\nwidth_one_column_in = 3.0\npalette = [\"#112233\"]\n").unwrap();
    theme.check().unwrap();
    for figure in figures(&PAPER.verdict(), &theme) {
        let (changed, usual) = (render(&figure, &theme), render(&figure, &Theme::default()));
        assert!(changed.contains("font-family=\"Times\"") && changed != usual, "{}", figure.name);
        let width = if figure.width == FigureWidth::OneColumn { "width=\"216pt\"" } else { "width=\"496.8pt\"" };
        assert!(changed.contains(width), "{}", figure.name);
        assert!(!changed.to_lowercase().contains("#0072b2"), "{} keeps a colour that the palette lacks", figure.name);
        assert!(draw(&figure, &theme).collisions().is_empty(), "{}", figure.name);
    }
    assert_eq!(read(&toml::to_string(&Theme::default()).unwrap()).unwrap(), Theme::default(), "what is printed can be read");
    assert!(read("line_wdth = 2.0").unwrap_err().contains("unknown field `line_wdth`"));
    assert!(read("ink = \"red\"").unwrap_err().contains("`red` is not of the form #rrggbb"));
    assert!(read("font_size_tick = 0.0").unwrap().check().unwrap_err().to_string().contains("`font_size_tick` is 0"));
}

/// The first steps of a curve stand at the left edge, and an axis of steps begins with a written 0.
#[test]
fn steps_begin_at_zero() {
    for figure in figures(&PAPER.verdict(), &Theme::default()).iter().filter(|figure| figure.name.starts_with("trajectory")) {
        assert!(figure.panels.iter().all(|panel| panel.x.range.0 == 0.0));
    }
}

/// A controller that fails does not flatten the regrets of the others: the axis bends, says so, and every format draws it.
#[test]
fn a_failing_controller_bends_the_axis_of_regret() {
    let theme = Theme::default();
    let mut verdict = PAPER.verdict();
    let scenario = verdict.scenarios[0].name.clone();
    for curve in verdict.curves.iter_mut().filter(|c| c.quantity == "regret" && c.scenario == scenario && c.controller == "plateau") {
        [&mut curve.centre, &mut curve.lower, &mut curve.upper].into_iter().flatten().for_each(|value| *value *= 1000.0);
    }
    let figures = figures(&verdict, &theme);
    let figure = figures.iter().find(|figure| figure.name == "regret-regret").unwrap();
    let bent: Vec<bool> = figure.panels.iter().map(|panel| matches!(panel.y.scale, Scale::SymmetricLog { .. })).collect();
    assert_eq!(bent, [true, false, false]);
    assert!(
        figure.caption.contains(&format!("The vertical axis of {scenario}, where regrets differ more than tenfold,")),
        "{}",
        figure.caption
    );
    let scene = draw(figure, &theme);
    assert!(scene.collisions().is_empty(), "{:?}", scene.collisions());
    // The others' greatest regrets lie in the upper part of the axis too, and TikZ holds places, not values.
    let (low, high) = figure.panels[0].y.positions();
    assert!((figure.panels[0].y.position(100.0) - low) / (high - low) > 0.15);
    assert!(tikz(figure, &theme).contains(&format!("ymin={low:.2}")));
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../golden");
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| insta::assert_binary_snapshot!("regret-bent.svg", render(figure, &theme).into_bytes()));
}

#[test]
fn no_text_collides() {
    let theme = Theme::default();
    for n_controllers in [1, 2, 3, 5, 8, 11] {
        for n_scenarios in [1, 2, 3, 5, 12] {
            for long in [false, true] {
                let size = Size { n_controllers, n_scenarios, n_seeds: 5, long };
                for figure in figures(&size.verdict(), &theme) {
                    let found = draw(&figure, &theme).collisions();
                    assert!(found.is_empty(), "{size:?}, figure {}: {found:?}", figure.name);
                }
            }
        }
    }
}
