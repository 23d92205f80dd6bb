//! Outlines of markers.

use super::theme::Marker;

/// A marker's geometry in points around its centre; ordinates grow downwards.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum MarkerShape {
    /// A disc of this radius.
    Disc(f64),
    /// A polygon.
    Outline(Vec<(f64, f64)>),
}

/// The outline of a marker; all have about the area of the disc of radius `r`.
pub(super) fn marker_shape(marker: Marker, r: f64) -> MarkerShape {
    let s = 0.9 * r;
    // Half width and half length of the arms of a cross.
    let (w, a) = (0.36 * r, 1.2 * r);
    let outline = match marker {
        Marker::Circle => return MarkerShape::Disc(r),
        Marker::Square => vec![(-s, -s), (s, -s), (s, s), (-s, s)],
        Marker::TriangleUp => vec![(0.0, -1.3 * r), (1.18 * r, 0.8 * r), (-1.18 * r, 0.8 * r)],
        Marker::TriangleDown => vec![(0.0, 1.3 * r), (1.18 * r, -0.8 * r), (-1.18 * r, -0.8 * r)],
        Marker::Diamond => vec![(0.0, -1.3 * r), (1.3 * r, 0.0), (0.0, 1.3 * r), (-1.3 * r, 0.0)],
        Marker::Plus => cross(w, a),
        // Rotated by 45 degrees: (x, y) -> (x - y, x + y) / sqrt(2).
        Marker::Cross => cross(w, a)
            .into_iter()
            .map(|(x, y)| ((x - y) * std::f64::consts::FRAC_1_SQRT_2, (x + y) * std::f64::consts::FRAC_1_SQRT_2))
            .collect(),
        // Corners of the regular pentagon: sines and cosines of multiples of 72 degrees.
        Marker::Pentagon => {
            [(0.0, -1.0), (0.951_056_5, -0.309_017), (0.587_785_3, 0.809_017), (-0.587_785_3, 0.809_017), (-0.951_056_5, -0.309_017)]
                .iter()
                .map(|(x, y)| (x * 1.15 * r, y * 1.15 * r))
                .collect()
        }
    };
    MarkerShape::Outline(outline)
}

fn cross(w: f64, a: f64) -> Vec<(f64, f64)> {
    vec![(-w, -a), (w, -a), (w, -w), (a, -w), (a, w), (w, w), (w, a), (-w, a), (-w, w), (-a, w), (-a, -w), (-w, -w)]
}
