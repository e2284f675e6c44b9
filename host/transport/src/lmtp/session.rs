//! One dialogue of LMTP (RFC 2033) or SMTP (RFC 5321) as a state machine: bytes in, replies and finished mails out. No socket, no clock.

use model::{Attributes, Value};
use smtp_proto::request::receiver::{DataReceiver, DummyDataReceiver};
use smtp_proto::{Error as ParseError, Request};

/// Longest command line, its end included; RFC 5321 §4.5.3.1.4 asks for 512.
const LINE_BYTES_MAX: usize = 4_096;

/// What a session has to say or hand over.
#[derive(Debug, PartialEq)]
pub(super) enum Step {
    /// Send this line (without CRLF).
    Reply(String),
    /// A whole mail: take it, then answer once for each recipient with [`Session::answers`].
    Mail(Mail),
    /// Begin TLS (RFC 3207). What had arrived behind the command was thrown away: it was not said over TLS.
    StartTls,
    /// Close the connection after what was said.
    Close,
}

/// What is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    /// By a mail server that hands over: one answer for each recipient.
    Lmtp,
    /// By anybody: one answer for each mail.
    Smtp,
}

impl Protocol {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Lmtp => "LMTP",
            Self::Smtp => "SMTP",
        }
    }
}

/// A mail with its envelope.
#[derive(Debug, PartialEq)]
pub(super) struct Mail {
    /// As it stood on the wire, dots unstuffed.
    pub(super) bytes: Vec<u8>,
    /// `envelope-from` and `envelope-to`.
    pub(super) envelope: Attributes,
    /// How many recipients wait for an answer.
    pub(super) recipients: usize,
}

/// How large a dialogue may become.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) mail_bytes_max: usize,
    pub(super) recipients_max: usize,
    /// Bad commands before the connection is closed.
    pub(super) errors_max: u32,
}

enum State {
    /// A command line as far as it has arrived. The parser is given whole lines only: behind an error it would go on in the middle of one,
    /// at a place that hangs on the packets.
    Commands(Vec<u8>),
    Data(DataReceiver, Vec<u8>),
    /// The mail is too large: its rest is read and thrown away.
    Discard(DummyDataReceiver),
}

/// The dialogue.
pub(super) struct Session {
    state: State,
    protocol: Protocol,
    bounds: Bounds,
    /// STARTTLS is offered: it can be had, and is not there yet.
    tls_offered: bool,
    greeted: bool,
    from: Option<String>,
    to: Vec<String>,
    errors: u32,
}

impl Session {
    pub(super) fn new(protocol: Protocol, bounds: Bounds, tls_offered: bool) -> Self {
        let state = State::Commands(Vec::new());
        Self { state, protocol, bounds, tls_offered, greeted: false, from: None, to: Vec::new(), errors: 0 }
    }

    /// What the host says first.
    pub(super) fn greeting(&self) -> String {
        let kind = if self.protocol == Protocol::Smtp { "ESMTP" } else { "LMTP" };
        format!("220 pointsman {kind} ready")
    }

    /// The answers to a mail: over LMTP one for each recipient in order (RFC 2033 §4.2), over SMTP one.
    pub(super) fn answers(&self, recipients: usize, answer: &str) -> Vec<String> {
        vec![answer.to_owned(); if self.protocol == Protocol::Smtp { 1 } else { recipients }]
    }

    /// Takes what arrived; the steps are in order.
    pub(super) fn ingest(&mut self, bytes: &[u8]) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut rest = bytes.iter();
        while !rest.as_slice().is_empty() && !matches!(steps.last(), Some(Step::Close | Step::StartTls)) {
            match &mut self.state {
                State::Commands(line) => {
                    let part = up_to_line_end(&mut rest);
                    let room = LINE_BYTES_MAX.saturating_sub(line.len());
                    line.extend_from_slice(part.get(..room).unwrap_or(part));
                    if part.ends_with(b"\n") {
                        let line = std::mem::take(line);
                        self.line(&line, &mut steps);
                    }
                }
                State::Data(receiver, mail) => {
                    if receiver.ingest(&mut rest, mail) {
                        let bytes = std::mem::take(mail);
                        self.state = State::Commands(Vec::new());
                        self.finish(bytes, &mut steps);
                    } else if mail.len() > self.bounds.mail_bytes_max {
                        self.state = State::Discard(DummyDataReceiver::new_data(receiver));
                    }
                }
                State::Discard(receiver) => {
                    if receiver.ingest(&mut rest) {
                        self.state = State::Commands(Vec::new());
                        self.refuse_size(&mut steps);
                    }
                }
            }
        }
        steps
    }

    fn line(&mut self, line: &[u8], steps: &mut Vec<Step>) {
        if line.ends_with(b"\n") {
            self.command(Request::parse(&mut line.iter()).map(Request::into_owned), steps);
        } else {
            self.bad("500 5.5.2 That line is too long", steps);
        }
    }

    fn command(&mut self, parsed: Result<Request<String>, ParseError>, steps: &mut Vec<Step>) {
        match parsed {
            Err(_) => self.bad(&format!("500 5.5.2 That is no {} command", self.protocol.name()), steps),
            Ok(Request::Lhlo { host }) if self.protocol == Protocol::Lmtp => self.hello(&host, steps),
            Ok(Request::Lhlo { .. }) => self.bad("500 5.5.1 This is SMTP: say EHLO", steps),
            Ok(Request::Ehlo { host }) if self.protocol == Protocol::Smtp => self.hello(&host, steps),
            Ok(Request::Helo { host }) if self.protocol == Protocol::Smtp => {
                self.reset();
                self.greeted = !host.is_empty();
                steps.push(Step::Reply("250 pointsman".to_owned()));
            }
            Ok(Request::Ehlo { .. } | Request::Helo { .. }) => self.bad("500 5.5.1 This is LMTP: say LHLO", steps),
            Ok(Request::StartTls) if self.tls_offered => {
                steps.push(Step::Reply("220 2.0.0 Go ahead".to_owned()));
                steps.push(Step::StartTls);
                self.reset();
                (self.tls_offered, self.greeted) = (false, false);
            }
            Ok(Request::Mail { from }) => self.mail_from(from.address, from.size, steps),
            Ok(Request::Rcpt { to }) => self.rcpt_to(to.address, steps),
            Ok(Request::Data) => self.data(steps),
            Ok(Request::Rset) => {
                self.reset();
                steps.push(Step::Reply("250 2.0.0 Reset".to_owned()));
            }
            Ok(Request::Noop { .. }) => steps.push(Step::Reply("250 2.0.0 Here".to_owned())),
            Ok(Request::Vrfy { .. }) => steps.push(Step::Reply("252 2.5.0 Try to deliver".to_owned())),
            Ok(Request::Quit) => {
                steps.push(Step::Reply("221 2.0.0 Goodbye".to_owned()));
                steps.push(Step::Close);
            }
            Ok(other) => self.bad(&format!("502 5.5.1 {} is not offered", other.name()), steps),
        }
    }

    fn hello(&mut self, host: &str, steps: &mut Vec<Step>) {
        self.reset();
        self.greeted = !host.is_empty();
        let size = self.bounds.mail_bytes_max;
        for line in ["250-pointsman", "250-PIPELINING", "250-8BITMIME", "250-SMTPUTF8", "250-ENHANCEDSTATUSCODES"] {
            steps.push(Step::Reply(line.to_owned()));
        }
        if self.tls_offered {
            steps.push(Step::Reply("250-STARTTLS".to_owned()));
        }
        steps.push(Step::Reply(format!("250 SIZE {size}")));
    }

    fn mail_from(&mut self, address: String, size: usize, steps: &mut Vec<Step>) {
        if !self.greeted || self.from.is_some() {
            return self.bad("503 5.5.1 Out of order", steps);
        }
        if size > self.bounds.mail_bytes_max {
            return self.bad("552 5.3.4 Too large", steps);
        }
        self.from = Some(address);
        steps.push(Step::Reply("250 2.1.0 Sender ok".to_owned()));
    }

    fn rcpt_to(&mut self, address: String, steps: &mut Vec<Step>) {
        if self.from.is_none() {
            return self.bad("503 5.5.1 Say MAIL first", steps);
        }
        if self.to.len() >= self.bounds.recipients_max {
            return self.bad("452 4.5.3 Too many recipients", steps);
        }
        self.to.push(address);
        steps.push(Step::Reply("250 2.1.5 Recipient ok".to_owned()));
    }

    fn data(&mut self, steps: &mut Vec<Step>) {
        if self.to.is_empty() {
            return self.bad("503 5.5.1 Say RCPT first", steps);
        }
        self.state = State::Data(DataReceiver::new(), Vec::new());
        steps.push(Step::Reply("354 End with a line that is a dot".to_owned()));
    }

    fn finish(&mut self, bytes: Vec<u8>, steps: &mut Vec<Step>) {
        if bytes.len() > self.bounds.mail_bytes_max {
            return self.refuse_size(steps);
        }
        let recipients = self.to.len();
        let mut envelope = Attributes::new();
        envelope.insert("envelope-from".to_owned(), Value::Text(self.from.take().unwrap_or_default()));
        envelope.insert("envelope-to".to_owned(), Value::Texts(std::mem::take(&mut self.to)));
        self.reset();
        steps.push(Step::Mail(Mail { bytes, envelope, recipients }));
    }

    fn refuse_size(&mut self, steps: &mut Vec<Step>) {
        let refusals = self.answers(self.to.len(), "552 5.3.4 Too large");
        steps.extend(refusals.into_iter().map(Step::Reply));
        self.reset();
    }

    fn reset(&mut self) {
        self.from = None;
        self.to.clear();
    }

    fn bad(&mut self, reply: &str, steps: &mut Vec<Step>) {
        self.errors += 1;
        steps.push(Step::Reply(reply.to_owned()));
        if self.errors >= self.bounds.errors_max {
            steps.push(Step::Reply("421 4.7.0 Too many errors".to_owned()));
            steps.push(Step::Close);
        }
    }
}

/// What stands before the end of the line, that included when it has arrived.
fn up_to_line_end<'a>(rest: &mut std::slice::Iter<'a, u8>) -> &'a [u8] {
    let all = rest.as_slice();
    let end = all.iter().position(|byte| *byte == b'\n').map_or(all.len(), |at| at + 1);
    let (line, after) = all.split_at_checked(end).unwrap_or((all, &[]));
    *rest = after.iter();
    line
}

#[cfg(test)]
mod tests {
    use super::{Bounds, Protocol, Session, Step};

    const BOUNDS: Bounds = Bounds { mail_bytes_max: 200, recipients_max: 2, errors_max: 3 };

    fn talk(chunks: &[&str]) -> String {
        dialogue(Session::new(Protocol::Lmtp, BOUNDS, false), chunks)
    }

    fn dialogue(mut session: Session, chunks: &[&str]) -> String {
        let steps = chunks.iter().flat_map(|chunk| session.ingest(chunk.as_bytes())).collect::<Vec<_>>();
        let lines = steps.iter().map(|step| match step {
            Step::Reply(line) => line.clone(),
            Step::Mail(mail) => {
                format!("MAIL x{} {:?} {:?}", mail.recipients, mail.envelope["envelope-to"], String::from_utf8_lossy(&mail.bytes))
            }
            Step::StartTls => "TLS".to_owned(),
            Step::Close => "CLOSE".to_owned(),
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_mail_for_two() {
        let said = talk(&[
            "LHLO mx.example\r\nMAIL FROM:<a@example.org> SIZE=20\r\nRCPT TO:<b@example.com>\r\nRCPT TO:<c@example.com>\r\n",
            "DATA\r\n",
            "Subject: hi\r\n\r\n..dot\r\nbye\r\n.\r\nQUIT\r\n",
        ]);
        insta::assert_snapshot!(said, @r#"
        250-pointsman
        250-PIPELINING
        250-8BITMIME
        250-SMTPUTF8
        250-ENHANCEDSTATUSCODES
        250 SIZE 200
        250 2.1.0 Sender ok
        250 2.1.5 Recipient ok
        250 2.1.5 Recipient ok
        354 End with a line that is a dot
        MAIL x2 Texts(["b@example.com", "c@example.com"]) "Subject: hi\r\n\r\n.dot\r\nbye\r\n"
        221 2.0.0 Goodbye
        CLOSE
        "#);
    }

    #[test]
    fn cut_anywhere_it_is_the_same_dialogue() {
        for whole in [
            "LHLO mx\r\nMAIL FROM:<>\r\nRCPT TO:<b@example.com>\r\nDATA\r\nSubject: x\r\n\r\n.\r\nQUIT\r\n",
            // Nothing of a bad line is taken for a command, nor is the line after it lost.
            "LHLO mx\r\nMAIL RFOM:<a@b> RSET\r\nMAI} FROM:<a@b>\r\nMAIL FROM:<a@b>\r\n",
        ] {
            let expected = talk(&[whole]);
            for cut in 1..whole.len() {
                let (head, tail) = whole.split_at(cut);
                assert_eq!(talk(&[head, tail]), expected, "cut at {cut}");
            }
        }
    }

    #[test]
    fn a_bad_line_is_one_error_however_long_it_is() {
        let long = format!("NOOP {}\r\nNOOP\r\n", "x".repeat(100_000));
        insta::assert_snapshot!(talk(&["MAIL RFOM:<a@b> NOOP\r\nNOOP\r\n", &long]), @r"
        500 5.5.2 That is no LMTP command
        250 2.0.0 Here
        500 5.5.2 That line is too long
        250 2.0.0 Here
        ");
    }

    #[test]
    fn over_smtp_a_mail_has_one_answer_and_nothing_is_kept_from_before_tls() {
        let session = Session::new(Protocol::Smtp, BOUNDS, true);
        let said = dialogue(
            session,
            &[
                "LHLO x\r\nEHLO x\r\nMAIL FROM:<a@example.org>\r\nSTARTTLS\r\nRCPT TO:<evil@example.com>\r\n",
                "MAIL FROM:<a@example.org>\r\n",
                "EHLO x\r\nSTARTTLS\r\n",
            ],
        );
        insta::assert_snapshot!(said, @r"
        500 5.5.1 This is SMTP: say EHLO
        250-pointsman
        250-PIPELINING
        250-8BITMIME
        250-SMTPUTF8
        250-ENHANCEDSTATUSCODES
        250-STARTTLS
        250 SIZE 200
        250 2.1.0 Sender ok
        220 2.0.0 Go ahead
        TLS
        503 5.5.1 Out of order
        250-pointsman
        250-PIPELINING
        250-8BITMIME
        250-SMTPUTF8
        250-ENHANCEDSTATUSCODES
        250 SIZE 200
        502 5.5.1 STARTTLS is not offered
        421 4.7.0 Too many errors
        CLOSE
        ");
        let session = Session::new(Protocol::Smtp, BOUNDS, false);
        let large = format!("{}\r\n.\r\n", "x".repeat(300));
        let to = "RCPT TO:<b@example.com>\r\nRCPT TO:<c@example.com>\r\n";
        let said = dialogue(session, &["HELO x\r\nMAIL FROM:<>\r\n", to, "DATA\r\n", &large, "QUIT\r\n"]);
        assert!(said.ends_with("354 End with a line that is a dot\n552 5.3.4 Too large\n221 2.0.0 Goodbye\nCLOSE"), "{said}");
    }

    #[test]
    fn out_of_order_and_too_many_errors() {
        insta::assert_snapshot!(talk(&["EHLO x\r\nDATA\r\nFROB\r\nNOOP\r\n"]), @r"
        500 5.5.1 This is LMTP: say LHLO
        503 5.5.1 Say RCPT first
        500 5.5.2 That is no LMTP command
        421 4.7.0 Too many errors
        CLOSE
        ");
    }

    #[test]
    fn a_mail_that_is_too_large_is_refused_for_each_recipient_and_the_dialogue_goes_on() {
        let large = format!("{}\r\n.\r\nNOOP\r\n", "x".repeat(300));
        let said = talk(&["LHLO m\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n", &large]);
        assert!(said.ends_with("552 5.3.4 Too large\n250 2.0.0 Here"), "{said}");
    }
}
