//! Numbers for readers: as many digits as the interval supports, a real minus sign, powers of ten where needed.

use crate::verdict::Estimate;

/// A number in plain text, in a form that each renderer can translate: `1.2e-17` style exponents are kept as [`Number::Power`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Number {
    /// Digits as they are, minus sign included.
    Plain(String),
    /// A mantissa times ten to a power.
    Power(String, i32),
}

impl Number {
    /// Unicode text, such as `1.2×10^-17` (for running text, CSV excepted).
    pub fn text(&self) -> String {
        match self {
            Self::Plain(digits) => digits.clone(),
            Self::Power(mantissa, power) => format!("{mantissa}e{power}"),
        }
    }
}

/// `value` with `n_digits` significant digits; powers of ten below 10^-4 and from 10^6 on.
pub fn significant(value: f64, n_digits: usize) -> Number {
    if let Some(special) = special(value) {
        return Number::Plain(special);
    }
    if value == 0.0 {
        return Number::Plain("0".to_owned());
    }
    let text = format!("{value:.*e}", n_digits.max(1) - 1);
    let (mantissa, power) = text.split_once('e').expect("the `e` format writes an `e`");
    let power: i32 = power.parse().expect("the `e` format writes a whole exponent");
    if !(-4..6).contains(&power) {
        return Number::Power(minus(mantissa), power);
    }
    let decimals = usize::try_from(n_digits as i32 - 1 - power).unwrap_or(0);
    Number::Plain(minus(&format!("{value:.decimals$}")))
}

/// `value` with a fixed number of decimals.
pub fn fixed(value: f64, decimals: usize) -> Number {
    Number::Plain(special(value).unwrap_or_else(|| minus(&format!("{value:.decimals$}"))))
}

/// Value, lower and upper end of an estimate, all to the same place: two significant digits of the interval's half width where they are below
/// 36, one otherwise (as the Particle Data Group rounds), and never more than six significant digits of the largest.
///
/// Without a bounded interval the value has three significant digits and the ends stand as they are.
pub fn estimate(estimate: &Estimate) -> [Number; 3] {
    let numbers = [estimate.value, estimate.lower, estimate.upper];
    if !(estimate.is_bounded() && estimate.value.is_finite()) {
        return numbers.map(|value| significant(value, 3));
    }
    if estimate.width() == 0.0 {
        return numbers.map(|value| significant(value, 3));
    }
    let largest = numbers.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    if largest == 0.0 {
        return numbers.map(|value| significant(value, 1));
    }
    // A value that the interval dwarfs would be rounded to nothing.
    if estimate.value != 0.0 && estimate.value.abs() < estimate.width() * 1e-2 {
        return numbers.map(|value| significant(value, 2));
    }
    let half = (estimate.width() / 2.0).max(largest * 1e-5);
    let leading = half / libm::exp10(f64::from(order(half)));
    let place = order(half) - i32::from(leading < 3.55);
    let power = order(largest);
    if (-4..6).contains(&power) {
        let decimals = usize::try_from(-place).unwrap_or(0);
        return numbers.map(|value| fixed(value, decimals));
    }
    let decimals = usize::try_from(power - place).unwrap_or(0);
    numbers.map(|value| Number::Power(minus(&format!("{:.decimals$}", scaled(value, -power))), power))
}

/// A p-value: three significant digits, two in powers of ten, and never a zero.
pub fn p_value(p: f64) -> Number {
    if p >= 0.001 { significant(p, 2) } else { significant(p, 2).into_power(p) }
}

impl Number {
    fn into_power(self, value: f64) -> Self {
        match self {
            Self::Plain(_) if value > 0.0 => {
                let text = format!("{value:.1e}");
                let (mantissa, power) = text.split_once('e').expect("the `e` format writes an `e`");
                Self::Power(mantissa.to_owned(), power.parse().expect("the `e` format writes a whole exponent"))
            }
            other => other,
        }
    }
}

/// Power of ten of the leading digit.
fn order(value: f64) -> i32 {
    let text = format!("{value:e}");
    text.split_once('e').and_then(|(_, power)| power.parse().ok()).expect("the `e` format writes a whole exponent")
}

/// `value` times a power of ten, rounded once.
fn scaled(value: f64, power: i32) -> f64 {
    if power >= 0 { value * libm::exp10(f64::from(power)) } else { value / libm::exp10(f64::from(-power)) }
}

fn special(value: f64) -> Option<String> {
    match value {
        _ if value.is_nan() => Some("n/a".to_owned()),
        f64::INFINITY => Some("∞".to_owned()),
        f64::NEG_INFINITY => Some("\u{2212}∞".to_owned()),
        _ => None,
    }
}

fn minus(digits: &str) -> String {
    match digits.strip_prefix('-') {
        Some(rest) if rest.bytes().all(|byte| byte == b'0' || byte == b'.') => rest.to_owned(),
        Some(rest) => format!("\u{2212}{rest}"),
        None => digits.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: f64, lower: f64, upper: f64) -> [String; 3] {
        let of = Estimate { value, lower, upper, level: 0.95, method: String::new(), n: 3 };
        estimate(&of).map(|number| number.text())
    }

    #[test]
    fn digits_follow_the_interval() {
        assert_eq!(written(0.123_456, 0.120_1, 0.127_9), ["0.123", "0.120", "0.128"]);
        assert_eq!(written(12.3456, -3.0, 31.0), ["12", "−3", "31"]);
        assert_eq!(written(1e-9, 0.9e-9, 1.1e-9), ["1.00e-9", "0.90e-9", "1.10e-9"]);
        assert_eq!(written(2.0, 2.0, 2.0), ["2.00", "2.00", "2.00"]);
        assert_eq!(written(f64::INFINITY, 10.0, f64::INFINITY), ["∞", "10.0", "∞"]);
        assert_eq!(written(0.0, 0.0, 0.0), ["0", "0", "0"]);
        assert_eq!(written(0.032, 0.0, 8e6), ["0.032", "0", "8.0e6"]);
    }

    #[test]
    fn p_values_are_never_zero() {
        assert_eq!(p_value(1e-17).text(), "1.0e-17");
        assert_eq!(p_value(0.000_49).text(), "4.9e-4");
        assert_eq!(p_value(0.0312).text(), "0.031");
        assert_eq!(p_value(1.0).text(), "1.0");
    }

    #[test]
    fn negative_zero_is_zero() {
        assert_eq!(fixed(-0.001, 2).text(), "0.00");
        assert_eq!(significant(-1234.5, 3).text(), "−1234");
    }
}
