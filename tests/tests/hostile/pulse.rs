//! Honest interactions at a steady pace, and what each of them felt: from its POST to its decision.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::house::House;
use crate::desk::PATIENCE;

/// Honest interactions of a beat.
pub(crate) const BEAT: usize = 1_000;
/// How many of them are sent in a second: far from what a host can take, so that what is measured is no queue.
const PER_SECOND: u32 = 200;
/// The same while nothing is measured.
const QUICKLY_PER_SECOND: u32 = 500;
/// Senders: enough of them to keep the pace when answers are slow.
const SENDERS: usize = 8;
/// What people say; each is decided differently.
const TEXTS: [&str; 4] =
    ["Where is my order?", "Thank you, great service!", "This is broken and nobody answers.", "Bonjour, une question."];

/// What was decided, by the interaction's text, and when it was told.
type Heard = BTreeMap<String, (Instant, Value)>;

/// Everything that the host decides, with the moment at which it told.
#[derive(Clone, Default)]
pub(crate) struct Ear(Arc<(Mutex<Heard>, Condvar)>);

impl Ear {
    /// Listens to a host's live stream until the host is gone.
    pub(crate) fn on(house: &House) -> Self {
        let ear = Self::default();
        let address = house.desk.host.url().trim_start_matches("http://").to_owned();
        let mut stream = TcpStream::connect(&address).expect("the host listens");
        write!(stream, "GET /api/v1/live HTTP/1.1\r\nhost: {address}\r\naccept: text/event-stream\r\n\r\n").expect("asking");
        let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
        let head = lines.by_ref().take_while(|line| !line.is_empty()).count();
        assert!(head > 0, "the stream is open");
        let hearing = ear.clone();
        std::thread::spawn(move || lines.for_each(|line| hearing.hear(&line)));
        ear
    }

    fn hear(&self, line: &str) {
        let Some(row) = line.strip_prefix("data:").and_then(|data| serde_json::from_str::<Value>(data).ok()) else { return };
        let Some(text) = row["excerpt"].as_str() else { return };
        self.rows().insert(text.to_owned(), (Instant::now(), row.clone()));
        self.0.1.notify_all();
    }

    fn rows(&self) -> MutexGuard<'_, BTreeMap<String, (Instant, Value)>> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until this text is decided about; when the host told, and what.
    pub(crate) fn wait(&self, text: &str) -> (Instant, Value) {
        let until = Instant::now() + PATIENCE;
        let mut rows = self.rows();
        loop {
            if let Some(row) = rows.get(text) {
                return row.clone();
            }
            let left = until.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "nobody decided about `{text}`");
            rows = self.0.1.wait_timeout(rows, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// What a thousand honest interactions felt.
pub(crate) struct Beat {
    /// From POST to decision, shortest first.
    waits: Vec<Duration>,
    /// What was decided about each of the texts, all of the same text alike.
    decided: BTreeMap<usize, Value>,
}

impl Beat {
    /// The wait that only one in a hundred exceeds.
    pub(crate) fn p99(&self) -> Duration {
        self.waits.get(self.waits.len() * 99 / 100).copied().unwrap_or_default()
    }

    /// The wait in the middle.
    pub(crate) fn p50(&self) -> Duration {
        self.waits.get(self.waits.len() / 2).copied().unwrap_or_default()
    }

    /// The same was decided as in another beat.
    pub(crate) fn must_agree(&self, other: &Self, names: &str) {
        assert_eq!(self.decided, other.decided, "decided differently beside {names}");
    }
}

/// Rounds of two beats each, one without and one beside the hostile. Noise of the machine only ever adds to a wait, so that the least p99
/// of several rounds is the nearest to the truth, on both sides.
#[derive(Default)]
pub(crate) struct Rounds {
    without: Option<Duration>,
    beside: Option<Duration>,
}

impl Rounds {
    /// Most rounds: a noisy machine may spoil some, not all of them.
    pub(crate) const MAX: usize = 3;
    /// The p99 of the honest beside the hostile, as a multiple of what it is without them.
    pub(crate) const RATIO_MAX: f64 = 2.0;

    /// Takes one round in, and prints it.
    pub(crate) fn add(&mut self, without: &Beat, beside: &Beat, names: &str) {
        let least = |old: Option<Duration>, new: &Beat| Some(old.map_or(new.p99(), |old| old.min(new.p99())));
        (self.without, self.beside) = (least(self.without, without), least(self.beside, beside));
        let (p50, p99) = ((without.p50(), beside.p50()), (without.p99(), beside.p99()));
        eprintln!("{:.2} times: p50 {:.1?} and {:.1?}, p99 {:.1?} and {:.1?} beside {names}", self.ratio(), p50.0, p50.1, p99.0, p99.1);
    }

    /// Beside, as a multiple of without.
    pub(crate) fn ratio(&self) -> f64 {
        let seconds = |wait: Option<Duration>| wait.map_or(f64::NAN, |wait| wait.as_secs_f64().max(0.000_1));
        seconds(self.beside) / seconds(self.without)
    }

    /// Whether the honest did not feel it.
    pub(crate) fn good(&self) -> bool {
        self.ratio() <= Self::RATIO_MAX
    }
}

/// Numbers of all beats of this process: an interaction is known by its number alone, because a word more could decide otherwise.
static NEXT: AtomicUsize = AtomicUsize::new(0);

/// Sends a beat and waits for all of its decisions.
pub(crate) fn beat(house: &House, ear: &Ear) -> Beat {
    beat_at(PER_SECOND, house, ear)
}

/// Beats until the host keeps no more memory than before: caches and buffers are full then. The last of them.
pub(crate) fn warm_up(house: &House, ear: &Ear) -> Beat {
    /// Enough for the largest of its caches.
    const BEATS_MAX: usize = 16;
    let mut before_kib = 0;
    for _ in 1..BEATS_MAX {
        let beat = beat_at(QUICKLY_PER_SECOND, house, ear);
        let resident_kib = house.resident_kib();
        if resident_kib <= before_kib + before_kib / 100 {
            return beat;
        }
        before_kib = resident_kib;
    }
    beat_at(QUICKLY_PER_SECOND, house, ear)
}

fn beat_at(per_second: u32, house: &House, ear: &Ear) -> Beat {
    let first = NEXT.fetch_add(BEAT, Ordering::SeqCst);
    let next = AtomicUsize::new(0);
    let started = Instant::now();
    let posted: Mutex<BTreeMap<usize, Instant>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..SENDERS {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    if number >= BEAT {
                        return;
                    }
                    let due = started + Duration::from_secs(1) / per_second * u32::try_from(number).expect("a small number");
                    std::thread::sleep(due.saturating_duration_since(Instant::now()));
                    posted.lock().unwrap_or_else(PoisonError::into_inner).insert(number, Instant::now());
                    let id = format!("honest-{}", first + number);
                    house.desk.say("hook", &json!({"id": id, "thread": id, "text": text(first + number)}));
                }
            });
        }
    });
    let posted = posted.into_inner().unwrap_or_else(PoisonError::into_inner);
    gather(ear, first, &posted)
}

fn text(number: usize) -> String {
    format!("{} {number}", TEXTS.get(number % TEXTS.len()).expect("one of them"))
}

/// Every one of them was decided, none differently from the others of its text, none after a fault.
fn gather(ear: &Ear, first: usize, posted: &BTreeMap<usize, Instant>) -> Beat {
    let (mut waits, mut decided) = (Vec::new(), BTreeMap::new());
    assert_eq!(posted.len(), BEAT);
    for (number, at) in posted {
        let (told, row) = ear.wait(&text(first + *number));
        waits.push(told.saturating_duration_since(*at));
        assert_eq!(row["faulted"], false, "{row}");
        let gist = json!([row["decision"]["chain"], row["decision"]["routing"], row["decision"]["priority"]["score"]]);
        let first = decided.entry(number % TEXTS.len()).or_insert_with(|| gist.clone());
        assert_eq!(*first, gist, "decided differently: {row}");
    }
    waits.sort_unstable();
    Beat { waits, decided }
}
