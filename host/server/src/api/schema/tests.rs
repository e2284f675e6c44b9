//! Full records against their description: a new field does not compile until it is written here, then fails until it is described.

mod outbox;
use std::collections::BTreeSet;

use dispatch::counters::{ChainCounts, ConnectorCounts, PluginCounts};
use dispatch::port::{Conversation, Totals};
use model::{
    Answer, Assignment, Attachment, Attributes, Author, ChainSpec, Configuration, ConnectorSpec, Content, Cost, Customer, Decision,
    DecisionId, DecisionSummary, Delivery, DeliveryId, DeliverySummary, Digest, Disposition, Effect, Engagement, Factor, Fault, FaultKind,
    FaultedInteraction, GenerationId, Grants, Header, HostCall, Interaction, InteractionId, InteractionRecord, InteractionState, Kind,
    Label, LogLevel, LogLine, Notice, OnFault, PluginSpec, Priority, Quarantined, QueueSpec, QueueSummary, Reason, Role, Routing,
    ServiceLevel, Share, Signal, Situation, Skill, Span, StepOutcome, StepRecord, StepSpec, StoredDecision, StoredEffect, Swap, SwapKind,
    SwapTrigger, Target, Timestamp, Trace, Trigger, Value, Visibility,
};
use serde::Serialize;
use serde_json::Value as Json;

fn text() -> String {
    "x".to_owned()
}

fn attributes() -> Attributes {
    [(text(), Value::Flag(true))].into()
}

fn reason() -> Reason {
    Reason { code: text(), params: attributes(), text: text() }
}

fn signal() -> Signal {
    let evidence = vec![Span { start: 0, end: 1 }];
    Signal { name: text(), value: Value::Number(0.5), confidence: Some(1.0), evidence, reasons: vec![reason()], source: text() }
}

fn attachment(content: Content) -> Attachment {
    Attachment { media_type: text(), content, name: Some(text()), size_bytes: Some(1), description: Some(text()) }
}

fn author() -> Author {
    Author {
        id: text(),
        handle: Some(text()),
        display_name: Some(text()),
        profile_url: Some(text()),
        followers: Some(1),
        verified: true,
        bot: true,
        attributes: attributes(),
    }
}

fn interaction() -> Interaction {
    Interaction {
        id: InteractionId(text()),
        connector: text(),
        channel: text(),
        account: Some(text()),
        conversation: text(),
        in_reply_to: Some(text()),
        kind: Kind::Post,
        visibility: Visibility::Public,
        author: Some(author()),
        customer: Some(Customer { id: text(), lifecycle: Some(text()), worth: Some(0.5), attributes: attributes() }),
        subject: Some(text()),
        text: text(),
        language: Some(text()),
        attachments: vec![attachment(Content::RawRange(0, 1)), attachment(Content::Url(text())), attachment(Content::Reference(text()))],
        engagement: Some(Engagement { likes: 1, replies: 1, shares: 1, views: Some(1) }),
        rating: Some(1.0),
        occurred_at: Timestamp(1),
        received_at: Timestamp(1),
        signals: vec![signal()],
        attributes: attributes(),
        withheld: vec![text()],
    }
}

fn situation() -> Situation {
    Situation {
        trigger: Trigger::Timer(text()),
        now: Timestamp(1),
        case_open: true,
        queue: Some(text()),
        agent: Some(text()),
        previous_agent: Some(text()),
        inbound_count: 1,
        unanswered_count: 1,
        opened_at: Some(Timestamp(1)),
        last_reply_at: Some(Timestamp(1)),
        first_response_due_at: Some(Timestamp(1)),
        resolution_due_at: Some(Timestamp(1)),
        attributes: attributes(),
    }
}

fn priority() -> Priority {
    Priority { score: 1.0, factors: vec![Factor { name: text(), level: 1.0, weight: 1.0, reason: reason() }] }
}

fn decision(disposition: Disposition) -> Decision {
    let effects = vec![
        Effect::Answer(Answer { text: text(), private: true, attributes: attributes() }),
        Effect::Notify(Notice { recipient: text(), text: text() }),
        Effect::Timer { name: text(), after_ms: 1 },
        Effect::Mark { name: text(), value: Value::Texts(vec![text()]) },
    ];
    Decision {
        id: DecisionId(text()),
        interaction: InteractionId(text()),
        trigger: Trigger::Arrived,
        read_by: GenerationId(text()),
        decided_by: GenerationId(text()),
        chain: text(),
        decided_at: Timestamp(1),
        priority: Some(priority()),
        routing: Routing { disposition, effects, reasons: vec![reason()] },
    }
}

fn assigned() -> Decision {
    let skills = vec![Skill { name: text(), level: 1.0, drop_after_ms: Some(1) }];
    let target = Target { queue: text(), skills, preferred_agent: Some(text()), timeout_ms: Some(1) };
    let service_level = ServiceLevel { first_response_ms: Some(1), resolution_ms: Some(1) };
    decision(Disposition::Assign(Assignment { targets: vec![target], service_level }))
}

fn step(outcome: StepOutcome) -> StepRecord {
    let host_calls = vec![HostCall { function: text(), asked: Json::Null, answered: Json::Null }];
    let logs = vec![LogLine { level: LogLevel::Info, message: text() }];
    let cost = Cost {
        fuel: 1,
        duration_ns: 1,
        cpu_ns: 1,
        host_ns: 1,
        deadline_ms: 1,
        memory_bytes: 1,
        bytes_in: 1,
        bytes_out: 1,
        http_requests: 1,
        http_bytes_sent: 1,
        http_bytes_received: 1,
        share: Some(Share { size: 1, at: 0 }),
        host_calls,
        logs,
        logs_dropped: 1,
    };
    StepRecord {
        plugin: text(),
        digest: Digest::of(b""),
        role: Role::Router,
        fallback_for: Some(text()),
        saw: Some(interaction()),
        outcome,
        cost,
    }
}

fn stored() -> StoredDecision {
    let fault = Fault { plugin: text(), kind: FaultKind::Stack };
    let outcomes = [StepOutcome::Said(Json::Null), StepOutcome::NotMet, StepOutcome::ConditionFailed(text()), StepOutcome::Faulted(fault)];
    let trace = Trace { interaction: interaction(), situation: situation(), steps: outcomes.into_iter().map(step).collect() };
    let effects = vec![StoredEffect {
        key: text(),
        effect: Effect::Notify(Notice { recipient: text(), text: text() }),
        state: text(),
        tries: 1,
        progress: Some(model::Progress::Read),
        why: Some(text()),
    }];
    StoredDecision { decision: decision(Disposition::Hold(text())), trace: Some(trace), commitment: Digest::of(b""), effects }
}

fn rungs() -> Vec<model::Rung> {
    let (to, consent) = (Some(text()), Some(text()));
    let template = model::Rung::Template {
        connector: to.clone(),
        to,
        template: text(),
        language: text(),
        params: vec![text()],
        consent: consent.clone(),
    };
    let address = model::Rung::Address { connector: text(), to: text(), consent };
    vec![model::Rung::Thread, model::Rung::Private, address, template, model::Rung::Queue(text())]
}

fn configuration() -> Configuration {
    let grants = Grants {
        fields: [text()].into(),
        hosts: [text()].into(),
        secrets: [(text(), text())].into(),
        state_bytes_max: 1,
        private_network: true,
    };
    let faults = [OnFault::Skip, OnFault::Hold, OnFault::Fallback(text())];
    let step = |on_fault| StepSpec { plugin: text(), role: Role::Router, when: Some(text()), on_fault };
    Configuration {
        plugins: vec![PluginSpec { grants, ..PluginSpec::new("x", Digest::of(b"")) }],
        connectors: vec![ConnectorSpec {
            name: text(),
            plugin: text(),
            channel: text(),
            account: Some(text()),
            poll_interval_ms: Some(1),
            lmtp_listen: Some(text()),
            smtp_listen: Some(text()),
            smtp_tls: Some(model::ListenerTls { certificate: text(), key: text() }),
            connect: true,
            fallback: rungs(),
            public_texts: vec![text()],
        }],
        chains: vec![ChainSpec {
            name: text(),
            when: Some(text()),
            hold_queue: text(),
            deadline_ms: 1,
            arm: Some(model::Arm::Backtest),
            steps: faults.into_iter().map(step).collect(),
        }],
        queues: vec![QueueSpec { name: text(), title: text() }],
        notify: vec![model::NotifySpec { recipient: text(), connector: text(), to: text() }],
    }
}

fn swap(kind: SwapKind) -> Swap {
    Swap {
        seq: 1,
        at: Timestamp(1),
        generation: Some(GenerationId(text())),
        before: Some(GenerationId(text())),
        kind,
        trigger: SwapTrigger::Canary,
        by: text(),
        why: text(),
        share_ppm: Some(1),
        staging_ms: 1,
        publishing_ns: 1,
    }
}

fn check<T: Serialize>(name: &str, value: &T) {
    let document = crate::document();
    let schema = &document["components"]["schemas"][name];
    fits(&document, schema, &serde_json::to_value(value).unwrap(), name).unwrap();
}

/// Whether every key of the value is described, and every key that the description demands is there.
fn fits(document: &Json, schema: &Json, value: &Json, place: &str) -> Result<(), String> {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = document.pointer(reference.trim_start_matches('#')).ok_or_else(|| format!("{place}: {reference} is not there"))?;
        return fits(document, target, value, place);
    }
    if let Some(all) = schema["oneOf"].as_array() {
        let tries: Vec<_> = all.iter().map(|one| fits(document, one, value, place)).collect();
        let found = tries.iter().any(Result::is_ok);
        return if found { Ok(()) } else { Err(format!("{place}: {value} is none of {tries:?}")) };
    }
    if let Some(names) = schema["enum"].as_array() {
        return if names.contains(value) { Ok(()) } else { Err(format!("{place}: {value} is none of {names:?}")) };
    }
    match (value, schema["properties"].as_object()) {
        (Json::Object(fields), Some(properties)) => {
            let demanded: BTreeSet<_> = schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
            if let Some(absent) = demanded.iter().find(|name| !fields.contains_key(**name)) {
                return Err(format!("{place}: {absent} is demanded"));
            }
            fields.iter().try_for_each(|(name, value)| {
                let property = properties.get(name).ok_or_else(|| format!("{place}.{name} is not described"))?;
                fits(document, property, value, &format!("{place}.{name}"))
            })
        }
        (_, Some(_)) => Err(format!("{place}: {value} is no object")),
        (Json::Array(items), None) if schema["items"].is_object() => {
            items.iter().try_for_each(|item| fits(document, &schema["items"], item, place))
        }
        _ => Ok(()),
    }
}

#[test]
fn full_records_are_described() {
    let summary = |decision| DecisionSummary {
        seq: 1,
        decision,
        connector: text(),
        channel: text(),
        signals: vec![signal()],
        author: Some(text()),
        excerpt: text(),
        faulted: true,
    };
    check("DecisionSummary", &summary(assigned()));
    check("DecisionSummary", &summary(decision(Disposition::File)));
    check("StoredDecision", &stored());
    let record = InteractionRecord {
        interaction: interaction(),
        source_id: text(),
        order_key: text(),
        state: InteractionState::Removed,
        delivery: DeliveryId(text()),
        read_by: GenerationId(text()),
        edits: 1,
        decision: Some(DecisionId(text())),
    };
    check("InteractionRecord", &record);
    check(
        "Conversation",
        &Conversation { id: text(), connector: text(), conversation: text(), situation: situation(), last_at: Timestamp(1) },
    );
    check("Configuration", &configuration());
}

#[test]
fn rows_are_described() {
    let (id, digest) = (DeliveryId(text()), Digest::of(b""));
    check("DeliverySummary", &DeliverySummary { id: id.clone(), connector: text(), received_at: Timestamp(1), facts: 1, duplicates: 1 });
    let quarantined =
        Quarantined { id, connector: text(), received_at: Timestamp(1), body_bytes: 1, cause: text(), detail: text(), digest, tries: 1 };
    check("Quarantined", &quarantined);
    let queue = QueueSummary { name: text(), title: text(), waiting: 1, oldest_since: Some(Timestamp(1)), top: Some(priority()) };
    check("QueueSummary", &queue);
    let headers = vec![Header::new("a", "b")];
    check("Delivery", &Delivery { method: text(), url: text(), headers, body: vec![0xff], attributes: attributes() });
    let facts = std::collections::BTreeMap::from([(text(), 1)]);
    let totals = Totals {
        deliveries: 1,
        quarantined: 1,
        held_after_fault: 1,
        facts: facts.clone(),
        interactions: 1,
        pending: 1,
        decisions: 1,
        effects_pending: 1,
    };
    check("Totals", &totals);
    check("PluginCounts", &PluginCounts { faults: facts.clone(), ..PluginCounts::default() });
    check("ChainCounts", &ChainCounts::default());
    let faulted = FaultedInteraction {
        seq: 1,
        interaction: InteractionId(text()),
        decision: DecisionId(text()),
        connector: text(),
        decided_at: Timestamp(1),
        chain: text(),
        role: Role::Router,
        digest: Digest::of(b""),
        fault: Fault { plugin: text(), kind: FaultKind::Fuel { fuel_max: 1 } },
        held: true,
    };
    check("FaultedInteraction", &faulted);
    SwapKind::ALL.into_iter().for_each(|kind| check("Swap", &swap(kind)));
    let label = Label {
        seq: 1,
        interaction: InteractionId(text()),
        decision: DecisionId(text()),
        at: Timestamp(1),
        by: text(),
        queue: Some(text()),
        score: Some(1.0),
    };
    check("Label", &label);
    let counts = ConnectorCounts {
        deliveries: 1,
        facts: facts.clone(),
        duplicates: 1,
        forged: 1,
        quarantined: facts.clone(),
        turned_away: 1,
        failures: 1,
        outgoing: facts,
    };
    check("ConnectorCounts", &counts);
}

#[test]
fn empty_records_have_everything_that_is_demanded() {
    check("Interaction", &Interaction::default());
    check("Author", &Author::default());
    check("Situation", &Situation::default());
    check("Cost", &Cost::default());
    check("Signal", &Signal { evidence: Vec::new(), reasons: Vec::new(), source: String::new(), confidence: None, ..signal() });
    check("Delivery", &Delivery::default());
    check("Totals", &Totals::default());
    check("Target", &Target::default());
    check("Assignment", &Assignment::default());
    check("Priority", &Priority::default());
    let routing = Routing { disposition: Disposition::File, effects: Vec::new(), reasons: Vec::new() };
    check("Routing", &routing);
}

#[test]
fn a_field_that_is_not_described_is_found() {
    let document = serde_json::json!({});
    let schema = serde_json::json!({ "properties": { "a": {} }, "required": ["a"] });
    let check = |value: Json, expected: bool| assert_eq!(fits(&document, &schema, &value, "x").is_ok(), expected, "{value}");
    check(serde_json::json!({ "a": 1 }), true);
    check(serde_json::json!({ "a": 1, "b": 2 }), false);
    check(serde_json::json!({}), false);
}
