//! A statistic prepared for its sample.

use super::counts::Counts;
use super::{Plan, Statistic, fold};
use crate::estimate::{mean_of, trim_count};

pub(crate) enum Kernel {
    /// `offset + sum of terms / divisor`; no divisor means the number of draws.
    Sum { terms: Vec<f64>, offset: f64, divisor: Option<f64> },
    /// Standard deviation of centred values.
    Deviation { centred: Vec<f64> },
    /// A function of order statistics.
    Order { sorted: Vec<f64>, position: Vec<u32>, statistic: Statistic },
}

impl Kernel {
    pub(crate) fn prepare(plan: &Plan, values: &[f64], statistic: Statistic) -> Self {
        let centre = mean_of(values);
        let centred = || values.iter().map(|value| value - centre).collect::<Vec<f64>>();
        match statistic {
            Statistic::Mean => Self::Sum { terms: centred(), offset: centre, divisor: None },
            Statistic::MeanOfStrata => {
                let (weights, n_strata) = plan.weights();
                let terms = centred().iter().zip(&weights).map(|(value, weight)| value * weight).collect();
                Self::Sum { terms, offset: centre, divisor: Some(n_strata) }
            }
            Statistic::StandardDeviation => Self::Deviation { centred: centred() },
            _ => {
                let mut order: Vec<u32> = (0..values.len() as u32).collect();
                order.sort_by(|&a, &b| values[a as usize].total_cmp(&values[b as usize]));
                let mut position = vec![0; values.len()];
                for (rank, &index) in order.iter().enumerate() {
                    position[index as usize] = rank as u32;
                }
                let sorted = order.iter().map(|&index| values[index as usize]).collect();
                Self::Order { sorted, position, statistic }
            }
        }
    }

    pub(crate) fn scratch(&self) -> Counts {
        match self {
            Self::Order { sorted, .. } => Counts::new(sorted.len()),
            _ => Counts::new(0),
        }
    }

    pub(crate) fn evaluate(&self, plan: &Plan, seed: u64, resample: u64, counts: &mut Counts) -> f64 {
        match self {
            Self::Sum { terms, offset, divisor } => {
                let mut sum = [0.0; 4];
                let n = plan.draw(seed, resample, |lane, index| sum[lane] += terms[index]);
                offset + fold(sum) / divisor.unwrap_or(n as f64)
            }
            Self::Deviation { centred } => {
                let (mut sum, mut squares) = ([0.0; 4], [0.0; 4]);
                let n = plan.draw(seed, resample, |lane, index| {
                    let value = centred[index];
                    sum[lane] += value;
                    squares[lane] = value.mul_add(value, squares[lane]);
                }) as f64;
                let (sum, squares) = (fold(sum), fold(squares));
                if n < 2.0 { 0.0 } else { ((squares - sum * sum / n) / (n - 1.0)).max(0.0).sqrt() }
            }
            Self::Order { sorted, position, statistic } => {
                counts.clear();
                let n = plan.draw(seed, resample, |_, index| counts.add(position[index] as usize));
                order_statistic(*statistic, sorted, counts, n)
            }
        }
    }
}

fn order_statistic(statistic: Statistic, sorted: &[f64], counts: &Counts, n: usize) -> f64 {
    let at = |rank| sorted[counts.locate(rank).0];
    match statistic {
        Statistic::Median => {
            let upper = n / 2;
            if n % 2 == 1 {
                return at(upper);
            }
            let (position, upto) = counts.locate(upper - 1);
            let (low, high) = (sorted[position], if upto > upper { sorted[position] } else { at(upper) });
            crate::estimate::midpoint(low, high)
        }
        Statistic::Quantile(p, kind) => {
            let (first, second, weight) = kind.position(n, p);
            crate::estimate::interpolate(at(first), at(second), weight)
        }
        Statistic::InterquartileMean => trimmed(sorted, counts, n, 0.25),
        Statistic::TrimmedMean(fraction) => trimmed(sorted, counts, n, fraction),
        Statistic::Mean | Statistic::MeanOfStrata | Statistic::StandardDeviation => unreachable!("prepared as a sum"),
    }
}

fn trimmed(sorted: &[f64], counts: &Counts, n: usize, fraction: f64) -> f64 {
    let dropped = trim_count(n, fraction);
    counts.sum_between(sorted, dropped, n - dropped) / (n - 2 * dropped) as f64
}
