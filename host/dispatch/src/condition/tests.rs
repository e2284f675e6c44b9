use model::{Attributes, Author, Factor, Interaction, Priority, Reason, Signal, Situation, Timestamp, Value};

use super::*;

fn known() -> Known {
    let interaction = Interaction {
        connector: "shop".into(),
        channel: "mastodon".into(),
        text: "Where is my order?".into(),
        author: Some(Author { id: "7".into(), followers: Some(12_000), ..Author::default() }),
        rating: Some(0.5),
        received_at: Timestamp(1_700_000_000_000),
        attributes: Attributes::from([("store-id".to_owned(), Value::from("lyon"))]),
        ..Interaction::default()
    };
    let mut known = Known::new(&interaction, &Situation { inbound_count: 3, ..Situation::default() });
    let signal = |name: &str, value: Value| Signal {
        name: name.into(),
        value,
        confidence: None,
        evidence: vec![],
        reasons: vec![],
        source: String::new(),
    };
    known.learn(&[signal("sentiment", "neutral".into()), signal("sentiment-score", (-0.8).into()), signal("urgency", 1.0.into())]);
    known.learn(&[signal("sentiment", "negative".into())]);
    let factor = Factor { name: "influence".into(), level: 0.75, weight: 20.0, reason: Reason::default() };
    known.rank(&Priority { score: 62.5, factors: vec![factor] });
    known
}

#[test]
fn conditions_are_met_or_not() {
    let known = known();
    let check = |source: &str, expected: bool| {
        let condition = Condition::compile(source).unwrap_or_else(|error| panic!("{source}: {error}"));
        assert_eq!(condition.evaluate(&known), Ok(expected), "{source}");
    };
    check("interaction.channel == 'mastodon'", true);
    check("interaction.author.followers > 10000", true);
    check("interaction.author.followers > 1.5e3 && interaction.rating <= 0.5", true);
    check("interaction.received_at >= 1700000000000", true);
    check("signal.sentiment == \"negative\"", true);
    check("signal[\"sentiment-score\"] < 0", true);
    check("signal.urgency == 1", true);
    check("'sentiment-score' in signal && !('language' in signal)", true);
    check("has(interaction.language)", false);
    check("has(interaction.customer) && interaction.customer.worth > 0.5", false);
    check("interaction.attributes['store-id'] == 'lyon'", true);
    check("situation.inbound_count % 2 == 1 ? situation.trigger == 'arrived' : false", true);
    check("priority.score > 60 && priority.factors.influence >= 0.75", true);
    check("interaction.text.matches('(?i)ORDER') && interaction.text.size() < 200", true);
    check("interaction.kind in ['message', 'comment']", true);
    check("duration('90m') > duration('1h')", true);
    check("interaction.text.matches('(a*)*b')", false);
}

#[test]
fn what_cannot_be_said_counts_as_not_met_and_says_why() {
    let known = known();
    let check = |source: &str, expected: &str| {
        let condition = Condition::compile(source).unwrap_or_else(|error| panic!("{source}: {error}"));
        let failure = condition.evaluate(&known).expect_err(source).to_string();
        assert_eq!(failure, expected, "{source}");
    };
    check("interaction.language == 'fr'", "there is no `language`");
    check("signal.language == 'fr'", "there is no `language`");
    check("signal[interaction.text] == 1", "there is no such field");
    check("1 / 0 == 1", "it divides by zero");
    check("9223372036854775807 + 1 > 0", "a number is too large");
    check("[1, 2][5] == 1", "the list is shorter");
    check("interaction.text", "it gives a text, not yes or no");
    check("situation.inbound_count > 'many'", "`_>_` does not go with int and string");
    check("timestamp('9999-12-31T23:59:59Z') + duration('100000h') > timestamp('2000-01-01T00:00:00Z')", "a number is too large");
    check("interaction.text.matches('((a{0,100}){0,100}){0,100}')", "`matches` does not take this");
}

#[test]
fn refusals_name_what_is_wrong() {
    let check = |source: &str, expected: &str| {
        assert_eq!(Condition::compile(source).expect_err(source).to_string(), expected, "{source}");
    };
    check(" ", "the condition is empty; leave `when` out if it is always met");
    check("// nothing", "the condition is empty; leave `when` out if it is always met");
    check("interaction.chanel == 'x'", "there is no field `interaction.chanel`; did you mean `interaction.channel`?");
    check("interaction['langage'] == 'x'", "there is no field `interaction.langage`; did you mean `interaction.language`?");
    check(
        "interaction.author.folowers > 1",
        "there is no field `interaction.author.folowers`; did you mean `interaction.author.followers`?",
    );
    check("has(situation.case_opened)", "there is no field `situation.case_opened`; did you mean `situation.case_open`?");
    check("signals.sentiment == 'x'", "there is no variable `signals`; did you mean `signal`?");
    check("true || undeclared == 1", "there is no variable `undeclared`");
    check("interaction.text.startWith('a')", "there is no function `startWith`; did you mean `startsWith`?");
    check("duration('1s').getMilliseconds() > 1", "there is no function `getMilliseconds`");
    check("interaction.text == 'open", "a text is not closed");
    check("[1].all(x, x > 0)", "`all` is a loop, and conditions have none; write a rule of a router instead");
    check("[1] . map (x, x)", "`map` is a loop, and conditions have none; write a rule of a router instead");
    assert!(matches!(Condition::compile("1 +"), Err(ConditionError::Syntax { line: 1, .. })));
    assert!(matches!(Condition::compile("interaction.text == 'a' 'b'"), Err(ConditionError::Syntax { .. })));
    assert!(Condition::compile("signal.?x.hasValue()").is_err());
}

/// The bombs that exhaust the bare crate: each must be refused, or compile and evaluate on a small stack in no time.
#[test]
fn bombs_are_harmless() {
    let check = |name: &str, source: String, refused: bool| {
        let worker = std::thread::Builder::new().stack_size(1 << 20).spawn(move || {
            let known = known();
            Condition::compile(&source).map(|condition| drop(condition.evaluate(&known))).is_err()
        });
        assert_eq!(worker.unwrap().join().expect(name), refused, "{name}");
    };
    check("brackets 30", format!("{}true{}", "(".repeat(30), ")".repeat(30)), false);
    check("brackets 90", format!("{}1{}", "(".repeat(90), ")".repeat(90)), true);
    check("brackets 120", format!("{}1{}", "(".repeat(120), ")".repeat(120)), true);
    check("128 terms", format!("1{} > 0", "+1".repeat(126)), false);
    check("200 terms", format!("1{}", "+1".repeat(200)), true);
    check("2000 terms", format!("1{}", "+1".repeat(2_000)), true);
    check("127 selectors", format!("signal{}", ".b".repeat(127)), false);
    check("5000 selectors", format!("signal{}", ".b".repeat(5_000)), true);
    check("101 conjunctions", format!("true{}", " && true".repeat(100)), false);
    check("20000 conjunctions", format!("true{}", " && true".repeat(20_000)), true);
    check("signs", format!("{}true", "!".repeat(200)), true);
    check("minus", format!("{}1 > 0", "- ".repeat(200)), true);
    check("choices", format!("{}true", "true ? true : ".repeat(60)), true);
    check("lists", format!("{}1{} == []", "[".repeat(40), "]".repeat(40)), true);
    check("indexes", format!("signal{} == 1", "['a']".repeat(60)), false);
    check("maps", format!("{}1{} == 1", "{'a':".repeat(40), "}".repeat(40)), true);
    check("nested loops", "[1].all(a, [1].all(b, [1].all(c, true)))".to_owned(), true);
    check("doubling", "[interaction.text].map(x, x + x)[0] == ''".to_owned(), true);
    check("long text", format!("interaction.text == '{}'", "a".repeat(2_000)), true);
    check("texts in a row", format!("interaction.text{} == ''", " + interaction.text".repeat(40)), false);
    check("brackets in a text", format!("interaction.text == '{}'", "(".repeat(200)), false);
}
