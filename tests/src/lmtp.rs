//! A mail server that hands over mails.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

/// One LMTP connection.
pub struct LmtpClient {
    stream: BufReader<TcpStream>,
}

impl LmtpClient {
    /// Connects and greets.
    ///
    /// # Errors
    /// When nobody answers as an LMTP server does.
    pub fn connect(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).with_context(|| format!("connecting to {address}"))?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        let mut client = Self { stream: BufReader::new(stream) };
        client.expect("220")?;
        client.say("LHLO mx.example.org")?;
        client.expect("250")?;
        Ok(client)
    }

    /// Hands over one mail; the answer's line for the recipient.
    ///
    /// # Errors
    /// When the dialogue breaks off.
    pub fn mail(&mut self, from: &str, to: &str, mail: &[u8]) -> Result<String> {
        self.say(&format!("MAIL FROM:<{from}>"))?;
        self.expect("250")?;
        self.say(&format!("RCPT TO:<{to}>"))?;
        self.expect("250")?;
        self.say("DATA")?;
        self.expect("354")?;
        self.stream.get_mut().write_all(&stuffed(mail))?;
        self.answer()
    }

    fn say(&mut self, line: &str) -> Result<()> {
        Ok(self.stream.get_mut().write_all(format!("{line}\r\n").as_bytes())?)
    }

    fn expect(&mut self, code: &str) -> Result<()> {
        let line = self.answer()?;
        if !line.starts_with(code) {
            bail!("expected {code}, the server said: {line}");
        }
        Ok(())
    }

    /// The last line of an answer.
    fn answer(&mut self) -> Result<String> {
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line)? == 0 {
                bail!("the server closed the connection");
            }
            if line.as_bytes().get(3) != Some(&b'-') {
                return Ok(line.trim_end().to_owned());
            }
        }
    }
}

/// Hands over one mail on a connection of its own.
///
/// # Errors
/// When it was not taken.
pub fn hand_over(address: &str, from: &str, to: &str, mail: &[u8]) -> Result<()> {
    let answer = LmtpClient::connect(address)?.mail(from, to, mail)?;
    if !answer.starts_with("250") {
        bail!("the mail was not taken: {answer}");
    }
    Ok(())
}

/// Lines end in CRLF, dots at their start are doubled, and a dot ends it all.
fn stuffed(mail: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(mail.len() + 16);
    for line in mail.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.first() == Some(&b'.') {
            out.push(b'.');
        }
        out.extend_from_slice(line);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b".\r\n");
    out
}
