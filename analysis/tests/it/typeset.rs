//! TikZ figures: as wide as their column by construction, and, where LaTeX is installed, typeset without an error or an overfull box.

use oha_analysis::figure::{Figure, FigureWidth, Theme, figures, tikz};
use std::fmt::Write;
use std::process::Command;

use crate::fixture::Size;

fn all(theme: &Theme) -> Vec<Figure> {
    figures(&Size { n_controllers: 4, n_scenarios: 3, n_seeds: 6, long: false }.verdict(), theme)
}

fn width(figure: &Figure, theme: &Theme) -> f64 {
    72.0 * if figure.width == FigureWidth::OneColumn { theme.width_one_column_in } else { theme.width_two_columns_in }
}

#[test]
fn a_picture_is_as_wide_as_its_column() {
    let theme = Theme::default();
    for figure in all(&theme) {
        let text = tikz(&figure, &theme);
        assert!(text.contains(&format!("\\useasboundingbox (0,0) rectangle ({:.2},", width(&figure, &theme))), "{}", figure.name);
        assert_eq!(text.matches("\\begin{axis}").count(), figure.panels.len(), "{}", figure.name);
        assert_eq!(text.matches('{').count(), text.matches('}').count(), "{}", figure.name);
        let bare = text.lines().find(|line| line.starts_with("\\node") && !line.contains("\\ohafit{"));
        assert_eq!(bare, None, "{}: a text may be wider than its room", figure.name);
    }
}

#[test]
fn latex_typesets_every_figure_without_an_overfull_box() {
    let found = Command::new("kpsewhich").arg("pgfplots.sty").output();
    if !found.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: latex_typesets_every_figure_without_an_overfull_box needs pdflatex with pgfplots");
        return;
    }
    let theme = Theme::default();
    let folder = tempfile::tempdir().unwrap();
    let mut document = "\\documentclass{article}\n\\usepackage[textwidth=7in,textheight=9in]{geometry}\n\\usepackage{pgfplots}\n\\pgfplotsset{compat=1.16}\n\
                        \\usetikzlibrary{arrows.meta}\n\\parindent0pt\n\\begin{document}\n"
        .to_owned();
    for figure in all(&theme) {
        std::fs::write(folder.path().join(format!("{}.tikz", figure.name)), tikz(&figure, &theme)).unwrap();
        let (name, width) = (&figure.name, width(&figure, &theme));
        writeln!(document, "\\begin{{minipage}}{{{width:.2}bp}}\\input{{{name}.tikz}}\\end{{minipage}}\\clearpage").unwrap();
    }
    document.push_str("\\end{document}\n");
    std::fs::write(folder.path().join("all.tex"), document).unwrap();
    let output = Command::new("pdflatex").args(["-interaction=nonstopmode", "all.tex"]).current_dir(folder.path()).output().unwrap();
    let log = String::from_utf8_lossy(&output.stdout);
    let bad: Vec<&str> = log.lines().filter(|line| line.starts_with('!') || line.starts_with("Overfull")).collect();
    assert!(output.status.success() && bad.is_empty(), "{bad:?}");
}
