//! A scene as SVG: text stays text, numbers have at most two decimals, the same scene gives the same bytes.
//!
//! Every coloured element carries a class beside its colour (`s3` stroked and `f3` filled in the colour of series 3; `si`, `sm`, `sg`, `sp`
//! and `fi`, `fm`, `fg`, `fp` for ink, muted, grid and paper), so a page that embeds the figure may recolour it for a dark background.

use std::fmt::Write;

use super::description::{Anchor, Figure, Ink};
use super::metrics::{EXPONENT_RISE, EXPONENT_SIZE, text_width};
use super::scene::{Fill, Item, Pen, Rect, Scene, Shape, Text, UNITS, units};
use super::theme::Theme;

const WRITTEN: &str = "writing to a string cannot fail";

/// Writes `scene`, the drawing of `figure`, as a complete SVG document.
pub fn svg(figure: &Figure, scene: &Scene, theme: &Theme) -> String {
    let mut out = String::new();
    let (width, height) = (units(scene.width), units(scene.height));
    let name = escape(&figure.name);
    write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"oha-figure\" width=\"{w}pt\" height=\"{h}pt\" viewBox=\"0 0 {w} {h}\" role=\"img\" \
         aria-labelledby=\"{name}-title\" font-family=\"{font}\" text-rendering=\"geometricPrecision\" stroke-linejoin=\"round\" fill=\"none\">\n\
         <title id=\"{name}-title\">{title}</title>\n<desc>{caption}</desc>\n\
         <rect class=\"fp\" fill=\"{paper}\" width=\"{w}\" height=\"{h}\"/>\n",
        w = decimal(width),
        h = decimal(height),
        font = escape(&theme.font_family),
        title = escape(&figure.title),
        caption = escape(&figure.caption),
        paper = theme.paper.css(),
    )
    .expect(WRITTEN);
    for (index, clip) in scene.clips.iter().enumerate() {
        write_clip(&mut out, &name, index, clip);
    }
    let mut clip = None;
    for item in &scene.items {
        if item.clip != clip {
            if clip.is_some() {
                out.push_str("</g>\n");
            }
            if let Some(index) = item.clip {
                writeln!(out, "<g clip-path=\"url(#{name}-clip-{index})\">").expect(WRITTEN);
            }
            clip = item.clip;
        }
        write_item(&mut out, item, theme);
    }
    if clip.is_some() {
        out.push_str("</g>\n");
    }
    out.push_str("</svg>\n");
    out
}

/// Escapes text for element content and attribute values; characters that XML forbids become spaces.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\0'..='\u{1F}' | '\u{7F}'..='\u{9F}' | '\u{FFFE}' | '\u{FFFF}' => out.push(' '),
            _ => out.push(character),
        }
    }
    out
}

fn write_clip(out: &mut String, name: &str, index: usize, clip: &Rect) {
    // Half a point of spare room keeps lines along the edge whole.
    let (x, y) = (decimal(units(clip.x - 0.5)), decimal(units(clip.y - 0.5)));
    let (w, h) = (decimal(units(clip.width + 1.0)), decimal(units(clip.height + 1.0)));
    writeln!(out, "<clipPath id=\"{name}-clip-{index}\"><rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\"/></clipPath>")
        .expect(WRITTEN);
}

fn write_item(out: &mut String, item: &Item, theme: &Theme) {
    match &item.shape {
        Shape::Path { points, closed } => {
            out.push_str("<path");
            write_paint(out, item.pen.as_ref(), item.fill, theme);
            out.push_str(" d=\"");
            for (index, (x, y)) in points.iter().enumerate() {
                let command = if index == 0 { 'M' } else { 'L' };
                write!(out, "{command}{} {}", decimal(*x), decimal(*y)).expect(WRITTEN);
            }
            out.push_str(if *closed { "Z\"/>\n" } else { "\"/>\n" });
        }
        Shape::Circle { center, radius } => {
            out.push_str("<circle");
            write_paint(out, item.pen.as_ref(), item.fill, theme);
            writeln!(out, " cx=\"{}\" cy=\"{}\" r=\"{}\"/>", decimal(center.0), decimal(center.1), decimal(*radius)).expect(WRITTEN);
        }
        Shape::Text(text) => write_text(out, text, item.fill.map_or(Ink::Ink, |fill| fill.ink), theme),
    }
}

fn write_paint(out: &mut String, pen: Option<&Pen>, fill: Option<Fill>, theme: &Theme) {
    let classes: Vec<String> =
        pen.map(|pen| class('s', pen.ink, theme)).into_iter().chain(fill.map(|fill| class('f', fill.ink, theme))).collect();
    let classes: Vec<&str> = classes.iter().map(String::as_str).filter(|class| !class.is_empty()).collect();
    if !classes.is_empty() {
        write!(out, " class=\"{}\"", classes.join(" ")).expect(WRITTEN);
    }
    if let Some(pen) = pen {
        write!(out, " stroke=\"{}\" stroke-width=\"{}\"", pen.ink.color(theme).css(), decimal(units(pen.width))).expect(WRITTEN);
        if !pen.dash.is_empty() {
            let dash: Vec<String> = pen.dash.iter().map(|length| decimal(units(*length))).collect();
            write!(out, " stroke-dasharray=\"{}\"", dash.join(" ")).expect(WRITTEN);
        }
    }
    if let Some(fill) = fill {
        write!(out, " fill=\"{}\"", fill.ink.color(theme).css()).expect(WRITTEN);
        if fill.opacity < 1.0 {
            write!(out, " fill-opacity=\"{}\"", decimal(units(fill.opacity))).expect(WRITTEN);
        }
    }
}

/// Class of a colour role; empty for a fixed colour.
fn class(kind: char, ink: Ink, theme: &Theme) -> String {
    match ink {
        Ink::Series(index) => format!("{kind}{}", index % theme.palette.len()),
        Ink::Ink => format!("{kind}i"),
        Ink::Muted => format!("{kind}m"),
        Ink::Grid => format!("{kind}g"),
        Ink::Paper => format!("{kind}p"),
        Ink::Fixed(_) => String::new(),
    }
}

fn write_text(out: &mut String, text: &Text, ink: Ink, theme: &Theme) {
    if text.label.base.is_empty() {
        return;
    }
    let (x, y) = (decimal(text.at.0), decimal(text.at.1));
    let class = class('f', ink, theme);
    out.push_str("<text");
    if !class.is_empty() {
        write!(out, " class=\"{}{class}\"", if text.halo { "halo " } else { "" }).expect(WRITTEN);
    }
    write!(out, " x=\"{x}\" y=\"{y}\" font-size=\"{}\" fill=\"{}\"", decimal(units(text.size)), ink.color(theme).css()).expect(WRITTEN);
    if text.bold {
        out.push_str(" font-weight=\"bold\"");
    }
    if text.upwards {
        write!(out, " transform=\"rotate(-90 {x} {y})\"").expect(WRITTEN);
    }
    if text.halo {
        let paper = theme.paper.css();
        write!(out, " stroke=\"{paper}\" stroke-width=\"2\" stroke-linejoin=\"round\" paint-order=\"stroke\"").expect(WRITTEN);
    }
    let anchor = match (text.anchor, text.label.exponent.is_empty()) {
        (Anchor::Start, _) | (_, false) => "",
        (Anchor::Middle, true) => " text-anchor=\"middle\"",
        (Anchor::End, true) => " text-anchor=\"end\"",
    };
    if text.label.exponent.is_empty() {
        writeln!(out, "{anchor}>{}</text>", escape(&text.label.base)).expect(WRITTEN);
        return;
    }
    // With an exponent the start is computed here: anchors of mixed sizes are rendered differently by different programs.
    let start = text.at.0 - units(text.lead());
    let after = start + units(text_width(&text.label.base, text.size, text.bold));
    let raised = text.at.1 - units(text.size * EXPONENT_RISE);
    writeln!(
        out,
        "><tspan x=\"{}\">{}</tspan><tspan x=\"{}\" y=\"{}\" font-size=\"{}\">{}</tspan></text>",
        decimal(start),
        escape(&text.label.base),
        decimal(after),
        decimal(raised),
        decimal(units(text.size * EXPONENT_SIZE)),
        escape(&text.label.exponent)
    )
    .expect(WRITTEN);
}

/// Scene units as a number of points without needless zeros.
fn decimal(value: i32) -> String {
    let whole = i64::from(value);
    let (sign, size) = (if whole < 0 { "-" } else { "" }, whole.abs());
    let per_point = UNITS as i64;
    let (points, rest) = (size / per_point, size % per_point);
    match rest {
        0 => format!("{sign}{points}"),
        _ if rest % 10 == 0 => format!("{sign}{points}.{}", rest / 10),
        _ => format!("{sign}{points}.{rest:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let written: Vec<String> = [0, 5, -5, 50, 100, -1234, 1_000_000].map(decimal).to_vec();
        assert_eq!(written, ["0", "0.05", "-0.05", "0.5", "1", "-12.34", "10000"]);
    }

    #[test]
    fn text_cannot_break_out() {
        assert_eq!(escape("a<b>&\"'\u{0}\n"), "a&lt;b&gt;&amp;&quot;&#39;  ");
    }
}
