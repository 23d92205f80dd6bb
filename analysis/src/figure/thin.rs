//! Fewer points without a visible difference.
//!
//! Of all points that fall into one narrow column of the plot, the first, the lowest, the highest and the last are kept: the stroked
//! line covers the same dots (the "M4" aggregation of Jugel, Jerzak, Hackenbroich and Markl, VLDB 2014). A band keeps the lowest
//! lower and the highest upper edge of each column, so it never looks narrower than it is.

/// Points kept per column that fall apart in `n_columns` equal columns of `range`; finite input in order of the abscissa.
pub(super) fn thin_line(points: &[(f64, f64)], range: (f64, f64), n_columns: usize) -> Vec<(f64, f64)> {
    if points.len() <= 4 * n_columns {
        return points.to_vec();
    }
    let mut kept: Vec<usize> = Vec::new();
    for group in columns(points.len(), range, n_columns, |index| points[index].0) {
        let lowest = group.clone().min_by(|&a, &b| points[a].1.total_cmp(&points[b].1)).expect("a column has a point");
        let highest = group.clone().max_by(|&a, &b| points[a].1.total_cmp(&points[b].1)).expect("a column has a point");
        let mut four = [group.start, lowest, highest, group.end - 1];
        four.sort_unstable();
        kept.extend(four);
    }
    kept.dedup();
    kept.into_iter().map(|index| points[index]).collect()
}

/// One `(x, lower, upper)` a column, and the first and last point as they are.
pub(super) fn thin_band(points: &[(f64, f64, f64)], range: (f64, f64), n_columns: usize) -> Vec<(f64, f64, f64)> {
    if points.len() <= 2 * n_columns {
        return points.to_vec();
    }
    let last = points.len() - 1;
    let mut kept = vec![points[0]];
    for group in columns(points.len(), range, n_columns, |index| points[index].0) {
        let middle = points[group.start + group.len() / 2].0;
        let lower = points[group.clone()].iter().fold(f64::INFINITY, |lowest, point| lowest.min(point.1));
        let upper = points[group].iter().fold(f64::NEG_INFINITY, |highest, point| highest.max(point.2));
        kept.push((middle, lower, upper));
    }
    kept.push(points[last]);
    kept
}

/// Runs of neighbouring indices whose abscissae fall into the same column.
fn columns(n: usize, (low, high): (f64, f64), n_columns: usize, x: impl Fn(usize) -> f64) -> Vec<std::ops::Range<usize>> {
    let column = |index: usize| ((x(index) - low) / (high - low) * n_columns as f64).floor();
    let mut runs = Vec::new();
    let mut start = 0;
    for index in 1..=n {
        if index == n || column(index) != column(start) {
            runs.push(start..index);
            start = index;
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extremes_survive() {
        let mut points: Vec<(f64, f64)> = (0..10_000).map(|i| (f64::from(i), f64::from(i % 7))).collect();
        points[4321].1 = 99.0;
        points[8765].1 = -99.0;
        let thin = thin_line(&points, (0.0, 10_000.0), 100);
        assert!(thin.len() <= 400);
        assert!(thin.contains(&(4321.0, 99.0)) && thin.contains(&(8765.0, -99.0)));
        assert_eq!((thin[0], *thin.last().expect("points")), (points[0], points[9_999]));
    }

    #[test]
    fn few_points_stay() {
        let points = vec![(0.0, 1.0), (1.0, 2.0)];
        assert_eq!(thin_line(&points, (0.0, 1.0), 1), points);
    }

    #[test]
    fn a_band_never_narrows() {
        let points: Vec<(f64, f64, f64)> = (0..1000).map(|i| (f64::from(i), -f64::from(i % 5), f64::from(i % 3))).collect();
        let thin = thin_band(&points, (0.0, 1000.0), 20);
        assert_eq!(thin.len(), 22);
        assert!(thin[1..21].iter().all(|point| point.1 == -4.0 && point.2 == 2.0));
    }
}
