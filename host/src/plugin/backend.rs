//! The functions of an instance, called through either front end: every call into a controller is here.

use super::fault::{FaultKind, PluginFault};
use super::floating_point;
use super::front_end::{Maker, field};
use oha_plugin_api::abi::{self, ControllerTable, Sink, Status, Text};
use oha_plugin_api::bridge::{slice, slice_mut};
use oha_plugin_api::stable::{StableInstance, StableProposal, abi_stable::std_types::RResult, raise};
use std::ffi::{CString, c_void};

/// Longest message taken from a controller, in bytes.
const MESSAGE_MAX: usize = 4096;

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
        floating_point::restore();
    }
}

/// An instance as its library made it.
pub(super) enum Backend {
    Table(TableInstance),
    Stable(StableInstance),
}

impl Backend {
    pub(super) fn make(maker: &Maker, id: &str, config: &str, spec: &str, seed: u64) -> Result<Self, PluginFault> {
        match maker {
            Maker::Table { create } => Self::of_table(create_raw(*create, id, config, spec, seed)?, id),
            Maker::Stable(module) => match module.create()(id.into(), config.into(), spec.into(), seed) {
                RResult::ROk(instance) => Ok(Self::Stable(instance)),
                RResult::RErr(message) => Err(fault(id, FaultKind::Error, message.into_string())),
            },
        }
    }

    pub(super) fn of_table(raw: abi::Instance, id: &str) -> Result<Self, PluginFault> {
        let missing = |name: &str| fault(id, FaultKind::Unsupported, format!("the instance lacks the function `{name}`"));
        if raw.table.is_null() {
            return Err(missing("propose"));
        }
        // SAFETY: every table starts with its size.
        let size = unsafe { (&raw const (*raw.table).struct_size).read() };
        let destroy: Option<abi::Destroy> = field!(raw.table, ControllerTable, size, destroy);
        let propose: Option<abi::Propose> = field!(raw.table, ControllerTable, size, propose);
        let reset: Option<abi::Reset> = field!(raw.table, ControllerTable, size, reset);
        Ok(Self::Table(TableInstance {
            data: raw.data,
            destroy: destroy.ok_or_else(|| missing("destroy"))?,
            propose: propose.ok_or_else(|| missing("propose"))?,
            propose_batch: field!(raw.table, ControllerTable, size, propose_batch),
            reset: reset.ok_or_else(|| missing("reset"))?,
            save_state: field!(raw.table, ControllerTable, size, save_state),
            load_state: field!(raw.table, ControllerTable, size, load_state),
            last_error: field!(raw.table, ControllerTable, size, last_error),
        }))
    }

    /// One decision, written to `out`, whose places belong to the caller.
    #[inline(always)]
    pub(super) fn propose(&mut self, raw: &abi::Observation, out: &mut abi::Proposal) -> Status {
        match self {
            // SAFETY: an own instance, and structures that live through the call.
            Self::Table(table) if raw.evaluate.is_none() => unsafe { (table.propose)(table.data, raw, out) },
            // SAFETY: as above.
            Self::Table(table) => unsafe { (table.propose)(table.data, &guarded(raw), out) },
            Self::Stable(instance) => propose_stable(instance, &guarded(raw), out),
        }
    }

    pub(super) fn reset(&mut self, seed: u64) -> Status {
        match self {
            // SAFETY: an own instance.
            Self::Table(table) => unsafe { (table.reset)(table.data, seed) },
            Self::Stable(instance) => Status(instance.reset(seed)),
        }
    }

    /// Appends the state to `state`; [`Status::DISCARD`] where saving is not supported.
    pub(super) fn save_state(&mut self, state: &mut Vec<u8>) -> Status {
        match self {
            Self::Table(TableInstance { save_state: None, .. }) => Status::DISCARD,
            Self::Table(TableInstance { save_state: Some(save), data, .. }) => {
                let sink = Sink { context: std::ptr::from_mut(state).cast(), write: Some(append) };
                // SAFETY: an own instance, and a sink that lives through the call.
                unsafe { save(*data, &raw const sink) }
            }
            Self::Stable(instance) => {
                let mut bytes = std::mem::take(state).into();
                let status = Status(instance.save_state(&mut bytes));
                *state = bytes.into_vec();
                status
            }
        }
    }

    /// `None` where no state can be loaded.
    pub(super) fn load_state(&mut self, state: &[u8]) -> Option<Status> {
        match self {
            // SAFETY: an own instance, and bytes that live through the call.
            Self::Table(table) => table.load_state.map(|load| unsafe { load(table.data, state.as_ptr(), state.len()) }),
            Self::Stable(instance) => Some(Status(instance.load_state(state.into()))),
        }
    }

    /// The reason of the last failure; empty where the controller gives none.
    pub(super) fn last_error(&mut self) -> String {
        let message = match self {
            Self::Table(TableInstance { last_error: None, .. }) => String::new(),
            Self::Table(TableInstance { last_error: Some(last_error), data, .. }) => {
                let mut text = Text::EMPTY;
                // SAFETY: an own instance; the text is copied before its next call.
                unsafe {
                    if last_error(*data, &raw mut text).is_done() {
                        String::from_utf8_lossy(slice(text.data, text.size.min(MESSAGE_MAX))).into_owned()
                    } else {
                        String::new()
                    }
                }
            }
            Self::Stable(instance) => instance.last_error().chars().take(MESSAGE_MAX).collect(),
        };
        floating_point::restore();
        message
    }
}

fn fault(id: &str, kind: FaultKind, message: String) -> PluginFault {
    PluginFault { controller: id.to_owned(), step: 0, kind, message }
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
    Err(fault(id, FaultKind::of(status), String::from_utf8_lossy(&message).into_owned()))
}

/// Calls `propose` through the `abi_stable` front end.
#[inline(never)]
fn propose_stable(instance: &mut StableInstance, raw: &abi::Observation, out: &mut abi::Proposal) -> Status {
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
