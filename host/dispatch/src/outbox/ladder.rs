//! From a rung of the ladder to what a sender is asked, or why the rung cannot be taken.

use std::sync::Arc;

use model::{
    Answer, Attributes, Effect, Interaction, Notice, Outbound, Reply, Role, Rung, Template, Timestamp, Try, TryCall, Value, Visibility,
    Wanted, Words, place,
};

use super::guard;
use crate::generation::{Connector, Generation};
use crate::port::Job;

/// How it goes out.
pub(super) struct Way {
    pub(super) connector: Arc<Connector>,
    /// The account that speaks.
    pub(super) account: Option<String>,
    pub(super) outbound: Outbound,
    pub(super) rung: u32,
}

/// Where the climb ended.
pub(super) enum Climbed {
    /// This can be tried.
    Way(Box<Way>),
    /// A person is to do it: the conversation waits in this queue.
    Queue(String, u32),
    /// There is no rung left.
    End,
}

/// Why a rung cannot be taken: a code, and a sentence.
pub(super) struct Obstacle(&'static str, String);

/// What a job wants said.
struct Said<'a> {
    text: &'a str,
    private: bool,
    words: Words,
}

/// The first rung from `from` on that can be taken, with the checks of those that cannot.
pub(super) fn climb(job: &Job, generation: &Generation, from: u32, now: Timestamp) -> (Climbed, Vec<Try>) {
    let rungs = rungs(job, generation);
    let mut checks = Vec::new();
    for (number, rung) in (0_u32..).zip(&rungs).skip(usize::try_from(from).unwrap_or(usize::MAX)) {
        if let Rung::Queue(queue) = rung {
            return (Climbed::Queue(queue.clone(), number), checks);
        }
        match way(job, generation, rung, number) {
            Ok(way) => return (Climbed::Way(Box::new(way)), checks),
            Err(Obstacle(code, detail)) => checks.push(Try {
                at: now,
                ended_at: Some(now),
                rung: number,
                connector: connector_of(rung, job).to_owned(),
                call: TryCall::Check,
                outcome: code.to_owned(),
                detail: Some(detail),
                digest: None,
                host_calls: Vec::new(),
            }),
        }
    }
    (Climbed::End, checks)
}

/// How it goes out on this very rung, whatever the guards say: what was sent there is looked for there.
pub(super) fn on_rung(job: &Job, generation: &Generation, number: u32) -> Result<Way, Obstacle> {
    let rungs = rungs(job, generation);
    let rung = usize::try_from(number).ok().and_then(|number| rungs.get(number));
    let gone = || Obstacle("no-rung", "the ladder has no such rung any more".to_owned());
    build(job, generation, rung.ok_or_else(gone)?, number)
}

impl Obstacle {
    pub(super) fn detail(self) -> String {
        self.1
    }
}

fn rungs(job: &Job, generation: &Generation) -> Vec<Rung> {
    match job.outgoing.wanted {
        Some(Wanted::Reply(_) | Wanted::Effect(Effect::Answer(_))) => {
            let home = job.interaction.as_ref().and_then(|interaction| generation.connector(&interaction.connector));
            home.map_or_else(|| Rung::USUAL.to_vec(), |home| home.spec.ladder().to_vec())
        }
        _ => Rung::USUAL.to_vec(),
    }
}

fn connector_of<'a>(rung: &'a Rung, job: &'a Job) -> &'a str {
    match rung {
        Rung::Address { connector, .. } | Rung::Template { connector: Some(connector), .. } => connector,
        _ => home(job),
    }
}

/// The connector that it is about.
fn home(job: &Job) -> &str {
    job.interaction.as_ref().map_or(job.outgoing.connector.as_str(), |interaction| interaction.connector.as_str())
}

fn way(job: &Job, generation: &Generation, rung: &Rung, number: u32) -> Result<Way, Obstacle> {
    allowed(job, generation, rung)?;
    build(job, generation, rung, number)
}

/// Whether nothing is against this rung.
fn allowed(job: &Job, generation: &Generation, rung: &Rung) -> Result<(), Obstacle> {
    let public_texts = |name: &str| generation.connector(name).map(|connector| connector.spec.public_texts.clone()).unwrap_or_default();
    if let Some(Wanted::Post(post)) = &job.outgoing.wanted {
        return in_public(&post.text, &public_texts(&job.outgoing.connector), None);
    }
    let Some(said) = said(job) else { return Ok(()) };
    let Some(interaction) = &job.interaction else { return Ok(()) };
    let is_public = matches!(interaction.visibility, Visibility::Public | Visibility::Restricted);
    match rung {
        Rung::Thread if is_public && !said.private => in_public(said.text, &public_texts(&interaction.connector), Some(interaction)),
        Rung::Private if said.private || !is_public => {
            Err(Obstacle("same", "in this conversation that is the same as the thread".to_owned()))
        }
        Rung::Address { consent, .. } | Rung::Template { consent, .. } => consented(interaction, consent.as_deref()),
        Rung::Thread | Rung::Private | Rung::Queue(_) => Ok(()),
    }
}

fn in_public(text: &str, public_texts: &[String], answered: Option<&Interaction>) -> Result<(), Obstacle> {
    if guard::is_private(text, public_texts, answered) {
        let why = "it has an address or a number of somebody in it, and everybody would read it";
        return Err(Obstacle("private-content", why.to_owned()));
    }
    Ok(())
}

fn consented(interaction: &Interaction, consent: Option<&str>) -> Result<(), Obstacle> {
    let Some(consent) = consent else { return Ok(()) };
    match known(interaction, consent) {
        Some(Value::Flag(true)) => Ok(()),
        _ => Err(Obstacle("no-consent", format!("`{consent}` is not true"))),
    }
}

fn build(job: &Job, generation: &Generation, rung: &Rung, number: u32) -> Result<Way, Obstacle> {
    let at_home = |outbound| (job.outgoing.connector.clone(), job.account.clone(), outbound);
    let (name, account, outbound) = match &job.outgoing.wanted {
        Some(Wanted::Post(post)) => at_home(Outbound::Post(post.clone())),
        Some(Wanted::Edit(edit)) => at_home(Outbound::Edit(edit.clone())),
        Some(Wanted::Hide(id)) => at_home(Outbound::Hide(id.clone())),
        Some(Wanted::Effect(Effect::Notify(notice))) => told_inside(generation, notice)?,
        _ => answer(job, generation, rung)?,
    };
    Ok(Way { connector: sender(generation, &name)?, account, outbound, rung: number })
}

fn sender(generation: &Generation, name: &str) -> Result<Arc<Connector>, Obstacle> {
    let connector = generation.connector(name).ok_or_else(|| Obstacle("no-connector", format!("there is no connector `{name}`")))?;
    if !connector.has(Role::Sender) {
        return Err(Obstacle("no-sender", format!("the connector `{name}` cannot send")));
    }
    Ok(Arc::clone(connector))
}

/// Over which connector, as which account, what.
type Message = (String, Option<String>, Outbound);

fn answer(job: &Job, generation: &Generation, rung: &Rung) -> Result<Message, Obstacle> {
    let erased = || Obstacle("erased", "what was wanted or what it answers was erased".to_owned());
    let (said, interaction) = (said(job).ok_or_else(erased)?, job.interaction.as_ref().ok_or_else(erased)?);
    let over = |name: Option<&String>| match name {
        Some(name) => (name.clone(), generation.connector(name).and_then(|connector| connector.spec.account.clone())),
        None => (interaction.connector.clone(), interaction.account.clone()),
    };
    match rung {
        Rung::Address { connector, to, .. } => {
            let (name, account) = over(Some(connector));
            let reply = elsewhere(&said, interaction, address(interaction, to)?, account.as_deref());
            Ok((name, account, Outbound::Reply(reply)))
        }
        Rung::Template { connector, to, template, language, params, .. } => {
            let (name, account) = over(connector.as_ref());
            let recipient = match to {
                Some(to) => address(interaction, to)?,
                None => author_id(interaction).ok_or_else(|| Obstacle("no-address", "nobody knows who spoke".to_owned()))?,
            };
            let params = params.iter().map(|param| filled(param, said.text, interaction)).collect::<Result<_, _>>()?;
            let template = Template { recipient, name: template.clone(), language: language.clone(), params };
            Ok((name, account, Outbound::Template(template)))
        }
        Rung::Thread | Rung::Private | Rung::Queue(_) => {
            let (name, account) = over(None);
            let private = said.private || *rung == Rung::Private;
            Ok((name, account, Outbound::Reply(in_thread(&said, job, interaction, private))))
        }
    }
}

/// A notice goes to its recipient's address; to nobody outside when none is configured.
fn told_inside(generation: &Generation, notice: &Notice) -> Result<Message, Obstacle> {
    let place = generation.configuration().notify.iter().find(|spec| spec.recipient == notice.recipient);
    let place = place.ok_or_else(|| Obstacle("no-address", format!("`{}` has no `[[notify]]`", notice.recipient)))?;
    let account = generation.connector(&place.connector).and_then(|connector| connector.spec.account.clone());
    let mut attributes = Attributes::from([("automatic".to_owned(), Value::Flag(true))]);
    attributes.extend(account.iter().map(|account| ("account".to_owned(), Value::Text(account.clone()))));
    let reply = Reply {
        conversation: place.to.clone(),
        recipient: Some(place.to.clone()),
        private: true,
        text: notice.text.clone(),
        attributes,
        ..Reply::default()
    };
    Ok((place.connector.clone(), account, Outbound::Reply(reply)))
}

/// What a job wants said to a customer.
fn said(job: &Job) -> Option<Said<'_>> {
    match job.outgoing.wanted.as_ref()? {
        Wanted::Reply(words) => Some(Said { text: &words.text, private: words.private, words: words.clone() }),
        Wanted::Effect(Effect::Answer(Answer { text, private, attributes })) => {
            let mut attributes = attributes.clone();
            // So that programs on the other side know not to answer, where the channel has a word for it.
            attributes.insert("automatic".to_owned(), Value::Flag(true));
            let words = Words { text: text.clone(), private: *private, attributes, ..Words::default() };
            Some(Said { text, private: *private, words })
        }
        _ => None,
    }
}

/// In the conversation. The attributes are those of the item that is answered, so that a sender finds there what its connector left for it.
fn in_thread(said: &Said<'_>, job: &Job, interaction: &Interaction, private: bool) -> Reply {
    let mut attributes = interaction.attributes.clone();
    if let Some(subject) = &interaction.subject {
        attributes.entry("subject".to_owned()).or_insert_with(|| Value::Text(subject.clone()));
    }
    attributes.extend(said.words.attributes.clone());
    attributes.extend(interaction.account.iter().map(|account| ("account".to_owned(), Value::Text(account.clone()))));
    Reply {
        conversation: interaction.conversation.clone(),
        in_reply_to: job.source_id.clone().filter(|id| !id.is_empty()),
        recipient: author_id(interaction),
        private,
        text: said.text.to_owned(),
        attachments: said.words.attachments.clone(),
        last_inbound_at: job.last_inbound_at,
        attributes,
    }
}

/// To an address on another connector: nothing of the conversation's channel goes with it.
fn elsewhere(said: &Said<'_>, interaction: &Interaction, address: String, account: Option<&str>) -> Reply {
    let mut attributes = said.words.attributes.clone();
    attributes.extend(interaction.subject.iter().map(|subject| ("subject".to_owned(), Value::Text(subject.clone()))));
    attributes.extend(account.map(|account| ("account".to_owned(), account.into())));
    Reply {
        conversation: address.clone(),
        recipient: Some(address),
        private: true,
        text: said.text.to_owned(),
        attachments: said.words.attachments.clone(),
        attributes,
        ..Reply::default()
    }
}

fn author_id(interaction: &Interaction) -> Option<String> {
    interaction.author.as_ref().map(|author| author.id.clone()).filter(|id| !id.is_empty())
}

/// The address that stands at this place.
fn address(interaction: &Interaction, to: &str) -> Result<String, Obstacle> {
    let unknown = || Obstacle("no-address", format!("`{to}` is not known"));
    text_at(interaction, to).filter(|address| !address.trim().is_empty()).ok_or_else(unknown)
}

/// A template's parameter with its place filled.
fn filled(param: &str, text: &str, interaction: &Interaction) -> Result<String, Obstacle> {
    match param.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        None => Ok(param.to_owned()),
        Some("text") => Ok(text.to_owned()),
        Some(of) => text_at(interaction, of).ok_or_else(|| Obstacle("no-parameter", format!("`{of}` is not known"))),
    }
}

fn text_at(interaction: &Interaction, of: &str) -> Option<String> {
    match known(interaction, of)? {
        Value::Text(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Texts(texts) => texts.first().cloned(),
        Value::Flag(_) => None,
    }
}

/// What is known at a place, such as `customer/email`.
fn known<'a>(interaction: &'a Interaction, of: &str) -> Option<&'a Value> {
    let (whose, name) = place(of)?;
    match whose {
        "customer" => interaction.customer.as_ref()?.attributes.get(name),
        "author" => interaction.author.as_ref()?.attributes.get(name),
        _ => interaction.attributes.get(name),
    }
}
