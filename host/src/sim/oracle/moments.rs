//! Expected loss of stochastic gradient descent on a linear-Gaussian objective, exactly, by second moments.
//!
//! Coordinate `i` has expected squared error `P_i`. In step `t` with learning rate `a`: the target jumps, `P <- P + j_t`; the update and the drift give
//! `P <- (1 - a h_t)^2 P + a^2 n_t + q_t`; the loss is `sum_i h_t P / 2` (Zhang et al. 2019, arXiv:1907.04164). The recursion is linear in `P`, so
//! coordinates with equal curvature are summed into one group, which loses nothing. Where the gradient's noise grows with the error (random features, all alike),
//! `a^2 c h_t^2 P` is added.

use crate::sim::objective::ClosedForm;
use crate::sim::regime::{Regime, Touches};
use crate::sim::scenario::Scenario;

/// The recursion of one scenario under resolved changes. Tables are `n_steps x n_groups`, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct Moments {
    /// Number of groups of equal curvature.
    pub n_groups: usize,
    /// Expected squared error of each group before the first step, `n_groups`.
    pub initial: Vec<f64>,
    /// Curvature `h`.
    pub curvature: Vec<f64>,
    /// Variance `n` of the gradient noise, summed over the group.
    pub noise: Vec<f64>,
    /// Variance `q` of the drift after the update, summed over the group.
    pub drift: Vec<f64>,
    /// Variance `j` of the jump before the gradient, summed over the group.
    pub jump: Vec<f64>,
    /// Variance of the gradient that the error itself makes, `c` in `c h^2 P`; 0 unless there is one group.
    pub multiplicative: f64,
    /// Weight of each step's loss in the objective, `n_steps`.
    pub weight: Vec<f64>,
    /// Smallest and largest learning rate allowed.
    pub range: (f64, f64),
    /// Expected loss above which training has diverged, and at which the rest is then scored.
    pub ceiling: f64,
}

impl Moments {
    /// A stationary problem with cumulative loss and no ceiling; one group a coordinate.
    #[must_use]
    pub fn stationary(form: &ClosedForm, n_steps: usize, range: (f64, f64)) -> Self {
        let repeat = |row: &[f64]| row.iter().copied().cycle().take(n_steps * row.len()).collect();
        Self {
            n_groups: form.curvature.len(),
            initial: form.initial_variance.clone(),
            curvature: repeat(&form.curvature),
            noise: repeat(&form.noise_variance),
            drift: repeat(&form.drift_variance),
            jump: vec![0.0; n_steps * form.curvature.len()],
            multiplicative: form.multiplicative,
            weight: vec![1.0; n_steps],
            range,
            ceiling: f64::INFINITY,
        }
    }

    /// The recursion of a scenario under one seed's changes; `None` where the expected loss has no such form: another objective, an optimizer with
    /// memory or decay, other hyperparameters under control, several optimizer steps a decision, changes that are no factors of the landscape.
    #[must_use]
    pub fn of(scenario: &Scenario, regime: &Regime) -> Option<Self> {
        let form = scenario.family.closed_form()?;
        let n_steps = scenario.n_steps;
        let scaled = (0..n_steps).map(|t| regime.landscape(t)).all(|l| l.rotation == 0.0 && l.conditioning == 1.0);
        if !is_plain(scenario) || !scaled {
            return None;
        }
        let specs = scenario.space.all();
        let (form, counts) = grouped(&form);
        debug_assert!(form.multiplicative == 0.0 || counts.len() == 1, "noise of the error itself is known for one group");
        let mut moments = Self::stationary(&form, n_steps as usize, (specs[0].min, specs[0].max));
        moments.ceiling = scenario.ceiling;
        for t in 0..n_steps {
            let landscape = regime.landscape(t);
            for (i, &count) in counts.iter().enumerate() {
                let at = t as usize * moments.n_groups + i;
                moments.curvature[at] *= landscape.curvature;
                moments.noise[at] *= landscape.noise;
                moments.drift[at] *= landscape.drift;
                moments.jump[at] = landscape.jump_variance * count;
            }
        }
        Some(moments)
    }

    /// Number of steps.
    #[must_use]
    pub fn n_steps(&self) -> usize {
        self.weight.len()
    }

    /// Expected loss of each step under these learning rates; the last rate stays in force. Once above the ceiling, the rest is at it.
    #[must_use]
    pub fn losses(&self, rates: &[f64]) -> Vec<f64> {
        let mut p = self.initial.clone();
        let mut losses = Vec::with_capacity(self.n_steps());
        for t in 0..self.n_steps() {
            let loss = self.advance(t, rates[t.min(rates.len() - 1)], &mut p);
            if !(loss <= self.ceiling) {
                losses.resize(self.n_steps(), self.ceiling);
                break;
            }
            losses.push(loss);
        }
        losses
    }

    /// Weighted sum of the expected losses.
    #[must_use]
    pub fn value(&self, rates: &[f64]) -> f64 {
        self.losses(rates).iter().zip(&self.weight).map(|(y, w)| w * y).sum()
    }

    /// Takes step `t` with learning rate `a`: `p` becomes the moments after it; returns the expected loss.
    #[inline]
    pub fn advance(&self, t: usize, a: f64, p: &mut [f64]) -> f64 {
        let mut loss = 0.0;
        for (i, x) in p.iter_mut().enumerate() {
            let at = t * self.n_groups + i;
            let h = self.curvature[at];
            let keep = (-a).mul_add(h, 1.0);
            let kept = keep.mul_add(keep, a * h * (a * h) * self.multiplicative);
            *x = kept.mul_add(*x + self.jump[at], (a * a).mul_add(self.noise[at], self.drift[at]));
            loss = (0.5 * h).mul_add(*x, loss);
        }
        loss
    }

    /// The learning rate that minimises the loss of step `t` alone, from moments `p` before it: `sum h^2 P / sum h (h^2 P + n)`, inside the range.
    #[must_use]
    pub fn greedy_rate(&self, t: usize, p: &[f64]) -> f64 {
        let (mut above, mut below) = (0.0, 0.0);
        for (i, &x) in p.iter().enumerate() {
            let at = t * self.n_groups + i;
            let h = self.curvature[at];
            let signal = h * h * (x + self.jump[at]);
            above += signal;
            below = h.mul_add(self.multiplicative.mul_add(signal, signal) + self.noise[at], below);
        }
        // Without error and noise every rate does as well: the smallest is taken.
        if below > 0.0 { (above / below).clamp(self.range.0, self.range.1) } else { self.range.0 }
    }

    /// The greedy learning rates, `n_steps`. With one group they are optimal at every horizon and for all weights: a smaller `P` is never worse, and the
    /// greedy rate makes it smallest. They are the gains of a Kalman filter over the curvature (Kalman 1960, doi:10.1115/1.3662552).
    #[must_use]
    pub fn greedy(&self) -> Vec<f64> {
        let mut p = self.initial.clone();
        let mut rates = Vec::with_capacity(self.n_steps());
        for t in 0..self.n_steps() {
            let rate = self.greedy_rate(t, &p);
            self.advance(t, rate, &mut p);
            rates.push(rate);
        }
        rates
    }
}

/// Whether each decision is one step of plain stochastic gradient descent whose learning rate is all that is controlled, under changes that are factors of the
/// landscape (or reach the feedback only).
#[must_use]
pub fn is_plain(scenario: &Scenario) -> bool {
    let specs = scenario.space.all();
    scenario.spec.optimizer_steps_per_decision == 1
        && scenario.space.controlled() == [0]
        && specs.iter().map(|h| h.name.as_str()).take(3).eq(["learning_rate", "momentum", "weight_decay"])
        && specs[1..3].iter().all(|h| h.initial == 0.0)
        && scenario.changes.iter().all(|c| (Touches::LANDSCAPE | Touches::FEEDBACK).contains(c.alteration.touches()))
}

/// Coordinates of equal curvature summed, in the order of their first one; and how many each group has.
fn grouped(form: &ClosedForm) -> (ClosedForm, Vec<f64>) {
    let mut groups = ClosedForm {
        curvature: vec![],
        noise_variance: vec![],
        drift_variance: vec![],
        initial_variance: vec![],
        multiplicative: form.multiplicative,
    };
    let mut counts: Vec<f64> = Vec::new();
    let mut place = std::collections::BTreeMap::new();
    for (i, &h) in form.curvature.iter().enumerate() {
        let g = *place.entry(h.to_bits()).or_insert(counts.len());
        if g == counts.len() {
            groups.curvature.push(h);
            for column in [&mut groups.noise_variance, &mut groups.drift_variance, &mut groups.initial_variance, &mut counts] {
                column.push(0.0);
            }
        }
        groups.noise_variance[g] += form.noise_variance[i];
        groups.drift_variance[g] += form.drift_variance[i];
        groups.initial_variance[g] += form.initial_variance[i];
        counts[g] += 1.0;
    }
    (groups, counts)
}
