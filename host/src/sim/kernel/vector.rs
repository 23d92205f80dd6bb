//! Vector kernels with a fixed order of summation: eight lanes, then a tree.

use crate::kernel;
use crate::sim::kernel::octet::{Element, LANES};

/// The sum over the named slices, in lanes: the one order in which the simulation adds. Inside the step, a slice's name stands for its lanes.
macro_rules! reduce {
    ($v:ident, $n:expr; $($x:ident),+; |$sum:ident| $step:expr) => {{
        let n = $n;
        $(let $x = $x[..n].as_chunks::<LANES>();)+
        let mut $sum = $v::splat(0.0);
        for block in 0..n / LANES {
            $(let $x = Element::octet::<$v>(&$x.0[block]);)+
            $sum = $step;
        }
        if !n.is_multiple_of(LANES) {
            $(let $x = Element::octet_part::<$v>($x.1);)+
            $sum = $step;
        }
        $sum.tree()
    }};
}

/// Replaces each element of the first slice by the step's value, in lanes. Inside the step, a slice's name stands for its lanes.
macro_rules! each {
    ($v:ident; $out:ident, $($x:ident),+; $step:expr) => {{
        let n = $out.len();
        $(let $x = $x[..n].as_chunks::<LANES>();)+
        let to = $out.as_chunks_mut::<LANES>();
        for (block, to) in to.0.iter_mut().enumerate() {
            #[allow(unused_variables, reason = "not every step reads what it replaces")]
            let $out = $v::load(to);
            $(let $x = $v::load(&$x.0[block]);)+
            $step.store(to);
        }
        if !to.1.is_empty() {
            #[allow(unused_variables, reason = "not every step reads what it replaces")]
            let $out = $v::load_part(to.1);
            $(let $x = $v::load_part($x.1);)+
            $step.store_part(to.1);
        }
    }};
}

kernel! {
    /// `sum a_i b_i`; the shorter length counts.
    pub fn dot_f64<V>(a: &[f64], b: &[f64]) -> f64 {
        let n = a.len().min(b.len());
        reduce!(V, n; a, b; |acc| a.mul_add(b, acc))
    }
}

kernel! {
    /// `sum a_i b_i` of single-precision vectors, added in double precision.
    pub fn dot_f32<V>(a: &[f32], b: &[f32]) -> f64 {
        let n = a.len().min(b.len());
        reduce!(V, n; a, b; |acc| a.mul_add(b, acc))
    }
}

kernel! {
    /// `sum (a_i - b_i)^2`.
    pub fn distance_squared_f64<V>(a: &[f64], b: &[f64]) -> f64 {
        let n = a.len().min(b.len());
        reduce!(V, n; a, b; |acc| { let d = a.sub(b); d.mul_add(d, acc) })
    }
}

kernel! {
    /// `sum (a_i - b_i)^2` of single-precision vectors, in double precision.
    pub fn distance_squared_f32<V>(a: &[f32], b: &[f32]) -> f64 {
        let n = a.len().min(b.len());
        reduce!(V, n; a, b; |acc| { let d = a.sub(b); d.mul_add(d, acc) })
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
    pub fn quadratic_f64<V>(h: &[f64], a: &[f64], b: &[f64]) -> f64 {
        let n = h.len().min(a.len()).min(b.len());
        reduce!(V, n; h, a, b; |acc| { let d = a.sub(b); h.mul(d).mul_add(d, acc) })
    }
}

kernel! {
    /// `g_i <- h_i (x_i - c_i) + s_i z_i`: the gradient of a quadratic with noise of deviation `s_i`.
    pub fn quadratic_gradient_f64<V>(h: &[f64], x: &[f64], c: &[f64], s: &[f64], z: &[f64], g: &mut [f64]) {
        each!(V; g, h, x, c, s, z; h.mul_add(x.sub(c), s.mul(z)));
    }
}

kernel! {
    /// `x_i <- x_i + s_i z_i`, rounded twice: a step of a random walk.
    pub fn walk_f64<V>(s: &[f64], z: &[f64], x: &mut [f64]) {
        each!(V; x, s, z; x.add(s.mul(z)));
    }
}

kernel! {
    /// Gradient descent with momentum `m` and decay `w`: `d = g_i + w x_i`, `v_i <- m v_i + d`, `x_i <- x_i - r v_i`, or with Nesterov's momentum
    /// `x_i <- x_i - r (d + m v_i)`.
    pub fn descend_f64<V>(x: &mut [f64], g: &[f64], v: &mut [f64], lambda: [f64; 3], nesterov: bool) {
        let [rate, momentum, decay] = [V::splat(-lambda[0]), V::splat(lambda[1]), V::splat(lambda[2])];
        {
            let x: &[f64] = x;
            each!(V; v, x, g; momentum.mul_add(v, decay.mul_add(x, g)));
        }
        let v: &[f64] = v;
        if nesterov {
            each!(V; x, g, v; rate.mul_add(momentum.mul_add(v, decay.mul_add(x, g)), x));
        } else {
            each!(V; x, v; rate.mul_add(v, x));
        }
    }
}
