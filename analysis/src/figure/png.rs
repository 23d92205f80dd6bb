//! PNG through `resvg`, at 300 dots per inch. Text is set in the fonts of the machine, so the bytes differ between machines.

use std::sync::Arc;

use resvg::{tiny_skia, usvg};

/// Pixels in one point: 300 in an inch.
const PIXELS_PER_POINT: f32 = 300.0 / 72.0;

/// Why a picture could not be turned into PNG.
#[derive(Debug, thiserror::Error)]
pub enum PngError {
    /// `resvg` does not read the picture.
    #[error("the picture cannot be read: {0}")]
    Svg(#[from] usvg::Error),
    /// The picture has no area or is too large.
    #[error("a picture of {width} by {height} pixels cannot be drawn; each side must be above 0 and the memory suffice")]
    Size {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// The pixels could not be encoded.
    #[error("the pixels cannot be encoded: {0}")]
    Encoding(String),
}

/// Draws an SVG document of [`crate::figure::svg`] as PNG.
///
/// # Errors
/// A document that `resvg` does not read, a size that cannot be drawn, or a failure of the encoder.
pub fn png(svg: &str) -> Result<Vec<u8>, PngError> {
    let mut options = usvg::Options { dpi: 72.0, font_family: "Liberation Sans".to_owned(), ..usvg::Options::default() };
    Arc::make_mut(&mut options.fontdb).load_system_fonts();
    let tree = usvg::Tree::from_str(svg, &options)?;
    let size = tree.size();
    let (width, height) = ((size.width() * PIXELS_PER_POINT).ceil() as u32, (size.height() * PIXELS_PER_POINT).ceil() as u32);
    let mut pixels = tiny_skia::Pixmap::new(width, height).ok_or(PngError::Size { width, height })?;
    pixels.fill(tiny_skia::Color::WHITE);
    resvg::render(&tree, tiny_skia::Transform::from_scale(PIXELS_PER_POINT, PIXELS_PER_POINT), &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| PngError::Encoding(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_square_becomes_pixels() {
        let svg = r##"<svg xmlns="http://www.w3.org/2000/svg" width="72pt" height="36pt" viewBox="0 0 72 36"><rect width="72" height="36" fill="#123456"/></svg>"##;
        let bytes = png(svg).expect("a valid picture");
        assert_eq!(&bytes[..8], b"\x89PNG\r\n\x1a\n");
        assert_eq!(bytes[16..24], [0, 0, 1, 44, 0, 0, 0, 150]);
    }

    #[test]
    fn no_picture_no_png() {
        assert!(png("<html/>").is_err());
    }
}
