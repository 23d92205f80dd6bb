//! The changes of a scenario, laid over the steps of one episode.

use super::{Alteration, Batch, Change, ChangePoint, Choice, Landscape, Touches};
use crate::sim::real::VectorMut;
use crate::sim::rng::{SeedKey, Streams};
use std::sync::Arc;

/// The changes of a scenario, resolved for one horizon and seed: strengths and landscapes of every step are tables.
#[derive(Debug)]
pub struct Regime {
    changes: Vec<Resolved>,
    /// One entry a step; a single one where no change touches the landscape.
    landscape: Vec<Landscape>,
    /// Which kinds of alteration are active at each step (empty for a stationary regime).
    active: Vec<Touches>,
    points: Vec<ChangePoint>,
}

#[derive(Debug)]
struct Resolved {
    alteration: Arc<dyn Alteration>,
    strength: Vec<f64>,
    key: SeedKey,
    touches: Touches,
}

impl Regime {
    /// Lays `changes` over `n_steps` decisions.
    #[must_use]
    pub fn resolve(changes: &[Change], n_steps: u64, streams: &Streams) -> Self {
        Self::resolve_without(changes, n_steps, streams, None)
    }

    /// Likewise, with the change at position `absent` never in force; the others draw what they would draw beside it.
    #[must_use]
    pub fn resolve_without(changes: &[Change], n_steps: u64, streams: &Streams, absent: Option<usize>) -> Self {
        let n = n_steps as usize;
        let mut resolved = Vec::new();
        let mut points = Vec::new();
        for (i, change) in changes.iter().enumerate() {
            let key = streams.change(i, change.seed);
            let timing = change.shape.resolve(n_steps, &mut key.named("time").at(0));
            points.extend(timing.points(&change.kind));
            let strength = (0..n_steps).map(|t| if absent == Some(i) { 0.0 } else { timing.strength(t) }).collect();
            resolved.push(Resolved { alteration: change.alteration.clone(), strength, key, touches: change.alteration.touches() });
        }
        points.sort_by(|a, b| (a.step, &a.label).cmp(&(b.step, &b.label)));
        let steps = if resolved.iter().any(|c| c.touches.intersects(Touches::LANDSCAPE | Touches::SPECTRUM)) { n } else { 1 };
        let mut landscape = vec![Landscape::default(); steps];
        let mut active = if resolved.is_empty() { Vec::new() } else { vec![Touches::NONE; n] };
        for change in &resolved {
            for t in (0..n).filter(|&t| change.strength[t] > 0.0) {
                active[t] = active[t] | change.touches;
                if change.touches.intersects(Touches::LANDSCAPE | Touches::SPECTRUM) {
                    let onset = t == 0 || change.strength[t - 1] == 0.0;
                    change.alteration.landscape(change.strength[t], onset, &mut landscape[t]);
                }
            }
        }
        Self { changes: resolved, landscape, active, points }
    }

    /// The regime without changes.
    #[must_use]
    pub fn stationary() -> Self {
        Self { changes: Vec::new(), landscape: vec![Landscape::default()], active: Vec::new(), points: Vec::new() }
    }

    /// The landscape in force at a decision.
    #[inline]
    #[must_use]
    pub fn landscape(&self, decision: u64) -> &Landscape {
        &self.landscape[(decision as usize).min(self.landscape.len() - 1)]
    }

    /// Where shifts happen and drifts begin and end, in order of time.
    #[must_use]
    pub fn points(&self) -> &[ChangePoint] {
        &self.points
    }

    /// Strength of each change over the steps, `n_changes x n_steps`.
    #[must_use]
    pub fn strengths(&self) -> Vec<&[f64]> {
        self.changes.iter().map(|c| c.strength.as_slice()).collect()
    }

    /// Whether some change of this kind is in force at a decision.
    #[inline]
    #[must_use]
    pub fn touches(&self, decision: u64, what: Touches) -> bool {
        self.active.get(decision as usize).is_some_and(|a| a.contains(what))
    }

    /// Lets every active change alter the choice of examples; `index` keys the draws.
    pub fn alter_choice(&self, decision: u64, index: u64, choice: &mut Choice<'_>) {
        let stream = if choice.for_training { "train-choice" } else { "held-out-choice" };
        for (change, strength) in self.active_changes(decision, Touches::DATA) {
            change.alteration.choice(strength, change.key.named("fixed"), &mut change.key.named(stream).at(index), choice);
        }
    }

    /// Strengths at a decision of the changes that touch `what`, in order.
    #[must_use]
    pub fn strengths_of(&self, decision: u64, what: Touches) -> Vec<f64> {
        self.changes.iter().filter(|c| c.touches.contains(what)).map(|c| c.strength[decision as usize]).collect()
    }

    /// Lets every active change alter data; `index` keys the draws.
    pub fn alter_data(&self, decision: u64, index: u64, batch: &mut Batch<'_>) {
        let stream = if batch.for_training { "train" } else { "held-out" };
        let what = if batch.texts.is_empty() { Touches::DATA } else { Touches::CORPUS };
        for (change, strength) in self.active_changes(decision, what) {
            change.alteration.data(strength, change.key.named("fixed"), &mut change.key.named(stream).at(index), batch);
        }
    }

    /// Lets every active change alter the gradient.
    pub fn alter_gradient(&self, decision: u64, index: u64, gradient: &mut VectorMut<'_>) {
        for (change, strength) in self.active_changes(decision, Touches::GRADIENT) {
            change.alteration.gradient(strength, change.key.named("fixed"), &mut change.key.at(index), gradient);
        }
    }

    /// Coefficient of the penalties in force.
    #[must_use]
    pub fn penalty(&self, decision: u64) -> f64 {
        self.active_changes(decision, Touches::GRADIENT).map(|(change, strength)| change.alteration.penalty(strength)).sum()
    }

    /// Weight in [0, 1] of the other loss in the objective.
    #[must_use]
    pub fn other_loss(&self, decision: u64) -> f64 {
        let weights = self.active_changes(decision, Touches::LOSS).map(|(change, strength)| change.alteration.other_loss(strength));
        weights.fold(0.0, f64::max)
    }

    /// The batch size that training gets where `size` is in force: at least 1 and at most `max`.
    #[must_use]
    pub fn batch_size(&self, decision: u64, size: usize, max: usize) -> usize {
        if !self.touches(decision, Touches::BATCH) {
            return size.max(1);
        }
        let factors = self.active_changes(decision, Touches::BATCH).map(|(change, strength)| change.alteration.batch_size(strength));
        (libm::rint(size as f64 * factors.product::<f64>()) as usize).clamp(1, max)
    }

    /// Lets every active change alter the loss that the controller is told.
    #[must_use]
    pub fn alter_feedback(&self, decision: u64, history: &[f64], mut loss: f64) -> f64 {
        for (change, strength) in self.active_changes(decision, Touches::FEEDBACK) {
            change.alteration.feedback(strength, &mut change.key.named("feedback").at(decision), history, &mut loss);
        }
        loss
    }

    /// Lets every change that begins at this decision alter parameters; returns whether the optimizer's state is to be forgotten.
    #[must_use]
    pub fn alter_state(&self, decision: u64, theta: &mut VectorMut<'_>) -> bool {
        let t = decision as usize;
        let mut forget = false;
        for (change, _) in self.active_changes(decision, Touches::STATE) {
            if t == 0 || change.strength[t - 1] == 0.0 {
                forget |= change.alteration.state(change.key.named("fixed"), theta);
            }
        }
        forget
    }

    fn active_changes(&self, decision: u64, what: Touches) -> impl Iterator<Item = (&Resolved, f64)> {
        let t = decision as usize;
        self.changes.iter().filter(move |c| c.touches.contains(what)).map(move |c| (c, c.strength[t])).filter(|(_, s)| *s > 0.0)
    }
}
