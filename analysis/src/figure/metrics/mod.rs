//! Text widths without a font file, so that a layout is the same on every machine.
//!
//! The figures ask for Helvetica, Arial, Liberation Sans or Nimbus Sans: four faces with identical advance widths, one of which is
//! present nearly everywhere. Characters outside the table count as one full em, which is wider than nearly every glyph, so a
//! layout may become loose but text never collides.

mod widths;

use widths::{
    GREEK_BOLD, GREEK_FIRST, GREEK_REGULAR, LATIN_BOLD, LATIN_FIRST, LATIN_REGULAR, LATIN1_BOLD, LATIN1_FIRST, LATIN1_REGULAR, SIGNS,
};

/// Height of a capital letter over the baseline, as a part of the font size.
pub const CAP_HEIGHT: f64 = 0.716;
/// Depth of a descender below the baseline, as a part of the font size.
pub const DESCENT: f64 = 0.212;
/// Distance between baselines, as a part of the font size.
pub const LINE_HEIGHT: f64 = 1.18;
/// Size of an exponent, as a part of the font size of its base.
pub const EXPONENT_SIZE: f64 = 0.72;
/// Rise of an exponent's baseline, as a part of the font size of its base.
pub const EXPONENT_RISE: f64 = 0.38;

/// Advance width of one character in thousandths of the font size.
fn advance(character: char, bold: bool) -> u16 {
    let code = u32::from(character);
    let pick = |first: u32, regular: &[u16], heavy: &[u16]| {
        let index = usize::try_from(code.checked_sub(first)?).ok()?;
        (if bold { heavy } else { regular }).get(index).copied()
    };
    pick(LATIN_FIRST, &LATIN_REGULAR, &LATIN_BOLD)
        .or_else(|| pick(LATIN1_FIRST, &LATIN1_REGULAR, &LATIN1_BOLD))
        .or_else(|| pick(GREEK_FIRST, &GREEK_REGULAR, &GREEK_BOLD))
        .or_else(|| {
            let index = SIGNS.binary_search_by_key(&character, |sign| sign.0).ok()?;
            Some(if bold { SIGNS[index].2 } else { SIGNS[index].1 })
        })
        .unwrap_or(1000)
}

/// Width of `text` set in one line, in the unit of `size`.
pub fn text_width(text: &str, size: f64, bold: bool) -> f64 {
    text.chars().map(|character| f64::from(advance(character, bold))).sum::<f64>() * size / 1000.0
}

/// Breaks `text` into lines no wider than `width` (in the unit of `size`), at most `n_lines` of them.
///
/// Breaks come after spaces and after `/ _ - , · ×`; a piece that is too wide by itself is broken between characters. What does not fit in
/// the last line is replaced by an ellipsis. The result always has at least one line.
pub fn wrap(text: &str, width: f64, size: f64, bold: bool, n_lines: usize) -> Vec<String> {
    let fits = |line: &str| text_width(line.trim_end(), size, bold) <= width;
    let mut lines: Vec<String> = vec![String::new()];
    for piece in pieces(text) {
        let line = lines.last_mut().expect("there is always a line");
        if fits(&format!("{line}{piece}")) {
            line.push_str(piece);
            continue;
        }
        if !line.is_empty() {
            lines.push(String::new());
        }
        for character in piece.chars() {
            let line = lines.last_mut().expect("there is always a line");
            if line.is_empty() || fits(&format!("{line}{character}")) {
                line.push(character);
            } else {
                lines.push(character.to_string());
            }
        }
    }
    let cut = lines.len() > n_lines.max(1);
    lines.truncate(n_lines.max(1));
    let mut lines: Vec<String> = lines.into_iter().map(|line| line.trim().to_owned()).collect();
    if cut {
        let last = lines.last_mut().expect("at least one line is kept");
        while !last.is_empty() && text_width(&format!("{last}…"), size, bold) > width {
            last.pop();
        }
        last.push('…');
    }
    lines
}

/// [`wrap`] of several names, which keeps apart those that end differently: where two would be cut to the same lines, the middle of each is left out instead.
pub fn wrap_names(names: &[String], width: f64, size: f64, n_lines: usize) -> Vec<Vec<String>> {
    let wrapped: Vec<Vec<String>> = names.iter().map(|name| wrap(name, width, size, false, n_lines)).collect();
    let is_told_apart = |i: usize| wrapped.iter().zip(names).all(|(lines, name)| *lines != wrapped[i] || *name == names[i]);
    let one = |i: usize| {
        if n_lines < 2 || is_told_apart(i) {
            return wrapped[i].clone();
        }
        let fits = |from: usize| text_width(&format!("…{}", &names[i][from..]), size, false) <= width;
        let from = names[i].char_indices().map(|(at, _)| at).find(|at| fits(*at)).unwrap_or(names[i].len());
        let mut lines = wrapped[i][..n_lines - 1].to_vec();
        lines.push(format!("…{}", names[i][from..].trim_start()));
        lines
    };
    (0..names.len()).map(one).collect()
}

/// Splits after each character at which a line may end.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive([' ', '/', '_', '-', ',', '·', '×'])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Widths in the Adobe font metrics file of Helvetica: `A` 667, `i` 222, space 278, minus 584; bold `a` 556, `f` 333.
    #[test]
    fn agrees_with_adobe_metrics() {
        assert_eq!(text_width("Ai ", 1000.0, false), 667.0 + 222.0 + 278.0);
        assert_eq!(text_width("\u{2212}", 10.0, false), 5.84);
        assert_eq!(text_width("af", 1000.0, true), 556.0 + 333.0);
        assert_eq!(text_width("漢", 10.0, false), 10.0);
    }

    #[test]
    fn signs_are_sorted() {
        assert!(SIGNS.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn wraps_within_the_width() {
        let lines = wrap("noisy-quadratic / abrupt shift at half", 60.0, 8.0, false, 5);
        assert!(lines.len() > 1);
        assert!(lines.iter().all(|line| text_width(line, 8.0, false) <= 60.0), "{lines:?}");
        assert_eq!(lines.concat().replace(' ', ""), "noisy-quadratic/abruptshiftathalf");
    }

    #[test]
    fn marks_what_it_cut() {
        let lines = wrap("averyveryverylongnamewithoutanybreak", 30.0, 8.0, false, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines[1].ends_with('…'));
        assert!(lines.iter().all(|line| text_width(line, 8.0, false) <= 30.0));
    }

    #[test]
    fn an_empty_text_is_one_empty_line() {
        let names = ["a-very-long-name vs another-one", "a-very-long-name vs another-two"].map(str::to_owned);
        let lines = wrap_names(&names, 60.0, 8.0, 2);
        assert_eq!(lines[0][0], lines[1][0]);
        assert!(lines[0][1].starts_with('…') && lines[0][1].ends_with("-one") && lines[1][1].ends_with("-two"), "{lines:?}");
        assert_eq!(wrap_names(&names[..1], 60.0, 8.0, 2)[0], wrap(&names[0], 60.0, 8.0, false, 2));
        assert_eq!(wrap("", 10.0, 8.0, false, 2), vec![String::new()]);
    }
}
