//! A loaded controller as the simulator drives it.

use super::{Instance, PluginFault};
use crate::sim::policy::{Policy, PolicyFault};
use oha_plugin_api::{Observation, Proposal};

impl Policy for Instance {
    fn propose(&mut self, observation: &mut Observation<'_>, proposal: &mut Proposal<'_>) -> Result<(), PolicyFault> {
        Self::propose(self, observation, proposal).map_err(told)
    }
}

#[cold]
fn told(fault: PluginFault) -> PolicyFault {
    PolicyFault { message: fault.to_string() }
}
