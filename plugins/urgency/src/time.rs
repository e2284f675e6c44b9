//! Times that make haste: "within 2 hours", "before Friday", "depuis trois semaines"; and how often something was said.

use words::{Kind as Piece, Token};

use crate::cues::Kind;

/// Words that may stand between the head of a time and its number.
const FILLERS_MAX: usize = 3;
const HOURS_A_DAY: u32 = 24;

/// A time at a token: how many tokens it takes, what it says, and how strongly.
pub(crate) type Found = (usize, Kind, f32);

/// The time that begins with this token.
pub(crate) fn at(tokens: &[Token], at: usize) -> Option<Found> {
    ahead(tokens, at).or_else(|| by(tokens, at)).or_else(|| event(tokens, at)).or_else(|| since(tokens, at)).or_else(|| counted(tokens, at))
}

fn word(tokens: &[Token], at: usize) -> &str {
    tokens.get(at).filter(|token| matches!(token.kind, Piece::Word | Piece::Number)).map_or("", |token| &token.folded)
}

fn word_before(tokens: &[Token], at: usize, back: usize) -> &str {
    at.checked_sub(back).map_or("", |at| word(tokens, at))
}

/// `within 2 hours`, `dans moins de 3 jours`, `d'ici 24h`.
fn ahead(tokens: &[Token], at: usize) -> Option<Found> {
    let headed = matches!(word(tokens, at), "in" | "within" | "under" | "dans" | "sous") || is_french_by(tokens, at);
    let next = skip_fillers(tokens, at + 1);
    let (hours, end) = headed.then(|| duration(tokens, next)).flatten()?;
    Some((end - at, Kind::Deadline, strength_ahead(hours)))
}

/// How urgent something is that is due in so many hours.
pub(crate) fn strength_ahead(hours: u32) -> f32 {
    match hours {
        0..=3 => 0.85,
        4..=24 => 0.75,
        25..=72 => 0.55,
        73..=168 => 0.4,
        169..=744 => 0.25,
        _ => 0.1,
    }
}

/// The `ici` of `d'ici`.
fn is_french_by(tokens: &[Token], at: usize) -> bool {
    word(tokens, at) == "ici" && word_before(tokens, at, 1) == "d"
}

/// A word that says that something has to be done by then.
pub(crate) fn is_by(tokens: &[Token], at: usize) -> bool {
    matches!(
        word(tokens, at),
        "by" | "before" | "until" | "till" | "avant" | "pour" | "jusqu" | "jusque" | "deadline" | "due" | "expires" | "expire"
    ) || is_french_by(tokens, at)
        || word(tokens, at) == "for" && matches!(word(tokens, at + 1), "tomorrow" | "tonight" | "today")
}

/// `before Friday`, `d'ici ce soir`, `by 5pm`, `avant la fin de la semaine`.
fn by(tokens: &[Token], at: usize) -> Option<Found> {
    if !is_by(tokens, at) {
        return None;
    }
    let mut next = at + 1;
    while next < at + 3
        && matches!(word(tokens, next), "the" | "le" | "la" | "ce" | "this" | "next" | "a" | "au" | "end" | "fin" | "de" | "of")
    {
        next += 1;
    }
    let strength = match word(tokens, next) {
        "tomorrow" | "tonight" | "demain" | "soir" | "noon" | "midi" | "midnight" | "minuit" | "today" | "aujourdhui" | "eod" | "day" => {
            0.75
        }
        "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday" | "lundi" | "mardi" | "mercredi" | "jeudi"
        | "vendredi" | "samedi" | "dimanche" | "weekend" | "week" | "semaine" => 0.55,
        "month" | "mois" | "christmas" | "noel" | "holidays" | "vacances" | "wedding" | "mariage" | "birthday" | "anniversaire" => 0.3,
        _ if is_clock(tokens, next) => 0.75,
        _ => return None,
    };
    Some((next + 1 - at, Kind::Deadline, strength))
}

/// `my flight is tomorrow`, `mon mariage est samedi`: what does not wait, with its day.
fn event(tokens: &[Token], at: usize) -> Option<Found> {
    let fixed = matches!(
        word(tokens, at),
        "flight"
            | "wedding"
            | "exam"
            | "interview"
            | "surgery"
            | "funeral"
            | "trip"
            | "leave"
            | "leaving"
            | "vol"
            | "mariage"
            | "examen"
            | "entretien"
            | "operation"
            | "enterrement"
            | "depart"
            | "pars"
            | "partons"
    );
    let day = |next: &usize| match word(tokens, *next) {
        "today" | "tonight" | "tomorrow" | "demain" | "aujourdhui" | "soir" => true,
        other => is_weekday(other),
    };
    let found = fixed.then(|| (at + 1..at + 5).find(day)).flatten()?;
    let strength = if is_weekday(word(tokens, found)) { 0.6 } else { 0.75 };
    Some((found + 1 - at, Kind::Deadline, strength))
}

fn is_weekday(word: &str) -> bool {
    matches!(
        word,
        "monday"
            | "tuesday"
            | "wednesday"
            | "thursday"
            | "friday"
            | "saturday"
            | "sunday"
            | "lundi"
            | "mardi"
            | "mercredi"
            | "jeudi"
            | "vendredi"
            | "samedi"
            | "dimanche"
    )
}

/// `5pm`, `18h`, `18h30`, `5 pm`, `17:00`.
fn is_clock(tokens: &[Token], at: usize) -> bool {
    let (count, rest) = split(word(tokens, at));
    let Some(count) = count.filter(|count| *count <= 24) else { return false };
    let unit = if rest.is_empty() { word(tokens, at + 1) } else { rest };
    let colon = rest.is_empty() && tokens.get(at + 1).is_some_and(|mark| mark.is_mark(":"));
    count > 0 && (colon || matches!(unit, "am" | "pm" | "h" | "heures") || unit.starts_with('h') && unit.len() == 3)
}

/// `since Monday`, `depuis 3 jours`, `for two weeks` where somebody waits.
fn since(tokens: &[Token], at: usize) -> Option<Found> {
    let loyal = (1..=3).any(|back| {
        matches!(
            word_before(tokens, at, back),
            "client" | "cliente" | "clients" | "customer" | "customers" | "member" | "membre" | "fidele" | "abonne" | "abonnee"
        )
    });
    let idle = || {
        (1..=6).any(|back| {
            matches!(
                word_before(tokens, at, back),
                "waiting"
                    | "wait"
                    | "waited"
                    | "still"
                    | "been"
                    | "without"
                    | "no"
                    | "not"
                    | "nothing"
                    | "down"
                    | "out"
                    | "offline"
                    | "havent"
                    | "hasnt"
            )
        })
    };
    let head = match word(tokens, at) {
        "since" | "depuis" => 1,
        "for" if idle() => 1,
        "fait" if matches!(word_before(tokens, at, 1), "ca" | "cela") => 1,
        "its" | "it" if word(tokens, at + 1) == "been" => 2,
        _ => return None,
    };
    let next = skip_fillers(tokens, at + head);
    if loyal {
        return None;
    }
    if let Some((hours, end)) = duration(tokens, next) {
        let strength = match hours / HOURS_A_DAY {
            0 => 0.35,
            1..=6 => 0.5,
            7..=27 => 0.6,
            28..=366 => 0.65,
            _ => return None,
        };
        return Some((end - at, Kind::Waiting, strength));
    }
    let strength = match word(tokens, next) {
        "yesterday" | "hier" | "morning" | "matin" => 0.4,
        "days" | "jours" | "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday" | "lundi" | "mardi"
        | "mercredi" | "jeudi" | "vendredi" | "samedi" | "dimanche" => 0.5,
        "weeks" | "semaines" | "months" | "mois" | "longtemps" | "ages" => 0.6,
        _ => return None,
    };
    Some((next + 1 - at, Kind::Waiting, strength))
}

/// `third time`, `3 fois`, `5 emails`, `troisième relance`.
fn counted(tokens: &[Token], at: usize) -> Option<Found> {
    let spoken = word(tokens, at);
    let rate = |next: usize| {
        matches!(word(tokens, next), "par" | "per" | "a" | "sans" | "plus" | "more" | "less" | "moins" | "bigger" | "better" | "faster")
            || matches!(word_before(tokens, at, 1), "en" | "in")
    };
    let times = matches!(
        word(tokens, at + 1),
        "time" | "fois" | "mail" | "email" | "call" | "appel" | "message" | "request" | "demande" | "relance" | "reminder"
    );
    if let Some(order) = ordinal(spoken).filter(|order| *order >= 2 && times) {
        return (!rate(at + 2)).then_some((2, Kind::Repetition, if order >= 3 { 0.6 } else { 0.5 }));
    }
    let many = matches!(
        word(tokens, at + 1),
        "times" | "fois" | "mails" | "emails" | "calls" | "appels" | "messages" | "relances" | "reminders" | "tickets" | "courriers"
    );
    let count = count(spoken).filter(|count| *count >= 2 && many)?;
    (!rate(at + 2)).then_some((2, Kind::Repetition, if count >= 3 { 0.6 } else { 0.45 }))
}

fn skip_fillers(tokens: &[Token], from: usize) -> usize {
    let filler = |at: &usize| {
        matches!(
            word(tokens, *at),
            "the"
                | "next"
                | "less"
                | "than"
                | "over"
                | "more"
                | "about"
                | "only"
                | "last"
                | "at"
                | "most"
                | "les"
                | "prochaines"
                | "prochains"
                | "moins"
                | "plus"
                | "de"
                | "environ"
                | "bientot"
                | "maintenant"
                | "deja"
                | "almost"
                | "nearly"
                | "ce"
        )
    };
    from + (from..from + FILLERS_MAX).take_while(filler).count()
}

/// A count and a unit of time: the hours, and the token behind it. Years are none: nobody waits so long.
fn duration(tokens: &[Token], at: usize) -> Option<(u32, usize)> {
    let (count, rest) = split(word(tokens, at));
    let (count, unit, end) = match count {
        Some(count) if !rest.is_empty() => (count, rest, at + 1),
        Some(count) => (count, word(tokens, at + 1), at + 2),
        None => (self::count(word(tokens, at))?, word(tokens, at + 1), at + 2),
    };
    let hours = match unit {
        "min" | "mins" | "mn" | "minute" | "minutes" => 0,
        "h" | "hr" | "hrs" | "hour" | "hours" | "heure" | "heures" => 1,
        "d" | "j" | "day" | "days" | "jour" | "jours" => HOURS_A_DAY,
        "week" | "weeks" | "semaine" | "semaines" => 7 * HOURS_A_DAY,
        "month" | "months" | "mois" => 30 * HOURS_A_DAY,
        _ => return None,
    };
    Some((count.saturating_mul(hours), end))
}

/// The number that a word begins with, and the rest of it: `24h`.
fn split(word: &str) -> (Option<u32>, &str) {
    let digits = word.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(word.len());
    (word.get(..digits).and_then(|digits| digits.parse().ok()), word.get(digits..).unwrap_or_default())
}

fn count(word: &str) -> Option<u32> {
    Some(match word {
        "a" | "an" | "un" | "une" | "one" => 1,
        "two" | "deux" | "couple" => 2,
        "three" | "trois" => 3,
        "four" | "quatre" => 4,
        "five" | "cinq" => 5,
        "six" => 6,
        "seven" | "sept" => 7,
        "eight" | "huit" => 8,
        "ten" | "dix" => 10,
        "quinze" | "fifteen" => 15,
        other => return split(other).0.filter(|_| split(other).1.is_empty()),
    })
}

fn ordinal(word: &str) -> Option<u32> {
    Some(match word {
        "second" | "deuxieme" | "seconde" => 2,
        "third" | "troisieme" => 3,
        "fourth" | "quatrieme" => 4,
        "fifth" | "cinquieme" => 5,
        "sixth" | "sixieme" => 6,
        "tenth" | "dixieme" => 10,
        other => match split(other) {
            (Some(count), "nd" | "rd" | "th" | "e" | "eme" | "ieme" | "em") => count,
            _ => return None,
        },
    })
}
