//! Finds the best records of a part without scoring all that match.
//!
//! MaxScore (Turtle & Flood, "Query evaluation: strategies and optimizations", 1995) over block
//! bounds (Ding & Suel, SIGIR 2011). A part is searched window by window. Once the words that can
//! add least cannot bring a record among the best even together, only records that contain one of
//! the other words, the essential ones, are candidates. The rest of the words are looked up only
//! for candidates that can still get in.
//!
//! Within a window, scores are first added up word by word, in f32 and in any order, to find
//! candidates. Only these are scored exactly: in f64, in the order of the query's words, by the
//! function that scores any record. Bounds are computed by the same function, so the
//! results are identical to those of scoring every match, bit for bit.

use std::cell::Cell;

use super::best::Best;
use super::bm25::Bm25;
use super::list::{BlockScorer, List};
use super::matched::Match;
use super::part::TextPart;
use super::postings::OVER;
use super::statistics::Term;
use super::watched::{ListRead, Watched};
use super::window::Window;

/// The minimum and maximum number of records that a window of several lists spans.
const NARROWEST: u32 = 1_024;
const WIDEST: u32 = 16_384;

/// How many blocks of a list are used to find a first threshold.
const SAMPLED: usize = 4;

/// A generous bound on the relative error of a sum in f32 over this many words.
fn slack(words: usize) -> f32 {
    1e-6 * (8 + words) as f32
}

/// Adds the best records of one part to the best so far, and to `watched` what was read for that.
pub fn search(
    part: &TextPart<'_>,
    terms: &[Term<'_>],
    bm25: Bm25,
    best: &mut Best<'_>,
    watched: Option<&mut Watched>,
) {
    thread_local! {
        static WINDOW: Cell<Window> = Cell::default();
    }
    if terms.is_empty() {
        return;
    }
    let mut search = Search::new(part, terms, bm25);
    search.window = WINDOW.take();
    search.watched = watched;
    search.watch();
    search.run(best);
    search.tell();
    let window = search.window;
    if window.is_small() {
        WINDOW.set(window);
    }
}

/// A word of the query, with the lists of the terms that stand for it. The list that adds most
/// counts.
struct Word<'a> {
    lists: Vec<List<'a>>,
    most: f64,
}

/// A record that may get in, with the sum of what the words considered so far add.
struct Candidate {
    record: u32,
    sum: f32,
}

struct Search<'p, 'a> {
    part: &'p TextPart<'a>,
    bm25: Bm25,
    scorer: BlockScorer<'a>,
    /// In the order of the query.
    words: Vec<Word<'a>>,
    /// Indices of the words, those that can add least first.
    order: Vec<usize>,
    /// For each index into `order`, the most that the words before it can add together.
    before: Vec<f32>,
    /// For each word, the most it can add: in the whole part, or in a window.
    bounds: Vec<f64>,
    slack: f32,
    window: Window,
    candidates: Vec<Candidate>,
    /// Lower bounds on the scores of some records, with their positions.
    sums: Vec<(f32, u32)>,
    /// What is read, if somebody wants to know.
    watched: Option<&'p mut Watched>,
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
            scorer: BlockScorer::new(part.index.lengths(), bm25),
            order: (0..count).collect(),
            before: vec![0.0; count + 1],
            bounds: vec![0.0; count],
            slack: slack(count),
            window: Window::default(),
            candidates: Vec::new(),
            sums: Vec::new(),
            watched: None,
            words,
        }
    }

    /// Watches what is read of the lists, if somebody wants to know.
    fn watch(&mut self) {
        if self.watched.is_some() {
            let lists = self.words.iter_mut().flat_map(|word| &mut word.lists);
            lists.for_each(|list| list.cursor.watch());
        }
    }

    /// Tells what was read of the lists that are left.
    fn tell(&mut self) {
        if let Some(watched) = &mut self.watched {
            let lists = self.words.iter().flat_map(|word| &word.lists);
            watched.lists.extend(lists.map(ListRead::of));
        }
    }

    fn run(&mut self, best: &mut Best<'_>) {
        let sampled = match self.words.as_slice() {
            // There is only one list, so a first threshold saves nothing.
            [word] if word.lists.len() == 1 => 0.0,
            _ => self.sample(best),
        };
        let (mut threshold, mut essential, mut start) = (f32::NAN, 0, 0);
        loop {
            let reached = best.threshold().max(sampled);
            if reached != threshold {
                threshold = reached;
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
                self.collect(first, end, essential, threshold, best);
                self.look_up(essential, threshold);
                self.score(threshold, best);
            }
            let Some(next) = end.checked_add(1) else {
                return;
            };
            start = next;
        }
    }

    /// A first threshold, below the final score of the last of the best. It comes from the first
    /// records of the list that can add most: that list adds at least this much to as many of them
    /// as are wanted. Without it, words that add little would be added up until enough records are
    /// found.
    fn sample(&mut self, best: &Best<'_>) -> f32 {
        if best.threshold() > 0.0 {
            return 0.0;
        }
        let lists = self.words.iter_mut().flat_map(|word| &mut word.lists);
        let enough = lists.filter(|list| list.cursor.count() >= best.wanted());
        let strongest = enough.max_by(|a, b| a.most.total_cmp(&b.most));
        let Some(list) = strongest else {
            return 0.0;
        };
        let first = list.cursor.block();
        let last = (first + SAMPLED).min(list.cursor.end()).saturating_sub(1);
        let end = list.cursor.last_of(last);
        let (part, sums) = (self.part, &mut self.sums);
        sums.clear();
        self.scorer.each(list, 0, end, |records, shares| {
            let both = shares.iter().zip(records);
            let both = both.filter(|(_, record)| part.passes(**record));
            sums.extend(both.map(|(share, record)| (*share, part.offset + record)));
        });
        list.cursor.skip_to(first);
        // They are added up once more, for their records.
        list.added = 0;
        let last = best.reached(sums);
        last.map_or(0.0, |last| last * (1.0 - self.slack))
    }

    /// A score that the last of the best certainly reaches, from the sums of the candidates; `None`
    /// if there are so few candidates that scoring them is as fast.
    fn reached(&mut self, best: &Best<'_>) -> Option<f32> {
        if self.candidates.len() <= best.wanted().saturating_mul(2) {
            return None;
        }
        let offset = self.part.offset;
        let sums = self.candidates.iter();
        self.sums.clear();
        self.sums
            .extend(sums.map(|of| (of.sum, offset + of.record)));
        let last = best.reached(&mut self.sums)?;
        Some(last * (1.0 - self.slack))
    }

    /// Drops the lists that can no longer bring a record in: a record cannot get in if such a list
    /// is the best of its word for that record, even if all other words add the most they can.
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
            let watched = &mut self.watched;
            self.words[at].lists.retain(|list| {
                bounds[at] = list.most;
                let stays = reaches(bounds, threshold);
                if let Some(watched) = watched.as_mut().filter(|_| !stays) {
                    watched.lists.push(ListRead::of(list));
                }
                stays
            });
            bounds[at] = most;
        }
        let words = &self.words;
        self.order
            .sort_by(|&a, &b| words[a].most.total_cmp(&words[b].most));
    }

    /// The index into `order` from which on words are essential; `None` if no more records can get
    /// in.
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

    /// The next window. It starts at the first record of an essential word or before it, and ends
    /// where the first of their current blocks ends, or later if that is too narrow. `None` if
    /// there are no more records.
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

    /// The index into `order` from which on words are essential in the current window; `None` if
    /// none of its records can get in.
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
        // Words become essential from the last one, as long as those before can bring a record in.
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
    fn collect(&mut self, start: u32, end: u32, essential: usize, threshold: f32, best: &Best<'_>) {
        self.candidates.clear();
        let rest = self.before[essential];
        let floor = threshold * (1.0 - self.slack) - rest;
        let (part, scorer) = (self.part, self.scorer);
        let candidates = &mut self.candidates;
        let mut take = |record: u32, sum: f32| {
            if sum >= floor && part.passes(record) {
                candidates.push(Candidate { record, sum });
            }
        };
        let one_list = match self.order[essential..] {
            [word] => match self.words[word].lists.as_mut_slice() {
                [list] => Some(list),
                _ => None,
            },
            _ => None,
        };
        let in_order = one_list.is_some();
        if let Some(list) = one_list {
            scorer.each(list, start, end, |records, sums| {
                for (&record, &sum) in records.iter().zip(sums) {
                    take(record, sum);
                }
            });
        } else {
            let window = &mut self.window;
            window.open(start, end);
            for &word in &self.order[essential..] {
                let lists = self.words[word].lists.iter_mut();
                let mut lists =
                    lists.filter_map(|list| list.cursor.is_in(start, end).then_some(list));
                let (Some(first), second) = (lists.next(), lists.next()) else {
                    continue;
                };
                let Some(second) = second else {
                    scorer.each(first, start, end, |records, sums| window.add(records, sums));
                    continue;
                };
                window.open_word(end);
                for list in [first, second].into_iter().chain(lists) {
                    scorer.each(list, start, end, |records, sums| {
                        window.raise(records, sums);
                    });
                }
                window.close_word();
            }
            window.drain(take);
        }
        if let Some(watched) = &mut self.watched {
            watched.candidates += self.candidates.len() as u32;
        }
        if let Some(last) = self.reached(best) {
            self.candidates.retain(|of| of.sum >= last - rest);
        }
        if !in_order {
            self.candidates.sort_unstable_by_key(|of| of.record);
        }
    }

    /// Looks up the other words for the candidates, starting with the word that can add most.
    /// Candidates that can no longer get in are dropped.
    fn look_up(&mut self, essential: usize, threshold: f32) {
        let (bm25, scorer) = (self.bm25, self.scorer);
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
                    if list.cursor.holds_in(block, of.record) {
                        let frequency = list.cursor.frequency();
                        let weight = list.weight as f32;
                        list.added += 1;
                        most = most.max(scorer.share(weight, frequency, of.record));
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
        if let Some(last) = self.reached(best) {
            floor = floor.max(last);
        }
        for candidate in &self.candidates {
            floor = floor.max(best.threshold() * (1.0 - self.slack));
            if candidate.sum < floor {
                continue;
            }
            if let Some(watched) = &mut self.watched {
                watched.scored += 1;
            }
            let record = candidate.record;
            let length = self.scorer.length(record);
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

/// Whether words that add at most this much can bring a later record in. The bounds are added up in
/// the same order as a score, so no score of such a record exceeds their sum. The sum is rounded in
/// the same way, so a record that only ties does not get in.
fn reaches(bounds: &[f64], threshold: f32) -> bool {
    bounds.iter().sum::<f64>() as f32 > threshold
}
