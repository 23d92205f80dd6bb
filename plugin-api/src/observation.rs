//! What a controller sees of the past at each decision.

/// Loss after a hypothetical update, from the hyperparameters of that update.
pub type Evaluator<'a> = dyn FnMut(&[f64]) -> f64 + 'a;

/// The observation of the past, delivered before each proposal.
pub struct Observation<'a> {
    /// Index of the decision, 0 to `n_steps - 1`.
    pub step: u64,
    /// Evaluation metric after the last update, `y_{t-1}`; NaN at step 0 and where the feedback is missing.
    pub loss: f64,
    /// Hyperparameters that were applied last (after the guard); the initial ones at step 0.
    pub hyperparameters: &'a [f64],
    /// The declared signals, in the order of the descriptor.
    pub signals: &'a [f64],
    /// Loss of the current minibatch after a hypothetical update; only for information class `evaluations`.
    pub(crate) evaluate: Option<&'a mut Evaluator<'a>>,
}

impl<'a> Observation<'a> {
    /// An observation without an evaluator.
    #[must_use]
    pub fn new(step: u64, loss: f64, hyperparameters: &'a [f64], signals: &'a [f64]) -> Self {
        Self { step, loss, hyperparameters, signals, evaluate: None }
    }

    /// The same observation with an evaluator.
    #[must_use]
    pub fn with_evaluator(mut self, evaluate: &'a mut Evaluator<'a>) -> Self {
        self.evaluate = Some(evaluate);
        self
    }

    /// Loss of the current minibatch at the point that an update with `hyperparameters` (all of them, in the order of the proposal) would
    /// reach. Nothing is changed; one evaluation is charged to the episode. Passing NaN in every place evaluates the point
    /// itself, without a step. `None` unless the controller declared class `evaluations`.
    pub fn evaluate(&mut self, hyperparameters: &[f64]) -> Option<f64> {
        self.evaluate.as_mut().map(|evaluate| evaluate(hyperparameters))
    }
}
