//! Names at the right ends of lines, moved apart where they would overlap.

use super::description::{Figure, Ink, LegendPlacement, Mark, Panel};
use super::layout::PanelLayout;
use super::metrics::{LINE_HEIGHT, text_width, wrap};
use super::theme::Theme;

/// Length of the piece of line that leads from a curve's end to its name.
pub(super) const LEAD: f64 = 13.0;

/// A name beside the plot. Ordinates in points on the page.
#[derive(Clone, Debug)]
pub(super) struct DirectLabel {
    /// Index in the legend.
    pub(super) entry: usize,
    /// Where the curve ends.
    pub(super) end: f64,
    /// Middle of the text.
    pub(super) y: f64,
    /// Lines of the name.
    pub(super) lines: Vec<String>,
}

/// Room that the names need beside the plot; `None` when the figure does not ask for direct labels or they do not fit.
pub(super) fn margin(figure: &Figure, theme: &Theme, width: f64) -> Option<f64> {
    let [panel] = figure.panels.as_slice() else { return None };
    if figure.legend_placement != LegendPlacement::Direct || figure.legend.is_empty() {
        return None;
    }
    let size = theme.font_size_label;
    let names: Vec<Vec<String>> = figure.legend.iter().map(|entry| wrap(&entry.label, width * 0.28, size, false, 2)).collect();
    let n_lines: usize = names.iter().map(Vec::len).sum();
    let cut = names.iter().flatten().any(|line| line.ends_with('…'));
    let unended = figure.legend.iter().any(|entry| end_of(panel, entry_ink(entry)).is_none());
    if cut || unended || n_lines as f64 * size * LINE_HEIGHT + names.len() as f64 > panel.height {
        return None;
    }
    let widest = names.iter().flatten().fold(0.0_f64, |widest, line| widest.max(text_width(line, size, false)));
    Some(LEAD + 3.0 + widest)
}

fn entry_ink(entry: &super::description::LegendEntry) -> Ink {
    use super::description::LegendKey;
    match entry.key {
        LegendKey::Line { stroke, .. } => stroke.ink,
        LegendKey::Marker { ink, .. } | LegendKey::Box { ink } => ink,
    }
}

/// Last finite point of the line drawn in `ink`.
fn end_of(panel: &Panel, ink: Ink) -> Option<(f64, f64)> {
    panel.marks.iter().rev().find_map(|mark| match mark {
        Mark::Line { points, stroke, .. } if stroke.ink == ink => {
            points.iter().rev().find(|point| point.0.is_finite() && point.1.is_finite()).copied()
        }
        _ => None,
    })
}

/// Names beside the plot in `layout`, top to bottom.
pub(super) fn place(figure: &Figure, theme: &Theme, layout: &PanelLayout) -> Vec<DirectLabel> {
    let panel = &figure.panels[0];
    let size = theme.font_size_label;
    let (low, high) = panel.y.positions();
    let page_width = theme.width_in(figure.width) * 72.0;
    let mut labels: Vec<DirectLabel> = figure
        .legend
        .iter()
        .enumerate()
        .filter_map(|(entry, item)| {
            let (_, value) = end_of(panel, entry_ink(item))?;
            let part = ((panel.y.position(value) - low) / (high - low)).clamp(0.0, 1.0);
            let end = layout.plot.bottom() - part * layout.plot.height;
            Some(DirectLabel { entry, end, y: end, lines: wrap(&item.label, page_width * 0.28, size, false, 2) })
        })
        .collect();
    labels.sort_by(|a, b| a.end.total_cmp(&b.end));
    let heights: Vec<f64> = labels.iter().map(|label| label.lines.len() as f64 * size * LINE_HEIGHT + 1.0).collect();
    let wanted: Vec<f64> = labels.iter().map(|label| label.end).collect();
    for (label, y) in labels.iter_mut().zip(spread(&wanted, &heights, layout.plot.y, layout.plot.bottom())) {
        label.y = y;
    }
    labels
}

/// Middles of boxes of the given heights, in order, without overlap inside [low, high], as near as possible to the wanted middles.
///
/// Boxes that touch form a cluster, which sits at the mean of what its members want (pool adjacent violators).
fn spread(wanted: &[f64], heights: &[f64], low: f64, high: f64) -> Vec<f64> {
    struct Cluster {
        n: usize,
        height: f64,
        /// Sum over members of the wanted upper edge of the cluster.
        sum: f64,
    }
    let top = |cluster: &Cluster| (cluster.sum / cluster.n as f64).min(high - cluster.height).max(low);
    let mut clusters: Vec<Cluster> = Vec::new();
    for (want, height) in wanted.iter().zip(heights) {
        clusters.push(Cluster { n: 1, height: *height, sum: want - height / 2.0 });
        while let [.., before, last] = clusters.as_slice() {
            if top(before) + before.height <= top(last) {
                break;
            }
            let last = clusters.pop().expect("two clusters");
            let before = clusters.last_mut().expect("two clusters");
            before.sum += last.sum - last.n as f64 * before.height;
            before.n += last.n;
            before.height += last.height;
        }
    }
    let mut middles = Vec::new();
    let mut heights = heights.iter();
    for cluster in &clusters {
        let mut y = top(cluster);
        for height in heights.by_ref().take(cluster.n) {
            middles.push(y + height / 2.0);
            y += height;
        }
    }
    middles
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn labels_that_do_not_touch_stay() {
        assert_eq!(spread(&[10.0, 50.0], &[8.0, 8.0], 0.0, 100.0), [10.0, 50.0]);
    }

    #[test]
    fn equal_labels_share_the_middle() {
        assert_eq!(spread(&[50.0, 50.0, 50.0], &[10.0; 3], 0.0, 100.0), [40.0, 50.0, 60.0]);
    }

    #[test]
    fn labels_keep_to_the_plot() {
        assert_eq!(spread(&[0.0, 100.0], &[10.0; 2], 0.0, 100.0), [5.0, 95.0]);
    }

    proptest! {
        #[test]
        fn never_overlap(mut wanted in prop::collection::vec(0.0_f64..100.0, 1..10)) {
            wanted.sort_by(f64::total_cmp);
            let heights = vec![10.0; wanted.len()];
            let placed = spread(&wanted, &heights, 0.0, 100.0);
            prop_assert!(placed.windows(2).all(|pair| pair[1] - pair[0] >= 10.0 - 1e-9), "{placed:?}");
            prop_assert!(placed.iter().all(|y| *y >= 5.0 - 1e-9 && *y <= 95.0 + 1e-9), "{placed:?}");
        }
    }
}
