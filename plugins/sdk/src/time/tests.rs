use super::*;

fn check(text: &str, expected: Option<Timestamp>) {
    assert_eq!(parse(text), expected, "{text}");
}

#[test]
fn rfc3339_and_its_neighbours() {
    check("2024-02-29T23:59:60Z", Some(1_709_251_199_000));
    check("2024-05-01T12:00:00Z", Some(1_714_564_800_000));
    check("2024-05-01T14:00:00+02:00", Some(1_714_564_800_000));
    check("2024-05-01T06:30:00.1234-0530", Some(1_714_564_800_123));
    check("2024-05-01 12:00:00", Some(1_714_564_800_000));
    check("2024-05-01T12:00Z", Some(1_714_564_800_000));
    check("2024-05-01", Some(1_714_521_600_000));
    check("1970-01-01T00:00:00Z", Some(0));
    check("2000-03-01T00:00:00z", Some(951_868_800_000));
    check("9999-12-31T23:59:59Z", Some(253_402_300_799_000));
}

#[test]
fn rfc2822_and_http() {
    check("Tue, 15 Nov 1994 08:12:31 GMT", Some(784_887_151_000));
    check("Wed, 1 May 2024 14:00:00 +0200 (CEST)", Some(1_714_564_800_000));
    check("1 May 24 07:00 EST", Some(1_714_564_800_000));
    check("Thu, 01 Jan 1970 00:00:00 +0000", Some(0));
}

#[test]
fn numbers_of_every_size() {
    check("1714564800", Some(1_714_564_800_000));
    check("1714564800.25", Some(1_714_564_800_250));
    check("1714564800123", Some(1_714_564_800_123));
    check("1714564800123456", Some(1_714_564_800_123));
    check("1714564800123456789", Some(1_714_564_800_123));
    check("0", Some(0));
}

#[test]
fn what_is_no_time() {
    let none = [
        "",
        "soon",
        "2024-13-01",
        "2023-02-29",
        "1969-12-31T23:59:59Z",
        "2024-05-01T24:00:00Z",
        "-5",
        "1.2.3",
        "12 é 2024 10:00 +0000",
        "2024-05-01T12:00:00Zx",
        "99999999999999999999999",
        "1970-01-01T00:00:00+01:00",
    ];
    for text in none {
        check(text, None);
    }
}

proptest::proptest! {
    #[test]
    fn no_text_breaks_it(text in "\\PC{0,40}") {
        let _ = parse(&text);
    }

    #[test]
    fn days_follow_each_other(day in 0_u64..2_900_000) {
        let text = written(day);
        proptest::prop_assert_eq!(rfc3339(&text), Some(day * 86_400_000), "{}", text);
    }
}

/// The date of a day since the epoch, counted the slow way.
fn written(mut day: u64) -> String {
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let mut year = 1970;
    while day >= 365 + u64::from(leap(year)) {
        day -= 365 + u64::from(leap(year));
        year += 1;
    }
    let lengths = [31, 28 + u64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while day >= lengths[month] {
        day -= lengths[month];
        month += 1;
    }
    format!("{year:04}-{:02}-{:02}", month + 1, day + 1)
}
