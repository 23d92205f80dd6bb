//! Input rotation: images are turned about their centre by bilinear interpolation, with 0 outside (a covariate shift; rotated digits are the drift
//! of Ghifary et al. 2015, doi:10.1109/ICCV.2015.293). Other inputs are turned in the planes of features (0, 1), (2, 3), ...

use super::mixture::Growth;
use super::{Alteration, AlterationSpec, Batch, Touches};
use crate::sim::rng::{Generator, SeedKey};
use crate::sim::spec::{SpecError, within};
use serde::{Deserialize, Serialize};

/// Settings of a rotation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Rotation {
    /// Angle at full strength, counter-clockwise.
    degrees: f64,
    /// Whether a strength below 1 turns some examples in full, or all by less.
    growth: Growth,
}

impl Default for Rotation {
    fn default() -> Self {
        Self { degrees: 90.0, growth: Growth::Mixture }
    }
}

impl Alteration for Rotation {
    fn touches(&self) -> Touches {
        Touches::DATA
    }

    fn data(&self, strength: f64, _fixed: SeedKey, draws: &mut Generator, batch: &mut Batch<'_>) {
        let n = batch.n_features.max(1);
        let mut scratch = vec![0.0; n];
        for row in batch.inputs.chunks_exact_mut(n) {
            let degree = self.growth.degree(strength, draws);
            if degree == 0.0 {
                continue;
            }
            let (sin, cos) = libm::sincos((degree * self.degrees).to_radians());
            scratch.copy_from_slice(row);
            match batch.image {
                Some(shape) => turn_image(shape, sin, cos, &scratch, row),
                None => {
                    for pair in row.chunks_exact_mut(2) {
                        let (x, y) = (f64::from(pair[0]), f64::from(pair[1]));
                        pair[0] = cos.mul_add(x, -sin * y) as f32;
                        pair[1] = sin.mul_add(x, cos * y) as f32;
                    }
                }
            }
        }
    }
}

/// Each pixel takes the value at the point that the rotation carries to it.
fn turn_image([height, width, channels]: [usize; 3], sin: f64, cos: f64, from: &[f32], to: &mut [f32]) {
    let (cy, cx) = ((height as f64 - 1.0) / 2.0, (width as f64 - 1.0) / 2.0);
    let at = |y: f64, x: f64, c: usize| {
        let inside = y >= 0.0 && x >= 0.0 && y < height as f64 && x < width as f64;
        if inside { f64::from(from[(y as usize * width + x as usize) * channels + c]) } else { 0.0 }
    };
    for i in 0..height {
        for j in 0..width {
            let (dy, dx) = (i as f64 - cy, j as f64 - cx);
            // Rows go down, so a counter-clockwise turn carries (dy, dx) to (dy cos - dx sin, dx cos + dy sin); this is its inverse.
            let (y, x) = (cy + cos.mul_add(dy, sin * dx), cx + cos.mul_add(dx, -sin * dy));
            // A point within rounding of the grid is on it.
            let snap = |v: f64| if (v - libm::rint(v)).abs() < 1e-9 { libm::rint(v) } else { v };
            let (y, x) = (snap(y), snap(x));
            let (y0, x0) = (libm::floor(y), libm::floor(x));
            let (v, u) = (y - y0, x - x0);
            for c in 0..channels {
                let top = (1.0 - u).mul_add(at(y0, x0, c), u * at(y0, x0 + 1.0, c));
                let bottom = (1.0 - u).mul_add(at(y0 + 1.0, x0, c), u * at(y0 + 1.0, x0 + 1.0, c));
                to[(i * width + j) * channels + c] = (1.0 - v).mul_add(top, v * bottom) as f32;
            }
        }
    }
}

impl AlterationSpec for Rotation {
    const NAME: &'static str = "input-rotation";
    const SUMMARY: &'static str = "images are turned about their centre";

    fn check(&self) -> Result<(), SpecError> {
        within("degrees", self.degrees, -360.0, 360.0)
    }
}
