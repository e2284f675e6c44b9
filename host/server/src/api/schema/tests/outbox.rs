use model::{
    Broadcast, Content, DecisionId, Digest, Edit, Effect, HostCall, InteractionId, Notice, Outgoing, OutgoingId, OutgoingRecord,
    OutgoingState, Progress, SentItem, Timestamp, Try, TryCall, Wanted, Words,
};
use serde_json::Value as Json;

use super::{attachment, attributes, check, text};

fn outgoing(wanted: Wanted) -> Outgoing {
    Outgoing {
        seq: 1,
        id: OutgoingId(text()),
        kind: wanted.kind().to_owned(),
        state: OutgoingState::Done,
        connector: text(),
        interaction: Some(InteractionId(text())),
        decision: Some(DecisionId(text())),
        by: Some(text()),
        created_at: Timestamp(1),
        due_at: Timestamp(1),
        changed_at: Timestamp(1),
        rung: 1,
        tries: 1,
        progress: Some(Progress::Read),
        why: Some(text()),
        wanted: Some(wanted),
    }
}

#[test]
fn the_outbox_is_described() {
    let attachments = vec![attachment(Content::Url(text()))];
    let words = Words { text: text(), private: true, attachments: attachments.clone(), attributes: attributes() };
    let post = Broadcast { account: text(), text: text(), attachments, attributes: attributes() };
    let all = [
        Wanted::Effect(Effect::Notify(Notice { recipient: text(), text: text() })),
        Wanted::Reply(words),
        Wanted::Post(post),
        Wanted::Edit(Edit { source_id: text(), text: text() }),
        Wanted::Hide(text()),
    ];
    for wanted in all {
        check("Outgoing", &outgoing(wanted));
    }
    let tried = Try {
        at: Timestamp(1),
        ended_at: Some(Timestamp(1)),
        rung: 1,
        connector: text(),
        call: TryCall::Send,
        outcome: text(),
        detail: Some(text()),
        digest: Some(Digest::of(b"")),
        host_calls: vec![HostCall { function: text(), asked: Json::Null, answered: Json::Null }],
    };
    let sent = vec![SentItem { connector: text(), rung: 1, source_id: text(), progress: Progress::Sent }];
    check("OutgoingRecord", &OutgoingRecord { outgoing: outgoing(Wanted::Hide(text())), history: vec![tried], sent });
}
