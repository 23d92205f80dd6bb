//! Indices of drawn values in as few bits as the pool allows: less traffic, and tables that cover every index need no check.

use wide::{i16x8, u8x16, u16x8, u32x8};

/// An index of a drawn value.
pub(crate) trait Index: Copy + Default + Send + Sync {
    /// Length of a table that covers every index; 0 where there is none such.
    const COVER: usize;

    /// The index in 32 bits, cut to this type: the caller has seen that the pool is small enough.
    fn of(index: u32) -> Self;

    /// The index as a place.
    fn place(self) -> usize;

    /// Eight indices, each plus `start`.
    fn eight(upper: u16x8, start: u32) -> [Self; 8];

    /// The entry of a table of numbers, which is as long as the pool or covers every index of 8 bits.
    fn term(self, terms: &[f64]) -> f64 {
        terms[self.place()]
    }

    /// The entry of a table made by [`covering`].
    fn pick<T: Copy>(self, table: &[T]) -> T {
        table[self.place()]
    }

    /// The place in a table made by [`covering`].
    fn slot<T>(self, table: &mut [T]) -> &mut T {
        &mut table[self.place()]
    }
}

/// A table that is as long as needed, or longer and covers every index.
pub(crate) fn covering<I: Index, T: Copy + Default>(table: &[T]) -> Vec<T> {
    let mut covered = vec![T::default(); table.len().max(I::COVER)];
    covered[..table.len()].copy_from_slice(table);
    covered
}

const COVERED: &str = "the table covers every index";

impl Index for u8 {
    const COVER: usize = 1 << 8;

    #[inline]
    fn of(index: u32) -> Self {
        index as u8
    }

    #[inline]
    fn place(self) -> usize {
        usize::from(self)
    }

    #[inline]
    fn eight(upper: u16x8, start: u32) -> [Self; 8] {
        let indices = bytemuck::cast::<_, i16x8>(upper + u16x8::splat(start as u16));
        let [low, _] = bytemuck::cast::<_, [[Self; 8]; 2]>(u8x16::narrow_i16x8(indices, indices));
        low
    }

    #[inline]
    fn term(self, terms: &[f64]) -> f64 {
        self.pick(terms)
    }

    #[inline]
    fn pick<T: Copy>(self, table: &[T]) -> T {
        table.first_chunk::<{ Self::COVER }>().expect(COVERED)[self.place()]
    }

    #[inline]
    fn slot<T>(self, table: &mut [T]) -> &mut T {
        &mut table.first_chunk_mut::<{ Self::COVER }>().expect(COVERED)[self.place()]
    }
}

impl Index for u16 {
    const COVER: usize = 1 << 16;

    #[inline]
    fn of(index: u32) -> Self {
        index as u16
    }

    #[inline]
    fn place(self) -> usize {
        usize::from(self)
    }

    #[inline]
    fn eight(upper: u16x8, start: u32) -> [Self; 8] {
        (upper + u16x8::splat(start as u16)).to_array()
    }

    #[inline]
    fn pick<T: Copy>(self, table: &[T]) -> T {
        table.first_chunk::<{ Self::COVER }>().expect(COVERED)[self.place()]
    }

    #[inline]
    fn slot<T>(self, table: &mut [T]) -> &mut T {
        &mut table.first_chunk_mut::<{ Self::COVER }>().expect(COVERED)[self.place()]
    }
}

impl Index for u32 {
    const COVER: usize = 0;

    #[inline]
    fn of(index: u32) -> Self {
        index
    }

    #[inline]
    fn place(self) -> usize {
        self as usize
    }

    #[inline]
    fn eight(upper: u16x8, start: u32) -> [Self; 8] {
        (u32x8::from(upper) + u32x8::splat(start)).to_array()
    }
}
