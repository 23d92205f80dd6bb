//! Where an axis is marked and how the marks are written.
//!
//! Linear axes use steps of 1, 2, 2.5 or 5 times a power of ten. Logarithmic axes mark decades (every n-th one where there is no room) with
//! minor ticks at 2 ... 9, or at the decades left out; where fewer than two decades are visible, the ticks 1-2-5 are written too.

use super::description::{Axis, Scale};
use super::metrics::{EXPONENT_SIZE, text_width};

/// One tick.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Position on the axis, see [`Axis::position`].
    pub position: f64,
    /// What is written; `None` for a minor tick.
    pub label: Option<Label>,
}

/// Text of a tick: a base and an exponent above it (empty for none).
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Label {
    /// Text on the line.
    pub base: String,
    /// Text of the exponent.
    pub exponent: String,
}

impl Label {
    /// A label without exponent.
    pub fn plain(base: impl Into<String>) -> Self {
        Self { base: base.into(), exponent: String::new() }
    }

    /// Width at font size `size`.
    pub fn width(&self, size: f64) -> f64 {
        text_width(&self.base, size, false) + text_width(&self.exponent, size * EXPONENT_SIZE, false)
    }
}

/// The ticks of an axis and the power of ten taken out of their labels.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Ticks {
    /// Ticks by rising position.
    pub ticks: Vec<Tick>,
    /// Labels are to be multiplied by ten to this power.
    pub exponent: i32,
}

/// Room that labels have along their axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Room {
    /// Length of the axis in points.
    pub length: f64,
    /// Font size of the labels in points.
    pub size: f64,
    /// Whether labels stand one beside the other (horizontal axis) or one above the other.
    pub beside: bool,
}

impl Room {
    /// Whether labels at neighbouring `positions` keep clear of each other on an axis from `low` to `high`.
    pub(super) fn suits(&self, labels: &[(f64, Label)], low: f64, high: f64) -> bool {
        let scale = self.length / (high - low);
        let extent = |label: &Label| if self.beside { label.width(self.size) } else { self.size * 1.1 };
        let clearance = self.size * if self.beside { 0.8 } else { 0.5 };
        labels.windows(2).all(|pair| (pair[1].0 - pair[0].0) * scale >= (extent(&pair[0].1) + extent(&pair[1].1)) / 2.0 + clearance)
    }

    /// Number of labels above which an axis looks crowded.
    pub(super) fn n_max(&self) -> usize {
        (self.length / (self.size * if self.beside { 4.4 } else { 2.9 })).clamp(3.0, 9.0) as usize
    }
}

/// Ticks of `axis` for the room given.
pub fn ticks(axis: &Axis, room: Room) -> Ticks {
    match &axis.scale {
        Scale::Linear => linear(axis.range, room, false),
        Scale::Integer => linear(axis.range, room, true),
        Scale::Log => log(axis.positions(), room),
        Scale::SymmetricLog { linear } => super::symmetric::ticks(axis.positions(), *linear, room),
        Scale::Category(names) => {
            let tick = |(index, name): (usize, &String)| Tick { position: index as f64, label: Some(Label::plain(name.clone())) };
            Ticks { ticks: names.iter().enumerate().map(tick).collect(), exponent: 0 }
        }
        Scale::Hidden => Ticks::default(),
    }
}

/// Multiples of a nice step within the range: the finest step that is neither crowded nor overlapping.
fn linear(range: (f64, f64), room: Room, integer: bool) -> Ticks {
    let (low, high) = range;
    let decade = libm::floor(libm::log10(high - low)) as i32;
    let steps = (decade - 2..=decade + 1).flat_map(|power| [(1.0, power), (2.0, power), (2.5, power), (5.0, power)]);
    let mut best = Ticks::default();
    for (mantissa, power) in steps {
        if integer && (power < 0 || (mantissa == 2.5 && power < 1)) {
            continue;
        }
        let candidate = multiples(low, high, mantissa, power);
        let n = candidate.ticks.len();
        let labels: Vec<(f64, Label)> =
            candidate.ticks.iter().map(|tick| (tick.position, tick.label.clone().unwrap_or_default())).collect();
        if n >= 2 && n <= room.n_max() && room.suits(&labels, low, high) {
            return candidate;
        }
        if n >= 1 && (best.ticks.is_empty() || n >= 2) {
            best = candidate;
        }
    }
    best
}

/// Ticks at the multiples of `mantissa * 10^power` in [low, high].
fn multiples(low: f64, high: f64, mantissa: f64, power: i32) -> Ticks {
    // Division by a power of ten rounds once; multiplication by a negative power would round twice and write 0.30000000000000004.
    let value = |index: f64| {
        if power >= 0 { index * mantissa * libm::exp10(f64::from(power)) } else { index * mantissa / libm::exp10(f64::from(-power)) }
    };
    let step = value(1.0);
    let (first, last) = (libm::ceil(low / step - 1e-9), libm::floor(high / step + 1e-9));
    let n = (last - first + 1.0).clamp(0.0, 1000.0) as usize;
    let values: Vec<f64> = (0..n).map(|index| value(first + index as f64)).collect();
    let largest = values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let magnitude = if largest > 0.0 { libm::floor(libm::log10(largest) + 1e-9) as i32 } else { 0 };
    let exponent = if (-3..=4).contains(&magnitude) { 0 } else { magnitude };
    let decimals = usize::try_from(exponent - power + i32::from(mantissa == 2.5)).unwrap_or(0);
    let tick = |position: f64| {
        let shown = if exponent >= 0 { position / libm::exp10(f64::from(exponent)) } else { position * libm::exp10(f64::from(-exponent)) };
        Tick { position, label: Some(Label::plain(with_minus(&format!("{shown:.decimals$}")))) }
    };
    Ticks { ticks: values.into_iter().map(tick).collect(), exponent }
}

/// Least length in points of a decade that has minor ticks inside although not every decade is labelled.
const DECADE_MIN: f64 = 14.0;

/// Ticks of a logarithmic axis between two decimal logarithms.
fn log((low, high): (f64, f64), room: Room) -> Ticks {
    let (first, last) = (libm::ceil(low - 1e-9) as i32, libm::floor(high + 1e-9) as i32);
    let decade = room.length / (high - low);
    let mut labelled: Vec<(f64, Label)> = Vec::new();
    let mut stride = 1;
    if last - first >= 1 {
        loop {
            labelled = (first..=last)
                .filter(|power| power.rem_euclid(stride) == 0)
                .map(|power| (f64::from(power), Label { base: "10".to_owned(), exponent: with_minus(&power.to_string()) }))
                .collect();
            if labelled.len() < 2 || (labelled.len() <= room.n_max().max(6) && room.suits(&labelled, low, high)) {
                break;
            }
            stride += 1;
        }
    }
    if labelled.len() < 2 && last - first <= 2 {
        labelled = between_decades(low, high, room);
    }
    let minor = |power: i32| -> Vec<f64> {
        if stride == 1 || decade >= DECADE_MIN {
            (1..10).map(|digit| f64::from(power) + libm::log10(f64::from(digit))).collect()
        } else {
            vec![f64::from(power)]
        }
    };
    let mut ticks: Vec<Tick> = labelled.iter().map(|(position, label)| Tick { position: *position, label: Some(label.clone()) }).collect();
    for position in (first - 1..=last).flat_map(minor) {
        let inside = position >= low - 1e-9 && position <= high + 1e-9;
        if inside && labelled.iter().all(|(taken, _)| (taken - position).abs() > 1e-9) {
            ticks.push(Tick { position, label: None });
        }
    }
    ticks.sort_by(|a, b| a.position.total_cmp(&b.position));
    Ticks { ticks, exponent: 0 }
}

/// Written ticks where fewer than two decades are visible: as many of the digits as there is room for.
fn between_decades(low: f64, high: f64, room: Room) -> Vec<(f64, Label)> {
    let digit_sets: [&[u32]; 5] = [&[1, 2, 3, 4, 5, 6, 7, 8, 9], &[1, 2, 3, 5, 7], &[1, 2, 5], &[1, 3], &[1]];
    let (first, last) = (libm::floor(low) as i32, libm::floor(high) as i32);
    let mut best = Vec::new();
    for digits in digit_sets {
        let labels: Vec<(f64, Label)> = (first..=last)
            .flat_map(|power| digits.iter().map(move |&digit| (f64::from(power) + libm::log10(f64::from(digit)), power, digit)))
            .filter(|(position, ..)| *position >= low - 1e-9 && *position <= high + 1e-9)
            .map(|(position, power, digit)| (position, scientific(digit, power)))
            .collect();
        if labels.len() <= room.n_max() + 2 && room.suits(&labels, low, high) {
            return if labels.len() >= 2 || best.is_empty() { labels } else { best };
        }
        if best.is_empty() && labels.len() == 2 {
            best = labels;
        }
    }
    best
}

/// A digit times a power of ten: written out between 0.001 and 9000, as `2×10^-5` beyond.
fn scientific(digit: u32, power: i32) -> Label {
    match power {
        0..=3 => Label::plain((u64::from(digit) * 10_u64.pow(power.unsigned_abs())).to_string()),
        -3..=-1 => Label::plain(format!("0.{}{digit}", "0".repeat(power.unsigned_abs() as usize - 1))),
        _ if digit == 1 => Label { base: "10".to_owned(), exponent: with_minus(&power.to_string()) },
        _ => Label { base: format!("{digit}×10"), exponent: with_minus(&power.to_string()) },
    }
}

/// Replaces the hyphen of a negative number by a minus sign, and writes negative zero as zero.
pub(super) fn with_minus(number: &str) -> String {
    match number.strip_prefix('-') {
        Some(rest) if rest.bytes().all(|byte| byte == b'0' || byte == b'.') => rest.to_owned(),
        Some(rest) => format!("\u{2212}{rest}"),
        None => number.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WIDE: Room = Room { length: 200.0, size: 7.0, beside: true };

    fn written(ticks: &Ticks) -> Vec<String> {
        ticks.ticks.iter().filter_map(|tick| tick.label.as_ref()).map(|label| format!("{}^{}", label.base, label.exponent)).collect()
    }

    #[test]
    fn round_steps_are_written_exactly() {
        assert_eq!(written(&linear((0.0, 1.0), WIDE, false)), ["0.0^", "0.2^", "0.4^", "0.6^", "0.8^", "1.0^"]);
        assert_eq!(written(&linear((-0.31, 0.3), Room { length: 80.0, ..WIDE }, false)), ["−0.2^", "0.0^", "0.2^"]);
        assert_eq!(written(&linear((0.0, 2.0), WIDE, true)), ["0^", "1^", "2^"]);
    }

    #[test]
    fn large_numbers_share_their_power() {
        let ticks = linear((0.0, 250_000.0), WIDE, false);
        assert_eq!((ticks.exponent, written(&ticks)[1].as_str()), (5, "0.5^"));
        let ticks = linear((0.0, 2e-6), WIDE, false);
        assert_eq!((ticks.exponent, written(&ticks)[1].as_str()), (-6, "0.5^"));
    }

    #[test]
    fn decades_have_nine_intervals() {
        let ticks = log((-2.0, 1.0), WIDE);
        assert_eq!(written(&ticks), ["10^−2", "10^−1", "10^0", "10^1"]);
        assert_eq!(ticks.ticks.len(), 4 + 3 * 8);
    }

    #[test]
    fn many_decades_are_thinned_at_round_exponents() {
        let ticks = log((-20.0, 20.0), Room { length: 60.0, ..WIDE });
        let exponents: Vec<_> = written(&ticks);
        assert!(exponents.len() >= 2 && exponents.len() <= 4, "{exponents:?}");
        assert!(exponents.contains(&"10^0".to_owned()));
    }

    #[test]
    fn less_than_a_decade_is_still_written() {
        assert_eq!(written(&log((libm::log10(0.2), libm::log10(0.55)), WIDE)), ["0.2^", "0.3^", "0.4^", "0.5^"]);
        assert_eq!(written(&log((libm::log10(2e-5), libm::log10(6e-5)), WIDE)), ["2×10^−5", "3×10^−5", "4×10^−5", "5×10^−5", "6×10^−5"]);
    }

    proptest! {
        #[test]
        fn ticks_lie_inside_rise_and_do_not_collide(low in -1e6_f64..1e6, span in 1e-6_f64..1e7, length in 40.0_f64..600.0, beside: bool) {
            let room = Room { length, size: 7.0, beside };
            let high = low + span;
            prop_assume!(span > low.abs() * 1e-9);
            let found = linear((low, high), room, false);
            prop_assert!(!found.ticks.is_empty());
            prop_assert!(found.ticks.windows(2).all(|pair| pair[0].position < pair[1].position));
            let slack = span * 1e-6;
            prop_assert!(found.ticks.iter().all(|tick| tick.position >= low - slack && tick.position <= high + slack));
            let texts: Vec<String> = written(&found);
            prop_assert!(texts.windows(2).all(|pair| pair[0] != pair[1]), "{texts:?}");
        }

        #[test]
        fn log_ticks_lie_inside_and_rise(low in -30.0_f64..30.0, span in 0.05_f64..60.0, length in 40.0_f64..600.0, beside: bool) {
            let room = Room { length, size: 7.0, beside };
            let found = log((low, low + span), room);
            prop_assert!(found.ticks.windows(2).all(|pair| pair[0].position < pair[1].position));
            prop_assert!(found.ticks.iter().all(|tick| tick.position >= low - 1e-8 && tick.position <= low + span + 1e-8));
            if span > 1.0 {
                prop_assert!(!written(&found).is_empty());
            }
            let labels: Vec<(f64, Label)> = found.ticks.iter().filter_map(|t| Some((t.position, t.label.clone()?))).collect();
            prop_assert!(labels.len() <= 2 || room.suits(&labels, low, low + span), "{labels:?}");
        }
    }
}
