//! Sorting of floating-point numbers through the integers that order as they do.
//!
//! The bits of an `f64`, with all but the sign flipped where the sign is set, order as integers the way `f64::total_cmp` orders numbers (IEEE 754,
//! totalOrder). Integers compare in one instruction, so ten thousand replicates are sorted in half the time.

/// Number of parts over which values are spread to find a few order statistics.
const N_PARTS: usize = 1024;

/// Sorts ascending in the order of `f64::total_cmp`.
pub(crate) fn sort(values: &mut [f64]) {
    let mut keys: Vec<i64> = values.iter().map(|value| key(*value)).collect();
    keys.sort_unstable();
    values.iter_mut().zip(keys).for_each(|(value, key)| *value = number(key));
}

/// The integer that orders as the number does.
pub(crate) fn key(value: f64) -> i64 {
    flip(value.to_bits() as i64)
}

/// The number with this key.
pub(crate) fn number(key: i64) -> f64 {
    f64::from_bits(flip(key) as u64)
}

/// The order statistics of these ranks (from 0), without sorting the rest: the values are counted over equal parts of their range, and only the parts
/// that hold a rank are sorted.
///
/// # Panics
/// If a rank is not below the number of values.
pub(crate) fn select<const N: usize>(values: &[f64], ranks: [usize; N]) -> [f64; N] {
    let (low, high) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &value| (low.min(value), high.max(value)));
    let scale = (N_PARTS - 1) as f64 / (high - low);
    if !(scale.is_finite() && low.is_finite() && high.is_finite()) {
        let mut sorted = values.to_vec();
        sort(&mut sorted);
        return ranks.map(|rank| sorted[rank]);
    }
    // Rounding keeps the order: a larger value never falls into an earlier part.
    let parts: Vec<u16> = values.iter().map(|value| ((value - low) * scale) as u16 % N_PARTS as u16).collect();
    let mut counts = [0_usize; N_PARTS];
    parts.iter().for_each(|&part| counts[usize::from(part) % N_PARTS] += 1);
    // For each rank its part, and the number of values before the part.
    let places = ranks.map(|rank| {
        let mut before = 0;
        let part = counts.iter().position(|&n| {
            (before + n > rank) || {
                before += n;
                false
            }
        });
        (part.expect("a rank is below the number of values"), before)
    });
    let mut wanted = [false; N_PARTS];
    places.iter().for_each(|&(part, _)| wanted[part] = true);
    let mut kept: Vec<f64> =
        values.iter().zip(&parts).filter(|(_, part)| wanted[usize::from(**part) % N_PARTS]).map(|(value, _)| *value).collect();
    sort(&mut kept);
    std::array::from_fn(|index| {
        let (part, before) = places[index];
        let skipped: usize = counts[..part].iter().zip(&wanted).filter(|(_, wanted)| **wanted).map(|(n, _)| n).sum();
        kept[skipped + ranks[index] - before]
    })
}

/// Its own inverse: the sign stays.
fn flip(bits: i64) -> i64 {
    bits ^ ((bits >> 63) as u64 >> 1) as i64
}

/// Values without repetition, in order of appearance.
pub(crate) fn distinct<'a>(values: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen: Vec<&str> = Vec::new();
    for value in values {
        if !seen.contains(&value) {
            seen.push(value);
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sorts_as_total_cmp(mut values in prop::collection::vec(any::<f64>(), 0..60)) {
            values.extend([0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY]);
            let mut wanted = values.clone();
            wanted.sort_by(f64::total_cmp);
            sort(&mut values);
            let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
            prop_assert_eq!(bits(&values), bits(&wanted));
        }

        /// Even and uneven values, with ties, zeros of both signs and few or many ranks in one part.
        #[test]
        fn selects_what_sorting_finds(
            mut values in prop::collection::vec(-1.0_f64..1.0, 1..900),
            power in prop::sample::select(vec![1, 3, 41]),
            special in prop::sample::select(vec![0.25, 0.0, -0.0, f64::INFINITY, f64::MAX, 1e-300]),
            ranks in any::<[prop::sample::Index; 4]>(),
        ) {
            values.iter_mut().for_each(|value| *value = value.powi(power));
            values.extend([special; 3]);
            values.push(-0.0);
            let ranks = ranks.map(|rank| rank.index(values.len()));
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            let bits = |values: [f64; 4]| values.map(f64::to_bits);
            prop_assert_eq!(bits(select(&values, ranks)), bits(ranks.map(|rank| sorted[rank])));
        }
    }
}
