use proptest::prelude::*;

use super::*;

fn check(text: &str, expected: &[&str]) {
    let found: Vec<String> = tokens(text).into_iter().map(|token| token.folded).collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn cuts_words() {
    check("Where's my order?", &["where", "my", "order", "?"]);
    check("I don't know, we’ll see", &["i", "dont", "know", ",", "we", "see"]);
    check("J'adore, ce n’est pas l'été", &["j", "adore", ",", "ce", "n", "est", "pas", "l", "ete"]);
    check("aujourd'hui quelqu'un", &["aujourdhui", "quelqu", "un"]);
    check("e-mail week-end", &["e", "-", "mail", "week", "-", "end"]);
    check("#LoveIt", &["love", "it"]);
    check("sooooo goooood", &["soo", "good"]);
    check("配送遅い", &["配", "送", "遅", "い"]);
    check("", &[]);
}

#[test]
fn tells_kinds() {
    let kinds = |text: &str| tokens(text).iter().map(|token| token.kind).collect::<Vec<_>>();
    assert_eq!(kinds("@acme 12 :( 😡 https://a.example/b."), [Kind::Mention, Kind::Number, Kind::Face, Kind::Emoji, Kind::Address]);
    assert_eq!(kinds("🙏🏽"), [Kind::Emoji]);
    assert_eq!(kinds("❤️"), [Kind::Emoji]);
    assert_eq!(kinds("18:30"), [Kind::Number, Kind::Mark, Kind::Number]);
}

#[test]
fn knows_shouting_and_stretching() {
    let found = tokens("WORST sooo I");
    assert!(found[0].shouted && !found[1].shouted && !found[2].shouted);
    assert!(found[1].stretched && !found[0].stretched);
}

proptest! {
    #[test]
    fn places_are_those_of_the_text(text in ".{0,80}") {
        let mut end = 0;
        for token in tokens(&text) {
            prop_assert!(token.start >= end && token.end > token.start);
            prop_assert!(text.get(token.start..token.end).is_some());
            end = token.end;
        }
    }

    #[test]
    fn case_changes_no_word(text in "[a-zà-ÿ' ]{0,40}") {
        let words = |text: &str| tokens(text).into_iter().map(|token| token.folded).collect::<Vec<_>>();
        prop_assert_eq!(words(&text), words(&text.to_lowercase()));
    }
}
