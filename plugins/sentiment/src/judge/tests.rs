use std::sync::LazyLock;

use proptest::prelude::*;
use words::tokens;

use super::*;
use crate::options::Options;

static OPTIONS: LazyLock<Options> = LazyLock::new(Options::default);

fn score(language: &str, text: &str) -> f32 {
    judge(&tokens(text), OPTIONS.lexicon(language), &Cues::ALL).score()
}

/// `less` feels worse than `more`.
fn check_order(language: &str, less: &str, more: &str) {
    let (low, high) = (score(language, less), score(language, more));
    assert!(low < high, "`{less}` ({low}) should feel worse than `{more}` ({high})");
}

#[test]
fn words_weigh() {
    check_order("en", "The parcel is broken", "The parcel is here");
    check_order("en", "The parcel is here", "The parcel is lovely");
    check_order("fr", "Le colis est abîmé", "Le colis est là");
    check_order("fr", "Le colis est là", "Le colis est magnifique");
    check_order("de", "Das Paket 😡", "Das Paket");
}

#[test]
fn negation_turns_round() {
    check_order("en", "It is not good", "It is a thing");
    check_order("en", "Never had a good answer", "Had a good answer");
    check_order("en", "It is bad", "It is not bad");
    check_order("fr", "Je ne recommande pas", "Je recommande");
    check_order("fr", "Ce n'est pas bon", "C'est bon");
    check_order("fr", "C'est nul", "Ce n'est pas nul");
    check_order("fr", "Aucun plaisir", "Un plaisir");
}

#[test]
fn a_negation_ends_with_its_clause() {
    check_order("en", "No, not good", "No, good");
    check_order("en", "I did not go. Good", "I did go. Good!");
}

#[test]
fn idioms_are_read_as_one() {
    check_order("en", "A problem", "No problem");
    check_order("en", "I wait", "I can't wait");
    check_order("fr", "Un souci", "Pas de souci");
    assert!(score("fr", "Bonjour et bonne journée").abs() < 0.01);
}

#[test]
fn boosters_and_emphasis_add() {
    check_order("en", "very bad", "bad");
    check_order("en", "good", "very good");
    check_order("en", "good", "good!!!");
    check_order("en", "it is good", "it is GOOD");
    check_order("en", "slightly good", "good");
    check_order("fr", "un peu déçu", "content");
    check_order("fr", "très déçu", "un peu déçu");
}

#[test]
fn contrast_moves_weight() {
    check_order("en", "Great phone but terrible service", "Terrible service but great phone");
    check_order("fr", "Bon produit mais livraison lente", "Livraison lente mais bon produit");
}

#[test]
fn questions_say_less() {
    check_order("en", "It is broken.", "It is broken?");
}

#[test]
fn care_phrases() {
    for text in ["I am still waiting for my order", "I never received my parcel", "Third time I ask, no reply"] {
        assert!(score("en", text) < -0.3, "{text}");
    }
    for text in ["Toujours pas reçu ma commande", "J'attends toujours", "Aucune réponse de votre part", "Votre site ne marche pas"] {
        assert!(score("fr", text) < -0.3, "{text}");
    }
    assert!(score("en", "Thank you so much, you made my day") > 0.6);
    assert!(score("fr", "Merci beaucoup pour votre réactivité") > 0.6);
}

#[test]
fn sarcasm_is_heard_when_it_is_plain() {
    assert!(score("en", "Thanks for nothing, great service") < 0.0);
    assert!(score("fr", "Bravo le service, super !") < 0.0);
}

#[test]
fn places_are_those_of_the_words() {
    let text = "Désolé, c'est NUL 😡";
    let finding = judge(&tokens(text), &OPTIONS.fr, &Cues::ALL);
    let found: Vec<&str> = finding.hits.iter().map(|hit| &text[hit.start..hit.end]).collect();
    assert_eq!(found, ["Désolé", "NUL", "😡"]);
}

#[test]
fn cues_can_be_switched_off() {
    let cues = Cues { signs: false, ..Cues::ALL };
    assert!(judge(&tokens("😡"), &OPTIONS.en, &cues).hits.is_empty());
}

proptest! {
    #[test]
    fn scores_are_bounded(text in "(good|bad|very|not|but|!|\\?|😡|[a-z]{1,6}| ){0,60}") {
        let score = score("en", &text);
        prop_assert!((-1.0..=1.0).contains(&score));
    }

    #[test]
    fn what_is_neutral_changes_nothing(text in "(table|lamp|window| ){0,30}") {
        prop_assert_eq!(score("en", &text), 0.0);
    }
}
