//! One controller in one episode, called safely through either front end.

use super::backend::Backend;
use super::fault::{FaultKind, PluginFault};
use super::floating_point;
use oha_plugin_api::abi::{self, Status};
use oha_plugin_api::bridge::lower;
use oha_plugin_api::{Observation, Proposal, Report};

/// Places behind the proposal's last one whose bits must survive each call.
const N_SENTINELS: usize = 4;
/// A signalling NaN that no computation yields.
const SENTINEL: u64 = 0x7ff4_6f68_6121_2121;

/// What a controller did that is no fault, counted since the instance was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Calls that ended with a warning.
    pub n_warnings: u64,
    /// Steps at which the controller declined to propose; the hyperparameters in force were kept.
    pub n_discards: u64,
    /// Calls after which the floating-point mode had to be restored.
    pub n_mode_changes: u64,
}

/// A controller in an episode.
pub struct Instance {
    pub(super) backend: Backend,
    pub(super) controller: String,
    pub(super) n_values: usize,
    /// The proposal as the controller writes it, and sentinels behind it.
    pub(super) values: Vec<f64>,
    pub(super) counters: Counters,
    remark: String,
    pub(super) step: u64,
}

// SAFETY: the boundary's contract lets an instance move between threads; it is used by one at a time because every method takes `&mut self`.
unsafe impl Send for Instance {}

impl Instance {
    pub(super) fn new(backend: Backend, id: &str, n_values: usize) -> Self {
        floating_point::restore();
        let mut values = vec![f64::NAN; n_values];
        values.extend([f64::from_bits(SENTINEL); N_SENTINELS]);
        Self { backend, controller: id.to_owned(), n_values, values, counters: Counters::default(), remark: String::new(), step: 0 }
    }

    /// One decision. Fills `proposal`: what the controller leaves unwritten is NaN, for the guard to see; a step that it declines keeps the
    /// hyperparameters of `observation`.
    ///
    /// # Errors
    /// When the controller reports a failure, returns no known status, or writes outside its places. The proposal is then not to be used.
    ///
    /// # Panics
    /// When `proposal` does not have one place a hyperparameter of the episode. A panic of the observation's evaluator passes through.
    #[inline]
    pub fn propose(&mut self, observation: &mut Observation<'_>, proposal: &mut Proposal<'_>) -> Result<(), PluginFault> {
        let mut out = self.place(observation.step, proposal.values.len());
        let in_force = observation.hyperparameters;
        let backend = &mut self.backend;
        let status = lower(observation, |raw| backend.propose(raw, &mut out));
        self.restore_mode();
        self.take(status, out.report, in_force, proposal)
    }

    /// Readies the place of the proposal of a step.
    ///
    /// # Panics
    /// When the caller wants another number of values.
    #[inline(always)]
    pub(super) fn place(&mut self, step: u64, n_values: usize) -> abi::Proposal {
        assert_eq!(n_values, self.n_values, "one place a hyperparameter");
        self.step = step;
        // Here and below: one or a few numbers, for which a plain loop is quicker than what a compiler makes for many.
        match &mut self.values[..self.n_values] {
            [value] => *value = f64::NAN,
            values => values.fill(f64::NAN),
        }
        let values = self.values.as_mut_ptr();
        abi::Proposal { struct_size: size_of::<abi::Proposal>() as u32, report: 0, values, n_values }
    }

    /// Takes what was written there.
    #[inline(always)]
    pub(super) fn take(&mut self, status: Status, report: u32, in_force: &[f64], proposal: &mut Proposal<'_>) -> Result<(), PluginFault> {
        let (values, sentinels) = self.values.split_at(self.n_values);
        let [a, b, c, d] = sentinels.first_chunk::<N_SENTINELS>().expect("they stand behind the values").map(|s| s.to_bits() ^ SENTINEL);
        if a | b | c | d != 0 {
            return Err(self.overrun());
        }
        if status != Status::OK {
            return self.not_ok(status, in_force, proposal, report);
        }
        match (&mut *proposal.values, values) {
            ([to], [value]) => *to = *value,
            (to, values) => to.copy_from_slice(values),
        }
        proposal.report = Report(report);
        Ok(())
    }

    #[cold]
    pub(super) fn overrun(&mut self) -> PluginFault {
        self.values[self.n_values..].fill(f64::from_bits(SENTINEL));
        let message = format!("it wrote behind the {} values of its proposal", self.n_values);
        PluginFault { controller: self.controller.clone(), step: self.step, kind: FaultKind::Overrun, message }
    }

    #[cold]
    pub(super) fn not_ok(&mut self, status: Status, in_force: &[f64], proposal: &mut Proposal<'_>, report: u32) -> Result<(), PluginFault> {
        match status {
            Status::WARNING => {
                self.remark = self.backend.last_error();
                self.counters.n_warnings += 1;
                proposal.values.copy_from_slice(&self.values[..self.n_values]);
            }
            Status::DISCARD => {
                self.counters.n_discards += 1;
                proposal.values.copy_from_slice(in_force);
            }
            _ => return Err(self.failed(status)),
        }
        proposal.report = Report(report);
        Ok(())
    }

    /// Makes the instance equal to a fresh one with `seed`.
    ///
    /// # Errors
    /// When the controller reports a failure.
    pub fn reset(&mut self, seed: u64) -> Result<(), PluginFault> {
        self.step = 0;
        let status = self.backend.reset(seed);
        self.done(status)
    }

    /// The whole changing state; `None` where the controller does not save it.
    ///
    /// # Errors
    /// When the controller reports a failure.
    pub fn save_state(&mut self) -> Result<Option<Vec<u8>>, PluginFault> {
        let mut state = Vec::new();
        match self.backend.save_state(&mut state) {
            Status::DISCARD => {
                self.restore_mode();
                Ok(None)
            }
            status => self.done(status).map(|()| Some(state)),
        }
    }

    /// Restores what [`Instance::save_state`] gave, in an instance of the same configuration and episode.
    ///
    /// # Errors
    /// When the controller refuses the bytes, or cannot load any; the instance is then as before.
    pub fn load_state(&mut self, state: &[u8]) -> Result<(), PluginFault> {
        match self.backend.load_state(state) {
            Some(status) => self.done(status),
            None => {
                let message = "the instance lacks the function `load_state`".to_owned();
                Err(PluginFault { controller: self.controller.clone(), step: self.step, kind: FaultKind::Unsupported, message })
            }
        }
    }

    /// What was counted since the instance was made.
    #[must_use]
    pub const fn counters(&self) -> Counters {
        self.counters
    }

    /// The controller's last warning; empty where there was none.
    #[must_use]
    pub fn remark(&self) -> &str {
        &self.remark
    }

    #[inline(always)]
    fn restore_mode(&mut self) {
        if floating_point::restore() {
            self.counters.n_mode_changes += 1;
        }
    }

    fn done(&mut self, status: Status) -> Result<(), PluginFault> {
        self.restore_mode();
        if status.is_done() { Ok(()) } else { Err(self.failed(status)) }
    }

    #[cold]
    fn failed(&mut self, status: Status) -> PluginFault {
        PluginFault {
            controller: self.controller.clone(),
            step: self.step,
            kind: FaultKind::of(status),
            message: self.backend.last_error(),
        }
    }
}
