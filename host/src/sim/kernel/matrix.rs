//! Views of matrices in slices: what the matrix kernels read and write.
//!
//! A view has a stride for each direction, so a transpose, a block of a larger matrix and a matrix with a leading dimension are all views of one
//! buffer. Every constructor checks that the last entry lies inside the buffer; the kernels rely on it.

/// A matrix that is read: entry (i, j) is `data[i * row_stride + j * column_stride]`.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a> {
    data: &'a [f32],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

/// Number of entries that a view spans in its buffer.
///
/// # Panics
/// When the span does not fit in a `usize`.
fn span(rows: usize, columns: usize, row_stride: usize, column_stride: usize) -> usize {
    if rows == 0 || columns == 0 {
        return 0;
    }
    let reach = (rows - 1).checked_mul(row_stride).zip((columns - 1).checked_mul(column_stride));
    reach.and_then(|(r, c)| r.checked_add(c)?.checked_add(1)).expect("the span of a view fits in memory")
}

impl<'a> Matrix<'a> {
    /// A row-major matrix without gaps at the start of `data`.
    ///
    /// # Panics
    /// When `data` is shorter than `rows * columns`.
    #[must_use]
    pub fn new(data: &'a [f32], rows: usize, columns: usize) -> Self {
        Self::strided(data, rows, columns, columns, 1)
    }

    /// A matrix with a stride for each direction; `column_stride` 1 and a larger `row_stride` is a leading dimension.
    ///
    /// # Panics
    /// When the last entry lies outside `data`.
    #[must_use]
    pub fn strided(data: &'a [f32], rows: usize, columns: usize, row_stride: usize, column_stride: usize) -> Self {
        assert!(span(rows, columns, row_stride, column_stride) <= data.len(), "the view lies inside its buffer");
        Self { data, rows, columns, row_stride, column_stride }
    }

    /// The transposed view.
    #[must_use]
    pub const fn transposed(self) -> Self {
        let Self { data, rows, columns, row_stride, column_stride } = self;
        Self { data, rows: columns, columns: rows, row_stride: column_stride, column_stride: row_stride }
    }

    /// Number of rows.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    #[must_use]
    pub const fn columns(&self) -> usize {
        self.columns
    }

    pub(super) const fn parts(&self) -> (*const f32, usize, usize) {
        (self.data.as_ptr(), self.row_stride, self.column_stride)
    }

    /// Entry (i, j).
    ///
    /// # Panics
    /// When it lies outside the matrix.
    #[must_use]
    pub fn at(&self, i: usize, j: usize) -> f32 {
        assert!(i < self.rows && j < self.columns, "the entry lies inside the matrix");
        self.data[i * self.row_stride + j * self.column_stride]
    }
}

/// A matrix that is written: rows without gaps inside, `row_stride` (the leading dimension) apart.
#[derive(Debug)]
pub struct MatrixMut<'a> {
    data: &'a mut [f32],
    rows: usize,
    columns: usize,
    row_stride: usize,
}

impl<'a> MatrixMut<'a> {
    /// A row-major matrix without gaps at the start of `data`.
    ///
    /// # Panics
    /// When `data` is shorter than `rows * columns`.
    #[must_use]
    pub fn new(data: &'a mut [f32], rows: usize, columns: usize) -> Self {
        Self::strided(data, rows, columns, columns)
    }

    /// A row-major matrix with a leading dimension.
    ///
    /// # Panics
    /// When rows overlap or the last entry lies outside `data`.
    #[must_use]
    pub fn strided(data: &'a mut [f32], rows: usize, columns: usize, row_stride: usize) -> Self {
        assert!(row_stride >= columns || rows <= 1, "rows that are written do not overlap");
        assert!(span(rows, columns, row_stride, 1) <= data.len(), "the view lies inside its buffer");
        Self { data, rows, columns, row_stride }
    }

    /// Number of rows.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    #[must_use]
    pub const fn columns(&self) -> usize {
        self.columns
    }

    pub(super) const fn parts(&mut self) -> (*mut f32, usize) {
        (self.data.as_mut_ptr(), self.row_stride)
    }
}
