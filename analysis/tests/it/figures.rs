//! Figures: golden bytes, and no text over another or over the edge, whatever the size of the study.

use oha_analysis::figure::{Figure, Theme, draw, figures, svg};

use crate::fixture::Size;

const PAPER: Size = Size { n_controllers: 4, n_scenarios: 3, n_seeds: 10, long: false };

fn render(figure: &Figure, theme: &Theme) -> String {
    svg(figure, &draw(figure, theme), theme)
}

#[test]
fn golden_figures() {
    let theme = Theme::default();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../golden");
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| {
        for figure in figures(&PAPER.verdict(), &theme) {
            insta::assert_binary_snapshot!(&format!("{}.svg", figure.name), render(&figure, &theme).into_bytes());
        }
    });
}

#[test]
fn no_text_collides() {
    let theme = Theme::default();
    for n_controllers in [1, 2, 3, 5, 8, 11] {
        for n_scenarios in [1, 2, 3, 5, 12] {
            for long in [false, true] {
                let size = Size { n_controllers, n_scenarios, n_seeds: 5, long };
                for figure in figures(&size.verdict(), &theme) {
                    let found = draw(&figure, &theme).collisions();
                    assert!(found.is_empty(), "{size:?}, figure {}: {found:?}", figure.name);
                }
            }
        }
    }
}
