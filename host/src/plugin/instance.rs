//! One controller in one episode, called safely through either front end.

use super::fault::{FaultKind, PluginFault};
use super::floating_point;
use super::front_end::{Maker, field};
use oha_plugin_api::abi::{self, ControllerTable, Sink, Status, Text};
use oha_plugin_api::bridge::{lower, slice, slice_mut};
use oha_plugin_api::stable::{StableInstance, StableProposal, abi_stable::std_types::RResult, raise};
use oha_plugin_api::{Observation, Proposal, Report};
use std::ffi::{CString, c_void};

/// Places behind the proposal's last one whose bits must survive each call.
const N_SENTINELS: usize = 4;
/// A signalling NaN that no computation yields.
const SENTINEL: u64 = 0x7ff4_6f68_6121_2121;
/// Longest message taken from a controller, in bytes.
const MESSAGE_MAX: usize = 4096;

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

/// The functions of an instance, read once from its table.
pub(super) struct TableInstance {
    pub(super) data: *mut c_void,
    destroy: abi::Destroy,
    propose: abi::Propose,
    pub(super) propose_batch: Option<abi::ProposeBatch>,
    reset: abi::Reset,
    save_state: Option<abi::SaveState>,
    load_state: Option<abi::LoadState>,
    last_error: Option<abi::LastError>,
}

impl Drop for TableInstance {
    fn drop(&mut self) {
        // SAFETY: the instance was made by `create` and is destroyed once.
        unsafe { (self.destroy)(self.data) };
    }
}

pub(super) enum Backend {
    Table(TableInstance),
    Stable(StableInstance),
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
    pub(super) fn make(maker: &Maker, id: &str, config: &str, spec: &str, seed: u64, n_values: usize) -> Result<Self, PluginFault> {
        match maker {
            Maker::Table { create } => Self::of_table(create_raw(*create, id, config, spec, seed)?, id, n_values),
            Maker::Stable(module) => match module.create()(id.into(), config.into(), spec.into(), seed) {
                RResult::ROk(instance) => Ok(Self::new(Backend::Stable(instance), id, n_values)),
                RResult::RErr(message) => Err(fault(id, FaultKind::Error, message.into_string())),
            },
        }
    }

    pub(super) fn of_table(raw: abi::Instance, id: &str, n_values: usize) -> Result<Self, PluginFault> {
        let missing = |name: &str| fault(id, FaultKind::Unsupported, format!("the instance lacks the function `{name}`"));
        if raw.table.is_null() {
            return Err(missing("propose"));
        }
        // SAFETY: every table starts with its size.
        let size = unsafe { (&raw const (*raw.table).struct_size).read() };
        let destroy: Option<abi::Destroy> = field!(raw.table, ControllerTable, size, destroy);
        let propose: Option<abi::Propose> = field!(raw.table, ControllerTable, size, propose);
        let reset: Option<abi::Reset> = field!(raw.table, ControllerTable, size, reset);
        let table = TableInstance {
            data: raw.data,
            destroy: destroy.ok_or_else(|| missing("destroy"))?,
            propose: propose.ok_or_else(|| missing("propose"))?,
            propose_batch: field!(raw.table, ControllerTable, size, propose_batch),
            reset: reset.ok_or_else(|| missing("reset"))?,
            save_state: field!(raw.table, ControllerTable, size, save_state),
            load_state: field!(raw.table, ControllerTable, size, load_state),
            last_error: field!(raw.table, ControllerTable, size, last_error),
        };
        Ok(Self::new(Backend::Table(table), id, n_values))
    }

    fn new(backend: Backend, id: &str, n_values: usize) -> Self {
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
        let status = lower(observation, |raw| match backend {
            // SAFETY: an own instance, and structures that live through the call.
            Backend::Table(table) if raw.evaluate.is_none() => unsafe { (table.propose)(table.data, raw, &raw mut out) },
            // SAFETY: as above.
            Backend::Table(table) => unsafe { (table.propose)(table.data, &guarded(raw), &raw mut out) },
            Backend::Stable(instance) => call_stable(instance, &guarded(raw), &mut out),
        });
        if floating_point::restore() {
            self.counters.n_mode_changes += 1;
        }
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
                self.remark = self.last_error();
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
        let status = match &mut self.backend {
            // SAFETY: an own instance.
            Backend::Table(table) => unsafe { (table.reset)(table.data, seed) },
            Backend::Stable(instance) => Status(instance.reset(seed)),
        };
        self.done(status)
    }

    /// The whole changing state; `None` where the controller does not save it.
    ///
    /// # Errors
    /// When the controller reports a failure.
    pub fn save_state(&mut self) -> Result<Option<Vec<u8>>, PluginFault> {
        let mut state = Vec::new();
        let status = match &mut self.backend {
            Backend::Table(table) => {
                let Some(save) = table.save_state else {
                    return Ok(None);
                };
                let sink = Sink { context: (&raw mut state).cast(), write: Some(append) };
                // SAFETY: an own instance, and a sink that lives through the call.
                unsafe { save(table.data, &raw const sink) }
            }
            Backend::Stable(instance) => {
                let mut bytes = state.into();
                let status = Status(instance.save_state(&mut bytes));
                state = bytes.into_vec();
                status
            }
        };
        if status == Status::DISCARD {
            return Ok(None);
        }
        self.done(status).map(|()| Some(state))
    }

    /// Restores what [`Instance::save_state`] gave, in an instance of the same configuration and episode.
    ///
    /// # Errors
    /// When the controller refuses the bytes, or cannot load any; the instance is then as before.
    pub fn load_state(&mut self, state: &[u8]) -> Result<(), PluginFault> {
        let status = match &mut self.backend {
            Backend::Table(table) => {
                let Some(load) = table.load_state else {
                    let message = "the instance lacks the function `load_state`".to_owned();
                    return Err(PluginFault {
                        controller: self.controller.clone(),
                        step: self.step,
                        kind: FaultKind::Unsupported,
                        message,
                    });
                };
                // SAFETY: an own instance, and bytes that live through the call.
                unsafe { load(table.data, state.as_ptr(), state.len()) }
            }
            Backend::Stable(instance) => Status(instance.load_state(state.into())),
        };
        self.done(status)
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

    fn done(&mut self, status: Status) -> Result<(), PluginFault> {
        self.counters.n_mode_changes += u64::from(floating_point::restore());
        if status.is_done() { Ok(()) } else { Err(self.failed(status)) }
    }

    #[cold]
    fn failed(&mut self, status: Status) -> PluginFault {
        let kind = match status {
            Status::ERROR | Status::DISCARD => FaultKind::Error,
            Status::FATAL => FaultKind::Fatal,
            Status(found) => FaultKind::Status(found),
        };
        PluginFault { controller: self.controller.clone(), step: self.step, kind, message: self.last_error() }
    }

    fn last_error(&mut self) -> String {
        match &self.backend {
            Backend::Table(table) => {
                let mut text = Text::EMPTY;
                let Some(last_error) = table.last_error else {
                    return String::new();
                };
                // SAFETY: an own instance; the text is copied before its next call.
                unsafe {
                    if !last_error(table.data, &raw mut text).is_done() {
                        return String::new();
                    }
                    String::from_utf8_lossy(slice(text.data, text.size.min(MESSAGE_MAX))).into_owned()
                }
            }
            Backend::Stable(instance) => instance.last_error().chars().take(MESSAGE_MAX).collect(),
        }
    }
}

fn fault(id: &str, kind: FaultKind, message: String) -> PluginFault {
    PluginFault { controller: id.to_owned(), step: 0, kind, message }
}

/// Calls `propose` through the `abi_stable` front end.
#[inline(never)]
fn call_stable(instance: &mut StableInstance, raw: &abi::Observation, out: &mut abi::Proposal) -> Status {
    // SAFETY: the place of an instance, which nobody else uses during the call.
    let values = unsafe { slice_mut(out.values, out.n_values) };
    let mut proposal = StableProposal { values: values.into(), report: 0 };
    // SAFETY: `raw` was made from live slices.
    let observation = unsafe { raise(raw) };
    let status = Status(instance.propose(&observation, &mut proposal));
    out.report = proposal.report;
    status
}

/// The same observation with [`evaluate`] around its evaluator, if it has one.
fn guarded(raw: &abi::Observation) -> abi::Observation {
    abi::Observation {
        evaluate: raw.evaluate.is_some().then_some(evaluate as abi::Evaluate),
        context: std::ptr::from_ref(raw).cast_mut().cast(),
        ..*raw
    }
}

/// The evaluator that the controller sees: the host's arithmetic runs in the default mode, and the controller gets its own back.
unsafe extern "C" fn evaluate(context: *mut c_void, values: *const f64, n_values: usize, loss: *mut f64) -> Status {
    // SAFETY: `propose` passes the address of an observation with an evaluator that lives through the call.
    let inner = unsafe { &*context.cast::<abi::Observation>() };
    let mode = floating_point::mode();
    floating_point::restore();
    let status = match inner.evaluate {
        // SAFETY: the parts of the observation belong together; the other arguments are the controller's.
        Some(evaluate) => unsafe { evaluate(inner.context, values, n_values, loss) },
        None => Status::ERROR,
    };
    if mode != floating_point::DEFAULT {
        floating_point::set_mode(mode);
    }
    status
}

/// Appends to the `Vec<u8>` behind `context`.
unsafe extern "C" fn append(context: *mut c_void, data: *const u8, size: usize) -> Status {
    // SAFETY: the sinks of this module hold a live vector, and the writer passes `size` readable bytes.
    unsafe { (*context.cast::<Vec<u8>>()).extend_from_slice(slice(data, size)) };
    Status::OK
}

fn create_raw(create: abi::Create, id: &str, config: &str, spec: &str, seed: u64) -> Result<abi::Instance, PluginFault> {
    let text = |text: &str| CString::new(text).map_err(|_| fault(id, FaultKind::Error, "an argument holds a NUL character".to_owned()));
    let (id_text, config, spec) = (text(id)?, text(config)?, text(spec)?);
    let mut raw = abi::Instance { data: std::ptr::null_mut(), table: std::ptr::null() };
    let mut message: Vec<u8> = Vec::new();
    let sink = Sink { context: (&raw mut message).cast(), write: Some(append) };
    // SAFETY: NUL-terminated texts, and structures that live through the call.
    let status = unsafe { create(id_text.as_ptr(), config.as_ptr(), spec.as_ptr(), seed, &raw mut raw, &raw const sink) };
    floating_point::restore();
    if status.is_done() {
        return Ok(raw);
    }
    message.truncate(MESSAGE_MAX);
    let kind = match status {
        Status::ERROR | Status::DISCARD => FaultKind::Error,
        Status::FATAL => FaultKind::Fatal,
        Status(found) => FaultKind::Status(found),
    };
    Err(fault(id, kind, String::from_utf8_lossy(&message).into_owned()))
}
