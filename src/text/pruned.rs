//! The best records of a part without scoring all that match.
//!
//! MaxScore (Turtle & Flood, "Query evaluation: strategies and optimizations", 1995) over block
//! bounds (Ding & Suel, SIGIR 2011). A part is searched window by window. Once the words that can
//! add least cannot bring a record in even together, only the records of the other words, the
//! essential ones, are considered; the rest are looked up for those that can still get in.
//!
//! Within a window, scores are first added up word by word, in f32 and in any order, to find
//! candidates. Only these are scored exactly: in f64, in the order of the query's words, by the
//! function that scores any record. Bounds are computed by that function, too, so that the
//! results are bit-identical to those of scoring every match.

use super::best::Best;
use super::bm25::{B, Bm25, K1};
use super::cursor::Cursor;
use super::matched::Match;
use super::packed::{BLOCK, below};
use super::part::TextPart;
use super::postings::{Impact, OVER};
use super::statistics::Term;
use super::window::{WINDOW, Window};

/// The fewest and the most records a window of several lists spans.
const NARROWEST: u32 = 1_024;
const WIDEST: u32 = WINDOW as u32;

/// The relative error of a sum in f32 of this many words, generously.
fn slack(words: usize) -> f32 {
    1e-6 * (8 + words) as f32
}

/// The best records of one part are added to the best so far.
pub fn search(part: &TextPart<'_>, terms: &[Term<'_>], bm25: Bm25, best: &mut Best<'_>) {
    if !terms.is_empty() {
        Search::new(part, terms, bm25).run(best);
    }
}

/// The postings of a term, with the most it can add to a score.
struct List<'a> {
    cursor: Cursor<'a>,
    weight: f64,
    /// The most it can add to any record.
    most: f64,
    /// A block, and the most it can add to a record of it.
    block: usize,
    most_of_block: f64,
}

/// A word of the query, with the lists of the terms that stand for it. The best of them counts.
struct Word<'a> {
    lists: Vec<List<'a>>,
    most: f64,
}

/// A record that may get in, with the sum of what the words looked at so far add.
struct Candidate {
    record: u32,
    sum: f32,
}

struct Search<'p, 'a> {
    part: &'p TextPart<'a>,
    bm25: Bm25,
    lengths: &'a [u32],
    norm: Norm,
    /// In the order of the query.
    words: Vec<Word<'a>>,
    /// Indices of the words, those that can add least first.
    order: Vec<usize>,
    /// For each index into `order`, the most that the words before it can add together.
    before: Vec<f32>,
    /// For each word, the most it can add: in all, or in a window.
    bounds: Vec<f64>,
    slack: f32,
    window: Window,
    candidates: Vec<Candidate>,
    sums: Vec<f32>,
}

/// The norm of a length in f32: see [`Bm25::norm`].
#[derive(Clone, Copy)]
struct Norm {
    base: f32,
    per_term: f32,
}

impl Norm {
    fn of(self, length: u32) -> f32 {
        self.base + self.per_term * length as f32
    }
}

impl<'a> List<'a> {
    fn new(term: &Term<'a>, bm25: Bm25) -> Self {
        Self {
            cursor: term.cursor(),
            weight: term.weight,
            most: most(bm25, term.weight, term.postings.impacts(term.number)),
            block: usize::MAX,
            most_of_block: 0.0,
        }
    }

    /// The most it can add to a record of a block.
    fn most_of(&mut self, block: usize, bm25: Bm25) -> f64 {
        if block != self.block {
            self.block = block;
            self.most_of_block = most(bm25, self.weight, self.cursor.impacts_of(block));
        }
        self.most_of_block
    }

    /// The most it can add to a record of a window. The cursor is in the window's first block.
    fn most_in(&mut self, end: u32, bm25: Bm25) -> f64 {
        let mut block = self.cursor.block();
        if self.cursor.first_of(block) > end {
            return 0.0;
        }
        let mut most = self.most_of(block, bm25);
        while self.cursor.last_of(block) < end {
            block += 1;
            if self.cursor.first_of(block) > end {
                break;
            }
            most = most.max(self.most_of(block, bm25));
        }
        most
    }
}

/// The most a term can add to a record with one of some impacts.
fn most(bm25: Bm25, weight: f64, impacts: &[Impact]) -> f64 {
    let parts = impacts.iter();
    let parts = parts.map(|of| weight * bm25.saturation(of.frequency, of.length));
    parts.fold(0.0, f64::max)
}

impl<'p, 'a> Search<'p, 'a> {
    fn new(part: &'p TextPart<'a>, terms: &[Term<'a>], bm25: Bm25) -> Self {
        let words = terms.chunk_by(|a, b| a.word == b.word).map(|same| {
            let lists: Vec<List<'_>> = same.iter().map(|term| List::new(term, bm25)).collect();
            Word {
                most: lists.iter().map(|list| list.most).fold(0.0, f64::max),
                lists,
            }
        });
        let words: Vec<Word<'_>> = words.collect();
        let count = words.len();
        Self {
            part,
            bm25,
            lengths: part.index.lengths(),
            norm: Norm {
                base: (K1 * (1.0 - B)) as f32,
                per_term: (K1 * B / bm25.average_length) as f32,
            },
            order: (0..count).collect(),
            before: vec![0.0; count + 1],
            bounds: vec![0.0; count],
            slack: slack(count),
            window: Window::default(),
            candidates: Vec::new(),
            sums: Vec::new(),
            words,
        }
    }

    fn run(&mut self, best: &mut Best<'_>) {
        let (mut threshold, mut essential, mut start) = (f32::NAN, 0, 0);
        loop {
            if best.threshold() != threshold {
                threshold = best.threshold();
                self.drop_lists(threshold);
                match self.essential_from(threshold) {
                    Some(from) => essential = from,
                    None => return,
                }
            }
            let Some((first, end)) = self.next_window(start, essential) else {
                return;
            };
            if let Some(essential) = self.essential_in(end, essential, threshold) {
                self.collect(first, end, essential, threshold, best.wanted());
                self.look_up(essential, threshold);
                self.score(threshold, best);
            }
            let Some(next) = end.checked_add(1) else {
                return;
            };
            start = next;
        }
    }

    /// Drops the lists that can no longer decide whether a record gets in: even the best record
    /// for which one of them is the best of its word cannot.
    fn drop_lists(&mut self, threshold: f32) {
        for (bound, word) in self.bounds.iter_mut().zip(&self.words) {
            *bound = word.most;
        }
        for at in 0..self.words.len() {
            if self.words[at].lists.len() < 2 {
                continue;
            }
            let bounds = &mut self.bounds;
            let most = bounds[at];
            self.words[at].lists.retain(|list| {
                bounds[at] = list.most;
                reaches(bounds, threshold)
            });
            bounds[at] = most;
        }
        let words = &self.words;
        self.order
            .sort_by(|&a, &b| words[a].most.total_cmp(&words[b].most));
    }

    /// The index into `order` from which words are essential; `None` if no record can get in any
    /// more.
    fn essential_from(&mut self, threshold: f32) -> Option<usize> {
        self.bounds.fill(0.0);
        for (at, &word) in self.order.iter().enumerate() {
            self.before[at] = self.bounds.iter().sum::<f64>() as f32;
            self.bounds[word] = self.words[word].most;
            if reaches(&self.bounds, threshold) {
                return Some(at);
            }
        }
        None
    }

    /// The next window: it starts at the first record of an essential word, or before, and spans
    /// one block of each of their lists if that is wide enough. `None` if there are no more
    /// records.
    fn next_window(&mut self, start: u32, essential: usize) -> Option<(u32, u32)> {
        let mut first = OVER;
        for &word in &self.order[essential..] {
            for list in &mut self.words[word].lists {
                list.cursor.skip_to(list.cursor.block_of(start));
                first = first.min(list.cursor.next_from(start));
            }
        }
        if first == OVER {
            return None;
        }
        let mut end = OVER;
        let mut lists = 0;
        for &word in &self.order[essential..] {
            for list in &mut self.words[word].lists {
                list.cursor.skip_to(list.cursor.block_of(first));
                end = end.min(list.cursor.last_of(list.cursor.block()));
                lists += 1;
            }
        }
        if lists > 1 {
            let span = |width: u32| first.saturating_add(width - 1);
            end = end.clamp(span(NARROWEST), span(WIDEST));
        }
        Some((first, end))
    }

    /// The index into `order` from which words are essential in the current window; `None` if no
    /// record of it can get in.
    fn essential_in(&mut self, end: u32, essential: usize, threshold: f32) -> Option<usize> {
        let bm25 = self.bm25;
        for (at, &word) in self.order.iter().enumerate() {
            let word_of = &mut self.words[word];
            self.bounds[word] = if at < essential {
                word_of.most
            } else {
                let lists = word_of.lists.iter_mut();
                let most = lists.map(|list| list.most_in(end, bm25));
                most.fold(0.0, f64::max)
            };
        }
        if !reaches(&self.bounds, threshold) {
            return None;
        }
        // The words from the last on, as long as those before them can bring a record in.
        let mut from = self.order.len();
        while from > essential && reaches(&self.bounds, threshold) {
            from -= 1;
            self.bounds[self.order[from]] = 0.0;
        }
        let mut sum = self.before[essential];
        for at in essential..from {
            sum += self.words[self.order[at]].most as f32;
            self.before[at + 1] = sum;
        }
        Some(from)
    }

    /// Collects the records of a window that contain an essential word and may get in.
    fn collect(
        &mut self,
        start: u32,
        end: u32,
        essential: usize,
        threshold: f32,
        wanted: Option<usize>,
    ) {
        self.candidates.clear();
        let rest = self.before[essential];
        let floor = threshold * (1.0 - self.slack) - rest;
        let part = self.part;
        let scorer = BlockScorer {
            lengths: self.lengths,
            norm: self.norm,
        };
        let candidates = &mut self.candidates;
        let mut take = |record: u32, sum: f32| {
            if sum >= floor && part.passes(record) {
                candidates.push(Candidate { record, sum });
            }
        };
        match self.order[essential..] {
            [word] if self.words[word].lists.len() == 1 => {
                let list = &mut self.words[word].lists[0];
                scorer.each(list, start, end, take);
            }
            _ => {
                for &word in &self.order[essential..] {
                    match self.words[word].lists.as_mut_slice() {
                        [list] => scorer.each(list, start, end, |record, sum| {
                            self.window.add(record.wrapping_sub(start), sum);
                        }),
                        lists => {
                            for list in lists {
                                scorer.each(list, start, end, |record, sum| {
                                    self.window.raise(record.wrapping_sub(start), sum);
                                });
                            }
                            self.window.close_word();
                        }
                    }
                }
                self.window
                    .drain(|at, sum| take(start.wrapping_add(at), sum));
            }
        }
        if let Some(last) = self.last_wanted(wanted) {
            let floor = last * (1.0 - self.slack) - rest;
            self.candidates.retain(|of| of.sum >= floor);
        }
    }

    /// The sum of the last of the `wanted` best candidates, if there are many more: as many
    /// records as are wanted score at least as much.
    fn last_wanted(&mut self, wanted: Option<usize>) -> Option<f32> {
        let wanted = wanted?;
        if self.candidates.len() <= wanted.saturating_mul(2) {
            return None;
        }
        let last = wanted.checked_sub(1)?;
        self.sums.clear();
        self.sums.extend(self.candidates.iter().map(|of| of.sum));
        let (_, last, _) = self
            .sums
            .select_nth_unstable_by(last, |a, b| b.total_cmp(a));
        Some(*last)
    }

    /// Looks the other words up for the candidates, those that can add most first. Candidates
    /// that can no longer get in are dropped.
    fn look_up(&mut self, essential: usize, threshold: f32) {
        let (bm25, norm, lengths) = (self.bm25, self.norm, self.lengths);
        for at in (0..essential).rev() {
            let rest = self.before[at];
            let floor = threshold * (1.0 - self.slack);
            let with = floor - self.before[at + 1];
            let word = &mut self.words[self.order[at]];
            self.candidates.retain_mut(|of| {
                if of.sum < with {
                    return false;
                }
                let mut most = 0.0f32;
                for list in &mut word.lists {
                    let block = list.cursor.block_of(of.record);
                    let bound = list.most_of(block, bm25) as f32;
                    if bound <= most || of.sum + bound + rest < floor {
                        continue;
                    }
                    if let Some(frequency) = list.cursor.find(of.record) {
                        let length = lengths.get(of.record as usize).copied().unwrap_or(0);
                        let frequency = frequency as f32;
                        let share = frequency / (frequency + norm.of(length));
                        most = most.max(list.weight as f32 * share);
                    }
                }
                of.sum += most;
                of.sum + rest >= floor
            });
        }
    }

    /// Scores the candidates exactly.
    fn score(&mut self, threshold: f32, best: &mut Best<'_>) {
        let mut floor = threshold * (1.0 - self.slack);
        if let Some(last) = self.last_wanted(best.wanted()) {
            floor = floor.max(last * (1.0 - self.slack));
        }
        for candidate in &self.candidates {
            floor = floor.max(best.threshold() * (1.0 - self.slack));
            if candidate.sum < floor {
                continue;
            }
            let record = candidate.record;
            let length = self.lengths.get(record as usize).copied().unwrap_or(0);
            let mut sum = 0.0;
            for word in &mut self.words {
                let mut best = 0.0f64;
                for list in &mut word.lists {
                    if list.most > best
                        && let Some(frequency) = list.cursor.find(record)
                    {
                        best = best.max(list.weight * self.bm25.saturation(frequency, length));
                    }
                }
                sum += best;
            }
            best.offer(Match {
                position: self.part.offset + record,
                score: sum as f32,
            });
        }
    }
}

/// Whether words that add at most this much can bring a later record in. The sum has the order
/// of that of a score, so that no score of such a record exceeds it, and is rounded likewise, so
/// that a record that only ties does not get in.
fn reaches(bounds: &[f64], threshold: f32) -> bool {
    bounds.iter().sum::<f64>() as f32 > threshold
}

/// Scores postings block by block, in f32.
#[derive(Clone, Copy)]
struct BlockScorer<'a> {
    lengths: &'a [u32],
    norm: Norm,
}

impl BlockScorer<'_> {
    /// Calls `call` with each record of a list from `start` to `end` and what the list adds.
    fn each(self, list: &mut List<'_>, start: u32, end: u32, mut call: impl FnMut(u32, f32)) {
        let weight = list.weight as f32;
        let mut shares = [0.0f32; BLOCK];
        loop {
            let block = list.cursor.block();
            if list.cursor.first_of(block) > end {
                return;
            }
            let last = list.cursor.last_of(block);
            let (records, frequencies) = list.cursor.decoded();
            let own = below(records, start)..below(records, end.saturating_add(1));
            let (records, frequencies) = (
                records.get(own.clone()).unwrap_or(&[]),
                frequencies.get(own).unwrap_or(&[]),
            );
            for (share, &record) in shares.iter_mut().zip(records) {
                let length = self.lengths.get(record as usize).copied().unwrap_or(0);
                *share = self.norm.of(length);
            }
            for (share, &frequency) in shares.iter_mut().zip(frequencies) {
                let frequency = frequency as f32;
                *share = weight * frequency / (frequency + *share);
            }
            for (&record, &share) in records.iter().zip(&shares) {
                call(record, share);
            }
            if last >= end {
                return;
            }
            list.cursor.skip_to(block + 1);
        }
    }
}
