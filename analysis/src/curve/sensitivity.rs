//! Sensitivity of a score to one initial hyperparameter: area under the curve and width of the good region.
//!
//! Between grid points the mean score is interpolated linearly on the scale of the hyperparameter (decades where all values are positive).

/// Summary of one curve of costs (lower is better) over a grid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GoodRegion {
    /// Mean cost of an initial value drawn uniformly on the scale.
    pub area: f64,
    /// Total width in which the cost is at most the threshold, in units of the scale.
    pub width: f64,
    /// Index of the least cost.
    pub best: usize,
}

/// Area and good width over ascending places; a single place has no width.
///
/// # Panics
/// If `places` and `costs` differ in length or are empty.
#[must_use]
pub fn good_region(places: &[f64], costs: &[f64], threshold: f64) -> GoodRegion {
    assert!(!places.is_empty() && places.len() == costs.len(), "one cost for each place");
    let best = (0..costs.len()).fold(0, |best, i| if costs[i] < costs[best] { i } else { best });
    let (mut area, mut width) = (0.0, 0.0);
    for i in 1..places.len() {
        let step = places[i] - places[i - 1];
        let (a, b) = (costs[i - 1], costs[i]);
        area += 0.5 * (a + b) * step;
        let (low, high) = (a.min(b), a.max(b));
        width += step
            * if high <= threshold {
                1.0
            } else if low > threshold {
                0.0
            } else {
                (threshold - low) / (high - low)
            };
    }
    let span = places[places.len() - 1] - places[0];
    GoodRegion { area: if span > 0.0 { area / span } else { costs[0] }, width, best }
}
