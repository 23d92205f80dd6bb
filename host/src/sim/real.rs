//! The two number types of the simulation: `f64` for synthetic objectives, `f32` for real models.

use std::fmt::Debug;

/// A mutable view of a parameter-sized vector, for code that must work on both number types behind one object.
#[derive(Debug)]
pub enum VectorMut<'a> {
    /// Single precision.
    F32(&'a mut [f32]),
    /// Double precision.
    F64(&'a mut [f64]),
}

impl VectorMut<'_> {
    /// Number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::F32(v) => v.len(),
            Self::F64(v) => v.len(),
        }
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Replaces entry `i` by `f(i, entry)`, in order.
    pub fn map(&mut self, mut f: impl FnMut(usize, f64) -> f64) {
        match self {
            Self::F32(v) => v.iter_mut().enumerate().for_each(|(i, x)| *x = f(i, f64::from(*x)) as f32),
            Self::F64(v) => v.iter_mut().enumerate().for_each(|(i, x)| *x = f(i, *x)),
        }
    }
}

/// A floating-point type of the simulation.
pub trait Real: Copy + Send + Sync + Debug + Default + PartialOrd + 'static {
    /// Zero.
    const ZERO: Self;
    /// Rounds to this type.
    fn from_f64(x: f64) -> Self;
    /// Widens exactly.
    fn to_f64(self) -> f64;
    /// A view for code that works on both types.
    fn view(v: &mut [Self]) -> VectorMut<'_>;
    /// `sum a_i b_i` in the fixed order of [`crate::sim::kernel::vector`].
    fn dot(a: &[Self], b: &[Self]) -> f64;
    /// `sum (a_i - b_i)^2` in the fixed order.
    fn distance_squared(a: &[Self], b: &[Self]) -> f64;
    /// `x_i <- x_i + a y_i`, fused.
    fn axpy(a: f64, y: &[Self], x: &mut [Self]);
}

impl Real for f64 {
    const ZERO: Self = 0.0;
    fn from_f64(x: f64) -> Self {
        x
    }
    fn to_f64(self) -> f64 {
        self
    }
    fn view(v: &mut [Self]) -> VectorMut<'_> {
        VectorMut::F64(v)
    }
    fn dot(a: &[Self], b: &[Self]) -> f64 {
        crate::sim::kernel::vector::dot_f64(a, b)
    }
    fn distance_squared(a: &[Self], b: &[Self]) -> f64 {
        crate::sim::kernel::vector::distance_squared_f64(a, b)
    }
    fn axpy(a: f64, y: &[Self], x: &mut [Self]) {
        crate::sim::kernel::vector::axpy_f64(a, y, x);
    }
}

impl Real for f32 {
    const ZERO: Self = 0.0;
    fn from_f64(x: f64) -> Self {
        x as Self
    }
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
    fn view(v: &mut [Self]) -> VectorMut<'_> {
        VectorMut::F32(v)
    }
    fn dot(a: &[Self], b: &[Self]) -> f64 {
        crate::sim::kernel::vector::dot_f32(a, b)
    }
    fn distance_squared(a: &[Self], b: &[Self]) -> f64 {
        crate::sim::kernel::vector::distance_squared_f32(a, b)
    }
    fn axpy(a: f64, y: &[Self], x: &mut [Self]) {
        crate::sim::kernel::vector::axpy_f32(a as Self, y, x);
    }
}
