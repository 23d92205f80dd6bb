//! The canvas that plotters draws on: it collects outlines in hundredths of a point.
//!
//! plotters computes whole pixels. With 100 of them in a point a curve is smooth, and the numbers stay integers, so the written bytes
//! depend on no float formatting. Colours and widths do not come through plotters' own styles, which know neither dashes nor roles:
//! the drawing code sets the brush before it hands a series over.

use std::cell::RefCell;
use std::convert::Infallible;
use std::rc::Rc;

use plotters_backend::{BackendColor, BackendCoord, BackendStyle, DrawingBackend, DrawingErrorKind};

use super::scene::{Fill, Item, Pen, Scene, Shape, units};

/// What the next outlines look like.
#[derive(Clone, Debug, Default)]
pub(super) struct Brush {
    /// Stroke, if any.
    pub(super) pen: Option<Pen>,
    /// Fill, if any.
    pub(super) fill: Option<Fill>,
    /// Clip rectangle, if any.
    pub(super) clip: Option<usize>,
}

/// A scene under construction, shared between plotters and the drawing code.
#[derive(Clone, Debug, Default)]
pub(super) struct Canvas {
    /// What has been drawn.
    pub(super) scene: Rc<RefCell<Scene>>,
    /// What the next outlines look like.
    pub(super) brush: Rc<RefCell<Brush>>,
}

impl Canvas {
    /// Sets the brush for the outlines that follow.
    pub(super) fn dip(&self, brush: Brush) {
        *self.brush.borrow_mut() = brush;
    }

    /// Adds an item as it is.
    pub(super) fn push(&self, item: Item) {
        self.scene.borrow_mut().items.push(item);
    }

    /// Adds a shape in the current brush.
    fn paint(&self, shape: Shape) {
        let Brush { pen, fill, clip } = self.brush.borrow().clone();
        self.push(Item { shape, pen, fill, clip });
    }
}

impl DrawingBackend for Canvas {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        let scene = self.scene.borrow();
        (units(scene.width).unsigned_abs(), units(scene.height).unsigned_abs())
    }

    fn ensure_prepared(&mut self) -> Result<(), DrawingErrorKind<Infallible>> {
        Ok(())
    }

    fn present(&mut self) -> Result<(), DrawingErrorKind<Infallible>> {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, _: BackendColor) -> Result<(), DrawingErrorKind<Infallible>> {
        self.paint(Shape::Path { points: vec![(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)], closed: true });
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, _: &S) -> Result<(), DrawingErrorKind<Infallible>> {
        self.paint(Shape::Path { points: vec![from, to], closed: false });
        Ok(())
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        (left, top): BackendCoord,
        (right, bottom): BackendCoord,
        _: &S,
        _: bool,
    ) -> Result<(), DrawingErrorKind<Infallible>> {
        self.paint(Shape::Path { points: vec![(left, top), (right, top), (right, bottom), (left, bottom)], closed: true });
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        _: &S,
    ) -> Result<(), DrawingErrorKind<Infallible>> {
        self.paint(Shape::Path { points: path.into_iter().collect(), closed: false });
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        radius: u32,
        _: &S,
        _: bool,
    ) -> Result<(), DrawingErrorKind<Infallible>> {
        self.paint(Shape::Circle { center, radius: i32::try_from(radius).unwrap_or(i32::MAX) });
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        corners: I,
        _: &S,
    ) -> Result<(), DrawingErrorKind<Infallible>> {
        self.paint(Shape::Path { points: corners.into_iter().collect(), closed: true });
        Ok(())
    }
}
