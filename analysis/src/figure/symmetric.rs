//! Symmetric logarithm: an axis for values of either sign that span orders of magnitude, such as the regrets of a good and a failing controller.
//!
//! With `c = 10^linear`, a value `x` stands at `x / c` where `|x| <= c` and at `sign(x) (1 + log10(|x| / c))` beyond, so that the linear part up to
//! `c` is as long as a decade (`symlog` of matplotlib with `linscale = 0.9`; Webber 2013, doi:10.1088/0957-0233/24/2/027001, gives a smooth form). Zero and decades from
//! `c` on are labelled, as many as there is room for, with minor ticks at 2 ... 9 in the logarithmic parts.

use super::ticks::{Label, Room, Tick, Ticks, with_minus};

/// Place of `value` on an axis that is linear up to `10^linear`.
pub(super) fn position(value: f64, linear: i32) -> f64 {
    let part = value / libm::exp10(f64::from(linear));
    if part.abs() <= 1.0 { part } else { (1.0 + libm::log10(part.abs())).copysign(part) }
}

/// The value at a place: the inverse of [`position`].
pub(super) fn value(position: f64, linear: i32) -> f64 {
    let unit = libm::exp10(f64::from(linear));
    if position.abs() <= 1.0 { position * unit } else { (libm::exp10(position.abs() - 1.0) * unit).copysign(position) }
}

/// Ticks between two places.
pub(super) fn ticks((low, high): (f64, f64), linear: i32, room: Room) -> Ticks {
    let (first, last) = (libm::ceil(low - 1e-9) as i32, libm::floor(high + 1e-9) as i32);
    let at = |stride: i32| -> Vec<(f64, Label)> {
        let shown = (first..=last).filter(|place| *place == 0 || (place.abs() - 1).rem_euclid(stride) == 0);
        shown.map(|place| (f64::from(place), label(place, linear))).collect()
    };
    let fits = |labels: &[(f64, Label)]| labels.len() <= room.n_max().max(6) && room.suits(labels, low, high);
    let strides = 1..=(last - first).max(1);
    let labelled = strides.map(at).find(|labels| labels.len() < 3 || fits(labels)).unwrap_or_else(|| {
        let ends = if last > 0 { [0, last] } else { [first, 0] };
        ends.map(|place| (f64::from(place), label(place, linear))).to_vec()
    });
    let digits = || (2..10).map(|digit| libm::log10(f64::from(digit)));
    let decades = (1..=first.abs().max(last.abs())).map(f64::from);
    let outward = decades.flat_map(|decade| std::iter::once(decade).chain(digits().map(move |digit| decade + digit)));
    let minor = outward.flat_map(|place| [-place, place]).filter(|place| *place >= low - 1e-9 && *place <= high + 1e-9);
    let free = minor.filter(|place| labelled.iter().all(|(taken, _)| (taken - place).abs() > 1e-9));
    let mut ticks: Vec<Tick> = free.map(|position| Tick { position, label: None }).collect();
    ticks.extend(labelled.iter().map(|(position, label)| Tick { position: *position, label: Some(label.clone()) }));
    ticks.sort_by(|a, b| a.position.total_cmp(&b.position));
    Ticks { ticks, exponent: 0 }
}

/// `0`, or a power of ten with its sign.
fn label(place: i32, linear: i32) -> Label {
    if place == 0 {
        return Label::plain("0");
    }
    let sign = if place < 0 { "\u{2212}" } else { "" };
    Label { base: format!("{sign}10"), exponent: with_minus(&(linear + place.abs() - 1).to_string()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `SymmetricalLogTransform(base=10, linthresh=10, linscale=0.9).transform(x) / 10` of matplotlib 3.11.
    #[test]
    fn places_are_those_of_matplotlib() {
        let cases = [
            (0.0, 0.0),
            (5.0, 0.5),
            (10.0, 1.0),
            (-10.0, -1.0),
            (100.0, 2.0),
            (-1e4, -4.0),
            (20.0, 1.301029995663981),
            (-2500.0, -3.397940008672037),
        ];
        for (x, wanted) in cases {
            assert!((position(x, 1) - wanted).abs() < 1e-12, "{x}");
            assert!((value(wanted, 1) - x).abs() <= 1e-11 * x.abs(), "{x}");
        }
    }

    #[test]
    fn zero_is_always_written_and_not_alone() {
        for length in [40.0, 80.0, 300.0] {
            for (low, high) in [(-0.2, 4.3), (-3.1, 5.2), (-0.1, 1.3)] {
                let found = ticks((low, high), 0, Room { length, size: 7.0, beside: false });
                let written: Vec<f64> = found.ticks.iter().filter(|tick| tick.label.is_some()).map(|tick| tick.position).collect();
                assert!(written.contains(&0.0) && written.len() >= 2, "{length}, {low} to {high}: {written:?}");
                assert!(found.ticks.windows(2).all(|pair| pair[0].position < pair[1].position));
            }
        }
    }
}
