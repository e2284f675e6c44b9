//! The corpus itself: complete, and told in the README.

use std::collections::BTreeSet;

use super::{bytes, corpus};
use harness::hostile::End;

/// Rows that need what does not exist yet: a registry, signatures, a console.
const DEFERRED: [&str; 4] = ["P24", "P47", "P57", "P58"];

/// Rows that are no plugin but something done to a host: the tests beside this one.
const DONE_TO_A_HOST: [&str; 4] = ["P28", "P59", "P62", "P64"];

#[test]
fn every_row_of_the_list_has_a_plugin() {
    let corpus = corpus();
    let rows: BTreeSet<&str> = corpus.component.iter().flat_map(|entry| entry.rows.iter().map(String::as_str)).collect();
    let all: BTreeSet<String> = (1..=64).map(|number| format!("P{number:02}")).collect();
    let without: Vec<&str> = all.iter().map(String::as_str).filter(|row| !rows.contains(row)).collect();
    let mut expected = [DEFERRED, DONE_TO_A_HOST].concat();
    expected.sort_unstable();
    assert_eq!(without, expected);
    assert!(rows.iter().all(|row| all.contains(*row)), "{rows:?}");
    let names: BTreeSet<&str> = corpus.component.iter().map(|entry| entry.id.as_str()).collect();
    assert_eq!(names.len(), corpus.component.len(), "names are unique");
    assert!(names.len() >= 60);
}

#[test]
fn every_plugin_says_how_it_ends() {
    for entry in &corpus().component {
        let contained = entry.ends == End::Host;
        assert!(contained || !entry.expected.is_empty(), "{}", entry.id);
    }
}

#[test]
fn the_same_corpus_makes_the_same_bytes() {
    for entry in corpus().component.iter().filter(|entry| entry.id != "custom-100m" && entry.id != "functions-1m") {
        let (once, twice) = (bytes(entry), bytes(entry));
        assert!(once == twice, "{}", entry.id);
    }
}

#[test]
fn the_readme_tells_all_of_them() {
    let path = harness::repository().join("plugins/fault/README.md");
    let readme = std::fs::read_to_string(&path).expect("the README");
    let (before, rest) = readme.split_once("<!-- corpus -->\n").expect("its beginning");
    let (_, after) = rest.split_once("<!-- end of corpus -->").expect("its end");
    let told = format!("{before}<!-- corpus -->\n{}<!-- end of corpus -->{after}", corpus().table());
    if std::env::var_os("INSTA_UPDATE").is_some_and(|value| value == "always") {
        std::fs::write(&path, &told).expect("writing the README");
        return;
    }
    assert!(readme == told, "plugins/fault/README.md does not tell the corpus as it is: run this test once with INSTA_UPDATE=always");
}
