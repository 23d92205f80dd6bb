//! Text for TeX: escaped, with the signs that Latin fonts lack set in mathematics.

/// Escapes text for LaTeX's text mode.
///
/// Unicode letters stay as they are (UTF-8 is LaTeX's default encoding); the signs that figures and tables use become commands.
pub fn escape_tex(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\\' => out.push_str("\\textbackslash{}"),
            '{' | '}' | '$' | '&' | '#' | '%' | '_' => {
                out.push('\\');
                out.push(character);
            }
            '^' => out.push_str("\\textasciicircum{}"),
            '~' => out.push_str("\\textasciitilde{}"),
            '<' => out.push_str("\\textless{}"),
            '>' => out.push_str("\\textgreater{}"),
            '|' => out.push_str("\\textbar{}"),
            '"' => out.push_str("''"),
            '\t' | '\n' | '\r' => out.push(' '),
            _ if character.is_control() => out.push(' '),
            _ => match sign(character) {
                Some(command) => out.push_str(command),
                None => out.push(character),
            },
        }
    }
    out
}

/// The command of a sign.
fn sign(character: char) -> Option<&'static str> {
    Some(match character {
        '\u{2212}' => "$-$",
        '×' => "$\\times$",
        '±' => "$\\pm$",
        '≤' => "$\\leq$",
        '≥' => "$\\geq$",
        '≈' => "$\\approx$",
        '≠' => "$\\neq$",
        '∞' => "$\\infty$",
        '→' => "$\\rightarrow$",
        '←' => "$\\leftarrow$",
        '↑' => "$\\uparrow$",
        '↓' => "$\\downarrow$",
        '·' => "$\\cdot$",
        '…' => "\\ldots{}",
        '–' => "--",
        '—' => "---",
        '’' => "'",
        '‘' => "`",
        '“' => "``",
        '”' => "''",
        '†' => "\\dag{}",
        '‡' => "\\ddag{}",
        '\u{2009}' | '\u{202F}' => "\\,",
        '\u{A0}' => "~",
        'α' => "$\\alpha$",
        'β' => "$\\beta$",
        'γ' => "$\\gamma$",
        'δ' => "$\\delta$",
        'ε' => "$\\varepsilon$",
        'η' => "$\\eta$",
        'θ' => "$\\theta$",
        'λ' => "$\\lambda$",
        'μ' => "$\\mu$",
        'ρ' => "$\\rho$",
        'σ' => "$\\sigma$",
        'τ' => "$\\tau$",
        'φ' => "$\\varphi$",
        'ω' => "$\\omega$",
        'Δ' => "$\\Delta$",
        'Σ' => "$\\Sigma$",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::escape_tex;

    #[test]
    fn specials_are_escaped() {
        assert_eq!(
            escape_tex(r"a_b & 5% {x}\y #1 $ ^ ~"),
            r"a\_b \& 5\% \{x\}\textbackslash{}y \#1 \$ \textasciicircum{} \textasciitilde{}"
        );
        assert_eq!(escape_tex("τ ≤ −1"), r"$\tau$ $\leq$ $-$1");
    }
}
