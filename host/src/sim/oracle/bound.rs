//! Certified lower bounds on the expected loss of every open-loop schedule.
//!
//! [`floor`]: each coordinate with a learning rate of its own, which is at least as good as one rate for all; the gains are a Kalman filter's.
//!
//! [`certified`]: dynamic programming on the moments, for two groups of equal curvature. For a fixed schedule the remaining loss is affine and increasing in
//! the moments `P`, so its minimum over schedules, `V_t(P)`, is concave and increasing. Three facts keep every number below the truth:
//! 1. bilinear interpolation between grid points of a concave function stays below it (Jensen), and a point above the grid is lowered to its edge;
//! 2. over a short interval of rates the moments `P'(a)` (convex in `a`) lie above their tangent, so `V` there is at least `V` on the tangent, and a concave
//!    function on a segment is least at an end; intervals are halved where their bound is least (branch and bound, Land, Doig 1960);
//! 3. below the smallest and above the largest of the coordinates' own best rates, all moments grow: rates outside cannot be better.

use super::moments::Moments;

/// Halvings of an interval of rates, at most, for one grid point.
const N_SPLITS: usize = 40;
/// Intervals at the start.
const N_INTERVALS: usize = 12;

/// Sum over coordinates of the best each could reach alone. A bound also with a ceiling at or above it.
#[must_use]
pub fn floor(m: &Moments) -> f64 {
    let path = floor_path(m);
    let loss = |t: usize| (0..m.n_groups).map(|i| 0.5 * m.curvature[t * m.n_groups + i] * path[(t + 1) * m.n_groups + i]).sum::<f64>();
    (0..m.n_steps()).map(|t| m.weight[t] * loss(t).min(m.ceiling)).sum()
}

/// The smallest moments of each coordinate before each step and after the last, `(n_steps + 1) x n_groups`.
fn floor_path(m: &Moments) -> Vec<f64> {
    let g = m.n_groups;
    let mut path = m.initial.clone();
    for at in 0..m.n_steps() * g {
        let p = path[at] + m.jump[at];
        let (h, n) = (m.curvature[at], m.noise[at]);
        let a = own_rate(h, n, p).clamp(m.range.0, m.range.1);
        path.push(moment(h, n, m.drift[at], p, a));
    }
    path
}

fn own_rate(h: f64, n: f64, p: f64) -> f64 {
    let below = (h * h).mul_add(p, n);
    if below > 0.0 { h * p / below } else { 0.0 }
}

fn moment(h: f64, n: f64, q: f64, p: f64, a: f64) -> f64 {
    let keep = (-a).mul_add(h, 1.0);
    (keep * keep).mul_add(p, (a * a).mul_add(n, q))
}

/// The bound for two groups; `known` is a good schedule, about whose moments the grid is laid, `n_nodes` its nodes on each axis. `None` for another number
/// of groups, or where the ceiling could be below the bound's own losses (it caps losses, and the smooth problem does not know it).
#[must_use]
pub fn certified(m: &Moments, known: &[f64], n_nodes: usize) -> Option<f64> {
    if m.n_groups != 2 {
        return None;
    }
    let low = floor_path(m);
    let mut p = m.initial.clone();
    let mut high = vec![[p[0], p[1]]];
    for t in 0..m.n_steps() {
        m.advance(t, known[t.min(known.len() - 1)], &mut p);
        high.push([p[0], p[1]]);
    }
    let grid = |t: usize| {
        let axis = |i: usize| Axis::new(low[2 * t + i], 4.0 * high[t][i].max(low[2 * t + i]), n_nodes);
        [axis(0), axis(1)]
    };
    let mut after = Table { axes: grid(m.n_steps()), values: vec![0.0; n_nodes * n_nodes] };
    for t in (1..m.n_steps()).rev() {
        let axes = grid(t);
        let step = Stage::new(m, t, &after, [low[2 * t + 2], low[2 * t + 3]]);
        let mut values = Vec::with_capacity(n_nodes * n_nodes);
        for &x in &axes[0].nodes {
            values.extend(axes[1].nodes.iter().map(|&y| step.bound([x, y])));
        }
        after = Table { axes, values };
    }
    let bound = Stage::new(m, 0, &after, [low[2], low[3]]).bound([m.initial[0], m.initial[1]]);
    // Diverged schedules pay the ceiling from some step on; one that is below the bound would have to pay it for less.
    (bound <= m.ceiling * m.weight[m.n_steps() - 1] || m.ceiling == f64::INFINITY).then_some(bound)
}

/// Nodes from the floor up, geometric above a millionth of the top.
struct Axis {
    nodes: Vec<f64>,
}

impl Axis {
    fn new(low: f64, high: f64, n: usize) -> Self {
        let high = high.max(low * (1.0 + 1e-6)).max(1e-300);
        let first = low.max(high * 1e-6);
        let ratio = libm::log(high / first) / (n - 2) as f64;
        let mut nodes = vec![low];
        nodes.extend((0..n - 1).map(|i| if i + 2 == n { high } else { first * libm::exp(ratio * i as f64) }));
        Self { nodes }
    }

    /// Cell and place in it, `x` held inside.
    fn place(&self, x: f64) -> (usize, f64) {
        let last = self.nodes.len() - 2;
        let cell = self.nodes.partition_point(|&node| node <= x).saturating_sub(1).min(last);
        let (a, b) = (self.nodes[cell], self.nodes[cell + 1]);
        (cell, if b > a { ((x - a) / (b - a)).clamp(0.0, 1.0) } else { 0.0 })
    }
}

struct Table {
    axes: [Axis; 2],
    values: Vec<f64>,
}

impl Table {
    fn at(&self, p: [f64; 2]) -> f64 {
        let ((i, u), (j, v)) = (self.axes[0].place(p[0]), self.axes[1].place(p[1]));
        let n = self.axes[1].nodes.len();
        let row = |i: usize| v.mul_add(self.values[i * n + j + 1] - self.values[i * n + j], self.values[i * n + j]);
        let (a, b) = (row(i), row(i + 1));
        u.mul_add(b - a, a)
    }
}

/// One step of the dynamic programme.
struct Stage<'a> {
    h: [f64; 2],
    n: [f64; 2],
    q: [f64; 2],
    j: [f64; 2],
    weight: f64,
    range: (f64, f64),
    /// Smallest moments after the step.
    low: [f64; 2],
    after: &'a Table,
}

impl<'a> Stage<'a> {
    fn new(m: &Moments, t: usize, after: &'a Table, low: [f64; 2]) -> Self {
        let pair = |v: &[f64]| [v[2 * t], v[2 * t + 1]];
        let (h, n, q, j) = (pair(&m.curvature), pair(&m.noise), pair(&m.drift), pair(&m.jump));
        Self { h, n, q, j, weight: m.weight[t], range: m.range, low, after }
    }

    /// Loss of the step and bound of the rest, from the moments after the step.
    fn cost(&self, p: [f64; 2]) -> f64 {
        let loss = 0.5 * self.h[0].mul_add(p[0], self.h[1] * p[1]);
        self.weight.mul_add(loss, self.after.at(p))
    }

    /// Least cost over all rates from moments `p` before the step, from below.
    fn bound(&self, p: [f64; 2]) -> f64 {
        let p = [p[0] + self.j[0], p[1] + self.j[1]];
        let own = [0, 1].map(|i| own_rate(self.h[i], self.n[i], p[i]).clamp(self.range.0, self.range.1));
        let (from, to) = (own[0].min(own[1]), own[0].max(own[1]));
        let moments = |a: f64| [0, 1].map(|i| moment(self.h[i], self.n[i], self.q[i], p[i], a));
        if to <= from {
            return self.cost(moments(from));
        }
        let mut best = self.cost(moments(from)).min(self.cost(moments(to)));
        let ratio = to / from.max(to * 1e-6);
        let edge = |k: usize| if k == 0 { from } else { to * libm::pow(ratio, k as f64 / N_INTERVALS as f64 - 1.0) };
        let mut open: Vec<(f64, f64, f64)> =
            (0..N_INTERVALS).map(|k| (edge(k), edge(k + 1))).map(|(a, b)| (self.interval(p, own, a, b), a, b)).collect();
        for _ in 0..N_SPLITS {
            let worst = (1..open.len()).fold(0, |w, k| if open[k].0 < open[w].0 { k } else { w });
            let (bound, a, b) = open[worst];
            let middle = 0.5 * (a + b);
            best = best.min(self.cost(moments(middle)));
            if best - bound <= 1e-6 * best.abs() {
                break;
            }
            open[worst] = (self.interval(p, own, a, middle), a, middle);
            open.push((self.interval(p, own, middle, b), middle, b));
        }
        open.iter().map(|o| o.0).fold(f64::INFINITY, f64::min)
    }

    /// A bound over the rates in `[a, b]`.
    fn interval(&self, p: [f64; 2], own: [f64; 2], a: f64, b: f64) -> f64 {
        // Each coordinate at its own best rate of the interval.
        let apart = self.cost([0, 1].map(|i| moment(self.h[i], self.n[i], self.q[i], p[i], own[i].clamp(a, b))));
        let c = 0.5 * (a + b);
        let tangent = |x: f64| {
            [0, 1].map(|i| {
                let slope = 2.0 * c.mul_add(self.n[i], -self.h[i] * (1.0 - c * self.h[i]) * p[i]);
                slope.mul_add(x - c, moment(self.h[i], self.n[i], self.q[i], p[i], c))
            })
        };
        let ends = [tangent(a), tangent(b)];
        if ends.iter().any(|e| e[0] < self.low[0] || e[1] < self.low[1]) {
            return apart;
        }
        apart.max(self.cost(ends[0]).min(self.cost(ends[1])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::objective::ClosedForm;

    #[test]
    fn one_coordinate_attains_its_floor_and_two_alike_their_bound() {
        let form = |n: usize| ClosedForm {
            curvature: vec![0.5; n],
            noise_variance: vec![0.2; n],
            drift_variance: vec![0.01; n],
            initial_variance: vec![1.5; n],
            multiplicative: 0.0,
        };
        let m = Moments::stationary(&form(1), 10, (0.0, 4.0));
        assert!((floor(&m) / m.value(&m.greedy()) - 1.0).abs() < 1e-12);
        let m = Moments::stationary(&form(2), 10, (0.0, 4.0));
        let greedy = m.greedy();
        let bound = certified(&m, &greedy, 24).expect("two groups");
        let value = m.value(&greedy);
        assert!(bound <= value * (1.0 + 1e-12) && bound > 0.99 * value, "{bound} {value}");
        assert_eq!(certified(&Moments::stationary(&form(3), 4, (0.0, 4.0)), &[0.1], 8), None);
    }
}
