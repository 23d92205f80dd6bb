//! What a 3 x 3 convolution with padding 1 and a 2 x 2 maximum need besides a product: images as rows of neighbourhoods, and back.
//!
//! Images are row-major with channels last, so a neighbourhood is three contiguous runs, and the convolution is one product
//! `(n H W) x (9 C)` by `(9 C) x C'` (Chellapilla, Puri, Simard 2006). Weights are laid out (row, column, channel) x output channel.

use crate::kernel;

/// Shape of an image, channels last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Image {
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
    /// Numbers of a pixel.
    pub channels: usize,
}

impl Image {
    /// Numbers of an image.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "an image has pixels")]
    pub const fn len(&self) -> usize {
        self.height * self.width * self.channels
    }

    /// Number of pixels.
    #[must_use]
    pub const fn pixels(&self) -> usize {
        self.height * self.width
    }

    /// The shape after a 2 x 2 maximum; an odd last row or column is dropped.
    #[must_use]
    pub const fn pooled(&self) -> Self {
        Self { height: self.height / 2, width: self.width / 2, channels: self.channels }
    }

    /// For pixel (y, x) and kernel row `ky`: where in the neighbourhood's row of three the run inside the image begins, where it begins in the image, and its
    /// length in numbers; `None` outside.
    #[inline(always)]
    fn run(&self, y: usize, x: usize, ky: usize) -> Option<(usize, usize, usize)> {
        let row = (y + ky).checked_sub(1).filter(|&r| r < self.height)?;
        let skip = usize::from(x == 0);
        let first = x + skip - 1;
        let last = (x + 1).min(self.width - 1);
        Some((skip * self.channels, (row * self.width + first) * self.channels, (last + 1 - first) * self.channels))
    }
}

kernel! {
    /// Neighbourhoods of every pixel: `columns` becomes `n H W` rows of `9 C`, zero outside the image.
    pub fn neighbourhoods(images: &[f32], shape: Image, columns: &mut [f32]) {
        let triple = 3 * shape.channels;
        let rows = columns.chunks_exact_mut(shape.pixels() * 3 * triple);
        for (image, rows) in images.chunks_exact(shape.len()).zip(rows) {
            for (p, row) in rows.chunks_exact_mut(3 * triple).enumerate() {
                let (y, x) = (p / shape.width, p % shape.width);
                for (ky, to) in row.chunks_exact_mut(triple).enumerate() {
                    let Some((at, from, count)) = shape.run(y, x, ky) else {
                        to.fill(0.0);
                        continue;
                    };
                    to[..at].fill(0.0);
                    to[at..at + count].copy_from_slice(&image[from..from + count]);
                    to[at + count..].fill(0.0);
                }
            }
        }
    }
}

kernel! {
    /// The transpose of [`neighbourhoods`]: each number of `images` (overwritten) becomes the sum of its places in `columns`, in their order.
    pub fn add_neighbourhoods(columns: &[f32], shape: Image, images: &mut [f32]) {
        images.fill(0.0);
        let triple = 3 * shape.channels;
        let rows = columns.chunks_exact(shape.pixels() * 3 * triple);
        for (image, rows) in images.chunks_exact_mut(shape.len()).zip(rows) {
            for (p, row) in rows.chunks_exact(3 * triple).enumerate() {
                let (y, x) = (p / shape.width, p % shape.width);
                for (ky, run) in row.chunks_exact(triple).enumerate() {
                    if let Some((at, to, count)) = shape.run(y, x, ky) {
                        for (sum, &d) in image[to..to + count].iter_mut().zip(&run[at..at + count]) {
                            *sum += d;
                        }
                    }
                }
            }
        }
    }
}

kernel! {
    /// Largest of each 2 x 2 square; `which` remembers its place (0 to 3, the first of equals).
    pub fn max_pool(images: &[f32], shape: Image, out: &mut [f32], which: &mut [u8]) {
        let (line, c, small) = (shape.width * shape.channels, shape.channels, shape.pooled());
        if small.pixels() == 0 {
            return;
        }
        let outs = out.chunks_exact_mut(small.len()).zip(which.chunks_exact_mut(small.len()));
        for (image, (out, which)) in images.chunks_exact(shape.len()).zip(outs) {
            for (p, (out, which)) in out.chunks_exact_mut(c).zip(which.chunks_exact_mut(c)).enumerate() {
                let at = 2 * (p / small.width) * line + 2 * (p % small.width) * c;
                let (top, bottom) = (&image[at..at + 2 * c], &image[at + line..at + line + 2 * c]);
                for k in 0..c {
                    let (mut best, mut place) = (top[k], 0);
                    // NaN wins, so that a broken network is seen.
                    for (q, v) in [(1, top[c + k]), (2, bottom[k]), (3, bottom[c + k])] {
                        let wins = v > best || v.is_nan();
                        best = if wins { v } else { best };
                        place = if wins { q } else { place };
                    }
                    out[k] = best;
                    which[k] = place;
                }
            }
        }
    }
}

kernel! {
    /// The derivative of [`max_pool`]: `d` goes to the place remembered, everything else of `images` becomes 0.
    pub fn max_pool_backward(d: &[f32], which: &[u8], shape: Image, images: &mut [f32]) {
        let (line, c, small) = (shape.width * shape.channels, shape.channels, shape.pooled());
        if shape.height % 2 == 1 || shape.width % 2 == 1 {
            images.fill(0.0);
        }
        if small.pixels() == 0 {
            return;
        }
        let ds = d.chunks_exact(small.len()).zip(which.chunks_exact(small.len()));
        for (image, (d, which)) in images.chunks_exact_mut(shape.len()).zip(ds) {
            for (p, (d, which)) in d.chunks_exact(c).zip(which.chunks_exact(c)).enumerate() {
                let at = 2 * (p / small.width) * line + 2 * (p % small.width) * c;
                for (first, from) in [(0, at), (2, at + line)] {
                    let (left, right) = image[from..from + 2 * c].split_at_mut(c);
                    for k in 0..c {
                        left[k] = if which[k] == first { d[k] } else { 0.0 };
                        right[k] = if which[k] == first + 1 { d[k] } else { 0.0 };
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::kernel::testing::{noise, same_bits};

    const SHAPES: [Image; 4] = [
        Image { height: 1, width: 1, channels: 2 },
        Image { height: 2, width: 3, channels: 1 },
        Image { height: 5, width: 4, channels: 3 },
        Image { height: 8, width: 8, channels: 32 },
    ];

    #[test]
    fn neighbourhoods_are_those_by_index() {
        for shape in SHAPES {
            let Image { height, width, channels } = shape;
            let image = noise(1, 2 * shape.len());
            let mut columns = vec![f32::NAN; 2 * shape.pixels() * 9 * channels];
            neighbourhoods(&image, shape, &mut columns);
            for (i, &found) in columns.iter().enumerate() {
                let (channel, kx, ky) = (i % channels, i / channels % 3, i / channels / 3 % 3);
                let pixel = i / (9 * channels);
                let (x, y, n) = (pixel % width, pixel / width % height, pixel / width / height);
                let inside = (1..=width).contains(&(x + kx)) && (1..=height).contains(&(y + ky));
                let expected = if inside { image[n * shape.len() + ((y + ky - 1) * width + x + kx - 1) * channels + channel] } else { 0.0 };
                assert_eq!(found, expected, "{shape:?} {i}");
            }
        }
    }

    #[test]
    fn what_goes_back_is_the_transpose() {
        // <A x, y> = <x, A' y> for the neighbourhoods, and for the maximum at the places that it chose.
        for shape in SHAPES {
            let (x, dot) = (noise(1, 3 * shape.len()), crate::sim::kernel::vector::dot_f32);
            let mut columns = vec![0.0; 9 * x.len()];
            neighbourhoods(&x, shape, &mut columns);
            let y = noise(2, columns.len());
            let mut back = vec![f32::NAN; x.len()];
            add_neighbourhoods(&y, shape, &mut back);
            assert!((dot(&columns, &y) - dot(&x, &back)).abs() < 1e-3, "{shape:?}");
            let small = 3 * shape.pooled().len();
            let (mut out, mut which, d) = (vec![0.0; small], vec![0; small], noise(3, small));
            max_pool(&x, shape, &mut out, &mut which);
            max_pool_backward(&d, &which, shape, &mut back);
            assert!((dot(&out, &d) - dot(&x, &back)).abs() < 1e-3, "{shape:?}");
        }
    }

    #[test]
    fn every_width_gives_the_same_bits() {
        for shape in SHAPES {
            let (x, small) = (noise(1, 2 * shape.len()), 2 * shape.pooled().len());
            same_bits(&format!("{shape:?}"), || {
                let (mut columns, mut back) = (vec![0.0; 9 * x.len()], vec![0.0; x.len()]);
                neighbourhoods(&x, shape, &mut columns);
                add_neighbourhoods(&columns, shape, &mut back);
                let (mut out, mut which) = (vec![0.0; small], vec![0; small]);
                max_pool(&back, shape, &mut out, &mut which);
                max_pool_backward(&out, &which, shape, &mut back);
                out.extend(back);
                out
            });
        }
    }
}
