//! Regret against comparators re-simulated from step 0 on the same seed (policy regret). Negative regret is legitimate, because an open-loop
//! comparator does not bound a controller that sees feedback, and is reported as it is.

use super::Measured;
use crate::sim::oracle::{Kind, regret};

fn against(m: &Measured<'_>, kind: Kind) -> Option<f64> {
    regret::total(m.complete()?, m.comparator(kind)?)
}

pub(super) fn tuned_constant(m: &Measured<'_>) -> Option<f64> {
    against(m, Kind::Constant)
}

pub(super) fn hindsight_constant(m: &Measured<'_>) -> Option<f64> {
    against(m, Kind::HindsightConstant)
}

pub(super) fn segments(m: &Measured<'_>) -> Option<f64> {
    against(m, Kind::Segments)
}

pub(super) fn switches(m: &Measured<'_>) -> Option<f64> {
    against(m, Kind::Switches)
}

pub(super) fn dynamic(m: &Measured<'_>) -> Option<f64> {
    against(m, Kind::Dynamic)
}

pub(super) fn normalized(m: &Measured<'_>) -> Option<f64> {
    regret::normalized(m.complete()?, m.comparator(Kind::Constant)?, m.comparator(Kind::Dynamic)?)
}
