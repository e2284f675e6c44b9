//! The report as one page that needs nothing else: no script, no font, no picture from anywhere; light and dark as the reader has it.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Cell, Document, Section, percent};

/// Nothing is loaded and nothing is run, whatever a queue or a plugin is called.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

const STYLE: &str = "\
:root{color-scheme:light dark;--page:#fbfaf8;--ink:#1f1d1a;--soft:#6b665e;--line:#ddd8cf;--bar:#c9dcef;--good:#1a7f37;--bad:#b42318}
@media(prefers-color-scheme:dark){:root{--page:#191816;--ink:#ebe7df;--soft:#a09a8f;--line:#3a3732;--bar:#24425f;--good:#57c272;--bad:#ff8a7a}}
body{margin:0 auto;padding:2rem 1.25rem 4rem;max-width:62rem;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
h1{font-size:1.6rem;margin:0 0 .25rem}h2{font-size:1.1rem;margin:2rem 0 .5rem}
.about{color:var(--soft);margin:0}.about p,.lines p{margin:.1rem 0}
.verdict{margin:1.25rem 0;padding:.6rem .9rem;border-left:.3rem solid;font-weight:600}.good{color:var(--good)}.bad{color:var(--bad)}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.35rem .75rem .35rem 0;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--soft);font-weight:600;font-size:.85rem}td.figure,th.figure{text-align:right}
td.share{text-align:right;background-image:linear-gradient(var(--bar),var(--bar));background-repeat:no-repeat;background-position:right}
@media print{body{max-width:none;padding:0}}";

/// The page.
pub(crate) fn page(document: &Document) -> String {
    let markup = html! {
        (DOCTYPE)
        html lang=(document.language) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (document.title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { (document.title) }
                div.about { @for line in &document.about { p { (line) } } }
                @if let Some(verdict) = &document.verdict {
                    p class={ "verdict " (tone(verdict.good)) } { (sign(verdict.good)) " " (verdict.text) }
                }
                @for part in document.sections.iter().filter(|section| !section.is_empty()) { (section(part)) }
            }
        }
    };
    markup.into_string()
}

fn section(section: &Section) -> Markup {
    html! {
        section {
            h2 { (section.title) }
            div.lines { @for line in &section.lines { p { (line) } } }
            @if !section.rows.is_empty() {
                div.wide { table {
                    thead { tr { @for (at, name) in section.head.iter().enumerate() { th scope="col" class=(column(section, at)) { (name) } } } }
                    tbody { @for row in &section.rows { tr { @for found in row { (cell(found)) } } } }
                } }
            }
        }
    }
}

/// A heading stands over its figures.
fn column(section: &Section, at: usize) -> &'static str {
    match section.rows.first().and_then(|row| row.get(at)) {
        Some(Cell::Figure(_) | Cell::Share(_)) => "figure",
        _ => "words",
    }
}

fn cell(cell: &Cell) -> Markup {
    match cell {
        Cell::Text(text) => html! { td { (text) } },
        Cell::Figure(figure) => html! { td.figure { (figure) } },
        Cell::Share(share) => {
            let width = format!("background-size:{:.1}% 100%", share.clamp(0.0, 1.0) * 100.0);
            html! { td.share style=(width) { (percent(*share)) } }
        }
        Cell::Mark(good, word) => html! { td class=(tone(*good)) { (sign(*good)) " " (word) } },
    }
}

fn tone(good: bool) -> &'static str {
    if good { "good" } else { "bad" }
}

fn sign(good: bool) -> &'static str {
    if good { "✓" } else { "✗" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Verdict;

    #[test]
    fn nothing_of_a_report_becomes_markup() {
        let hostile = "<script>alert('x')</script>\"&";
        let text = || hostile.to_owned();
        let document = Document {
            language: "en",
            title: text(),
            verdict: Some(Verdict { good: false, text: text() }),
            about: vec![text()],
            sections: vec![Section::new(hostile).line(text()).table(&["a"], vec![vec![Cell::Text(text())], vec![Cell::Figure(text())]])],
        };
        let page = page(&document);
        assert!(!page.contains("<script"), "{page}");
        assert_eq!(page.matches("&lt;script&gt;").count(), 8);
    }
}
