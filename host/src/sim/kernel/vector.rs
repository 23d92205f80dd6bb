//! Vector kernels with a fixed order of summation: eight (f64) or sixteen (f32) lanes, then a tree.

use crate::kernel;

const LANES: usize = 8;

#[inline(always)]
fn tree(lane: [f64; LANES]) -> f64 {
    ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]))
}

/// The lane-blocked sum of `f(i)` folded by `mul_add`: the one order in which the simulation adds.
macro_rules! reduce {
    ($n:expr, |$i:ident, $acc:ident| $step:expr) => {{
        let n = $n;
        let mut lane = [0.0f64; LANES];
        let full = n - n % LANES;
        let mut start = 0;
        while start < full {
            for l in 0..LANES {
                let $i = start + l;
                let $acc = lane[l];
                lane[l] = $step;
            }
            start += LANES;
        }
        for l in 0..n - full {
            let $i = full + l;
            let $acc = lane[l];
            lane[l] = $step;
        }
        tree(lane)
    }};
}

kernel! {
    /// `sum a_i b_i`; the shorter length counts.
    pub fn dot_f64(a: &[f64], b: &[f64]) -> f64 {
        let n = a.len().min(b.len());
        let (a, b) = (&a[..n], &b[..n]);
        reduce!(n, |i, acc| a[i].mul_add(b[i], acc))
    }
}

kernel! {
    /// `sum a_i b_i` of single-precision vectors, added in double precision.
    pub fn dot_f32(a: &[f32], b: &[f32]) -> f64 {
        let n = a.len().min(b.len());
        let (a, b) = (&a[..n], &b[..n]);
        reduce!(n, |i, acc| f64::from(a[i]).mul_add(f64::from(b[i]), acc))
    }
}

kernel! {
    /// `sum (a_i - b_i)^2`.
    pub fn distance_squared_f64(a: &[f64], b: &[f64]) -> f64 {
        let n = a.len().min(b.len());
        let (a, b) = (&a[..n], &b[..n]);
        reduce!(n, |i, acc| { let d = a[i] - b[i]; d.mul_add(d, acc) })
    }
}

kernel! {
    /// `sum (a_i - b_i)^2` of single-precision vectors, in double precision.
    pub fn distance_squared_f32(a: &[f32], b: &[f32]) -> f64 {
        let n = a.len().min(b.len());
        let (a, b) = (&a[..n], &b[..n]);
        reduce!(n, |i, acc| { let d = f64::from(a[i]) - f64::from(b[i]); d.mul_add(d, acc) })
    }
}

kernel! {
    /// `x_i <- x_i + a y_i`.
    pub fn axpy_f64(a: f64, y: &[f64], x: &mut [f64]) {
        for (x, &y) in x.iter_mut().zip(y) {
            *x = a.mul_add(y, *x);
        }
    }
}

kernel! {
    /// `x_i <- x_i + a y_i` in single precision.
    pub fn axpy_f32(a: f32, y: &[f32], x: &mut [f32]) {
        for (x, &y) in x.iter_mut().zip(y) {
            *x = a.mul_add(y, *x);
        }
    }
}

kernel! {
    /// `sum h_i (a_i - b_i)^2`.
    pub fn quadratic_f64(h: &[f64], a: &[f64], b: &[f64]) -> f64 {
        let n = h.len().min(a.len()).min(b.len());
        let (h, a, b) = (&h[..n], &a[..n], &b[..n]);
        reduce!(n, |i, acc| { let d = a[i] - b[i]; (h[i] * d).mul_add(d, acc) })
    }
}

kernel! {
    /// `g_i <- h_i (x_i - c_i) + e_i`.
    pub fn quadratic_gradient_f64(h: &[f64], x: &[f64], c: &[f64], e: &[f64], g: &mut [f64]) {
        let n = g.len();
        let (h, x, c, e) = (&h[..n], &x[..n], &c[..n], &e[..n]);
        for i in 0..n {
            g[i] = h[i].mul_add(x[i] - c[i], e[i]);
        }
    }
}
