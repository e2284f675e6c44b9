use pointsman_plugin::testing::{configured, problems};
use pointsman_plugin::{Author, Customer, Engagement, Signal, Trigger, Visibility};
use proptest::prelude::*;
use serde_json::json;

use super::*;

fn plugin() -> FourFactors {
    configured(json!({}))
}

/// A private message of no type, from nobody, about nothing.
fn plain() -> Interaction {
    Interaction { text: "table".to_owned(), author: Some(Author::default()), visibility: Visibility::Public, ..Interaction::default() }
}

fn levels(interaction: &Interaction, situation: &Situation) -> Vec<f32> {
    plugin().prioritize(interaction, situation).factors.iter().map(|factor| factor.level).collect()
}

/// The change moves exactly this factor (by its place), and the score with it.
fn check_moves(factor: usize, interaction: &Interaction, situation: &Situation) {
    let before = plugin().prioritize(&plain(), &Situation::default());
    let after = plugin().prioritize(interaction, situation);
    for (at, (old, new)) in before.factors.iter().zip(&after.factors).enumerate() {
        assert_eq!(at == factor, new.level > old.level, "{}: {} to {}", new.name, old.level, new.level);
    }
    let moved = after.factors[factor].weight * (after.factors[factor].level - before.factors[factor].level);
    assert!((after.score - before.score - moved).abs() < 0.01);
}

#[test]
fn each_factor_moves_the_score_alone() {
    let none = Situation::default();
    let text = |text: &str| Interaction { text: text.to_owned(), ..plain() };
    let signal = |name: &str, value: f64| Interaction { signals: vec![Signal::new(name, value)], ..plain() };
    check_moves(0, &text("table asap"), &none);
    check_moves(0, &text("chaise urgente"), &none);
    check_moves(0, &text("smell gas"), &none);
    check_moves(0, &text("mon bébé"), &none);
    check_moves(0, &text("hameçonnage"), &none);
    check_moves(0, &signal("urgency", 0.8), &none);
    check_moves(0, &signal("sentiment-score", -0.9), &none);
    check_moves(0, &plain(), &Situation { unanswered_count: 4, ..Situation::default() });
    check_moves(0, &plain(), &Situation { trigger: Trigger::Reopened, ..Situation::default() });
    let customer = |worth, lifecycle: Option<&str>| Interaction {
        customer: Some(Customer { worth, lifecycle: lifecycle.map(str::to_owned), ..Customer::default() }),
        ..plain()
    };
    check_moves(1, &customer(Some(0.7), None), &none);
    check_moves(1, &customer(None, Some("VIP")), &none);
    check_moves(2, &Interaction { author: Some(Author { followers: Some(5000), ..Author::default() }), ..plain() }, &none);
    check_moves(2, &Interaction { author: Some(Author { verified: true, ..Author::default() }), ..plain() }, &none);
    check_moves(2, &Interaction { engagement: Some(Engagement { shares: 80, ..Engagement::default() }), ..plain() }, &none);
    check_moves(3, &text("is it a table?"), &none);
    check_moves(3, &text("un devis"), &none);
    check_moves(3, &Interaction { signals: vec![Signal::new("type", "problem")], ..plain() }, &none);
}

#[test]
fn types_have_their_order() {
    let level = |name: &str| levels(&Interaction { signals: vec![Signal::new("type", name)], ..plain() }, &Situation::default())[3];
    let order: Vec<f32> = ["problem", "question", "opportunity", "praise", "noise"].into_iter().map(level).collect();
    assert!(order.windows(2).all(|pair| pair[0] > pair[1]), "{order:?}");
}

#[test]
fn types_are_told_from_words() {
    for (text, code) in [
        ("My kettle stopped working", "type-problem-words"),
        ("Ma commande n'est toujours pas là, quel souci", "type-problem-words"),
        ("Quand ouvrez-vous ?", "type-question-words"),
        ("Anyone there?", "type-question"),
        ("Je voudrais un devis pour 12 fenêtres", "type-opportunity-words"),
        ("Thank you, wonderful team", "type-praise-words"),
        ("Pas de souci, merci !", "type-praise-words"),
        ("Guaranteed profit, click here", "type-noise-words"),
        ("...", "type-noise"),
        ("I moved house", "type-other"),
    ] {
        let interaction = Interaction { text: text.to_owned(), ..plain() };
        assert_eq!(plugin().prioritize(&interaction, &Situation::default()).factors[3].reason.code, code, "{text}");
    }
}

#[test]
fn what_nobody_sees_carries_less() {
    let seen = |visibility| {
        let author = Some(Author { followers: Some(100_000), ..Author::default() });
        levels(&Interaction { author, visibility, ..plain() }, &Situation::default())[2]
    };
    assert!(seen(Visibility::Public) > seen(Visibility::Restricted));
    assert!(seen(Visibility::Restricted) > seen(Visibility::Private));
    assert_eq!(seen(Visibility::Internal), 0.0);
}

#[test]
fn settings_are_used() {
    let plugin: FourFactors = configured(json!({
        "weights": {"urgency": 10, "customer_value": 90, "influence": 0, "message_type": 0}, "urgent_words": {"code rouge": 1}, "lifecycle": {"gold": 1},
    }));
    let interaction = Interaction {
        text: "Code rouge".to_owned(),
        customer: Some(Customer { lifecycle: Some("gold".to_owned()), ..Customer::default() }),
        ..plain()
    };
    assert_eq!(plugin.prioritize(&interaction, &Situation::default()).score, 100.0);
}

#[test]
fn wrong_settings_are_refused_with_their_places() {
    let found = problems::<FourFactors>(json!({
        "weights": {"urgency": 90, "urgncy": 1}, "types": {"problem": 2}, "lifecycle": {"a": "b"}, "urgent_words": {"!": 1}, "followers_full": 0,
    }));
    let places: Vec<&str> = found.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(places, ["/weights", "/weights/urgncy", "/lifecycle/a", "/types/problem", "/urgent_words/!", "/followers_full"]);
}

#[test]
fn cases_come_out_as_written() {
    cases::check(env!("CARGO_MANIFEST_DIR"), |settings, input| {
        let plugin: FourFactors = configured(settings.clone());
        let mut findings = settings::Findings::default();
        let interaction = settings::interaction(&input["interaction"], "/interaction", &mut findings);
        let situation = settings::situation(&input["situation"], "/situation", &mut findings);
        assert!(findings.is_empty(), "{findings:?}");
        cases::priority(&plugin.prioritize(&interaction, &situation))
    });
}

#[test]
fn every_reason_speaks_french_too() {
    cases::check_catalogue(env!("CARGO_MANIFEST_DIR"), &reasons::CODES);
}

prop_compose! {
    fn anything()(
        text in "(asap|fraude|table|merci|devis|why|\\?|still waiting|[a-z]{1,5}| ){0,12}",
        followers in proptest::option::of(any::<u64>()), verified: bool, shares: u64, likes: u64, views in proptest::option::of(any::<u64>()),
        worth in proptest::option::of(prop_oneof![0.0_f32..=1.0, Just(f32::NAN), Just(f32::INFINITY), Just(-1.0)]),
        rating in proptest::option::of(0.0_f32..=1.0), score in prop_oneof![-1.0_f64..=1.0, Just(f64::NAN)],
        visibility in prop_oneof![Just(Visibility::Public), Just(Visibility::Restricted), Just(Visibility::Private), Just(Visibility::Internal)],
    ) -> Interaction {
        Interaction {
            text, visibility, rating,
            author: Some(Author { followers, verified, ..Author::default() }),
            engagement: Some(Engagement { likes, shares, views, replies: likes / 2 }),
            customer: Some(Customer { worth, ..Customer::default() }),
            signals: vec![Signal::new("sentiment-score", score)],
            ..Interaction::default()
        }
    }
}

prop_compose! {
    fn any_situation()(unanswered_count: u32, now: u64, first in proptest::option::of(any::<u64>()), due in proptest::option::of(any::<u64>())) -> Situation {
        Situation { unanswered_count, now, first_response_due_at: first, resolution_due_at: due, ..Situation::default() }
    }
}

static PLUGIN: std::sync::LazyLock<FourFactors> = std::sync::LazyLock::new(plugin);

proptest! {
    #[test]
    fn scores_are_bounded_and_explained(interaction in anything(), situation in any_situation()) {
        let priority = PLUGIN.prioritize(&interaction, &situation);
        prop_assert!((0.0..=100.0).contains(&priority.score));
        for factor in &priority.factors {
            prop_assert!((0.0..=1.0).contains(&factor.level), "{}", factor.name);
            prop_assert!(reasons::CODES.contains(&factor.reason.code.as_str()), "{}", factor.reason.code);
        }
    }

    #[test]
    fn more_is_never_less(interaction in anything(), situation in any_situation(), more in 1_u64..1_000_000) {
        let score = |interaction: &Interaction, situation: &Situation| PLUGIN.prioritize(interaction, situation).score;
        let before = score(&interaction, &situation);
        let mut followed = interaction.clone();
        let author = followed.author.as_mut().unwrap();
        author.followers = Some(author.followers.unwrap_or(0).saturating_add(more));
        prop_assert!(score(&followed, &situation) >= before);
        let mut shared = interaction.clone();
        let engagement = shared.engagement.as_mut().unwrap();
        engagement.shares = engagement.shares.saturating_add(more);
        prop_assert!(score(&shared, &situation) >= before);
        let again = Situation { unanswered_count: situation.unanswered_count.saturating_add(1), ..situation.clone() };
        prop_assert!(score(&interaction, &again) >= before);
        let later = Situation { now: situation.now.saturating_add(more), ..situation.clone() };
        prop_assert!(score(&interaction, &later) >= before);
        let mut urgent = interaction;
        urgent.signals.push(Signal::new("urgency", 0.9));
        prop_assert!(score(&urgent, &situation) >= before);
    }
}
