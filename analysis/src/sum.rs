//! Exactly rounded sums (Shewchuk 1997, doi:10.1007/PL00009321): the result does not depend on the order of the terms.

/// Correctly rounded sum of finite terms; an overflow gives an infinity.
#[must_use]
pub fn exact_sum(terms: impl IntoIterator<Item = f64>) -> f64 {
    let mut plain = 0.0;
    let total = round(&exact_parts(terms.into_iter().inspect(|term| plain += term)));
    if total.is_finite() { total } else { plain }
}

/// Numbers of increasing magnitude that do not overlap and whose sum is that of the terms, with no rounding at all.
pub(crate) fn exact_parts(terms: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let mut partials: Vec<f64> = Vec::new();
    for term in terms {
        let mut x = term;
        let mut kept = 0;
        for index in 0..partials.len() {
            let mut y = partials[index];
            if x.abs() < y.abs() {
                std::mem::swap(&mut x, &mut y);
            }
            let high = x + y;
            let low = y - (high - x);
            if low != 0.0 {
                partials[kept] = low;
                kept += 1;
            }
            x = high;
        }
        partials.truncate(kept);
        partials.push(x);
    }
    partials
}

/// Rounds non-overlapping partials of increasing magnitude, half to even.
fn round(partials: &[f64]) -> f64 {
    let mut rest = partials.iter().rev().copied();
    let Some(mut high) = rest.next() else { return 0.0 };
    while let Some(next) = rest.next() {
        let sum = high + next;
        let low = next - (sum - high);
        high = sum;
        if low != 0.0 {
            if let Some(below) = rest.next()
                && ((low < 0.0 && below < 0.0) || (low > 0.0 && below > 0.0))
            {
                let twice = low * 2.0;
                let candidate = high + twice;
                if candidate - high == twice {
                    high = candidate;
                }
            }
            break;
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::exact_sum;

    #[test]
    fn cancellation_and_order_do_not_matter() {
        assert_eq!(exact_sum([1e16, 1.0, -1e16, 1.0]), 2.0);
        assert_eq!(exact_sum([1.0, 1e100, 1.0, -1e100]), 2.0);
        assert_eq!(exact_sum([0.1; 10]), 1.0);
        assert_eq!(exact_sum([]), 0.0);
        assert_eq!(exact_sum([f64::MAX, f64::MAX]), f64::INFINITY);
        assert_eq!(exact_sum([1.0, f64::EPSILON / 2.0, f64::EPSILON / 4.0]), 1.0 + f64::EPSILON);
    }
}
