//! Bounces that follow no standard: told by who writes, what they call it, and what they say.
//!
//! One sign alone proves nothing but a mailer daemon's own name: people quote bounces, and postmasters write letters.

use pointsman_plugin::Progress;

use crate::author::address_in;
use crate::mail::Mail;
use crate::report::{Outcome, target};

/// The bounce that a mail is, if it is one. `subject` is in lower case.
pub(crate) fn of(mail: &Mail<'_>, subject: &str, text: &str, null_sender: bool, own_id: &str) -> Option<Outcome> {
    let words = text.to_lowercase();
    let from = mail.headers.get("from").unwrap_or_default().to_lowercase();
    let name = mail.message().from().and_then(|from| from.first()?.name().map(str::to_lowercase)).unwrap_or_default();
    let evidence = Evidence {
        daemon: is_daemon(&from) || DAEMON_NAMES.iter().any(|known| name.contains(known) || from.contains(known)),
        office: is_office(&from) || OFFICE_NAMES.iter().any(|known| name.contains(known)),
        null_sender: null_sender || from.trim() == "<>",
        subject: SUBJECTS.iter().any(|known| subject.contains(known)),
        words: WORDS.iter().chain(TECHNICAL).filter(|known| words.contains(*known)).count(),
        technical: TECHNICAL.iter().filter(|known| words.contains(*known)).count(),
        passed_on: ["re:", "fw:", "fwd:", "aw:", "wg:", "tr:", "rv:", "sv:"].iter().any(|prefix| subject.trim_start().starts_with(prefix)),
        failed_recipients: mail.headers.get("x-failed-recipients").is_some(),
    };
    evidence.convicts().then(|| Outcome {
        progress: if is_delay(subject, &words) { Progress::Sent } else { Progress::Failed },
        detail: detail(text),
        target: target(mail, own_id),
    })
}

/// What speaks for a bounce.
struct Evidence {
    /// A name that only programs bear.
    daemon: bool,
    /// A name that programs and the people behind them bear.
    office: bool,
    /// Answers to it go nowhere.
    null_sender: bool,
    /// It calls itself a bounce.
    subject: bool,
    /// Sentences of mailers in it.
    words: usize,
    /// Sentences that only mailers say.
    technical: usize,
    /// A person has answered or forwarded it.
    passed_on: bool,
    /// A field that mailers add.
    failed_recipients: bool,
}

impl Evidence {
    fn convicts(&self) -> bool {
        self.daemon
            || self.failed_recipients
            || (self.office && (self.subject || self.words > 1))
            || (self.null_sender && (self.subject || self.words > 1))
            // Parcels are not delivered either: a stranger's mail has to speak as mailers speak, and not be passed on by a person.
            || (self.subject && self.technical > 0 && !self.passed_on)
    }
}

fn is_daemon(from: &str) -> bool {
    let local = address_in(from).and_then(|address| address.split('@').next().map(str::to_owned)).unwrap_or_else(|| from.trim().to_owned());
    let letters: String = local.chars().filter(|character| character.is_ascii_alphanumeric()).collect();
    letters.contains("mailerdaemon") || matches!(letters.as_str(), "maildaemon" | "mdaemon" | "mailerdeamon" | "bouncedaemon")
}

fn is_office(from: &str) -> bool {
    let local = address_in(from).and_then(|address| address.split('@').next().map(str::to_owned)).unwrap_or_default();
    let letters: String = local.chars().filter(|character| character.is_ascii_alphanumeric()).collect();
    [
        "postmaster",
        "poostmaster",
        "bounce",
        "returnedmail",
        "sysadmin",
        "mailmaster",
        "undeliverable",
        "nondelivery",
        "mailadmin",
        "microsoftexchange",
        "dsn",
    ]
    .iter()
    .any(|known| letters.starts_with(known))
}

fn is_delay(subject: &str, text: &str) -> bool {
    let delayed = [
        "delayed",
        "still undelivered",
        "could not send message for past",
        "will keep trying",
        "will continue to",
        "retard",
        "verzögert",
        "warning: message",
        "not yet been delivered",
        "temporary problem",
        "will be retried",
    ];
    let failed = ["permanent", "giving up", "will not be retried", "undeliverable", "failure"];
    let delay = delayed.iter().any(|known| subject.contains(known)) || delayed.iter().any(|known| text.contains(known));
    delay && !failed.iter().any(|known| subject.contains(known) || text.contains(known))
}

/// The first line that holds a reply code of SMTP or an enhanced status code.
fn detail(text: &str) -> Option<String> {
    let coded = |line: &&str| {
        line.split(|character: char| !(character.is_ascii_alphanumeric() || matches!(character, '.' | '-' | '#'))).any(is_code)
    };
    let line = text.lines().map(str::trim).find(coded)?;
    Some(line.chars().take(DETAIL_CHARS_MAX).collect())
}

/// `550`, `550-5.1.1`, `#5.1.1`, `4.2.2`.
fn is_code(word: &str) -> bool {
    let word = word.trim_start_matches('#');
    let class = word.bytes().next().is_some_and(|digit| matches!(digit, b'4' | b'5'));
    let digits = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let enhanced = word.split('.').count() == 3 && word.split('.').all(digits);
    let reply = word
        .split('-')
        .next()
        .is_some_and(|code| code.len() == 3 && digits(code) && code.as_bytes().get(1).is_some_and(|digit| *digit <= b'5'));
    class && (enhanced || reply)
}

/// Names of programs.
const DAEMON_NAMES: &[&str] = &[
    "mail delivery subsystem",
    "mail delivery system",
    "mail deliver system",
    "mailer-daemon",
    "mailer daemon",
    "courier mail server",
    "internet mail delivery",
    "mail delivery service",
    "mail transfer agent",
    "delivery status notification",
    "email delivery system",
    "mail delivery agent",
];

/// Names of programs and of people.
const OFFICE_NAMES: &[&str] = &[
    "mail administrator",
    "system administrator",
    "administrator",
    "postmaster",
    "microsoft exchange",
    "interscan",
    "microsoft outlook",
    "mail system",
    "mail server",
    "systemadministrator",
    "systemadministratör",
    "administrateur",
];

/// What bounces call themselves, in lower case.
const SUBJECTS: &[&str] = &[
    "undeliverable",
    "undelivered mail",
    "undelivered message",
    "returned mail",
    "returned to sender",
    "returning message to sender",
    "return to sender",
    "delivery status notification",
    "delivery notification",
    "delivery failure",
    "delivery_failure",
    "delivery failed",
    "delivery has failed",
    "delivery report",
    "delivery error",
    "delivery problem",
    "mail delivery",
    "message delivery",
    "failure notice",
    "failure delivery",
    "failed delivery",
    "failure notification",
    "mail failure",
    "mail system error",
    "mail could not be delivered",
    "mail status",
    "could not be delivered",
    "could not send message",
    "could not deliver",
    "not delivered",
    "non-delivery",
    "nondeliverable",
    "non delivery",
    "non deliverable",
    "[bounce]",
    "bounced",
    "blocked by our bulk email filter",
    "message you sent blocked",
    "rejected message",
    "message rejected",
    "mail rejected",
    "email rejected",
    "delayed mail",
    "delayed message",
    "message delayed",
    "(delay)",
    "delivery delayed",
    "there was an error sending your mail",
    "permanent delivery",
    "error sending",
    "unzustellbar",
    "nicht zustellbar",
    "unzustellbare",
    "fehlgeschlagene zustellung",
    "non remis",
    "non remise",
    "échec de la remise",
    "échec de remise",
    "non distribué",
    "non distribuable",
    "message non délivré",
    "no se puede entregar",
    "no entregado",
    "mensaje no entregado",
    "devuelto",
    "não entregue",
    "não foi possível entregar",
    "mancata consegna",
    "impossibile recapitare",
    "non recapitabile",
    "onbestelbaar",
    "kan niet worden bezorgd",
    "olevererbart",
    "ikke leveres",
    "kan inte levereras",
    "oleveransbart",
    "недоставленное",
    "не доставлено",
    "配信できません",
    "配信に失敗",
    "送信できません",
    "エラー通知",
    "退信",
    "投递失败",
    "not member article",
    "ndr:",
    "warning: message",
];

/// Sentences of mailers, in lower case.
const WORDS: &[&str] = &[
    "could not be delivered",
    "was not delivered",
    "wasn't delivered",
    "couldn't be delivered",
    "undeliverable",
    "unable to deliver",
    "not able to deliver",
    "unable to be delivered",
    "delivery has failed",
    "delivery failed",
    "permanent error",
    "permanent failure",
    "fatal errors",
    "original message follows",
    "your original message",
    "the original message",
    "returned to you",
    "message returned",
    "user not found",
    "mailbox is full",
    "mailbox full",
    "over quota",
    "quota exceeded",
    "address rejected",
    "does not exist",
    "domain not found",
    "access denied",
    "message was rejected",
    "not delivered to the following",
    "following recipients",
    "following recipient(s)",
    "giving up on",
    "still undelivered",
    "will keep trying",
    "message has not been delivered",
    "message delayed",
    "n'a pas pu être remis",
    "nicht zugestellt werden",
    "no se pudo entregar",
    "could not deliver",
    "cannot deliver",
    "can't deliver",
    "delivery error",
    "error sending",
    "bounced",
    "blocked by our",
    "not a member",
];

/// Sentences that only mailers say, in lower case.
const TECHNICAL: &[&str] = &[
    "transcript of session",
    "permanent fatal error",
    "original message was received",
    "below this line is a copy",
    "this is a copy of the message",
    "message header follows",
    "user unknown",
    "unknown user",
    "no such user",
    "mailbox unavailable",
    "recipient rejected",
    "recipient address rejected",
    "host unknown",
    "host not found",
    "unrouteable",
    "relaying denied",
    "relay access denied",
    "final-recipient:",
    "diagnostic-code:",
    "reporting-mta:",
    "action: failed",
    "rcpt to:",
    "in reply to rcpt to",
    "remote host said",
    "smtp error",
    "remote server returned",
    "qmail-send program",
    "mail delivery software",
    "mail system at host",
    "generating server",
    "following address(es) failed",
    "following addresses had",
    "did not reach the following recipient",
    "delivery to the following recipient",
    "failed permanently",
    "automatically generated delivery",
    "----- original message",
];

const DETAIL_CHARS_MAX: usize = 500;
