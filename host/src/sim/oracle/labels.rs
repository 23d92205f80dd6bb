//! Schedules of the expected loss over a finite grid of learning rates: greedy, beam, and exact by Pareto label setting.
//!
//! A label is (loss so far, moments `P`, rate in force, switches used). The rest of the loss increases in every `P_i`, so a label that is no better in any
//! of them, with the same rate and no fewer switches, can be dropped without loss (multi-criteria shortest paths: Martins 1984,
//! doi:10.1016/0377-2217(84)90077-8). Nothing else is dropped, so the result is exact, unless the labels of a step outgrow `labels_max`.

use super::moments::Moments;

/// A schedule over the grid.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Position in the grid of the rate of each step.
    pub arms: Vec<usize>,
    /// Weighted sum of the expected losses.
    pub value: f64,
    /// Whether no schedule over the grid, with as many switches, is better.
    pub exact: bool,
    /// Labels made.
    pub n_labels: u64,
}

#[derive(Clone)]
struct Label {
    sum: f64,
    p: Vec<f64>,
    arm: usize,
    n_switches: usize,
    /// Position in the history.
    before: usize,
}

/// Every label's (label before, arm), so that a path can be read back.
struct History(Vec<(usize, usize)>);

impl History {
    fn arms(&self, mut at: usize) -> Vec<usize> {
        let mut arms = Vec::new();
        while at > 0 {
            arms.push(self.0[at].1);
            at = self.0[at].0;
        }
        arms.reverse();
        arms
    }
}

fn start(m: &Moments) -> Label {
    Label { sum: 0.0, p: m.initial.clone(), arm: usize::MAX, n_switches: 0, before: 0 }
}

fn successor(m: &Moments, t: usize, label: &Label, arm: usize, rate: f64) -> Label {
    let mut p = label.p.clone();
    let loss = m.advance(t, rate, &mut p);
    let switched = label.arm != usize::MAX && label.arm != arm;
    Label { sum: m.weight[t].mul_add(loss, label.sum), p, arm, n_switches: label.n_switches + usize::from(switched), before: label.before }
}

/// Order of the beam: loss so far, then the moments.
fn order(a: &Label, b: &Label) -> core::cmp::Ordering {
    a.sum
        .total_cmp(&b.sum)
        .then_with(|| a.p.iter().zip(&b.p).map(|(x, y)| x.total_cmp(y)).find(|o| o.is_ne()).unwrap_or(core::cmp::Ordering::Equal))
}

/// Beam search: of all successors the `width` with the least loss so far. Width 1 is greedy on the grid.
#[must_use]
pub fn beam(m: &Moments, grid: &[f64], width: usize) -> Found {
    let mut history = History(vec![(0, 0)]);
    let mut labels = vec![start(m)];
    for t in 0..m.n_steps() {
        let mut next: Vec<Label> =
            labels.iter().flat_map(|l| grid.iter().enumerate().map(move |(arm, &rate)| successor(m, t, l, arm, rate))).collect();
        next.sort_by(order);
        next.truncate(width.max(1));
        labels = remember(next, &mut history);
    }
    finish(labels, &history, false)
}

/// Exact over the grid with at most `switches_max` switches (`None`: any number).
#[must_use]
pub fn set(m: &Moments, grid: &[f64], switches_max: Option<usize>, labels_max: usize) -> Found {
    let mut history = History(vec![(0, 0)]);
    let mut labels = vec![start(m)];
    let mut exact = true;
    for t in 0..m.n_steps() {
        let mut next: Vec<Label> = Vec::new();
        for (arm, &rate) in grid.iter().enumerate() {
            let allowed = |l: &&Label| switches_max.is_none_or(|k| l.arm == arm || l.arm == usize::MAX || l.n_switches < k);
            let made: Vec<Label> = labels.iter().filter(allowed).map(|l| successor(m, t, l, arm, rate)).collect();
            next.extend(front(made, switches_max.is_some()));
        }
        if switches_max.is_none() {
            // Without a count of switches the rate in force does not matter to what follows.
            next = front(next, false);
        }
        if next.len() > labels_max {
            next.sort_by(order);
            next.truncate(labels_max);
            exact = false;
        }
        labels = remember(next, &mut history);
    }
    finish(labels, &history, exact)
}

fn remember(mut labels: Vec<Label>, history: &mut History) -> Vec<Label> {
    for label in &mut labels {
        history.0.push((label.before, label.arm));
        label.before = history.0.len() - 1;
    }
    labels
}

fn finish(labels: Vec<Label>, history: &History, exact: bool) -> Found {
    let best = labels.iter().min_by(|a, b| order(a, b)).expect("a grid has a rate");
    Found { arms: history.arms(best.before), value: best.sum, exact, n_labels: history.0.len() as u64 }
}

/// The labels that no other one dominates.
fn front(mut labels: Vec<Label>, count_switches: bool) -> Vec<Label> {
    labels.sort_by(|a, b| order(a, b).then(a.n_switches.cmp(&b.n_switches)));
    let mut kept: Vec<Label> = Vec::new();
    for label in labels {
        let dominates = |k: &Label| (!count_switches || k.n_switches <= label.n_switches) && k.p.iter().zip(&label.p).all(|(a, b)| a <= b);
        if !kept.iter().any(dominates) {
            kept.push(label);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::objective::ClosedForm;

    #[test]
    fn it_is_the_best_of_all_schedules() {
        let form = ClosedForm {
            curvature: vec![1.0, 0.1],
            noise_variance: vec![1.0, 0.1],
            drift_variance: vec![0.0, 0.01],
            initial_variance: vec![1.0, 10.0],
            multiplicative: 0.0,
        };
        let mut m = Moments::stationary(&form, 6, (0.0, 10.0));
        m.jump[3 * 2] = 5.0;
        let grid = [0.1, 0.5, 1.5];
        for switches in [Some(0), Some(1), Some(2), None] {
            let mut least = f64::INFINITY;
            for code in 0..3usize.pow(6) {
                let arms: Vec<usize> = (0..6).map(|t| code / 3usize.pow(t) % 3).collect();
                if switches.is_none_or(|k| arms.windows(2).filter(|w| w[0] != w[1]).count() <= k) {
                    least = least.min(m.value(&arms.iter().map(|&a| grid[a]).collect::<Vec<f64>>()));
                }
            }
            let found = set(&m, &grid, switches, 100_000);
            let rates: Vec<f64> = found.arms.iter().map(|&a| grid[a]).collect();
            assert!(found.exact && (found.value - least).abs() < 1e-12 && (m.value(&rates) - least).abs() < 1e-12, "{switches:?}");
        }
    }
}
