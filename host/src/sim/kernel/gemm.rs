//! Matrix product in single precision: `C = start + A B`, the same bits on every width and for every blocking.
//!
//! Each entry is one chain of fused multiply-adds over the inner index in ascending order, from its start value:
//! `c_ij <- fma(a_ik, b_kj, c_ij)` for `k = 0, 1, ...`. Vector lanes run over `j` and tiles over `(i, j)`, so neither the width nor the block sizes
//! reach the order of any entry. Between blocks of `k` the partial result rests in C, which does not round.
//!
//! Blocking after Goto and van de Geijn (2008, doi:10.1145/1356052.1356053), cut down to small matrices: a panel of B (`K_BLOCK` rows of two vectors) is
//! packed on the stack and stays in the first-level cache while the rows of A pass over it in tiles of six. A is read in place through
//! its strides, so `A^T B` costs nothing extra, and `A B^T` only the transposing pack.

use super::lanes::Lanes;
use super::matrix::{Matrix, MatrixMut};
use super::{Width, current};
use std::mem::MaybeUninit;

/// Rows of a tile: six rows of two vectors are twelve independent chains, enough to hide the latency of the multiply-add.
const TILE_ROWS: usize = 6;
/// Vectors of a tile's row.
const TILE_VECTORS: usize = 2;
/// Inner indices between two visits of a tile: a panel of B then takes 16 KiB with eight lanes.
const K_BLOCK: usize = 256;
/// Most lanes of any width.
const LANES_MAX: usize = 16;
/// Up to this many rows of A, packing B costs more than it saves.
const ROWS_UNPACKED: usize = TILE_ROWS;

/// What the product is added to.
#[derive(Clone, Copy, Debug)]
pub enum Start<'a> {
    /// Nothing.
    Zero,
    /// What C holds.
    Current,
    /// The same row in every row of C: the bias of a layer.
    Row(&'a [f32]),
}

/// `C = start + A B`.
///
/// # Panics
/// When the shapes do not fit.
pub fn gemm(a: Matrix<'_>, b: Matrix<'_>, start: Start<'_>, c: MatrixMut<'_>) {
    assert!(a.columns() == b.rows() && a.rows() == c.rows() && b.columns() == c.columns(), "the shapes of a product fit");
    if let Start::Row(row) = start {
        assert!(row.len() == c.columns(), "the start row is as long as a row of the result");
    }
    match current() {
        // SAFETY: plain code; the views are inside their buffers and the shapes fit.
        Width::Baseline => unsafe { blocked::<[f32; 8]>(a, b, start, c) },
        // SAFETY: `force` and the detection accept only widths that this processor has.
        #[cfg(target_arch = "x86_64")]
        Width::Avx2 => unsafe { avx2(a, b, start, c) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Width::Avx512 => unsafe { avx512(a, b, start, c) },
        #[cfg(not(target_arch = "x86_64"))]
        Width::Avx2 | Width::Avx512 => unreachable!("only x86-64 has these widths"),
    }
}

/// # Safety
/// The shapes fit (as for every function below) and the processor has AVX2 and FMA.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn avx2(a: Matrix<'_>, b: Matrix<'_>, start: Start<'_>, c: MatrixMut<'_>) {
    // SAFETY: the caller's promise.
    unsafe { blocked::<std::arch::x86_64::__m256>(a, b, start, c) }
}

/// # Safety
/// As [`avx2`], with AVX-512.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
unsafe fn avx512(a: Matrix<'_>, b: Matrix<'_>, start: Start<'_>, c: MatrixMut<'_>) {
    // SAFETY: the caller's promise.
    unsafe { blocked::<std::arch::x86_64::__m512>(a, b, start, c) }
}

/// Rows of a panel, `stride` numbers apart, that stay in a first-level cache of 64 sets of 64 bytes while tiles pass over them in place: where rows
/// share sets, half of eight ways.
const fn rows_cached(stride: usize) -> usize {
    let shared = if stride.is_multiple_of(16) { (stride / 16).trailing_zeros() } else { 0 };
    if shared > 6 { 4 } else { 4 * (64 >> shared) }
}

/// The rows of a panel of B: where they begin and how far apart they are.
#[derive(Clone, Copy)]
struct Panel {
    from: *const f32,
    stride: usize,
    /// Valid columns; the packed rest is zero.
    columns: usize,
    /// Number of inner indices.
    depth: usize,
}

/// A block of A, likewise.
#[derive(Clone, Copy)]
struct Rows {
    from: *const f32,
    row_stride: usize,
    column_stride: usize,
    count: usize,
}

/// # Safety
/// The shapes fit and the processor has the width of `V`.
#[inline(always)]
unsafe fn blocked<V: Lanes>(a: Matrix<'_>, b: Matrix<'_>, start: Start<'_>, mut c: MatrixMut<'_>) {
    let (m, n, k) = (c.rows(), c.columns(), a.columns());
    let (a_from, a_row, a_column) = a.parts();
    let (b_from, b_row, b_column) = b.parts();
    let (c_from, c_row) = c.parts();
    let mut buffer = [const { MaybeUninit::<f32>::uninit() }; K_BLOCK * TILE_VECTORS * LANES_MAX];
    let packed = buffer.as_mut_ptr().cast::<f32>();
    let mut k0 = 0;
    // One pass even for k = 0, which leaves the start values.
    loop {
        let depth = (k - k0).min(K_BLOCK);
        let mut j = 0;
        while j < n {
            let vectors = if n - j > V::LEN { TILE_VECTORS } else { 1 };
            let width = vectors * V::LEN;
            let columns = (n - j).min(width);
            let first = match start {
                _ if k0 > 0 => Start::Current,
                Start::Row(row) => Start::Row(&row[j..j + columns]),
                other => other,
            };
            // SAFETY: offsets of entries inside the matrices; the buffer holds `K_BLOCK` rows of the widest panel.
            unsafe {
                let at = if depth == 0 { b_from } else { b_from.add(k0 * b_row + j * b_column) };
                let direct = b_column == 1 && columns == width && (m <= ROWS_UNPACKED || depth <= rows_cached(b_row));
                if !direct {
                    pack::<V>(at, (b_row, b_column), (depth, columns), width, packed);
                }
                let (from, stride) = if direct { (at, b_row) } else { (packed.cast_const(), width) };
                let panel = Panel { from, stride, columns, depth };
                let rows = Rows { from: a_from.wrapping_add(k0 * a_column), row_stride: a_row, column_stride: a_column, count: m };
                match vectors {
                    1 => sweep::<V, 1>(rows, panel, first, c_from.add(j), c_row),
                    _ => sweep::<V, TILE_VECTORS>(rows, panel, first, c_from.add(j), c_row),
                }
            }
            j += columns;
        }
        k0 += depth;
        if k0 == k {
            break;
        }
    }
}

/// Copies `depth x columns` entries of B to rows of `width`, zero beyond `columns`.
///
/// # Safety
/// The entries lie inside B, `to` has room, and the processor has the width of `V`.
#[inline(always)]
unsafe fn pack<V: Lanes>(from: *const f32, (row, column): (usize, usize), (depth, columns): (usize, usize), width: usize, to: *mut f32) {
    // SAFETY: the caller's promise.
    unsafe {
        if column == 1 && columns == width {
            for p in 0..depth {
                for j in (0..width).step_by(V::LEN) {
                    V::load(from.add(p * row + j)).store(to.add(p * width + j));
                }
            }
            return;
        }
        if columns < width {
            std::ptr::write_bytes(to, 0, depth * width);
        }
        if row == 1 {
            for j in 0..columns {
                let line = from.add(j * column);
                for p in 0..depth {
                    *to.add(p * width + j) = *line.add(p);
                }
            }
        } else if column == 1 {
            let whole = columns / V::LEN * V::LEN;
            for p in 0..depth {
                let (from, to) = (from.add(p * row), to.add(p * width));
                for j in (0..whole).step_by(V::LEN) {
                    V::load(from.add(j)).store(to.add(j));
                }
                for j in whole..columns {
                    *to.add(j) = *from.add(j);
                }
            }
        } else {
            for p in 0..depth {
                for j in 0..columns {
                    *to.add(p * width + j) = *from.add(p * row + j * column);
                }
            }
        }
    }
}

/// Passes the rows of A over one panel.
///
/// # Safety
/// `c` begins `rows.count` rows of `panel.columns` valid entries, `c_row` apart; the views are valid.
#[inline(always)]
unsafe fn sweep<V: Lanes, const VECTORS: usize>(rows: Rows, panel: Panel, start: Start<'_>, c: *mut f32, c_row: usize) {
    // Tiles of like size: a last one of one or two rows would wait for its few chains.
    let mut i = 0;
    for tiles in (1..=rows.count.div_ceil(TILE_ROWS)).rev() {
        let n_rows = (rows.count - i).div_ceil(tiles);
        // SAFETY: row `i` exists; each tile touches as many rows as remain or fewer.
        unsafe {
            let block = Rows { from: rows.from.wrapping_add(i * rows.row_stride), ..rows };
            let c = c.add(i * c_row);
            match n_rows {
                1 => tile::<V, 1, VECTORS>(block, panel, start, c, c_row),
                2 => tile::<V, 2, VECTORS>(block, panel, start, c, c_row),
                3 => tile::<V, 3, VECTORS>(block, panel, start, c, c_row),
                4 => tile::<V, 4, VECTORS>(block, panel, start, c, c_row),
                5 => tile::<V, 5, VECTORS>(block, panel, start, c, c_row),
                _ => tile::<V, TILE_ROWS, VECTORS>(block, panel, start, c, c_row),
            }
        }
        i += n_rows;
    }
}

/// One tile of C in registers.
///
/// # Safety
/// As [`sweep`], with `ROWS` rows.
#[expect(clippy::needless_range_loop, reason = "the indices are those of the formula, and the loops are unrolled")]
#[inline(always)]
unsafe fn tile<V: Lanes, const ROWS: usize, const VECTORS: usize>(a: Rows, b: Panel, start: Start<'_>, c: *mut f32, c_row: usize) {
    let whole = b.columns == VECTORS * V::LEN;
    let mut edge = MaybeUninit::<[[f32; TILE_VECTORS * LANES_MAX]; ROWS]>::uninit();
    // SAFETY: the caller's promise; where the tile is not whole, the lanes beyond the valid columns live in `edge`.
    unsafe {
        let mut sum = [[V::splat(0.0); VECTORS]; ROWS];
        let source = match start {
            Start::Zero => None,
            Start::Current => Some((c.cast_const(), c_row)),
            Start::Row(row) => Some((row.as_ptr(), 0)),
        };
        if let Some((mut from, mut stride)) = source {
            if !whole {
                edge = MaybeUninit::zeroed();
                for (i, line) in edge.assume_init_mut().iter_mut().enumerate() {
                    std::ptr::copy_nonoverlapping(from.add(i * stride), line.as_mut_ptr(), b.columns);
                }
                (from, stride) = (edge.as_ptr().cast(), TILE_VECTORS * LANES_MAX);
            }
            for i in 0..ROWS {
                for v in 0..VECTORS {
                    sum[i][v] = V::load(from.add(i * stride + v * V::LEN));
                }
            }
        }
        let (mut at_a, mut at_b) = (a.from, b.from);
        // Two pointers into the rows of A: with up to three rows each, addresses need no arithmetic of their own.
        macro_rules! step {
            ($at:expr, $row:expr, $offset:expr) => {{
                let (upper, lower) = ($at, $at.wrapping_add(3 * $row));
                let mut line = [V::splat(0.0); VECTORS];
                for v in 0..VECTORS {
                    line[v] = V::load(at_b.add(v * V::LEN));
                }
                for i in 0..ROWS {
                    let from = if i < 3 { upper.wrapping_add(i * $row) } else { lower.wrapping_add((i - 3) * $row) };
                    let x = V::splat(*from.wrapping_add($offset));
                    for v in 0..VECTORS {
                        sum[i][v] = x.mul_add(line[v], sum[i][v]);
                    }
                }
                at_b = at_b.wrapping_add(b.stride);
            }};
        }
        let mut left = b.depth;
        // Several inner indices a turn, in their order, where the stride between them or between the rows is known.
        if a.column_stride == 1 {
            while left >= 4 {
                step!(at_a, a.row_stride, 0);
                step!(at_a, a.row_stride, 1);
                step!(at_a, a.row_stride, 2);
                step!(at_a, a.row_stride, 3);
                at_a = at_a.wrapping_add(4);
                left -= 4;
            }
        } else if a.row_stride == 1 {
            while left >= 2 {
                step!(at_a, 1, 0);
                at_a = at_a.wrapping_add(a.column_stride);
                step!(at_a, 1, 0);
                at_a = at_a.wrapping_add(a.column_stride);
                left -= 2;
            }
        }
        for _ in 0..left {
            step!(at_a, a.row_stride, 0);
            at_a = at_a.wrapping_add(a.column_stride);
        }
        if whole {
            for i in 0..ROWS {
                for v in 0..VECTORS {
                    sum[i][v].store(c.add(i * c_row + v * V::LEN));
                }
            }
        } else {
            let edge = edge.as_mut_ptr().cast::<f32>();
            for i in 0..ROWS {
                let (line, c) = (edge.add(i * TILE_VECTORS * LANES_MAX), c.add(i * c_row));
                for v in 0..VECTORS {
                    if (v + 1) * V::LEN <= b.columns {
                        sum[i][v].store(c.add(v * V::LEN));
                    } else {
                        sum[i][v].store(line.add(v * V::LEN));
                        for j in v * V::LEN..b.columns {
                            *c.add(j) = *line.add(j);
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::kernel::testing::{noise, on_each_width};

    /// The stated order, entry by entry.
    fn by_definition(a: Matrix<'_>, b: Matrix<'_>, start: Start<'_>, c: &[f32], row_stride: usize) -> Vec<f32> {
        let mut out = c.to_vec();
        for i in 0..a.rows() {
            for j in 0..b.columns() {
                let at = i * row_stride + j;
                let first = match start {
                    Start::Zero => 0.0,
                    Start::Current => c[at],
                    Start::Row(row) => row[j],
                };
                out[at] = (0..a.columns()).fold(first, |sum, k| a.at(i, k).mul_add(b.at(k, j), sum));
            }
        }
        out
    }

    const SHAPES: [[usize; 3]; 16] = [
        [1, 1, 1],
        [1, 10, 64],
        [2, 3, 0],
        [3, 8, 5],
        [5, 16, 7],
        [6, 17, 9],
        [7, 33, 2],
        [8, 15, 31],
        [12, 24, 17],
        [13, 40, 65],
        [32, 10, 128],
        [32, 128, 64],
        [64, 128, 32],
        [9, 9, 300],
        [11, 47, 513],
        [30, 65, 256],
    ];

    #[test]
    fn every_width_form_and_shape_follows_the_stated_order_bit_for_bit() {
        for (s, [m, n, k]) in SHAPES.into_iter().enumerate() {
            let s = s as u64;
            let (gap_a, gap_b, gap_c) = (3, 2, 5);
            let row = noise(s, n);
            for form in 0..8 {
                let (turn_a, turn_b, gaps) = (form & 1 == 1, form & 2 == 2, form & 4 == 4);
                let gap = |g: usize| if gaps { g } else { 0 };
                let a = noise(100 + s, (m + 3) * (k + 3));
                let b = noise(200 + s, (n + 3) * (k + 3));
                let a = if turn_a {
                    Matrix::strided(&a, k, m, m + gap(gap_a), 1).transposed()
                } else {
                    Matrix::strided(&a, m, k, k + gap(gap_a), 1)
                };
                let b = if turn_b {
                    Matrix::strided(&b, n, k, k + gap(gap_b), 1).transposed()
                } else {
                    Matrix::strided(&b, k, n, n + gap(gap_b), 1)
                };
                let c0 = noise(300 + s, m * (n + gap_c));
                for start in [Start::Zero, Start::Current, Start::Row(&row)] {
                    let stride = n + gap(gap_c);
                    let expected = by_definition(a, b, start, &c0, stride);
                    on_each_width(|width| {
                        let mut c = c0.clone();
                        gemm(a, b, start, MatrixMut::strided(&mut c, m, n, stride));
                        let same = c.iter().zip(&expected).all(|(x, y)| x.to_bits() == y.to_bits());
                        assert!(same, "{m} x {n} x {k}, form {form}, {start:?}, {}", width.name());
                    });
                }
            }
        }
    }

    #[test]
    #[should_panic(expected = "inside its buffer")]
    fn a_view_beyond_its_buffer_is_refused() {
        let _ = Matrix::strided(&[0.0; 10], 2, 4, 7, 1);
    }

    #[test]
    #[should_panic(expected = "shapes of a product")]
    fn shapes_that_do_not_fit_are_refused() {
        let (a, mut c) = ([0.0; 6], [0.0; 4]);
        gemm(Matrix::new(&a, 2, 3), Matrix::new(&a, 2, 3), Start::Zero, MatrixMut::new(&mut c, 2, 2));
    }
}
