use std::fmt::Write as _;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::redacted;

/// What is between brackets in `marked` is masked, and nothing else.
fn check(marked: &str) {
    let (mut text, mut expected, mut hidden) = (String::new(), String::new(), false);
    for letter in marked.chars() {
        match letter {
            '⟦' => hidden = true,
            '⟧' => hidden = false,
            letter => {
                text.push(letter);
                if hidden {
                    expected.push_str(&"*".repeat(letter.len_utf8()));
                } else {
                    expected.push(letter);
                }
            }
        }
    }
    assert_eq!(redacted(&text), expected, "{marked}");
}

#[test]
fn addresses_are_masked() {
    check("Write to ⟦jane.doe+shop@mail.example.co.uk⟧, please.");
    check("Écrivez à ⟦hélène@exämple.fr⟧.");
    check("(⟦a@b.io⟧)");
    check("mailto:⟦jane@example.com⟧?subject=x");
    check("⟦\"jane doe\"@example.com⟧ is odd");
    check("⟦jane (at) example.com⟧ and ⟦john[at]example.org⟧");
    check("https://shop.example/?m=⟦jane%40example.com⟧");
    check("https://⟦jane:s3cret⟧@shop.example/orders");
    check("@⟦jane@social.example⟧ hello");
    check("ＦＲ: ⟦ｊａｎｅ＠ｅｘａｍｐｌｅ.com⟧");
}

#[test]
fn phone_numbers_are_masked() {
    for marked in [
        "Call ⟦+33 6 12 34 56 78⟧ now",
        "Appelez le ⟦06 12 34 56 78⟧ svp",
        "Mon numéro : ⟦06.12.34.56.78⟧.",
        "06 fixe : ⟦01-23-45-67-89⟧",
        "⟦0612345678⟧",
        "Tél. ⟦06\u{a0}12\u{a0}34\u{a0}56\u{a0}78⟧",
        "⟦0033 6 12 34 56 78⟧",
        "⟦33 6 12 34 56 78⟧",
        "⟦+44 (0)20 7946 0958⟧ is ours",
        "⟦020 7946 0958⟧",
        "⟦07700 900123⟧",
        "Bitte ⟦0171/1234567⟧ anrufen",
        "⟦+49 171 1234567⟧",
        "(⟦555) 123-4567⟧ or ⟦555-123-4567⟧",
        "⟦1-800-555-0199⟧",
        "⟦+1 (555) 123-4567⟧",
        "my phone number is ⟦555-0199⟧",
        "Tel: ⟦555 0199⟧",
        "mobile ⟦612 345 678⟧ today",
        "⟦٠٦١٢٣٤٥٦٧٨⟧",
        "⟦06\u{2011}12\u{2011}34\u{2011}56\u{2011}78⟧",
    ] {
        check(marked);
    }
}

#[test]
fn cards_and_accounts_are_masked() {
    for marked in [
        "card ⟦4111 1111 1111 1111⟧ exp 12/28",
        "⟦4111111111111111⟧",
        "⟦4111-1111-1111-1111⟧",
        "Amex ⟦3782 822463 10005⟧",
        "mistyped ⟦4111 1111 1111 1112⟧",
        "IBAN ⟦FR76 3000 6000 0112 3456 7890 189⟧ merci",
        "⟦DE89370400440532013000⟧",
        "⟦de89 3704 0044 0532 0130 00⟧, danke",
        "⟦GB29 NWBK 6016 1331 9268 19⟧",
        "⟦NL91ABNA0417164300⟧",
    ] {
        check(marked);
    }
}

#[test]
fn numbers_of_matters_are_masked() {
    for marked in [
        "Order ⟦12345⟧ has not arrived",
        "order number: ⟦12345⟧",
        "Order no. ⟦4711⟧ and my order ⟦998877⟧ too",
        "orders ⟦12345⟧ and ⟦67890⟧",
        "order #⟦42⟧",
        "issue #⟦12345⟧",
        "ticket #⟦98⟧",
        "your ref. ⟦AB-1234⟧",
        "Case ID ⟦00123⟧",
        "customer number ⟦C1234⟧",
        "booking X: ⟦X7K9Q2⟧",
        "tracking ⟦1Z999AA10123456784⟧",
        "Ma commande n° ⟦2026-00123⟧ est perdue",
        "commande nº⟦88⟧ svp",
        "numéro de commande ⟦123 456⟧ merci",
        "la commande ⟦CMD-2026-00123⟧ svp",
        "dossier n°⟦778899⟧, facture ⟦F2026/123⟧",
        "Mon identifiant client est ⟦4455⟧",
        "Bestellung ⟦123456⟧ fehlt",
        "Bestellnummer: ⟦AB-12-345⟧",
        "Kundennr. ⟦5544⟧",
        "no. ⟦12345⟧",
        "code ⟦A1B2C3D4⟧ works",
        "⟦ORD_889912⟧",
    ] {
        check(marked);
    }
}

#[test]
fn what_only_looks_like_it_stays() {
    for text in [
        "on 22/11/2026 at 10:30, or 2026-11-22, or 22.11.26",
        "le 01/02/2026 à 10h30, du 01.02.2026 au 03.02.2026",
        "2026-11-22T10:30:00Z and 20261122T103000Z",
        "it costs 49.99 € or $1,299.00 or 1 234 567,89 EUR or EUR49.99",
        "1 000 000 000 € et 12 345 678 habitants",
        "je veux commander 500 articles à 1200 euros",
        "order 500 items, 1000 pieces",
        "commande de 1500 €",
        "version 17.1.2, v2.10.3, 10.0.19045.3693, 1.2.3-beta1",
        "#BlackFriday2026 #JO2024 #throwback2020",
        "iPhone15, COVID-19, Windows11, F-150, 10-year-old, nov2026",
        "1080p, 1920x1080, 20000mAh, 100USD, 14h30min, 24h/24 7j/7",
        "we are #1, page 12 of 345, room 12",
        "pi is 3.141592653589793",
        "2019-2020, 2021 2022 2023, 50%, +20 %",
        "the 3rd order in 2 days, 5 stars",
        "192.168.1.10 and 48.8566, 2.3522",
        "@jane said a@b and user@localhost",
        "Il y a 2 ou 3 jours, 100 km, 12000 likes",
        "Boeing-747, 2026T3, Q3-2026",
        "",
        "no digits here",
    ] {
        check(text);
    }
}

#[test]
fn what_is_unseen_hides_nothing() {
    check("⟦06\u{200b}12\u{200b}34\u{200b}56\u{200b}78⟧");
    check("⟦jane\u{ad}@example.com⟧");
}

#[test]
fn time_is_linear_in_any_text() {
    let pieces = [
        "1",
        "1 ",
        "1-",
        "a-",
        "a1-",
        "@",
        "a@",
        "a%40",
        "(at)",
        "://",
        "a://b@",
        "order 12 ",
        "order ",
        "#",
        "n° ",
        "+",
        "(",
        "tel ",
        "FR76 ",
        "12 34 ",
        "1.",
        "\u{200b}",
        "é",
        "\"",
        "1/1/",
        "06 12 34 56 78 ",
        "a1",
        "1,",
        "12:30:",
        "x1x",
        "FR7630006000011234567890189",
    ];
    let mut slowest = Duration::ZERO;
    for piece in pieces {
        let text = piece.repeat((256 << 10) / piece.len());
        let start = Instant::now();
        let masked = redacted(&text);
        slowest = slowest.max(start.elapsed());
        assert_eq!(masked.len(), text.len());
    }
    // A quadratic pass over 256 KiB takes minutes.
    assert!(slowest < Duration::from_secs(2), "{slowest:?}");
}

proptest! {
    #[test]
    fn lengths_and_boundaries_stay(text in "(\\PC|[0-9@#+. -]|order |FR76|n° ){0,60}") {
        let masked = redacted(&text);
        prop_assert_eq!(masked.len(), text.len());
        for (at, _) in text.char_indices() {
            prop_assert!(masked.is_char_boundary(at));
        }
        let kept = text.char_indices().all(|(at, letter)| masked[at..].starts_with(letter) || masked.as_bytes()[at] == b'*');
        prop_assert!(kept);
    }

    #[test]
    fn an_address_and_a_number_are_masked_wherever_they_stand(before in "[a-z ,.]{0,20}", after in "( [a-z ,.]{0,20})?") {
        let mut text = String::new();
        write!(text, "{before} jane@example.com, +33 6 12 34 56 78{after}").unwrap();
        let masked = redacted(&text);
        prop_assert!(!masked.contains("jane") && !masked.contains("12 34"), "{}", masked);
    }
}
