//! The convolution of `sentiment`, learnt one text after the other with Adagrad: for sentiment and, so that words are seen in more company,
//! for other tasks beside it, each with a head of its own.

use std::collections::BTreeMap;

use compact::{Draft, Feature, Grid, Vocabulary, softmax};
use sentiment_learnt::learnt::lexicon::WORD;
use sentiment_learnt::learnt::linear::letters;
use sentiment_learnt::learnt::net::{MORE, PIECES_MAX, WIDTH, more, share};

use super::data::{Data, Example, Set};
use super::linear::{priors, step, weights};
use super::vectors::Vectors;
use crate::measure::Scores;
use crate::random::Random;

const DIMENSIONS: usize = 48;
const FILTERS: usize = 80;
const LETTER_BITS: u32 = 13;
const ROUNDS: usize = 5;
/// The net is the middle of what it was at so many ends of quarters of rounds (Izmailov et al. 2018).
const MIDDLE: usize = 9;
/// Words that stand less often in the examples have no vector of their own, unless they are frequent elsewhere.
const SEEN_MIN: u32 = 3;
const FREQUENT: usize = 12_000;
/// Rates of vectors that were learnt before, of other vectors, and of the rest.
const KNOWN_RATE: f32 = 0.015;
const VECTOR_RATE: f32 = 0.05;
const RATE: f32 = 0.02;
/// Parts that are left out at random: words' vectors, and pooled numbers.
const WORDS_DROPPED: f64 = 0.25;
const POOLED_DROPPED: f64 = 0.4;

/// Learns.
pub(crate) fn train(data: &Data, vectors: &Vectors, random: &mut Random) -> Net {
    let examples: Vec<&Example> = data.english.iter().chain(&data.tasks).collect();
    let mut net = Net::new(&examples, vectors, &data.classes, random);
    println!("{} words have vectors", net.words.len());
    let read: Vec<Input> = examples.iter().map(|example| net.read(example)).collect();
    let weights = weights(&data.english, true);
    net.priors = priors(&data.english, &weights);
    let mut order: Vec<usize> = (0..examples.len()).collect();
    for round in 1..=ROUNDS {
        random.shuffle(&mut order);
        for (done, at) in order.iter().enumerate() {
            let quarter = order.len() / 4 + 1;
            if done % quarter == 0 && 4 * (round - 1) + done / quarter + MIDDLE >= 4 * ROUNDS {
                net.cells().into_iter().for_each(Cells::note);
            }
            let (Some(input), Some(example)) = (read.get(*at), examples.get(*at)) else { continue };
            let balance = if example.task == 0 { weights.get(example.class).copied().unwrap_or(1.0) } else { 1.0 };
            net.learn(input, example, example.weight * balance, random);
        }
        net.report(&format!("round {round}"), &data.checks);
    }
    net.cells().into_iter().for_each(Cells::settle);
    net.report("middle", &data.checks);
    net
}

/// A text as numbers of rows.
struct Input {
    words: Vec<Option<usize>>,
    letters: Vec<Vec<usize>>,
    more: Vec<[f32; MORE]>,
}

/// Numbers that are learnt, with the sums of their squared slopes.
#[derive(Debug)]
struct Cells {
    cells: Vec<f32>,
    squares: Vec<f32>,
    /// What they were before, summed up, and how often that was done.
    sums: Vec<f32>,
    noted: f32,
}

impl Cells {
    fn new(cells: Vec<f32>, square: f32) -> Self {
        Self { squares: vec![square; cells.len()], sums: Vec::new(), noted: 0.0, cells }
    }

    fn random(count: usize, deviation: f32, square: f32, random: &mut Random) -> Self {
        Self::new((0..count).map(|_| random.normal() * deviation).collect(), square)
    }

    fn note(&mut self) {
        self.sums.resize(self.cells.len(), 0.0);
        self.sums.iter_mut().zip(&self.cells).for_each(|(sum, cell)| *sum += cell);
        self.noted += 1.0;
    }

    /// They become the middle of what they are and were.
    fn settle(&mut self) {
        let share = 1.0 / (self.noted + 1.0);
        self.cells.iter_mut().zip(&self.sums).for_each(|(cell, sum)| *cell = (*cell + sum) * share);
    }

    fn row(&self, row: usize, width: usize) -> &[f32] {
        self.cells.get(row * width..(row + 1) * width).unwrap_or_default()
    }

    fn learn(&mut self, row: usize, slopes: &[f32], rate: f32) {
        let cells = self.cells.iter_mut().zip(self.squares.iter_mut()).skip(row * slopes.len());
        cells.zip(slopes).for_each(|((cell, square), slope)| step(cell, square, *slope, rate));
    }
}

/// The network.
#[derive(Debug)]
pub(crate) struct Net {
    priors: Vec<f32>,
    words: Vocabulary,
    /// Rows of words whose vectors were learnt before.
    known: Vec<bool>,
    vectors: Cells,
    letters: Cells,
    filters: Cells,
    biases: Cells,
    heads: Vec<(usize, Cells)>,
}

const WIDE: usize = DIMENSIONS + MORE;
const POOLED: usize = 2 * FILTERS + WIDE;

/// What became of a text on its way through the network.
struct Passed {
    inputs: Vec<[f32; WIDE]>,
    dropped: Vec<bool>,
    active: Vec<[f32; FILTERS]>,
    /// Where each filter is greatest.
    greatest: [Option<usize>; FILTERS],
    pooled: Vec<f32>,
}

impl Net {
    fn new(examples: &[&Example], vectors: &Vectors, classes: &[usize], random: &mut Random) -> Self {
        let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
        for piece in examples.iter().flat_map(|example| &example.pieces) {
            *counts.entry(&piece.text).or_default() += 1;
        }
        let mut named: Vec<&str> = counts.iter().filter(|(_, count)| **count >= SEEN_MIN).map(|(word, _)| *word).collect();
        named.extend(vectors.words.iter().take(FREQUENT).map(String::as_str));
        let feature = |word: &str| WORD.with(word.as_bytes()).feature();
        let words = Vocabulary::new(named.iter().map(|word| feature(word)));
        let mut known = vec![false; words.len()];
        let mut cells: Vec<f32> = (0..words.len() * DIMENSIONS).map(|_| random.normal() * 0.05).collect();
        let reduced = vectors.reduced(DIMENSIONS);
        for word in named {
            let (Some(row), Some(vector)) = (words.row(feature(word)), reduced.get(word)) else { continue };
            if let Some(flag) = known.get_mut(row) {
                *flag = true;
            }
            cells.iter_mut().skip(row * DIMENSIONS).zip(vector).for_each(|(cell, number)| *cell = number * 0.25);
        }
        #[expect(clippy::cast_precision_loss, reason = "a small number")]
        let spread = 0.7 * (2.0 / (WIDTH * WIDE) as f32).sqrt();
        Self {
            priors: Vec::new(),
            known,
            words,
            vectors: Cells::new(cells, 1e-2),
            letters: Cells::random(DIMENSIONS << LETTER_BITS, 0.02, 1e-2, random),
            filters: Cells::random(WIDTH * WIDE * FILTERS, spread, 1e-1, random),
            biases: Cells::new(vec![0.0; FILTERS], 1e-1),
            heads: classes.iter().map(|classes| (*classes, Cells::random(POOLED * classes, 0.02, 1e-2, random))).collect(),
        }
    }

    fn read(&self, example: &Example) -> Input {
        let pieces = || example.pieces.iter().take(PIECES_MAX);
        let row = |feature: Feature| usize::try_from(feature & ((1 << LETTER_BITS) - 1)).unwrap_or_default();
        let runs = |word: &str| {
            let mut rows = Vec::new();
            letters(word, |feature| rows.push(row(feature)));
            rows
        };
        Input {
            words: pieces().map(|piece| self.words.row(WORD.with(piece.text.as_bytes()).feature())).collect(),
            letters: pieces().map(|piece| runs(&piece.text)).collect(),
            more: pieces().map(more).collect(),
        }
    }

    fn cells(&mut self) -> Vec<&mut Cells> {
        let heads = self.heads.iter_mut().map(|(_, head)| head);
        [&mut self.vectors, &mut self.letters, &mut self.filters, &mut self.biases].into_iter().chain(heads).collect()
    }

    fn report(&self, when: &str, checks: &[Set]) {
        for set in checks.iter().filter(|set| set.english && !set.examples.is_empty()) {
            let pairs: Vec<_> = set.examples.iter().map(|example| (example.class, self.class(example))).collect();
            println!("net, {when}, {}: macro-recall {:.2}", set.name, Scores::of(&pairs, 3).recall);
        }
    }

    fn class(&self, example: &Example) -> usize {
        let passed = self.pass(&self.read(example), &mut || false);
        let scores = self.scores(&passed.pooled, 0);
        let found = softmax(&scores);
        compact::best(&found.iter().zip(&self.priors).map(|(part, prior)| part.ln() - prior).collect::<Vec<_>>())
    }

    fn scores(&self, pooled: &[f32], task: usize) -> Vec<f32> {
        let Some((classes, head)) = self.heads.get(task) else { return Vec::new() };
        let mut scores = vec![0.0; *classes];
        for (number, row) in pooled.iter().zip(head.cells.chunks_exact(*classes)) {
            scores.iter_mut().zip(row).for_each(|(score, weight)| *score += number * weight);
        }
        scores
    }

    fn pass(&self, input: &Input, drop: &mut dyn FnMut() -> bool) -> Passed {
        let mut dropped = Vec::with_capacity(input.words.len());
        let mut inputs = Vec::with_capacity(input.words.len());
        for ((word, letters), more) in input.words.iter().zip(&input.letters).zip(&input.more) {
            let mut numbers = [0.0_f32; WIDE];
            let gone = drop();
            dropped.push(gone);
            if let Some(row) = word.filter(|_| !gone) {
                numbers.iter_mut().zip(self.vectors.row(row, DIMENSIONS)).for_each(|(number, part)| *number += part);
            }
            let part = middle(letters.len());
            for row in letters {
                let vector = self.letters.row(*row, DIMENSIONS);
                numbers.iter_mut().zip(vector).for_each(|(number, cell)| *number += part * cell);
            }
            numbers.iter_mut().skip(DIMENSIONS).zip(more).for_each(|(number, known)| *number = *known);
            inputs.push(numbers);
        }
        self.convolve(inputs, dropped)
    }

    fn convolve(&self, inputs: Vec<[f32; WIDE]>, dropped: Vec<bool>) -> Passed {
        let mut active = Vec::with_capacity(inputs.len());
        let (mut most, mut middle) = ([0.0_f32; FILTERS], [0.0_f32; FILTERS]);
        let mut greatest = [None; FILTERS];
        let share = share(inputs.len());
        for at in 0..inputs.len() {
            let mut sums = [0.0_f32; FILTERS];
            sums.iter_mut().zip(&self.biases.cells).for_each(|(sum, bias)| *sum = *bias);
            for (beside, weights) in self.filters.cells.chunks_exact(WIDE * FILTERS).enumerate() {
                let Some(input) = (at + beside).checked_sub(WIDTH / 2).and_then(|place| inputs.get(place)) else { continue };
                for (number, row) in input.iter().zip(weights.chunks_exact(FILTERS)) {
                    sums.iter_mut().zip(row).for_each(|(sum, weight)| *sum += number * weight);
                }
            }
            for (((most, middle), place), sum) in most.iter_mut().zip(&mut middle).zip(&mut greatest).zip(&sums) {
                if *sum > *most {
                    (*most, *place) = (*sum, Some(at));
                }
                *middle += sum.max(0.0) * 0.5 * share;
            }
            active.push(sums);
        }
        let mut whole = [0.0_f32; WIDE];
        for input in &inputs {
            whole.iter_mut().zip(input).for_each(|(sum, number)| *sum += number * share);
        }
        let pooled = most.into_iter().chain(middle).chain(whole).collect();
        Passed { inputs, dropped, active, greatest, pooled }
    }

    fn learn(&mut self, input: &Input, example: &Example, weight: f32, random: &mut Random) {
        let mut passed = self.pass(input, &mut || random.unit() < WORDS_DROPPED);
        #[expect(clippy::cast_possible_truncation, reason = "a share needs no more digits")]
        let kept = 1.0 / (1.0 - POOLED_DROPPED) as f32;
        let mask: Vec<f32> = passed.pooled.iter().map(|_| if random.unit() < POOLED_DROPPED { 0.0 } else { kept }).collect();
        passed.pooled.iter_mut().zip(&mask).for_each(|(number, part)| *number *= part);
        let found = softmax(&self.scores(&passed.pooled, example.task));
        let wrong: Vec<f32> =
            found.iter().enumerate().map(|(at, part)| weight * (part - if at == example.class { 1.0 } else { 0.0 })).collect();
        let mut slopes = self.learn_head(&passed.pooled, &wrong, example.task);
        slopes.iter_mut().zip(&mask).for_each(|(slope, part)| *slope *= part);
        self.learn_filters(input, &passed, &slopes);
    }

    /// Moves the head and gives the slopes of what it was given.
    fn learn_head(&mut self, pooled: &[f32], wrong: &[f32], task: usize) -> Vec<f32> {
        let Some((classes, head)) = self.heads.get_mut(task) else { return Vec::new() };
        let rows = head.cells.chunks_exact_mut(*classes).zip(head.squares.chunks_exact_mut(*classes)).zip(pooled);
        rows.map(|((cells, squares), number)| {
            let slope = cells.iter().zip(wrong).map(|(cell, wrong)| cell * wrong).sum();
            cells.iter_mut().zip(squares).zip(wrong).for_each(|((cell, square), wrong)| step(cell, square, wrong * number, RATE));
            slope
        })
        .collect()
    }

    fn learn_filters(&mut self, input: &Input, passed: &Passed, slopes: &[f32]) {
        let count = passed.inputs.len();
        let share = share(count);
        let mut input_slopes = vec![[0.0_f32; WIDE]; count];
        let mut filter_slopes = vec![0.0_f32; self.filters.cells.len()];
        let mut bias_slopes = [0.0_f32; FILTERS];
        for (at, active) in passed.active.iter().enumerate() {
            let mut here = [0.0_f32; FILTERS];
            let places = here.iter_mut().zip(active).zip(&passed.greatest).zip(slopes.iter().zip(slopes.iter().skip(FILTERS)));
            for (((slope, sum), greatest), (most, middle)) in places {
                if *sum > 0.0 {
                    *slope = middle * 0.5 * share + if *greatest == Some(at) { *most } else { 0.0 };
                }
            }
            bias_slopes.iter_mut().zip(&here).for_each(|(sum, slope)| *sum += slope);
            let blocks = self.filters.cells.chunks_exact(WIDE * FILTERS).zip(filter_slopes.chunks_exact_mut(WIDE * FILTERS));
            for (beside, (weights, moved)) in blocks.enumerate() {
                let Some(place) = (at + beside).checked_sub(WIDTH / 2).filter(|place| *place < count) else { continue };
                let (Some(numbers), Some(target)) = (passed.inputs.get(place), input_slopes.get_mut(place)) else { continue };
                let rows = weights.chunks_exact(FILTERS).zip(moved.chunks_exact_mut(FILTERS)).zip(numbers.iter().zip(target.iter_mut()));
                for ((row, moved), (number, target)) in rows {
                    *target += row.iter().zip(&here).map(|(weight, slope)| weight * slope).sum::<f32>();
                    moved.iter_mut().zip(&here).for_each(|(sum, slope)| *sum += slope * number);
                }
            }
        }
        for target in &mut input_slopes {
            target.iter_mut().zip(slopes.iter().skip(2 * FILTERS)).for_each(|(sum, slope)| *sum += slope * share);
        }
        self.filters.learn(0, &filter_slopes, RATE);
        self.biases.learn(0, &bias_slopes, RATE);
        self.learn_vectors(input, passed, &input_slopes);
    }

    fn learn_vectors(&mut self, input: &Input, passed: &Passed, slopes: &[[f32; WIDE]]) {
        for (((word, letters), gone), slopes) in input.words.iter().zip(&input.letters).zip(&passed.dropped).zip(slopes) {
            let slopes = slopes.get(..DIMENSIONS).unwrap_or_default();
            if let Some(row) = word.filter(|_| !gone) {
                let rate = if self.known.get(row) == Some(&true) { KNOWN_RATE } else { VECTOR_RATE };
                self.vectors.learn(row, slopes, rate);
            }
            let part = middle(letters.len());
            let parts: Vec<f32> = slopes.iter().map(|slope| slope * part).collect();
            letters.iter().for_each(|row| self.letters.learn(*row, &parts, VECTOR_RATE));
        }
    }

    /// Adds the network to the draft.
    pub(crate) fn write(&self, [vectors, letters]: [Grid; 2], draft: &mut Draft) {
        let columns = u16::try_from(DIMENSIONS).unwrap_or_default();
        draft.vocabulary("words", &self.words);
        draft.table("vectors", columns, &self.vectors.cells, vectors);
        draft.table("letters", columns, &self.letters.cells, letters);
        draft.rounded("filters", &self.filters.cells);
        draft.numbers("biases", &self.biases.cells);
        draft.numbers("head", self.heads.first().map(|(_, head)| head.cells.as_slice()).unwrap_or_default());
        draft.numbers("net-priors", &self.priors);
    }
}

/// What a sum over so many runs of letters is multiplied by.
#[expect(clippy::cast_precision_loss, reason = "at most some dozen")]
fn middle(runs: usize) -> f32 {
    1.0 / runs.max(1) as f32
}
