//! Standard normal numbers by the ziggurat method with 256 layers (Marsaglia and Tsang 2000, doi:10.18637/jss.v005.i08; 52-bit variant of Doornik 2005).
//! Layer and abscissa come from disjoint bits of one 64-bit draw; 98.8 % of the draws need nothing else. `exp` and `ln` are `libm`'s.

use crate::sim::rng::{Generator, uniform};
use rand::Rng as _;
use std::sync::LazyLock;

const LAYERS: usize = 256;
/// Start of the tail.
const TAIL: f64 = 3.654_152_885_361_009;
/// Area of a layer.
const AREA: f64 = 0.004_928_673_233_974_655;

struct Table {
    /// Right edges of the layers, widest first; the last is 0.
    x: [f64; LAYERS + 1],
    /// The density `exp(-x^2/2)` at these edges.
    f: [f64; LAYERS + 1],
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let density = |x: f64| libm::exp(-0.5 * x * x);
    let mut x = [0.0; LAYERS + 1];
    x[0] = AREA / density(TAIL);
    x[1] = TAIL;
    for i in 2..LAYERS {
        x[i] = (-2.0 * libm::log(AREA / x[i - 1] + density(x[i - 1]))).sqrt();
    }
    Table { x, f: x.map(density) }
});

/// Fills `out` with independent standard normal numbers.
pub fn fill(generator: &mut Generator, out: &mut [f64]) {
    let table = &*TABLE;
    // A copy whose address never leaves stays in registers: the chain of states is what the loop waits for.
    let mut state = generator.clone();
    for z in out {
        *z = draw(table, &mut state);
    }
    *generator = state;
}

/// [`fill`] of two generators at once: their chains of states do not wait for each other.
///
/// # Panics
/// When the slices differ in length.
pub fn fill_two(generators: [Generator; 2], out: [&mut [f64]; 2]) {
    let table = &*TABLE;
    let ([mut first, mut second], [a, b]) = (generators, out);
    assert_eq!(a.len(), b.len(), "one length");
    for (a, b) in a.iter_mut().zip(b) {
        *a = draw(table, &mut first);
        *b = draw(table, &mut second);
    }
}

/// Fills `out` with independent normal numbers of standard deviation `factor deviation_i`.
pub fn fill_scaled(generator: &mut Generator, deviation: &[f64], factor: f64, out: &mut [f64]) {
    fill(generator, out);
    out.iter_mut().zip(deviation).for_each(|(z, &d)| *z *= factor * d);
}

/// One standard normal number.
#[must_use]
pub fn one(generator: &mut Generator) -> f64 {
    let mut z = [0.0];
    fill(generator, &mut z);
    z[0]
}

#[inline(always)]
fn draw(table: &Table, state: &mut Generator) -> f64 {
    let (layer, x, u) = attempt(table, state);
    if x.abs() < table.x[layer + 1] {
        return x;
    }
    let (z, after) = edge(table, state.clone(), layer, x, u);
    *state = after;
    z
}

/// A draw: its layer, its abscissa, and the uniform number in [-1, 1) behind that.
#[inline(always)]
fn attempt(table: &Table, generator: &mut Generator) -> (usize, f64, f64) {
    let bits = generator.next_u64();
    let layer = (bits & 0xff) as usize;
    // The top 53 bits, signed: a multiple of 2^-52 in [-1, 1).
    let u = ((bits as i64) >> 11) as f64 * (1.0 / (1u64 << 52) as f64);
    (layer, u * table.x[layer], u)
}

/// Goes on where a draw did not lie inside its layer's rectangle; returns the number and the generator after it.
#[cold]
#[inline(never)]
fn edge(table: &Table, mut generator: Generator, layer: usize, x: f64, u: f64) -> (f64, Generator) {
    let (mut layer, mut x, mut u) = (layer, x, u);
    let z = loop {
        if layer == 0 {
            break tail(&mut generator, u < 0.0);
        }
        let height = (table.f[layer] - table.f[layer + 1]).mul_add(uniform(&mut generator), table.f[layer + 1]);
        if height < libm::exp(-0.5 * x * x) {
            break x;
        }
        (layer, x, u) = attempt(table, &mut generator);
        if x.abs() < table.x[layer + 1] {
            break x;
        }
    };
    (z, generator)
}

/// Beyond the last edge (Marsaglia 1964).
fn tail(generator: &mut Generator, negative: bool) -> f64 {
    loop {
        // 1 - u is never 0.
        let x = libm::log(1.0 - uniform(generator)) / TAIL;
        let y = libm::log(1.0 - uniform(generator));
        if -2.0 * y >= x * x {
            return if negative { x - TAIL } else { TAIL - x };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::SeedKey;

    #[test]
    fn moments_and_quantiles_are_the_normal_ones() {
        const N: usize = 1_000_000;
        let mut z = vec![0.0; N];
        fill(&mut SeedKey::study(5).at(0), &mut z);
        let moment = |p: i32| z.iter().map(|x| x.powi(p)).sum::<f64>() / N as f64;
        // Tolerances of five standard errors: var(z^p) / n.
        assert!(moment(1).abs() < 5.0 * 1e-3, "{}", moment(1));
        assert!((moment(2) - 1.0).abs() < 5.0 * 2f64.sqrt() * 1e-3, "{}", moment(2));
        assert!(moment(3).abs() < 5.0 * 15f64.sqrt() * 1e-3, "{}", moment(3));
        assert!((moment(4) - 3.0).abs() < 5.0 * 96f64.sqrt() * 1e-3, "{}", moment(4));
        for (threshold, upper_tail) in
            [(0.5, 0.308_537_538_7), (1.0, 0.158_655_253_9), (2.0, 0.022_750_131_9), (TAIL, 1.290_2e-4), (4.0, 3.167_1e-5)]
        {
            for sign in [1.0, -1.0] {
                let n = z.iter().filter(|&&x| sign * x > threshold).count() as f64;
                let expected = upper_tail * N as f64;
                assert!((n - expected).abs() < 5.0 * expected.sqrt(), "P(z > {threshold}): {n} for {expected}");
            }
        }
    }

    #[test]
    fn the_layers_have_equal_areas() {
        let table = &*TABLE;
        for i in 1..LAYERS {
            let area = table.x[i] * (table.f[i + 1] - table.f[i]);
            assert!((area - AREA).abs() < 1e-12, "layer {i}: {area}");
        }
    }
}
