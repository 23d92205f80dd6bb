//! The report as a browser's parser sees it: one file, valid, readable without scripts, every number with its method.

use oha_analysis::figure::figures;
use oha_analysis::report::{Fault, ReportContext, html};
use oha_analysis::table::tables;
use scraper::{ElementRef, Html, Selector};
use std::collections::BTreeSet;

use crate::fixture::Size;

fn context() -> ReportContext {
    ReportContext {
        command: "oha-host compare 'a=constant?learning_rate=0.1' <b>".to_owned(),
        digest: "abc123".to_owned(),
        faults: vec![Fault {
            controller: "<script>alert(1)</script>".to_owned(),
            scenario: "s".to_owned(),
            seed: 3,
            step: Some(7),
            text: "a panic: \"<b>&".to_owned(),
        }],
        ..ReportContext::default()
    }
}

fn all<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).unwrap()).collect()
}

fn text(element: &ElementRef) -> String {
    element.text().collect()
}

#[test]
fn the_page_is_valid_self_contained_and_complete() {
    for size in [
        Size { n_controllers: 4, n_scenarios: 3, n_seeds: 10, long: true },
        Size { n_controllers: 2, n_scenarios: 1, n_seeds: 5, long: false },
    ] {
        let (verdict, context) = (size.verdict(), context());
        let source = html(&verdict, &context);
        let page = Html::parse_document(&source);
        assert!(page.errors.is_empty(), "{:?}", page.errors);
        let ids: Vec<&str> = all(&page, "[id]").iter().filter_map(|e| e.attr("id")).collect();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "an id stands twice");
        for link in all(&page, "nav a") {
            let target = link.attr("href").unwrap().trim_start_matches('#');
            assert!(ids.contains(&target), "`{target}` is not on the page");
        }
        let foreign: Vec<String> = all(&page, "[src], link, iframe, object, embed, image, base").iter().map(ElementRef::html).collect();
        assert!(foreign.is_empty(), "the page asks for something else: {foreign:?}");
        for style in all(&page, "style") {
            assert!(!text(&style).contains("url(") && !text(&style).contains("@import"));
        }
        assert_eq!(all(&page, "script").len(), 1, "a name must not become a script");
        assert!(all(&page, "button, [hidden], [onclick]").is_empty(), "without scripts nothing may be dead or out of sight");
        let dark = all(&page, "style").iter().map(text).collect::<String>();
        assert!(dark.matches("prefers-color-scheme: dark").count() >= 2, "the page and its figures follow a dark screen");
        assert_eq!(all(&page, "figure svg").len(), figures(&verdict, &context.theme).len());
        assert!(all(&page, "figure").iter().all(|f| f.child_elements().any(|e| e.value().name() == "figcaption" && !text(&e).is_empty())));
        assert_eq!(all(&page, "h1").len(), 1);
        let shown = all(&page, "pre").iter().map(text).collect::<String>();
        assert!(shown.contains("@article{wilcoxon1945") && shown.contains(r"\citep{") && shown.contains(&context.command), "{shown}");
        assert!(text(&all(&page, "#faults")[0]).contains("a panic: \"<b>&"));
    }
}

#[test]
fn every_number_of_a_table_has_its_method_and_full_value() {
    let verdict = Size { n_controllers: 4, n_scenarios: 3, n_seeds: 10, long: false }.verdict();
    let page = Html::parse_document(&html(&verdict, &context()));
    let found = all(&page, "table");
    assert_eq!(found.len(), tables(&verdict).len());
    for table in found {
        let n_heads = table.select(&Selector::parse("thead th[scope=col]").unwrap()).count();
        for row in table.select(&Selector::parse("tbody tr").unwrap()) {
            assert_eq!(row.child_elements().count(), n_heads);
        }
        for cell in table.select(&Selector::parse("td:has(.ci)").unwrap()) {
            let title = cell.attr("title").unwrap();
            assert!(title.contains("n = ") && title.contains("level 0."), "{title}");
            assert!(cell.attr("data-value").unwrap().parse::<f64>().is_ok());
        }
    }
    let results = all(&page, "#table-results td:has(.ci)");
    assert!(results.len() >= 3 * verdict.cells.len(), "mean, median and interquartile mean of each cell");
}
