//! Losses that no choice alters: `loss[t][a]` is known for every step and arm. Then the best sequence with at most `K` switches is found by dynamic
//! programming over (step, switches used, arm), in `O(T K A)` (the "tracking" problem of Herbster, Warmuth 1998, doi:10.1023/A:1007424614876).

/// The best sequence of arms and its cumulative loss. `loss` is `n_steps x n_arms`, row-major; `None` switches without limit.
///
/// # Panics
/// When there is no arm or no step.
#[must_use]
pub fn best_sequence(loss: &[f64], n_arms: usize, switches_max: Option<usize>) -> (Vec<usize>, f64) {
    assert!(n_arms > 0 && !loss.is_empty() && loss.len().is_multiple_of(n_arms), "the table has steps and arms");
    let n_steps = loss.len() / n_arms;
    let n_levels = switches_max.map_or(n_steps, |k| k.min(n_steps - 1) + 1);
    // `best[k][a]`: least loss so far with at most k switches that ends in arm a; `from` remembers the arm before.
    let mut best = vec![loss[..n_arms].to_vec(); n_levels];
    let mut from: Vec<Vec<usize>> = Vec::with_capacity(n_steps);
    for row in loss.chunks_exact(n_arms).skip(1) {
        let least: Vec<usize> = best.iter().map(|b| argmin(b)).collect();
        let mut came = vec![0; n_levels * n_arms];
        let mut next = best.clone();
        for k in 0..n_levels {
            for a in 0..n_arms {
                let switch = if k > 0 { best[k - 1][least[k - 1]] } else { f64::INFINITY };
                let (arm, before) = if switch < best[k][a] { (least[k - 1], switch) } else { (a, best[k][a]) };
                came[k * n_arms + a] = arm;
                next[k][a] = before + row[a];
            }
        }
        best = next;
        from.push(came);
    }
    let mut level = n_levels - 1;
    let mut arm = argmin(&best[level]);
    let total = best[level][arm];
    let mut arms = vec![arm; n_steps];
    for t in (1..n_steps).rev() {
        let before = from[t - 1][level * n_arms + arm];
        level -= usize::from(before != arm);
        arm = before;
        arms[t - 1] = arm;
    }
    (arms, total)
}

fn argmin(values: &[f64]) -> usize {
    (1..values.len()).fold(0, |best, i| if values[i] < values[best] { i } else { best })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{SeedKey, uniform};

    #[test]
    fn it_is_the_best_of_all_sequences() {
        let (n_steps, n_arms) = (7usize, 3usize);
        let mut draws = SeedKey::study(5).at(0);
        for switches in 0..n_steps {
            let loss: Vec<f64> = (0..n_steps * n_arms).map(|_| uniform(&mut draws)).collect();
            let mut least = f64::INFINITY;
            for code in 0..n_arms.pow(n_steps as u32) {
                let arms: Vec<usize> = (0..n_steps).map(|t| code / n_arms.pow(t as u32) % n_arms).collect();
                if arms.windows(2).filter(|w| w[0] != w[1]).count() <= switches {
                    least = least.min((0..n_steps).map(|t| loss[t * n_arms + arms[t]]).sum());
                }
            }
            let (arms, total) = best_sequence(&loss, n_arms, Some(switches));
            assert!((total - least).abs() < 1e-12, "{switches}: {total} {least}");
            assert!(arms.windows(2).filter(|w| w[0] != w[1]).count() <= switches);
            assert!(((0..n_steps).map(|t| loss[t * n_arms + arms[t]]).sum::<f64>() - total).abs() < 1e-12);
        }
    }

    #[test]
    fn without_a_limit_it_is_the_least_of_each_step() {
        let (arms, total) = best_sequence(&[3.0, 1.0, 1.0, 2.0, 5.0, 4.0], 2, None);
        assert_eq!((arms, total), (vec![1, 0, 1], 6.0));
    }
}
