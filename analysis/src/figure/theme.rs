//! What a figure looks like: fonts, sizes, colours, dashes, markers.
//!
//! The default palette is Okabe and Ito's (2008) for colour-blind readers, without its yellow, which vanishes on white paper. Colour never
//! stands alone: every series also has its own dash and marker, so a figure survives a grey print. A theme can be read from a file:
//! every field has a default, and an unknown key is refused.

use serde::{Deserialize, Serialize};

use super::description::FigureWidth;

/// An opaque colour, written `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Color {
    /// Red, 0 to 255.
    pub red: u8,
    /// Green, 0 to 255.
    pub green: u8,
    /// Blue, 0 to 255.
    pub blue: u8,
}

impl Color {
    /// The colour of a number `0xrrggbb`.
    pub const fn hex(code: u32) -> Self {
        let [_, red, green, blue] = code.to_be_bytes();
        Self { red, green, blue }
    }

    /// `#rrggbb`.
    pub fn css(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }

    /// `RRGGBB`, as `xcolor` wants it.
    pub fn html(self) -> String {
        format!("{:02X}{:02X}{:02X}", self.red, self.green, self.blue)
    }

    /// The mix of two colours: `self` at 0, `other` at 1; `part` is held to [0, 1].
    pub fn mix(self, other: Self, part: f64) -> Self {
        let part = part.clamp(0.0, 1.0);
        let blend = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * part).round() as u8;
        Self { red: blend(self.red, other.red), green: blend(self.green, other.green), blue: blend(self.blue, other.blue) }
    }

    /// Perceived brightness in [0, 1] (weights of ITU-R BT.601).
    pub fn brightness(self) -> f64 {
        (299.0 * f64::from(self.red) + 587.0 * f64::from(self.green) + 114.0 * f64::from(self.blue)) / 255_000.0
    }
}

/// A text that is not a colour.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("color `{found}` is not of the form #rrggbb")]
pub struct ColorError {
    /// The text found.
    pub found: String,
}

impl TryFrom<String> for Color {
    type Error = ColorError;

    fn try_from(text: String) -> Result<Self, ColorError> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).map(Self::hex).ok_or(ColorError { found: text })
    }
}

impl From<Color> for String {
    fn from(color: Color) -> Self {
        color.css()
    }
}

/// Shape of a point's marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Marker {
    /// A filled disc.
    Circle,
    /// A filled square.
    Square,
    /// A triangle on its base.
    TriangleUp,
    /// A triangle on its tip.
    TriangleDown,
    /// A square on its corner.
    Diamond,
    /// An upright cross, filled.
    Plus,
    /// A cross on its side, filled.
    Cross,
    /// A regular pentagon.
    Pentagon,
}

/// Looks of all figures. Lengths are in points (1/72 in) unless the name says otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Theme {
    /// CSS font family list; the layout holds for faces with Helvetica's widths.
    pub font_family: String,
    /// Size of axis labels, panel titles, legends.
    pub font_size_label: f64,
    /// Size of tick labels.
    pub font_size_tick: f64,
    /// Size of notes inside a panel.
    pub font_size_note: f64,
    /// Width of a figure in one column, in inches.
    pub width_one_column_in: f64,
    /// Width of a figure across two columns, in inches.
    pub width_two_columns_in: f64,
    /// Width of a series' line.
    pub line_width: f64,
    /// Width of axis lines and ticks.
    pub axis_width: f64,
    /// Width of grid lines.
    pub grid_width: f64,
    /// Radius of a marker.
    pub marker_radius: f64,
    /// Opacity of a band, in (0, 1].
    pub band_opacity: f64,
    /// Colour of text, axes and neutral marks.
    pub ink: Color,
    /// Colour of secondary marks (rules, change points).
    pub muted: Color,
    /// Colour of grid lines.
    pub grid: Color,
    /// Colour of the paper, and of what must look cut out.
    pub paper: Color,
    /// Colours of the series, in order; used again from the start when there are more series.
    pub palette: Vec<Color>,
    /// Colours of the series on a dark page (only the report uses them).
    pub palette_dark: Vec<Color>,
    /// Dashes of the series: lengths of stroke and gap in turn; empty is solid.
    pub dashes: Vec<Vec<f64>>,
    /// Markers of the series.
    pub markers: Vec<Marker>,
    /// Heat map colour of the best cell of a row.
    pub heat_best: Color,
    /// Heat map colour of the worst cell of a row.
    pub heat_worst: Color,
}

impl Default for Theme {
    fn default() -> Self {
        Self {
            font_family: "Helvetica, Arial, 'Liberation Sans', 'Nimbus Sans', sans-serif".to_owned(),
            font_size_label: 8.0,
            font_size_tick: 7.0,
            font_size_note: 6.5,
            width_one_column_in: 3.35,
            width_two_columns_in: 6.9,
            line_width: 1.1,
            axis_width: 0.6,
            grid_width: 0.4,
            marker_radius: 2.2,
            band_opacity: 0.18,
            ink: Color::hex(0x1a_1a1a),
            muted: Color::hex(0x70_7070),
            grid: Color::hex(0xe4_e4e4),
            paper: Color::hex(0xff_ffff),
            palette: [0x00_72b2, 0xd5_5e00, 0x00_9e73, 0xcc_79a7, 0xe6_9f00, 0x56_b4e9, 0x00_0000, 0x8a_8a8a].map(Color::hex).to_vec(),
            palette_dark: [0x4d_a6e0, 0xff_8c52, 0x2f_c99e, 0xe5_a3c8, 0xf2_b842, 0x8c_d1f5, 0xf0_f0f0, 0xa8_a8a8].map(Color::hex).to_vec(),
            dashes: vec![
                vec![],
                vec![5.0, 1.6],
                vec![1.2, 1.2],
                vec![6.0, 1.5, 1.2, 1.5],
                vec![3.0, 1.2],
                vec![8.0, 2.0],
                vec![4.0, 1.2, 1.0, 1.2, 1.0, 1.2],
                vec![2.0, 2.0],
            ],
            markers: vec![
                Marker::Circle,
                Marker::Square,
                Marker::TriangleUp,
                Marker::Diamond,
                Marker::TriangleDown,
                Marker::Cross,
                Marker::Plus,
                Marker::Pentagon,
            ],
            heat_best: Color::hex(0x2c_7fb8),
            heat_worst: Color::hex(0xff_ffff),
        }
    }
}

/// A theme that cannot be drawn with.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum ThemeError {
    /// A length that must be positive and finite is not.
    #[error("theme value `{key}` is {found}; allowed are finite numbers above 0")]
    NotPositive {
        /// Name of the field.
        key: &'static str,
        /// The value found.
        found: f64,
    },
    /// A list that needs an entry has none.
    #[error("theme list `{key}` is empty; at least one entry is needed")]
    Empty {
        /// Name of the field.
        key: &'static str,
    },
    /// A width too small for any axis.
    #[error("theme value `{key}` is {found} in; allowed are 2 to 40 in")]
    Width {
        /// Name of the field.
        key: &'static str,
        /// The value found, in inches.
        found: f64,
    },
}

impl Theme {
    /// Checks that every length is positive and every list has an entry.
    ///
    /// # Errors
    /// The first field that breaks the rule.
    pub fn check(&self) -> Result<(), ThemeError> {
        for (key, found) in [
            ("font_size_label", self.font_size_label),
            ("font_size_tick", self.font_size_tick),
            ("font_size_note", self.font_size_note),
            ("line_width", self.line_width),
            ("axis_width", self.axis_width),
            ("grid_width", self.grid_width),
            ("marker_radius", self.marker_radius),
            ("band_opacity", self.band_opacity),
        ] {
            if !(found.is_finite() && found > 0.0) {
                return Err(ThemeError::NotPositive { key, found });
            }
        }
        for (key, found) in [("width_one_column_in", self.width_one_column_in), ("width_two_columns_in", self.width_two_columns_in)] {
            if !(2.0..=40.0).contains(&found) {
                return Err(ThemeError::Width { key, found });
            }
        }
        for (key, is_empty) in [
            ("palette", self.palette.is_empty()),
            ("palette_dark", self.palette_dark.is_empty()),
            ("dashes", self.dashes.is_empty()),
            ("markers", self.markers.is_empty()),
        ] {
            if is_empty {
                return Err(ThemeError::Empty { key });
            }
        }
        Ok(())
    }

    /// Printed width in inches.
    pub fn width_in(&self, width: FigureWidth) -> f64 {
        match width {
            FigureWidth::OneColumn => self.width_one_column_in,
            FigureWidth::TwoColumns => self.width_two_columns_in,
        }
    }

    /// Colour of series `index`.
    pub fn series_color(&self, index: usize) -> Color {
        self.palette[index % self.palette.len()]
    }

    /// Dash of series `index`; shifted by one on every pass over the palette, so that no two of the first 64 series look alike.
    pub fn series_dash(&self, index: usize) -> &[f64] {
        &self.dashes[(index + index / self.palette.len()) % self.dashes.len()]
    }

    /// Marker of series `index`, shifted like the dash.
    pub fn series_marker(&self, index: usize) -> Marker {
        self.markers[(index + index / self.palette.len()) % self.markers.len()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_color_reads_back() {
        let color = Color::try_from("#0072B2".to_owned()).expect("a colour");
        assert_eq!((color.css().as_str(), color.html().as_str()), ("#0072b2", "0072B2"));
        for bad in ["0072b2", "#0072b", "#0072bg", "#+072b2", ""] {
            assert_eq!(Color::try_from(bad.to_owned()), Err(ColorError { found: bad.to_owned() }));
        }
    }

    #[test]
    fn the_default_passes_and_a_broken_one_does_not() {
        assert_eq!(Theme::default().check(), Ok(()));
        let broken = Theme { line_width: f64::NAN, ..Theme::default() };
        assert!(matches!(broken.check(), Err(ThemeError::NotPositive { key: "line_width", .. })));
        assert_eq!(Theme { dashes: vec![], ..Theme::default() }.check(), Err(ThemeError::Empty { key: "dashes" }));
        assert!(matches!(Theme { width_one_column_in: 0.5, ..Theme::default() }.check(), Err(ThemeError::Width { .. })));
    }

    #[test]
    fn unknown_keys_are_refused() {
        let known: Theme = serde_json::from_str(r##"{"line_width": 2.0, "ink": "#000000"}"##).expect("known keys");
        assert_eq!(known.line_width, 2.0);
        let error = serde_json::from_str::<Theme>(r#"{"line_wdth": 2.0}"#).expect_err("a misspelt key");
        assert!(error.to_string().contains("line_wdth"));
    }

    #[test]
    fn no_two_of_many_series_look_alike() {
        let theme = Theme::default();
        let looks: Vec<_> = (0..64).map(|i| (theme.series_color(i), theme.series_dash(i).to_vec())).collect();
        for (i, a) in looks.iter().enumerate() {
            assert!(looks[..i].iter().all(|b| a != b), "series {i} repeats");
        }
    }
}
