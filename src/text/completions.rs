//! What an unfinished word may become: completions, from the words of live records.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};

use super::guess::GUESS;
use super::part::TextPart;
use super::query::Alternative;

/// How many completions of a word are looked up. Those in the most records come first.
const MAX_COMPLETIONS: usize = 50;

/// The terms of the words that start with a prefix, except the prefix's own term, those in the
/// most live records first.
///
/// After Fagin et al., "Optimal aggregation algorithms for middleware" (PODS 2001), the threshold
/// algorithm: each part lists its terms by how many records contain them, deleted ones among
/// them, which are at least as many as live ones. Once enough terms are in more live records than
/// the rest can be, the rest is not looked at.
pub fn completions(parts: &[TextPart<'_>], prefix: &str, own: &str) -> Vec<Alternative> {
    let mut begun: Vec<Begun<'_>> = parts.iter().map(|part| Begun::new(part, prefix)).collect();
    let mut seen: HashSet<String> = HashSet::from([own.to_owned()]);
    let mut found: Vec<(String, u64)> = Vec::new();
    let mut most: BinaryHeap<Reverse<u64>> = BinaryHeap::new();
    loop {
        let rest: u64 = begun.iter().map(Begun::most).sum();
        let enough = most.len() == MAX_COMPLETIONS;
        if rest == 0 || (enough && most.peek().is_some_and(|least| least.0 > rest)) {
            break;
        }
        for at in 0..begun.len() {
            let Some(term) = begun[at].next().filter(|term| !seen.contains(term)) else {
                continue;
            };
            let live: u64 = begun.iter().map(|part| part.live(&term)).sum();
            seen.insert(term.clone());
            if live > 0 {
                found.push((term, live));
                most.push(Reverse(live));
                if most.len() > MAX_COMPLETIONS {
                    most.pop();
                }
            }
        }
    }
    found.sort_unstable_by(|(a, of_a), (b, of_b)| of_b.cmp(of_a).then_with(|| a.cmp(b)));
    found.truncate(MAX_COMPLETIONS);
    let guess = |(term, _)| Alternative::guess(term, GUESS);
    found.into_iter().map(guess).collect()
}

/// The words of a part that start with a prefix.
struct Begun<'a> {
    part: &'a TextPart<'a>,
    /// Each word's term and the word, in order of term.
    words: Vec<(u32, u32)>,
    /// How many records contain words of each term, counted once per word, with the term.
    terms: BinaryHeap<(u64, Reverse<u32>)>,
}

impl<'a> Begun<'a> {
    fn new(part: &'a TextPart<'a>, prefix: &str) -> Self {
        let words = part.index.words();
        let range = words.texts().beginning_with(prefix);
        let terms = words.terms(range.clone()).iter().copied();
        let mut begun: Vec<(u32, u32)> = terms.zip(range).collect();
        // Stable, as it is faster where most is in order already.
        begun.sort();
        let terms = begun.chunk_by(|a, b| a.0 == b.0).map(|same| {
            let counts = same.iter().map(|&(_, word)| u64::from(words.count(word)));
            (counts.sum(), Reverse(same[0].0))
        });
        Self {
            part,
            terms: terms.collect::<Vec<_>>().into(),
            words: begun,
        }
    }

    /// How many records the next term is in at most.
    fn most(&self) -> u64 {
        self.terms.peek().map_or(0, |(most, _)| *most)
    }

    /// The term in the most records, of those left.
    fn next(&mut self) -> Option<String> {
        let (_, Reverse(term)) = self.terms.pop()?;
        self.part.index.text_of(term)
    }

    /// How many live records contain words of a term, counted once per word.
    fn live(&self, term: &str) -> u64 {
        let Some(term) = self.part.index.term(term) else {
            return 0;
        };
        let start = self.words.partition_point(|&(of, _)| of < term);
        let rest = self.words.get(start..).unwrap_or(&[]).iter();
        let same = rest.take_while(|(of, _)| *of == term);
        same.map(|&(_, word)| u64::from(self.part.live_holders(word)))
            .sum()
    }
}
