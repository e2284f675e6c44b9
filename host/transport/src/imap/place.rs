use model::Timestamp;
use serde::{Deserialize, Serialize};

/// How far a mailbox was read: the host's own cursor for its connector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    /// As long as it stays, the numbers of mails mean the same.
    pub(super) uid_validity: u32,
    /// The last mail that was read.
    pub(super) uid: u32,
    /// When that was, by our clock.
    pub(super) at: Timestamp,
}

impl Place {
    pub(super) fn read(cursor: Option<&[u8]>) -> Option<Self> {
        serde_json::from_slice(cursor?).ok()
    }

    pub(super) fn written(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// The day before this time, as IMAP writes it: servers judge by days of their own.
pub(super) fn day_before(at: Timestamp) -> String {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let days = (at.0 / 86_400_000).saturating_sub(1);
    // Days since 0000-03-01, in eras of 400 years (proleptic Gregorian calendar).
    let shifted = days.saturating_add(719_468);
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12;
    let year = year_of_era + era * 400 + u64::from(month < 2);
    let name = usize::try_from(month).ok().and_then(|month| MONTHS.get(month)).copied().unwrap_or("Jan");
    format!("{day}-{name}-{year}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_as_imap_writes_them() {
        for (at, expected) in [
            (1_714_564_800_000, "30-Apr-2024"), // 2024-05-01
            (1_709_251_200_000, "29-Feb-2024"), // 2024-03-01
            (1_704_067_200_000, "31-Dec-2023"), // 2024-01-01
            (1_735_603_200_000, "30-Dec-2024"), // 2024-12-31
        ] {
            assert_eq!(day_before(Timestamp(at)), expected);
        }
    }

    #[test]
    fn a_place_survives_being_written() {
        let place = Place { uid_validity: 7, uid: 9, at: Timestamp(1) };
        assert_eq!(Place::read(Some(&place.written())), Some(place));
        assert_eq!(Place::read(Some(b"1725911162329308")), None);
    }
}
