use std::sync::Arc;
use std::time::Duration;

use dispatch::port::{NewOutgoing, Outbox, Requested, Store};
use model::{
    Answer, Attributes, Author, Delivered, Disposition, Effect, Event, Fact, Item, Notice, Outbound, OutgoingState, Progress, Receipt,
    Rung, Trigger, Undelivered, Value, Visibility, Wanted, Words,
};
use tokio_util::sync::CancellationToken;

use super::World;
use super::channel::{Channel, Said};
use crate::suite::fixtures::{accept, assign, fact, item, pending, removed};

fn answer(text: &str) -> Effect {
    Effect::Answer(Answer { text: text.to_owned(), private: false, attributes: Attributes::new() })
}

/// Said in public, in a conversation of its own, by somebody whose address is known.
fn said(id: &str) -> Fact {
    let author = Author {
        id: "a1".to_owned(),
        attributes: Attributes::from([("email".to_owned(), "ann@mail.example".into()), ("may-write".to_owned(), Value::Flag(true))]),
        ..Author::default()
    };
    let attributes = Attributes::from([("thread-token".to_owned(), "t".into())]);
    let public = Item { visibility: Visibility::Public, conversation: None, author: Some(author), attributes, ..item(id, "hello", 5) };
    fact(Event::Said(public))
}

fn sends(name: &str) -> Arc<Channel> {
    Channel::new(name, |_, _, _| Said::sent(&["s1"])).done()
}

fn address(connector: &str, to: &str, consent: Option<&str>) -> Rung {
    Rung::Address { connector: connector.to_owned(), to: to.to_owned(), consent: consent.map(str::to_owned) }
}

fn template(connector: &str, to: &str) -> Rung {
    Rung::Template {
        connector: Some(connector.to_owned()),
        to: Some(to.to_owned()),
        template: "sorry".to_owned(),
        language: "en".to_owned(),
        params: vec!["{attributes/thread-token}".to_owned(), "now".to_owned()],
        consent: None,
    }
}

#[tokio::test]
async fn an_answer_goes_where_it_was_asked() {
    let desk = sends("desk");
    let world = World::new(&[("desk", &desk)], Vec::new()).await;
    let ids = world.decide(said("7"), assign("q"), vec![answer("we look into it")]).await;
    world.settle().await;
    let has = desk.has.lock().unwrap().clone();
    let [(key, Outbound::Reply(reply))] = has.as_slice() else { panic!("{has:?}") };
    assert_eq!(key, &ids[0].0);
    assert_eq!((reply.conversation.as_str(), reply.in_reply_to.as_deref(), reply.recipient.as_deref()), ("7", Some("7"), Some("a1")));
    assert_eq!((reply.private, reply.last_inbound_at.map(|at| at.0)), (false, Some(5)));
    let attribute = |name: &str| reply.attributes.get(name).cloned();
    assert_eq!(attribute("thread-token"), Some("t".into()), "what the connector left for its sender");
    assert_eq!((attribute("automatic"), attribute("account")), (Some(Value::Flag(true)), None));
    assert_eq!(world.story(&ids[0]).await, "1 send desk: sent\ndone: ");
    assert_eq!(world.record(&ids[0]).await.sent[0].source_id, "s1");
}

#[tokio::test]
async fn down_the_ladder_rung_by_rung() {
    let closed = |_: &str, outbound: &Outbound, _: u32| match outbound {
        Outbound::Reply(reply) if reply.private => Said::refused(Undelivered::WindowClosed("7 days are over".to_owned())),
        _ => panic!("nothing private in public"),
    };
    let (desk, sms) = (Channel::new("desk", closed).done(), sends("sms"));
    let mail = Channel::new("mail", |_, _, _| Said::refused(Undelivered::Never("no such mailbox".to_owned()))).done();
    let ladder = vec![
        Rung::Thread,
        Rung::Private,
        address("mail", "author/other-email", None),
        address("mail", "author/email", Some("author/unheard-of")),
        address("mail", "author/email", Some("author/may-write")),
        template("sms", "author/email"),
        Rung::Queue("phone".to_owned()),
    ];
    let world = World::new(&[("desk", &desk), ("mail", &mail), ("sms", &sms)], ladder).await;
    let ids = world.decide(said("7"), assign("q"), vec![answer("Your order 83-11920 is on its way.")]).await;
    world.settle().await;
    insta::assert_snapshot!(world.story(&ids[0]).await, @r"
    1 check desk: private-content (it has an address or a number of somebody in it, and everybody would read it)
    2 send desk: window-closed (7 days are over)
    3 check mail: no-address (`author/other-email` is not known)
    4 check mail: no-consent (`author/unheard-of` is not true)
    5 send mail: never (no such mailbox)
    6 send sms: sent
    done:
    ");
    let sent = sms.has.lock().unwrap().remove(0);
    let Outbound::Template(template) = &sent.1 else { panic!("{sent:?}") };
    assert_eq!(
        (template.recipient.as_str(), template.params.as_slice()),
        ("ann@mail.example", ["t".to_owned(), "now".to_owned()].as_slice())
    );
    assert_eq!(sent.0, format!("{}-5", ids[0]), "another key on each rung");
}

#[tokio::test]
async fn at_the_end_a_person_has_it() {
    let never = || Channel::new("desk", |_, _, _| Said::refused(Undelivered::Never("blocked".to_owned()))).done();
    let desk = never();
    let world = World::new(&[("desk", &desk)], vec![Rung::Thread, Rung::Private, Rung::Queue("phone".to_owned())]).await;
    let ids = world.decide(said("7"), Disposition::File, vec![answer("hello")]).await;
    world.settle().await;
    let why = world.record(&ids[0]).await.outgoing.why.unwrap();
    assert_eq!(why, "a person has it in `phone`; rung 1: never (blocked); rung 2: never (blocked)");
    let situation = world.store().conversations(None, 1).await.unwrap().remove(0).situation;
    assert_eq!((situation.case_open, situation.queue.as_deref()), (true, Some("phone")));
    let desk = never();
    let world = World::new(&[("desk", &desk)], Vec::new()).await;
    let ids = world.decide(said("7"), assign("q"), vec![answer("hello")]).await;
    world.settle().await;
    let record = world.record(&ids[0]).await.outgoing;
    assert_eq!((record.state, record.why.as_deref()), (OutgoingState::Parked, Some("rung 1: never (blocked)")));
}

#[tokio::test]
async fn what_may_have_gone_out_is_looked_for() {
    let lost = || Said { has_it: true, answer: Ok(Err(Undelivered::Unknown("no answer in time".to_owned()))) };
    let desk = Channel::new("desk", move |_, _, _| lost()).done();
    let world = World::new(&[("desk", &desk)], Vec::new()).await;
    let ids = world.decide(said("7"), assign("q"), vec![answer("hello")]).await;
    world.settle().await;
    assert_eq!(world.story(&ids[0]).await, "1 send desk: unknown (no answer in time)\n1 find desk: found\ndone: ");
    assert_eq!(desk.keys().len(), 1);

    let gone = |_: &str, _: &Outbound, before: u32| match before {
        0 => Said { has_it: false, answer: Ok(Err(Undelivered::Unknown("cut off".to_owned()))) },
        _ => Said::sent(&["s"]),
    };
    let desk = Channel::new("desk", gone).done();
    let world = World::new(&[("desk", &desk)], Vec::new()).await;
    let ids = world.decide(said("7"), assign("q"), vec![answer("hello")]).await;
    world.settle().await;
    assert_eq!(world.story(&ids[0]).await, "1 send desk: unknown (cut off)\n1 find desk: not-found\n1 send desk: sent\ndone: ");
    assert_eq!(desk.keys(), [ids[0].0.clone()], "under the same key");

    let desk = Channel::new("desk", move |_, _, _| lost()).finds(|_| Err(Undelivered::Never("nobody can tell".to_owned()))).done();
    let world = World::new(&[("desk", &desk)], vec![Rung::Thread, Rung::Private]).await;
    let ids = world.decide(said("7"), assign("q"), vec![answer("hello")]).await;
    world.settle().await;
    let record = world.record(&ids[0]).await.outgoing;
    assert_eq!(record.why.as_deref(), Some("it may have gone out, and nobody can tell: nobody can tell"));
    assert_eq!((record.state, desk.keys().len()), (OutgoingState::Parked, 1), "no other rung: it would be said twice");
}

#[tokio::test]
async fn a_host_that_ends_while_it_sends_asks_first() {
    let desk = sends("desk");
    *desk.hangs.lock().unwrap() = true;
    let world = World::new(&[("desk", &desk)], Vec::new()).await;
    let ids = world.decide(said("7"), assign("q"), vec![answer("hello")]).await;
    let (drain, stop) = (world.drain(), CancellationToken::new());
    let running = tokio::spawn(async move { drain.run(stop).await });
    while desk.keys().is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(world.record(&ids[0]).await.outgoing.state, OutgoingState::Sending, "durable before anybody was called");
    running.abort();
    let _ = running.await;
    *desk.hangs.lock().unwrap() = false;
    world.settle().await;
    assert_eq!(world.story(&ids[0]).await, "1 send desk: interrupted\n1 find desk: found\ndone: ");
    assert_eq!(desk.keys().len(), 1, "once");
}

#[tokio::test]
async fn an_account_rests_when_its_channel_says_so() {
    let limited = |_: &str, _: &Outbound, before: u32| match before {
        0 => Said::refused(Undelivered::Later { at: Some(model::Timestamp(10_900_000)), why: "429".to_owned() }),
        _ => Said::sent(&["s"]),
    };
    let desk = Channel::new("desk", limited).done();
    let world = World::new(&[("desk", &desk)], Vec::new()).await;
    let first = world.decide(said("1"), assign("q"), vec![answer("one")]).await;
    let second = world.decide(said("2"), assign("q"), vec![answer("two")]).await;
    world.settle().await;
    let called_at: Vec<u64> = desk.called_at.lock().unwrap().iter().map(|at| at.0).collect();
    assert!(called_at[0] < 10_100_000 && called_at[1..].iter().all(|at| *at >= 10_900_000), "{called_at:?}");
    for id in [&first[0], &second[0]] {
        assert_eq!(world.record(id).await.outgoing.state, OutgoingState::Done);
    }
}

#[tokio::test]
async fn tries_are_bounded() {
    let desk = Channel::new("desk", |_, _, _| Said::refused(Undelivered::Later { at: None, why: "503".to_owned() })).done();
    let mut world = World::new(&[("desk", &desk)], Vec::new()).await;
    world.settings.tries_max = 4;
    let ids = world.decide(said("1"), assign("q"), vec![answer("one")]).await;
    world.settle().await;
    let record = world.record(&ids[0]).await.outgoing;
    assert_eq!((record.tries, record.state, record.why.as_deref()), (4, OutgoingState::Parked, Some("rung 1: later (503)")));
    let called_at: Vec<u64> = desk.called_at.lock().unwrap().iter().map(|at| at.0).collect();
    let waits: Vec<u64> = called_at.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(waits[0] >= 1_000 && waits[1] >= 2_000 && waits[2] >= 4_000, "{waits:?}");
    assert!(world.store().turn(&ids[0], dispatch::port::Turn::Retry { not_sent: false }, "ann", world.clock_now()).await.unwrap());
    world.settle().await;
    assert_eq!(world.record(&ids[0]).await.outgoing.tries, 8, "anew");
}

#[tokio::test]
async fn what_is_gone_or_a_program_is_not_answered() {
    let desk = sends("desk");
    let mut world = World::new(&[("desk", &desk)], Vec::new()).await;
    world.settings.automatic_answers_per_hour_max = 2;
    let gone = world.decide(said("1"), assign("q"), vec![answer("one")]).await;
    accept(world.store(), vec![removed("1", 9)]).await;
    world.settle().await;
    assert_eq!(world.story(&gone[0]).await, "recalled: what it answers was removed");
    let talk = |id: &str| fact(Event::Said(Item { conversation: Some("talk".to_owned()), ..item(id, "beep", 5) }));
    let mut ids = Vec::new();
    for id in ["2", "3", "4"] {
        ids.extend(world.decide(talk(id), assign("q"), vec![answer(&format!("boop to {id}"))]).await);
        world.settle().await;
    }
    assert_eq!(desk.keys(), [ids[0].0.clone(), ids[1].0.clone()]);
    let record = world.record(&ids[2]).await.outgoing;
    assert!(record.state == OutgoingState::Parked && record.why.as_ref().unwrap().contains("a program too"), "{record:?}");
    let interaction = record.interaction.unwrap();
    let wanted = Wanted::Reply(Words { text: "a person".to_owned(), ..Words::default() });
    let wish = NewOutgoing {
        interaction: Some(interaction),
        about: None,
        connector: None,
        account: None,
        wanted,
        by: "ann".to_owned(),
        request: None,
        at: world.clock_now(),
    };
    let Requested::New(reply) = world.store().request(wish).await.unwrap() else { panic!("it is new") };
    world.settle().await;
    assert_eq!(world.record(&reply).await.outgoing.state, OutgoingState::Done, "people are not bound by that");
    let occasion = pending(world.store()).await.remove(0);
    assert_eq!(world.store().work(&occasion).await.unwrap().situation.trigger, Trigger::AgentReplied);
}

/// A policy that is asked again because an agent replied acknowledges as it did before.
#[tokio::test]
async fn the_same_words_are_not_said_twice_to_somebody_who_is_silent() {
    let desk = sends("desk");
    let world = World::new(&[("desk", &desk)], Vec::new()).await;
    let ids = world.decide(said("1"), assign("q"), vec![answer("we have it"), answer("we have it"), answer("we have it.")]).await;
    world.settle().await;
    assert_eq!(desk.keys(), [ids[0].0.clone(), ids[2].0.clone()]);
    assert_eq!(world.story(&ids[1]).await, "recalled: the same words went out since the customer spoke last");
}

#[tokio::test]
async fn a_mail_that_bounces_takes_the_next_rung() {
    let letter = b"Message-ID: <m1@shop.example>\r\nTo: ann@mail.example\r\n\r\nhello\r\n".to_vec();
    let (desk, sms) = (sends("desk"), sends("sms"));
    let mail = Channel::new("mail", move |_, _, _| Said { has_it: true, answer: Ok(Ok(Delivered::HandOver(letter.clone()))) }).done();
    let ladder = vec![address("mail", "author/email", None), template("sms", "author/email")];
    let world = World::new(&[("desk", &desk), ("mail", &mail), ("sms", &sms)], ladder).await;
    let ids = world.decide(said("7"), assign("q"), vec![answer("hello")]).await;
    world.settle().await;
    assert_eq!(world.post.mails.lock().unwrap().len(), 1);
    let bounce = Receipt {
        target: Some("m1@shop.example".to_owned()),
        progress: Progress::Failed,
        detail: Some("550 no such user".to_owned()),
        ..Receipt::default()
    };
    let intake =
        dispatch::port::Intake { connector: "mail".to_owned(), ..crate::suite::fixtures::intake(vec![fact(Event::Receipt(bounce))]) };
    world.store().accept(intake).await.unwrap();
    world.settle().await;
    insta::assert_snapshot!(world.story(&ids[0]).await, @r"
    1 send mail: sent
    1 receipt mail: failed (550 no such user)
    2 send sms: sent
    done:
    ");
}

#[tokio::test]
async fn notices_go_to_their_recipient_or_stay_in_their_list() {
    let (desk, mail) = (sends("desk"), sends("mail"));
    let world = World::new(&[("desk", &desk), ("mail", &mail)], Vec::new()).await;
    let notice = |recipient: &str| Effect::Notify(Notice { recipient: recipient.to_owned(), text: "look".to_owned() });
    let timer = Effect::Timer { name: "nudge".to_owned(), after_ms: 7_200_000 };
    let ids = world.decide(said("7"), assign("q"), vec![notice("lead"), notice("nobody"), timer]).await;
    world.settle().await;
    assert_eq!(world.story(&ids[0]).await, "1 send mail: sent\ndone: ");
    assert_eq!(world.story(&ids[1]).await, "done: ");
    let has = mail.has.lock().unwrap().clone();
    let [(_, Outbound::Reply(reply))] = has.as_slice() else { panic!("{has:?}") };
    assert_eq!((reply.recipient.as_deref(), reply.private), (Some("lead@shop.example"), true));
    assert!(world.clock_now().0 >= super::LeapingClock::START + 7_200_000);
    let occasion = pending(world.store()).await.remove(0);
    assert_eq!(world.store().work(&occasion).await.unwrap().situation.trigger, Trigger::Timer("nudge".to_owned()));
}
