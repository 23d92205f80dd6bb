//! The report in a real browser, where one is installed: nothing runs over the edge, wide or narrow, every figure is drawn, tables sort.

use oha_analysis::figure::figures;
use oha_analysis::report::{ReportContext, html};
use std::process::Command;

use crate::fixture::Size;

/// What a page finds out about itself, and two clicks on a heading do to a table, sent to the page around it.
const PROBE: &str = r##"<script>
addEventListener("load", () => {
  const root = document.documentElement, inner = ".scroll, .canvas, pre";
  const over = [...document.querySelectorAll("body *")].filter(e => !e.closest(inner) && e.getBoundingClientRect().right > root.clientWidth + 1);
  const drawn = [...document.querySelectorAll("figure svg")].filter(s => { const r = s.getBoundingClientRect(); return r.width > 100 && r.height > 30; });
  const table = document.querySelector("#table-results table") ?? document.querySelector("table.sortable");
  const column = place => [...table.tBodies[0].rows].map(row => Number(row.cells[place].dataset.value));
  const varied = values => values.every(Number.isFinite) && new Set(values).size > 2;
  const place = [...table.tHead.rows[0].cells].findIndex((_, place) => varied(column(place)));
  const button = table.tHead.rows[0].cells[place].querySelector("button");
  button.click();
  const up = column(place);
  button.click();
  const down = column(place);
  const rising = values => values.every((value, k) => k === 0 || values[k - 1] <= value);
  const sorts = rising(up) && rising([...down].reverse()) && up.join() !== down.join();
  parent.postMessage(`${root.clientWidth}: scroll ${root.scrollWidth}, over ${over.length}, drawn ${drawn.length}, sorts ${sorts}`, "*");
});
</script></body>"##;

/// The name of an installed Chromium.
fn chromium() -> Option<&'static str> {
    let runs = |name: &&str| Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success());
    ["chromium", "chromium-browser", "google-chrome"].into_iter().find(runs)
}

#[test]
fn the_report_holds_in_a_browser() {
    let Some(browser) = chromium() else {
        eprintln!("skipped: the_report_holds_in_a_browser needs Chromium; the parsed page is tested by `report`");
        return;
    };
    let verdict = Size { n_controllers: 5, n_scenarios: 4, n_seeds: 6, long: true }.verdict();
    let context =
        ReportContext { command: "oha-host compare ".repeat(20), digest: "0123456789abcdef".repeat(4), ..ReportContext::default() };
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("report.html"), html(&verdict, &context).replace("</body>", PROBE)).unwrap();
    let frame = |width: u32| format!("<iframe src=\"report.html\" style=\"width:{width}px;height:900px;border:0\"></iframe>");
    let around = format!(
        "<!DOCTYPE html><body>{}{}<script>addEventListener('message', e => {{ document.title += e.data + ';' }})</script></body>",
        frame(1280),
        frame(400)
    );
    let page = folder.path().join("around.html");
    std::fs::write(&page, around).unwrap();
    let output = Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--window-size=1400,2000",
            "--virtual-time-budget=10000",
        ])
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .args(["--dump-dom".to_owned(), format!("file://{}", page.display())])
        .output()
        .unwrap();
    let dom = String::from_utf8_lossy(&output.stdout);
    let n_figures = figures(&verdict, &context.theme).len();
    for width in [1280, 400] {
        let wanted = format!("{width}: scroll {width}, over 0, drawn {n_figures}, sorts true;");
        let title = dom.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next());
        assert!(dom.contains(&wanted), "wanted `{wanted}`, the page says {title:?}; {}", String::from_utf8_lossy(&output.stderr));
    }
}
