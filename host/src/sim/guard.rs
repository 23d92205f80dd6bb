//! The guard between a controller and the update: nothing that it corrects is silent.

use oha_plugin_api::HyperparameterSpec;

/// What the guard had to do to a proposal: a set of flags, recorded at each step.
pub mod flag {
    /// A value was not finite and was replaced by the previous one.
    pub const NON_FINITE: u8 = 1;
    /// A value lay outside its range and was clamped.
    pub const CLAMPED: u8 = 2;
    /// The training had diverged: this step is scored at the ceiling.
    pub const DIVERGED: u8 = 4;
}

/// Checks one proposed value: finite or `previous`, inside the range or clamped, whole where whole numbers are meant (rounding is no violation).
/// Returns the value to apply and the flags.
#[inline]
#[must_use]
pub fn check(spec: &HyperparameterSpec, proposed: f64, previous: f64) -> (f64, u8) {
    if !proposed.is_finite() {
        return (previous, flag::NON_FINITE);
    }
    let whole = if spec.integer { libm::rint(proposed) } else { proposed };
    let clamped = whole.clamp(spec.min, spec.max);
    (clamped, if clamped == whole { 0 } else { flag::CLAMPED })
}

#[cfg(test)]
mod tests {
    use super::*;
    use oha_plugin_api::Scale;

    #[test]
    fn every_kind_of_bad_value_is_replaced_and_flagged() {
        let spec = HyperparameterSpec { name: "x".into(), min: 0.1, max: 2.0, scale: Scale::Linear, integer: false, initial: 1.0 };
        assert_eq!(check(&spec, 1.5, 0.5), (1.5, 0));
        assert_eq!(check(&spec, 3.0, 0.5), (2.0, flag::CLAMPED));
        assert_eq!(check(&spec, -3.0, 0.5), (0.1, flag::CLAMPED));
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(check(&spec, bad, 0.5), (0.5, flag::NON_FINITE));
        }
        let whole = HyperparameterSpec { integer: true, min: 1.0, max: 8.0, ..spec };
        assert_eq!(check(&whole, 3.4, 1.0), (3.0, 0));
        assert_eq!(check(&whole, 9.0, 1.0), (8.0, flag::CLAMPED));
    }
}
