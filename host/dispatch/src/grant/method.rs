use std::fmt;

use super::host_error::HostGrantError;

/// Methods that plugins may use at all.
const KNOWN: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/// A set of methods, never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Methods(u8);

impl Methods {
    /// All that are known.
    pub(super) const ALL: Self = Self(0b11_1111);

    /// Reads `GET,POST`, in any case and with spaces.
    pub(super) fn parse(text: &str) -> Result<Self, HostGrantError> {
        text.split(',').try_fold(Self(0), |all, name| {
            let bit = bit(&name.trim().to_ascii_uppercase());
            bit.map(|bit| Self(all.0 | bit)).ok_or_else(|| HostGrantError::Method(name.trim().to_owned()))
        })
    }

    /// Whether this one, in upper case, is in it.
    pub(super) fn has(self, method: &str) -> bool {
        bit(method).is_some_and(|bit| self.0 & bit != 0)
    }

    /// What is in both.
    pub(super) fn both(self, other: Self) -> Option<Self> {
        let common = self.0 & other.0;
        (common != 0).then_some(Self(common))
    }
}

impl fmt::Display for Methods {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::ALL {
            return Ok(());
        }
        let names: Vec<&str> = KNOWN.into_iter().filter(|name| self.has(name)).collect();
        write!(f, "{} ", names.join(","))
    }
}

fn bit(method: &str) -> Option<u8> {
    let at = KNOWN.iter().position(|known| *known == method)?;
    1_u8.checked_shl(u32::try_from(at).ok()?)
}
