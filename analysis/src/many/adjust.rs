//! p-values adjusted for several tests; monotone in the unadjusted ones, at most 1, in the order of the input.

use crate::error::StatError;

/// Method of adjustment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adjustment {
    /// Each times the number of tests.
    Bonferroni,
    /// `1 - (1 - p)^m`.
    Sidak,
    /// Step-down Bonferroni (Holm 1979): controls the family-wise error under any dependence.
    Holm,
    /// Step-down Sidak.
    HolmSidak,
    /// Step-up (Hochberg 1988): needs independence or positive dependence.
    Hochberg,
    /// False discovery rate under independence (Benjamini and Hochberg 1995).
    BenjaminiHochberg,
    /// False discovery rate under any dependence (Benjamini and Yekutieli 2001).
    BenjaminiYekutieli,
}

/// Adjusts a family of p-values. An empty family gives an empty list.
///
/// # Errors
/// A p-value outside `[0, 1]` or NaN.
pub fn adjust(p: &[f64], method: Adjustment) -> Result<Vec<f64>, StatError> {
    if let Some(&found) = p.iter().find(|p| !(0.0..=1.0).contains(*p)) {
        return Err(StatError::Parameter { parameter: "p", found, allowed: "0 to 1" });
    }
    let m = p.len();
    let size = m as f64;
    let mut order: Vec<usize> = (0..m).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    let sidak = |p: f64, power: f64| -libm::expm1(power * libm::log1p(-p));
    let scaled: Vec<f64> = order
        .iter()
        .enumerate()
        .map(|(rank, &index)| {
            let (p, left, place) = (p[index], (m - rank) as f64, (rank + 1) as f64);
            match method {
                Adjustment::Bonferroni => p * size,
                Adjustment::Sidak => sidak(p, size),
                Adjustment::Holm | Adjustment::Hochberg => p * left,
                Adjustment::HolmSidak => sidak(p, left),
                Adjustment::BenjaminiHochberg => p * size / place,
                Adjustment::BenjaminiYekutieli => p * size / place * (1..=m).map(|i| 1.0 / i as f64).sum::<f64>(),
            }
        })
        .collect();
    let mut adjusted = vec![0.0; m];
    match method {
        Adjustment::Bonferroni | Adjustment::Sidak => {
            order.iter().zip(&scaled).for_each(|(&index, &value)| adjusted[index] = value.min(1.0));
        }
        Adjustment::Holm | Adjustment::HolmSidak => {
            let mut largest = 0.0_f64;
            for (&index, &value) in order.iter().zip(&scaled) {
                largest = largest.max(value);
                adjusted[index] = largest.min(1.0);
            }
        }
        Adjustment::Hochberg | Adjustment::BenjaminiHochberg | Adjustment::BenjaminiYekutieli => {
            let mut smallest = 1.0_f64;
            for (&index, &value) in order.iter().zip(&scaled).rev() {
                smallest = smallest.min(value);
                adjusted[index] = smallest;
            }
        }
    }
    // A product rounded down must not fall below the p-value itself.
    adjusted.iter_mut().zip(p).for_each(|(adjusted, p)| *adjusted = adjusted.max(*p));
    Ok(adjusted)
}
