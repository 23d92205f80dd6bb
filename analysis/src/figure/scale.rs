//! Axes and how values map to positions on them.

use super::symmetric;

/// One axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// Text along the axis; empty for none.
    pub label: String,
    /// How values map to positions.
    pub scale: Scale,
    /// Lower and upper end, in data units; both positive on a logarithmic axis.
    pub range: (f64, f64),
    /// Whether grid lines are drawn at the labelled ticks.
    pub grid: bool,
}

/// How values map to positions.
#[derive(Clone, Debug, PartialEq)]
pub enum Scale {
    /// Proportional.
    Linear,
    /// Proportional, with ticks at whole numbers only (steps, ranks, counts).
    Integer,
    /// Logarithmic, base 10.
    Log,
    /// Linear between minus and plus this power of ten, logarithmic beyond: see the module `symmetric`.
    SymmetricLog {
        /// Exponent of the power of ten up to which the axis is linear.
        linear: i32,
    },
    /// Named places 0, 1, 2 ... (upwards on a vertical axis).
    Category(Vec<String>),
    /// No axis is drawn.
    Hidden,
}

impl Axis {
    /// A linear axis that covers `values` with 4 % to spare on both sides.
    pub fn linear(label: &str, values: impl IntoIterator<Item = f64>) -> Self {
        let (low, high) = extent(values.into_iter().filter(|value| value.is_finite())).unwrap_or((0.0, 1.0));
        let (low, high) = if low < high { (low, high) } else { widen(low) };
        let spare = (high - low) * 0.04;
        Self { label: label.to_owned(), scale: Scale::Linear, range: (low - spare, high + spare), grid: true }
    }

    /// A linear axis with given ends.
    pub fn fixed(label: &str, range: (f64, f64)) -> Self {
        Self { label: label.to_owned(), scale: Scale::Linear, range, grid: true }
    }

    /// An axis of whole numbers with given ends.
    pub fn integer(label: &str, range: (f64, f64)) -> Self {
        let range = if range.0 < range.1 { range } else { (range.0, range.0 + 1.0) };
        Self { label: label.to_owned(), scale: Scale::Integer, range, grid: false }
    }

    /// A logarithmic axis that covers the positive ones of `values`, with 4 % of its length to spare on both sides.
    pub fn log(label: &str, values: impl IntoIterator<Item = f64>) -> Self {
        let positive = values.into_iter().filter(|value| value.is_finite() && *value >= f64::MIN_POSITIVE);
        let (low, high) = extent(positive).unwrap_or((0.1, 10.0));
        let (low, high) = if low < high { (libm::log10(low), libm::log10(high)) } else { (libm::log10(low) - 0.5, libm::log10(low) + 0.5) };
        let spare = ((high - low) * 0.04).max(0.01);
        let range = (libm::exp10(low - spare), libm::exp10(high + spare));
        Self { label: label.to_owned(), scale: Scale::Log, range, grid: true }
    }

    /// A logarithmic axis where all values are positive and span more than a factor of 20, a linear one otherwise.
    pub fn auto(label: &str, values: impl IntoIterator<Item = f64>) -> Self {
        let values: Vec<f64> = values.into_iter().filter(|value| value.is_finite()).collect();
        match extent(values.iter().copied()) {
            Some((low, high)) if low > 0.0 && high / low > 20.0 => Self::log(label, values),
            _ => Self::linear(label, values),
        }
    }

    /// An axis of named places.
    pub fn category(label: &str, names: Vec<String>) -> Self {
        let range = (-0.5, names.len() as f64 - 0.5);
        Self { label: label.to_owned(), scale: Scale::Category(names), range, grid: false }
    }

    /// No axis; positions run over `range`.
    pub fn hidden(range: (f64, f64)) -> Self {
        Self { label: String::new(), scale: Scale::Hidden, range, grid: false }
    }

    /// An axis that is linear up to `10^linear` and logarithmic beyond, with 4 % of its length to spare on both sides.
    pub fn symmetric_log(label: &str, linear: i32, values: impl IntoIterator<Item = f64>) -> Self {
        let places = values.into_iter().filter(|value| value.is_finite()).map(|value| symmetric::position(value, linear));
        let (low, high) = extent(places.chain([0.0])).unwrap_or((0.0, 1.0));
        let spare = ((high - low) * 0.04).max(0.01);
        let range = (symmetric::value(low - spare, linear), symmetric::value(high + spare, linear));
        Self { label: label.to_owned(), scale: Scale::SymmetricLog { linear }, range, grid: true }
    }

    /// Position of `value` on a linear scale: the value itself, or its logarithm.
    pub fn position(&self, value: f64) -> f64 {
        match self.scale {
            Scale::Log => libm::log10(value.max(f64::MIN_POSITIVE)),
            Scale::SymmetricLog { linear } => symmetric::position(value, linear),
            _ => value,
        }
    }

    /// The value at a position: the inverse of [`Axis::position`].
    pub fn value(&self, position: f64) -> f64 {
        match self.scale {
            Scale::Log => libm::exp10(position),
            Scale::SymmetricLog { linear } => symmetric::value(position, linear),
            _ => position,
        }
    }

    /// The ends as positions.
    pub fn positions(&self) -> (f64, f64) {
        (self.position(self.range.0), self.position(self.range.1))
    }
}

/// Least and greatest value; `None` when there is none.
fn extent(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.fold(None, |ends, value| Some(ends.map_or((value, value), |(low, high): (f64, f64)| (low.min(value), high.max(value)))))
}

/// A range around a single value.
fn widen(value: f64) -> (f64, f64) {
    let half = if value == 0.0 { 1.0 } else { value.abs() * 0.1 };
    (value - half, value + half)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_axis_ignores_what_it_cannot_show() {
        let axis = Axis::log("loss", [0.0, -1.0, f64::NAN, 0.01, 10.0]);
        assert!(axis.range.0 > 0.005 && axis.range.0 < 0.01, "{:?}", axis.range);
        assert!(axis.range.1 > 10.0 && axis.range.1 < 15.0);
    }

    #[test]
    fn the_scale_follows_the_data() {
        assert_eq!(Axis::auto("", [0.1, 5.0]).scale, Scale::Log);
        assert_eq!(Axis::auto("", [0.1, 1.0]).scale, Scale::Linear);
        assert_eq!(Axis::auto("", [-0.1, 100.0]).scale, Scale::Linear);
    }

    #[test]
    fn a_single_value_still_has_a_range() {
        for axis in [Axis::linear("", [3.0]), Axis::linear("", [0.0]), Axis::log("", [3.0]), Axis::linear("", [])] {
            assert!(axis.range.0 < axis.range.1, "{axis:?}");
        }
    }
}
