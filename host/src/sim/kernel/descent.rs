//! A whole step of gradient descent on a quadratic in one pass: noisy gradient, update, walk of the centre, loss.
//!
//! The arithmetic, its order and so the bits are those of [`quadratic_gradient_f64`](super::vector::quadratic_gradient_f64),
//! [`descend_f64`](super::vector::descend_f64), [`walk_f64`](super::vector::walk_f64) and [`quadratic_f64`](super::vector::quadratic_f64)
//! one after the other; here the coordinates stay in registers between them.

use crate::kernel;
use crate::sim::kernel::octet::{LANES, Octet};

/// The quadratic at one step, in its own coordinates.
pub struct Quadratic<'a> {
    /// Curvature `h_i`.
    pub curvature: &'a [f64],
    /// Deviation `s_i` of the gradient noise.
    pub noise_deviation: &'a [f64],
    /// Standard normal numbers `z_i` of the gradient noise.
    pub noise: &'a [f64],
    /// Deviations and standard normal numbers of the centre's walk, where it walks.
    pub walk: Option<(&'a [f64], &'a [f64])>,
}

kernel! {
    /// `g_i <- h_i (x_i - c_i) + s_i z_i`, `d = g_i + w x_i`, `v_i <- m v_i + d`, `x_i <- x_i - r v_i` (with Nesterov's momentum `x_i - r (d + m v_i)`),
    /// `c_i` walks; returns `sum h_i (x_i - c_i)^2`. `lambda` holds `r`, `m` and `w`; where one
    /// is not finite, neither is the sum.
    pub fn descend_quadratic_f64<V>(
        quadratic: &Quadratic<'_>, c: &mut [f64], x: &mut [f64], g: &mut [f64], v: &mut [f64], lambda: &[f64; 3], nesterov: bool,
    ) -> f64 {
        let n = x.len();
        let update = Update::<V> { rate: V::splat(-lambda[0]), momentum: V::splat(lambda[1]), decay: V::splat(lambda[2]), nesterov };
        let (h, s, z) = (&quadratic.curvature[..n], &quadratic.noise_deviation[..n], &quadratic.noise[..n]);
        let walk = quadratic.walk.map(|(s, z)| (&s[..n], &z[..n]));
        let (c, x, g, v) = (&mut c[..n], &mut x[..n], &mut g[..n], &mut v[..n]);
        let mut sum = V::splat(0.0);
        let mut at = 0;
        while at + LANES <= n {
            sum = update.block::<LANES>(at, (h, s, z), walk, (c, x, g, v), sum);
            at += LANES;
        }
        // The lanes behind the end are 0 throughout and add nothing. One branch on their number, not one at each vector.
        macro_rules! last {
            ($($n:literal)+) => {
                match n - at {
                    $($n => update.block::<$n>(at, (h, s, z), walk, (&mut *c, &mut *x, &mut *g, &mut *v), sum),)+
                    _ => sum,
                }
            };
        }
        last!(1 2 3 4 5 6 7).tree()
    }
}

/// The optimizer's side of a step.
struct Update<V> {
    rate: V,
    momentum: V,
    decay: V,
    nesterov: bool,
}

impl<V: Octet> Update<V> {
    /// Steps the coordinates from `at` to `at + N` and adds their loss to `sum`; `N` is at most [`LANES`].
    ///
    /// # Safety
    /// The processor has the width of `V`.
    #[inline(always)]
    #[allow(clippy::type_complexity, reason = "the slices of one pass")]
    unsafe fn block<const N: usize>(
        &self,
        at: usize,
        (h, s, z): (&[f64], &[f64], &[f64]),
        walk: Option<(&[f64], &[f64])>,
        (c, x, g, v): (&mut [f64], &mut [f64], &mut [f64], &mut [f64]),
        sum: V,
    ) -> V {
        let range = at..at + N;
        // SAFETY: the caller's promise; the lanes stay inside their slices.
        unsafe {
            let h = load::<N, V>(&h[range.clone()]);
            let noise = load::<N, V>(&s[range.clone()]).mul(load::<N, V>(&z[range.clone()]));
            let (c, x) = (&mut c[range.clone()], &mut x[range.clone()]);
            let (g, v) = (&mut g[range.clone()], &mut v[range.clone()]);
            let (centre, before) = (load::<N, V>(c), load::<N, V>(x));
            let gradient = h.mul_add(before.sub(centre), noise);
            store::<N, V>(gradient, g);
            let direction = self.decay.mul_add(before, gradient);
            let velocity = self.momentum.mul_add(load::<N, V>(v), direction);
            store::<N, V>(velocity, v);
            let along = if self.nesterov { self.momentum.mul_add(velocity, direction) } else { velocity };
            let after = self.rate.mul_add(along, before);
            store::<N, V>(after, x);
            let centre = match walk {
                None => centre,
                Some((s, z)) => {
                    let moved = centre.add(load::<N, V>(&s[range.clone()]).mul(load::<N, V>(&z[range])));
                    store::<N, V>(moved, c);
                    moved
                }
            };
            let error = after.sub(centre);
            h.mul(error).mul_add(error, sum)
        }
    }
}

#[inline(always)]
unsafe fn load<const N: usize, V: Octet>(from: &[f64]) -> V {
    // SAFETY: the caller's promise.
    unsafe {
        match from.as_array() {
            Some(whole) => V::load(whole),
            None => V::load_part(&from[..N]),
        }
    }
}

#[inline(always)]
unsafe fn store<const N: usize, V: Octet>(lanes: V, to: &mut [f64]) {
    // SAFETY: the caller's promise.
    unsafe {
        match to.as_mut_array() {
            Some(whole) => lanes.store(whole),
            None => lanes.store_part(&mut to[..N]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::kernel::normal;
    use crate::sim::kernel::testing::on_each_width;
    use crate::sim::kernel::vector::{descend_f64, quadratic_f64, quadratic_gradient_f64, walk_f64};
    use crate::sim::rng::SeedKey;

    #[test]
    fn one_pass_has_the_bits_of_its_parts() {
        for n in 0..=20 {
            for (walks, nesterov) in [(false, false), (true, false), (false, true), (true, true)] {
                on_each_width(|_| {
                    let mut numbers = vec![0.0; 8 * n];
                    normal::fill(&mut SeedKey::study(n as u64).at(0), &mut numbers);
                    let part = |i: usize| numbers[i * n..(i + 1) * n].to_vec();
                    let [h, s, z, walk_s, walk_z, c, x, v] = std::array::from_fn(part);
                    let lambda = &[0.3, 0.9, 0.01];
                    let (mut centre, mut theta, mut velocity, mut gradient) = (c.clone(), x.clone(), v.clone(), vec![0.0; n]);
                    quadratic_gradient_f64(&h, &theta, &centre, &s, &z, &mut gradient);
                    descend_f64(&mut theta, &gradient, &mut velocity, *lambda, nesterov);
                    if walks {
                        walk_f64(&walk_s, &walk_z, &mut centre);
                    }
                    let loss = quadratic_f64(&h, &theta, &centre);
                    let parts = (loss.to_bits(), centre, theta, velocity, gradient);
                    let (mut c, mut x, mut v, mut g) = (c, x, v, vec![0.0; n]);
                    let walk = walks.then_some((&walk_s[..], &walk_z[..]));
                    let quadratic = Quadratic { curvature: &h, noise_deviation: &s, noise: &z, walk };
                    let loss = descend_quadratic_f64(&quadratic, &mut c, &mut x, &mut g, &mut v, lambda, nesterov);
                    assert_eq!((loss.to_bits(), c, x, v, g), parts, "{n} coordinates");
                });
            }
        }
    }
}
