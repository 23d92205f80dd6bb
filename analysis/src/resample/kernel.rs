//! A statistic prepared for its sample.

use super::counts::Counts;
use super::few::Few;
use super::index::{Index, covering};
use super::{Plan, Statistic, fold};
use crate::estimate::{mean_of, trim_count};

pub(crate) enum Kernel<I> {
    /// `offset + sum of terms / divisor`; no divisor means the number of draws.
    Sum { terms: Vec<f64>, offset: f64, divisor: Option<f64> },
    /// Standard deviation of centred values.
    Deviation { centred: Vec<f64> },
    /// A function of order statistics.
    Order { sorted: Vec<f64>, position: Vec<I>, statistic: Statistic },
}

/// What a thread keeps between resamples.
pub(crate) struct Scratch<I> {
    indices: Vec<I>,
    counts: Counts,
}

impl<I: Index> Kernel<I> {
    pub(crate) fn prepare(plan: &Plan, values: &[f64], statistic: Statistic) -> Self {
        let centre = mean_of(values);
        let centred = || values.iter().map(|value| value - centre).collect::<Vec<f64>>();
        let padded = |terms: &[f64]| if size_of::<I>() == 1 { covering::<I, f64>(terms) } else { terms.to_vec() };
        match statistic {
            Statistic::Mean => Self::Sum { terms: padded(&centred()), offset: centre, divisor: None },
            Statistic::MeanOfStrata => {
                let (weights, n_strata) = plan.weights();
                let terms: Vec<f64> = centred().iter().zip(&weights).map(|(value, weight)| value * weight).collect();
                Self::Sum { terms: padded(&terms), offset: centre, divisor: Some(n_strata) }
            }
            Statistic::StandardDeviation => Self::Deviation { centred: padded(&centred()) },
            _ => {
                let mut order: Vec<u32> = (0..values.len() as u32).collect();
                order.sort_by(|&a, &b| values[a as usize].total_cmp(&values[b as usize]));
                let mut position = covering::<I, I>(&vec![I::default(); values.len()]);
                for (rank, &index) in order.iter().enumerate() {
                    position[index as usize] = I::of(rank as u32);
                }
                let sorted = order.iter().map(|&index| values[index as usize]).collect();
                Self::Order { sorted, position, statistic }
            }
        }
    }

    pub(crate) fn scratch(&self) -> Scratch<I> {
        let n = match self {
            Self::Order { sorted, .. } => sorted.len(),
            _ => 0,
        };
        Scratch { indices: Vec::new(), counts: Counts::new::<I>(n) }
    }

    pub(crate) fn evaluate(&self, plan: &Plan, seed: u64, resample: u64, scratch: &mut Scratch<I>) -> f64 {
        let Scratch { indices, counts } = scratch;
        self.value(plan.draw(seed, resample, indices), counts)
    }

    #[inline]
    fn value(&self, drawn: &[I], counts: &mut Counts) -> f64 {
        match self {
            Self::Sum { terms, offset, divisor } => offset + sum_of(terms, drawn) / divisor.unwrap_or(drawn.len() as f64),
            Self::Deviation { centred } => variance(centred, drawn).sqrt(),
            Self::Order { sorted, position, statistic } if Few::suits(sorted.len(), drawn.len()) && Few::knows(*statistic) => {
                let mut few = Few::default();
                drawn.iter().for_each(|&index| few.add(index.pick(position).place()));
                few.value(*statistic, sorted, drawn.len())
            }
            Self::Order { sorted, position, statistic } => {
                counts.clear();
                drawn.iter().for_each(|&index| counts.add(index.pick(position)));
                order_statistic(*statistic, sorted, counts, drawn.len())
            }
        }
    }
}

/// Sum of the terms drawn, in four lanes.
fn sum_of<I: Index>(terms: &[f64], drawn: &[I]) -> f64 {
    let mut sum = [0.0; 4];
    let (whole, rest) = drawn.as_chunks::<4>();
    for indices in whole {
        for (sum, &index) in sum.iter_mut().zip(indices) {
            *sum += index.term(terms);
        }
    }
    for (sum, &index) in sum.iter_mut().zip(rest) {
        *sum += index.term(terms);
    }
    fold(sum)
}

/// Sums of the terms drawn and of their squares. Products are rounded, not fused: a fused one is a function call where the target is any x86-64.
pub(crate) fn moments<I: Index>(centred: &[f64], drawn: &[I]) -> (f64, f64) {
    let (mut sum, mut squares) = ([0.0; 4], [0.0; 4]);
    for indices in drawn.chunks(4) {
        for (lane, &index) in indices.iter().enumerate() {
            let value = index.term(centred);
            sum[lane] += value;
            squares[lane] += value * value;
        }
    }
    (fold(sum), fold(squares))
}

/// Variance of the values drawn, divisor `n - 1`; 0 for a single one.
fn variance<I: Index>(centred: &[f64], drawn: &[I]) -> f64 {
    let n = drawn.len() as f64;
    let (sum, squares) = moments(centred, drawn);
    if n < 2.0 { 0.0 } else { ((squares - sum * sum / n) / (n - 1.0)).max(0.0) }
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
            let (low, high) = (sorted[position], if upto > upper { sorted[position] } else { sorted[counts.after(position)] });
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
