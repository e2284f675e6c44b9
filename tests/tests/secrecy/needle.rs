//! A secret in every form in which its bytes could lie somewhere.

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// A secret that is looked for.
pub(crate) struct Needle {
    pub(crate) name: &'static str,
    pub(crate) secret: Vec<u8>,
    forms: Vec<(&'static str, Vec<u8>)>,
}

impl Needle {
    /// A fresh one that fits into a header, with letters that every encoding writes in its own way.
    pub(crate) fn fresh(name: &'static str) -> Self {
        const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789~.-_+/%&";
        let mut chance = [0; 30];
        std::fs::File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut chance)).expect("chance");
        let mut secret: Vec<u8> = chance.iter().map(|byte| LETTERS[usize::from(*byte) % LETTERS.len()]).collect();
        secret.extend_from_slice(b"+/%&z");
        Self::of(name, secret)
    }

    pub(crate) fn of(name: &'static str, secret: Vec<u8>) -> Self {
        let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        let escape = |keep: &dyn Fn(u8) -> bool, upper: bool| -> String {
            let one = |byte: &u8| match (keep(*byte), upper) {
                (true, _) => char::from(*byte).to_string(),
                (_, true) => format!("%{byte:02X}"),
                (_, false) => format!("%{byte:02x}"),
            };
            secret.iter().map(one).collect()
        };
        let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        let reversed: Vec<u8> = secret.iter().rev().copied().collect();
        let wide: Vec<u8> = secret.iter().flat_map(|byte| [*byte, 0]).collect();
        let mut forms = vec![
            ("as it is", secret.clone()),
            ("the first half", secret[..secret.len() / 2].to_vec()),
            ("the second half", secret[secret.len() / 2..].to_vec()),
            ("hex", hex.clone().into_bytes()),
            ("HEX", hex.to_uppercase().into_bytes()),
            ("percent", escape(&unreserved, true).into_bytes()),
            ("percent, small", escape(&unreserved, false).into_bytes()),
            ("percent throughout", escape(&|_| false, true).into_bytes()),
            ("reversed", reversed),
            ("UTF-16", wide),
            ("a list of numbers", secret.iter().map(u8::to_string).collect::<Vec<_>>().join(",").into_bytes()),
        ];
        // What stands before a text shifts its base64: all three ways, without the letters that share bits with the neighbours.
        for shift in 0..3 {
            let shifted = [vec![b' '; shift], secret.clone()].concat();
            let whole = shifted.len() / 3 * 4;
            for (form, text) in [("base64", STANDARD_NO_PAD.encode(&shifted)), ("base64 for URLs", URL_SAFE_NO_PAD.encode(&shifted))] {
                forms.push((form, text.as_bytes()[(shift * 4).div_ceil(3)..whole].to_vec()));
            }
        }
        Self { name, secret, forms }
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.secret.clone()).expect("a text")
    }

    /// In which form it lies here.
    pub(crate) fn found_in(&self, hay: &[u8]) -> Option<&'static str> {
        let lies = |form: &[u8]| {
            let first = form[0];
            let mut from = 0;
            while let Some(at) = hay[from..].iter().position(|byte| *byte == first) {
                if hay[from + at..].starts_with(form) {
                    return true;
                }
                from += at + 1;
            }
            false
        };
        self.forms.iter().find(|(_, form)| lies(form)).map(|(name, _)| *name)
    }
}
