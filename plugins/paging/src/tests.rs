use pointsman_plugin::{Fact, Failure, Item, Page};

use super::*;

fn said(id: u64) -> Fact {
    Fact::said(Item { occurred_at: Some(id), ..Item::new(id.to_string(), "x") })
}

fn ids(page: &Page) -> Vec<u64> {
    page.facts
        .iter()
        .filter_map(|fact| if let pointsman_plugin::Event::Said(item) = &fact.event { item.source_id.parse().ok() } else { None })
        .collect()
}

/// A list of 1 to `newest`, in pages of ten.
fn fetch(newest: u64) -> impl FnMut(&str, &Place) -> Result<Listing, Failure> {
    move |_, place| {
        let since: u64 = place.since.as_deref().unwrap_or("0").parse().unwrap();
        let from: u64 = place.next.as_deref().map_or(newest, |next| next.parse().unwrap());
        let ids: Vec<u64> = (1..=from).rev().take(10).filter(|id| *id > since).collect();
        let next = ids.last().map(|id| id - 1).filter(|next| *next > since && ids.len() == 10);
        Ok(Listing {
            newest: ids.first().map(u64::to_string),
            facts: ids.into_iter().map(said).collect(),
            next: next.map(|next| next.to_string()),
            rest_until: None,
        })
    }
}

#[test]
fn a_long_list_is_read_to_its_end_over_several_polls_and_nothing_is_left_out() {
    let lists = ["all".to_owned()];
    let first = poll(&lists, None, (2, 10), fetch(35)).unwrap();
    assert_eq!((ids(&first), first.more), ((16..=35).collect(), true));
    // Meanwhile five more came: they wait until the end is reached.
    let second = poll(&lists, Some(&first.cursor), (2, 10), fetch(40)).unwrap();
    assert_eq!((ids(&second), second.more), ((1..=15).collect(), false));
    assert_eq!(second.cursor, br#"{"places":{"all":{"since":"35"}}}"#);
    assert_eq!(ids(&poll(&lists, Some(&second.cursor), (2, 10), fetch(40)).unwrap()), [36, 37, 38, 39, 40]);
}

#[test]
fn a_failure_after_something_was_brought_keeps_it() {
    let lists = ["good".to_owned(), "bad".to_owned()];
    let mut good = fetch(3);
    let fails = |list: &str, place: &Place| {
        if list == "bad" { Err(Failure::Later((Some(9), "busy".to_owned()))) } else { good(list, place) }
    };
    let page = poll(&lists, None, (2, 10), fails).unwrap();
    assert_eq!((ids(&page), page.next_poll_at), (vec![1, 2, 3], Some(9)));
    let never = |_: &str, _: &Place| Err(Failure::Unauthorised("no".to_owned()));
    assert!(poll(&lists, None, (2, 10), never).is_err());
}

#[test]
fn a_page_never_holds_more_than_the_contract_allows() {
    let lists = ["all".to_owned()];
    let page = poll(&lists, None, (1_000, 10), fetch(5_000)).unwrap();
    assert_eq!((page.facts.len(), page.more), (1_000, true));
    assert_eq!(poll(&lists, Some(b"broken"), (1, 10), fetch(3)).unwrap().facts.len(), 3);
}

#[test]
fn a_used_up_rate_ends_the_list_for_now() {
    let mut rest = fetch(35);
    let page =
        poll(&["all".to_owned()], None, (5, 10), |list, place| rest(list, place).map(|listing| Listing { rest_until: Some(7), ..listing }));
    let page = page.unwrap();
    assert_eq!((page.facts.len(), page.next_poll_at, page.more), (10, Some(7), false));
}

#[test]
fn a_server_that_always_answers_the_same_is_asked_no_more_than_twice() {
    let mut asked = 0;
    let same = |_: &str, _: &Place| {
        asked += 1;
        Ok(Listing { facts: vec![said(1)], newest: Some("1".to_owned()), next: Some("again".to_owned()), rest_until: None })
    };
    let page = poll(&["all".to_owned()], None, (9, 10), same).unwrap();
    assert_eq!((ids(&page), page.more, asked), (vec![1], false, 2));
}
