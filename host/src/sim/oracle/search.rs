//! Search along one axis of the unit interval: a grid, then finer grids around the best point. It needs no derivative, stands the plateau of diverged
//! runs, and all points of a round can be computed at once.

/// Points of the first grid.
const N_FIRST: usize = 17;
/// Points of each finer grid.
const N_ROUND: usize = 8;

/// Where to look and how finely.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    /// Lower end.
    pub(super) low: f64,
    /// Upper end.
    pub(super) high: f64,
    /// Spacing at which the search stops.
    pub(super) tolerance: f64,
}

impl Axis {
    /// The whole unit interval.
    pub(super) const fn whole(tolerance: f64) -> Self {
        Self { low: 0.0, high: 1.0, tolerance }
    }
}

/// The best of the points tried, with its value. `evaluate` receives a round of points, ascending, and says how many it can still afford by
/// returning fewer values than points; then the search ends.
pub(super) fn minimize(axis: Axis, mut evaluate: impl FnMut(&[f64]) -> Vec<f64>) -> Option<(f64, f64)> {
    let mut spacing = (axis.high - axis.low) / (N_FIRST - 1) as f64;
    let mut points: Vec<f64> = (0..N_FIRST).map(|i| (i as f64).mul_add(spacing, axis.low)).collect();
    let mut best: Option<(f64, f64)> = None;
    loop {
        let values = evaluate(&points);
        for (&u, &value) in points.iter().zip(&values) {
            if best.is_none_or(|(_, least)| value < least) {
                best = Some((u, value));
            }
        }
        let (centre, _) = best?;
        if values.len() < points.len() || spacing <= axis.tolerance {
            return best;
        }
        let (low, high) = ((centre - spacing).max(axis.low), (centre + spacing).min(axis.high));
        spacing = (high - low) / (N_ROUND + 1) as f64;
        points = (1..=N_ROUND).map(|i| (i as f64).mul_add(spacing, low)).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_minimum_of_a_skewed_valley_with_a_cliff_is_found() {
        let f = |u: f64| if u > 0.7 { 1e9 } else { (u - 0.6321).powi(2) + 0.1 * (u - 0.6321).abs() };
        let (u, _) = minimize(Axis::whole(1e-9), |points| points.iter().map(|&u| f(u)).collect()).expect("points");
        assert!((u - 0.6321).abs() < 1e-8, "{u}");
    }

    #[test]
    fn an_exhausted_budget_gives_the_best_so_far() {
        let mut left = 20;
        let found = minimize(Axis::whole(1e-9), |points| {
            let n = points.len().min(left);
            left -= n;
            points[..n].iter().map(|u| (u - 0.5).abs()).collect()
        });
        assert_eq!(found, Some((0.5, 0.0)));
        assert_eq!(minimize(Axis::whole(0.1), |_| Vec::new()), None);
    }
}
