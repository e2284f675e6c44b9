//! The report in words and tables.

use dispatch::backtest::{EffectCounts, Faults, Moves, Promise, Summary};

use super::report::{Report, Speed};
use crate::document::{Cell, Document, Section, Verdict, percent};
use crate::language::Language;
use crate::period;

/// Ways that a person reads; all of them are in the JSON.
const ROWS_MAX: usize = 30;

/// The report in a language.
pub(super) fn document(report: &Report, language: Language) -> Document {
    let teller = Teller { language, summary: &report.summary };
    let title = format!(
        "{} {}",
        language.choose("Backtest of generation", "Test rétrospectif de la génération"),
        report.candidate.0.get(..12).unwrap_or(&report.candidate.0)
    );
    Document {
        language: language.tag(),
        title,
        verdict: teller.verdict(report),
        about: teller.about(report),
        sections: vec![
            teller.gates(report),
            teller.flips(),
            teller.moves(language.choose("Queues", "Files"), &report.summary.flips.queue),
            teller.moves(language.choose("Dispositions", "Dispositions"), &report.summary.flips.disposition),
            teller.moves(language.choose("Priorities", "Priorités"), &report.summary.flips.priority),
            teller.load(),
            teller.labels(),
            teller.promises(),
            teller.effects(),
            teller.faults(),
            teller.cost(),
            teller.speed(report),
        ],
    }
}

/// One kind of effects among all.
type CountOf = fn(&EffectCounts) -> u64;

struct Teller<'a> {
    language: Language,
    summary: &'a Summary,
}

impl Teller<'_> {
    fn say(&self, english: &'static str, french: &'static str) -> &'static str {
        self.language.choose(english, french)
    }

    fn verdict(&self, report: &Report) -> Option<Verdict> {
        if self.summary.judged == 0 {
            let text = self.say("Nothing could be judged: this proves nothing.", "Rien n'a pu être jugé : cela ne prouve rien.");
            return Some(Verdict { good: false, text: text.to_owned() });
        }
        if report.gates.is_empty() {
            return None;
        }
        let failed = report.gates.iter().filter(|gate| gate.failed).count();
        let text = match failed {
            0 => self.say("All gates passed.", "Toutes les conditions sont respectées.").to_owned(),
            failed => {
                format!("{} {failed} / {}", self.say("Gates not passed:", "Conditions non respectées :"), report.gates.len())
            }
        };
        Some(Verdict { good: failed == 0, text })
    }

    fn about(&self, report: &Report) -> Vec<String> {
        let summary = self.summary;
        let mut lines = vec![report.file.display().to_string()];
        let since = if report.since.0 == 0 { "…".to_owned() } else { period::shown(report.since) };
        lines.push(format!("{since} – {}", period::shown(report.until.unwrap_or(report.at))));
        if let Some(chain) = &report.chain {
            lines.push(format!("{} {chain}", self.say("chain", "chaîne")));
        }
        lines.push(format!(
            "{} {}, {} {}",
            summary.decisions,
            self.say("decisions", "décisions"),
            summary.judged,
            self.say("judged", "jugées")
        ));
        let unjudged = &summary.unjudged;
        if unjudged.erased > 0 {
            lines.push(format!("{} {}", unjudged.erased, self.say("not judged: erased", "non jugées : effacées")));
        }
        if unjudged.look_ups.count > 0 {
            let plugins: Vec<String> = unjudged.look_ups.plugins.iter().map(|(plugin, count)| format!("{plugin} {count}")).collect();
            let why = self.say("not judged: a look-up was never recorded", "non jugées : une consultation n'a jamais été enregistrée");
            lines.push(format!("{} {why} ({})", unjudged.look_ups.count, plugins.join(", ")));
        }
        lines
    }

    fn gates(&self, report: &Report) -> Section {
        let row = |gate: &dispatch::backtest::Gated| {
            let word = if gate.failed { self.say("met", "remplie") } else { self.say("not met", "non remplie") };
            vec![Cell::Mark(!gate.failed, word), Cell::Text(gate.fail_if.clone()), Cell::Text(gate.why.clone().unwrap_or_default())]
        };
        let head = [self.say("Gate", "Condition"), self.say("Fails if", "Échoue si"), self.say("Cannot be said", "Indécidable")];
        Section::new(self.say("Gates", "Conditions")).table(&head, report.gates.iter().map(row).collect())
    }

    fn flips(&self) -> Section {
        let flips = &self.summary.flips;
        let section = Section::new(self.say("What would change", "Ce qui changerait"));
        if self.summary.judged == 0 {
            return section;
        }
        let elsewhere = self.say("would end elsewhere", "aboutiraient ailleurs");
        let mut section = section.line(format!("{} ({}) {elsewhere}", flips.count, percent(flips.share)));
        if flips.after_fault > 0 {
            let why = self.say("of them after a plugin had failed", "d'entre elles après une panne d'un module");
            section = section.line(format!("{} {why}", flips.after_fault));
        }
        let score = &self.summary.score;
        if score.compared > 0 {
            section = section.line(format!(
                "{} {:.1} ({} {:.1}, p95 {:.1}, max {:.1}); {} {}, {} {}",
                self.say("scores move by", "les scores bougent de"),
                score.mean,
                self.say("median", "médiane"),
                score.p50,
                score.p95,
                score.max,
                score.up,
                self.say("up", "en hausse"),
                score.down,
                self.say("down", "en baisse")
            ));
        }
        section
    }

    fn moves(&self, title: &str, moves: &Moves) -> Section {
        let row = |way: &dispatch::backtest::Move| {
            let examples: Vec<&str> = way.examples.iter().map(|id| id.0.as_str()).collect();
            vec![
                Cell::Text(way.from.clone()),
                Cell::Text(way.to.clone()),
                Cell::Figure(way.count.to_string()),
                Cell::Share(share(way.count, self.summary.judged)),
                Cell::Text(examples.join(" ")),
            ]
        };
        let rows = moves.groups.iter().take(ROWS_MAX).map(row).collect();
        let head = [
            self.say("From", "De"),
            self.say("To", "Vers"),
            self.say("Decisions", "Décisions"),
            self.say("Share", "Part"),
            self.say("Examples", "Exemples"),
        ];
        let beyond = moves.groups.iter().skip(ROWS_MAX).map(|way| way.count).sum::<u64>().saturating_add(moves.other);
        let section = Section::new(title).table(&head, rows);
        if beyond == 0 { section } else { section.line(format!("{} {beyond}", self.say("on other ways:", "autrement :"))) }
    }

    fn load(&self) -> Section {
        let row = |(queue, load): (&String, &dispatch::backtest::Load)| {
            let change = i128::from(load.candidate) - i128::from(load.recorded);
            let figures = [load.recorded.to_string(), load.candidate.to_string(), format!("{change:+}")];
            std::iter::once(Cell::Text(queue.clone())).chain(figures.map(Cell::Figure)).collect()
        };
        let head = [self.say("Queue", "File"), self.say("Recorded", "Enregistré"), self.say("Candidate", "Candidate"), "±"];
        Section::new(self.say("Load of the queues", "Charge des files")).table(&head, self.summary.queues.iter().map(row).collect())
    }

    fn labels(&self) -> Section {
        let labels = &self.summary.labels;
        let section = Section::new(self.say("Agreement with people", "Accord avec les personnes"));
        let (Some(recorded), Some(candidate)) = (labels.recorded_share, labels.candidate_share) else { return section };
        let mut section = section.line(format!(
            "{} {}, {} {} ({} {})",
            self.say("recorded", "enregistré"),
            percent(recorded),
            self.say("candidate", "candidate"),
            percent(candidate),
            labels.labelled,
            self.say("labels", "avis")
        ));
        if let (Some(recorded), Some(candidate)) = (labels.score.recorded_error, labels.score.candidate_error) {
            let off = self.say("priorities are off by", "les priorités s'écartent de");
            section = section.line(format!("{off} {recorded:.1} → {candidate:.1} ({})", labels.score.labelled));
        }
        let row = |(queue, one): (&String, &dispatch::backtest::QueueAgreement)| {
            vec![
                Cell::Text(queue.clone()),
                Cell::Figure(one.labelled.to_string()),
                Cell::Share(share(one.recorded, one.labelled)),
                Cell::Share(share(one.candidate, one.labelled)),
            ]
        };
        let head = [
            self.say("Belongs in", "Sa place"),
            self.say("Labels", "Avis"),
            self.say("Recorded", "Enregistré"),
            self.say("Candidate", "Candidate"),
        ];
        section.table(&head, labels.queues.iter().map(row).collect())
    }

    fn promises(&self) -> Section {
        let levels = &self.summary.service_level;
        let all = [
            (self.say("First response", "Première réponse"), levels.first_response),
            (self.say("Resolution", "Résolution"), levels.resolution),
        ];
        let changes = |promise: &Promise| promise.tightened + promise.loosened + promise.added + promise.removed > 0;
        let row = |(name, promise): &(&'static str, Promise)| {
            let counts = [promise.tightened, promise.loosened, promise.added, promise.removed].map(|count| Cell::Figure(count.to_string()));
            let minutes = Cell::Figure(format!("{:+.0} min", promise.minutes));
            std::iter::once(Cell::Text((*name).to_owned())).chain(counts).chain([minutes]).collect()
        };
        let head = [
            self.say("Service level", "Niveau de service"),
            self.say("Sooner", "Plus tôt"),
            self.say("Later", "Plus tard"),
            self.say("Added", "Ajouté"),
            self.say("Removed", "Retiré"),
            self.say("Sum", "Somme"),
        ];
        let rows = all.iter().filter(|(_, promise)| changes(promise)).map(row).collect();
        Section::new(self.say("Service levels", "Niveaux de service")).table(&head, rows)
    }

    fn effects(&self) -> Section {
        let effects = &self.summary.effects;
        let kinds: [(&'static str, CountOf); 4] = [
            (self.say("answers", "réponses"), |counts| counts.answer),
            (self.say("notices", "avis internes"), |counts| counts.notify),
            (self.say("timers", "minuteries"), |counts| counts.timer),
            (self.say("marks", "marques"), |counts| counts.mark),
        ];
        let rows = kinds.iter().filter(|(_, of)| of(&effects.added) + of(&effects.dropped) > 0);
        let row = |(name, of): &(&'static str, CountOf)| {
            let figures = [format!("+{}", of(&effects.added)), format!("-{}", of(&effects.dropped))];
            std::iter::once(Cell::Text((*name).to_owned())).chain(figures.map(Cell::Figure)).collect()
        };
        let head = [self.say("Effect", "Effet"), self.say("Added", "Ajoutés"), self.say("Dropped", "Retirés")];
        Section::new(self.say("Effects", "Effets")).table(&head, rows.map(row).collect())
    }

    fn faults(&self) -> Section {
        let both = &self.summary.faults;
        let mut rows: Vec<Vec<Cell>> = Vec::new();
        for (side, faults) in [(self.say("recorded", "enregistré"), &both.recorded), (self.say("candidate", "candidate"), &both.candidate)]
        {
            rows.extend(fault_rows(side, faults));
        }
        let head = [self.say("Side", "Côté"), self.say("Plugin", "Module"), self.say("Fault", "Panne"), self.say("Count", "Nombre")];
        let section = Section::new(self.say("Faults", "Pannes"));
        if rows.is_empty() {
            return section;
        }
        let share = |faults: &Faults| percent(faults.share);
        let line = format!(
            "{} {} → {}",
            self.say("decisions with a fault:", "décisions avec panne :"),
            share(&both.recorded),
            share(&both.candidate)
        );
        section.line(line).table(&head, rows)
    }

    fn cost(&self) -> Section {
        let cost = &self.summary.cost;
        let section = Section::new(self.say("Cost of a decision", "Coût d'une décision"));
        if self.summary.judged == 0 {
            return section;
        }
        let row = |name: &str, recorded: String, candidate: String| {
            vec![Cell::Text(name.to_owned()), Cell::Figure(recorded), Cell::Figure(candidate)]
        };
        let fuel = row(
            self.say("fuel", "carburant"),
            format!("{:.0}", cost.recorded.fuel_per_decision),
            format!("{:.0}", cost.candidate.fuel_per_decision),
        );
        let cpu = row(
            self.say("CPU, µs (other machine, other time)", "CPU, µs (autre machine, autre moment)"),
            format!("{:.0}", cost.recorded.cpu_us_per_decision),
            format!("{:.0}", cost.candidate.cpu_us_per_decision),
        );
        section.table(&["", self.say("Recorded", "Enregistré"), self.say("Candidate", "Candidate")], vec![fuel, cpu])
    }

    fn speed(&self, report: &Report) -> Section {
        let line = |name: &str, speed: &Speed| {
            format!(
                "{name} {:.0} {} ({:.0} {}, {} {})",
                speed.decisions_per_second,
                self.say("decisions a second", "décisions par seconde"),
                speed.decisions_per_second_per_core,
                self.say("per core", "par cœur"),
                speed.cores,
                self.say("cores", "cœurs")
            )
        };
        let mut section = Section::new(self.say("Speed", "Vitesse")).line(line(self.say("backtest:", "test :"), &report.speed));
        if let Some(chain) = &report.chain_speed {
            section = section.line(line(self.say("chains alone:", "chaînes seules :"), chain));
        }
        if let Some(ratio) = report.speed_ratio {
            section =
                section.line(format!("{} {}", percent(ratio), self.say("of the chains' own speed", "de la vitesse des chaînes seules")));
        }
        if let Some(proof) = &report.proof {
            section = section.line(format!("{} {proof}", self.say("proof:", "preuve :")));
        }
        section
    }
}

fn fault_rows<'a>(side: &'a str, faults: &'a Faults) -> impl Iterator<Item = Vec<Cell>> + 'a {
    faults.plugins.iter().flat_map(move |(plugin, found)| {
        let row = move |(kind, count): (&String, &u64)| {
            let words = [side.to_owned(), plugin.clone(), kind.clone()].map(Cell::Text);
            words.into_iter().chain([Cell::Figure(count.to_string())]).collect()
        };
        found.kinds.iter().map(row)
    })
}

#[expect(clippy::cast_precision_loss, reason = "a share for people")]
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
