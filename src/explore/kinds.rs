//! For which kind of disagreement a query is an example, and how clear a one. It is judged by the facts
//! of a comparison alone, as a person would who looks at the two lists:
//!
//! - *Meaning finds what words miss*: one of the first three by meaning is near enough to the query to
//!   be an answer, and contains none of its words, or is far down by words.
//! - *Words find what meaning misses*: the first by words contains every word, few records contain one
//!   of them, and it is not among the first by meaning.
//! - *Both struggle*: nothing is near enough to be an answer; by words, even the first record lacks
//!   one of several words, or the single word is in so many records that it hardly orders them.
//!
//! All measures are between 0 and 1, and a clarity is a product of them: every condition has to hold.

use crate::found::Found;
use crate::query::Comparison;
use crate::vocabulary::{Compared, Source};

use super::LIMIT;

/// How many of the first records by meaning may be the one that words miss.
const LOOKED_AT: u32 = 3;

/// For a record that words find, but far down, how much less clear it is than one that they cannot find.
const FAR_DOWN: f32 = 0.7;

/// If a word is in this many records, the first ten by words may all say as little.
const MANY: u32 = 10;

/// From this part of the first score on, the tenth score is hardly less.
const FLAT: f32 = 0.75;

/// A kind of disagreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Meaning finds what words miss.
    MeaningFinds,
    /// Words find what meaning misses.
    WordsFind,
    /// Both struggle.
    BothStruggle,
}

/// What a query is an example of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    /// The kind.
    pub kind: Kind,
    /// How clear a case it is.
    pub clarity: f32,
    /// The record that shows it, by its index in the comparison.
    pub record: usize,
    /// The first record of the other engine.
    pub instead: Option<usize>,
}

type Record = Compared<Found>;

/// A query that was tried.
pub struct Judge<'a> {
    /// Its rankings.
    pub compared: &'a Comparison,
    /// Where it comes from.
    pub source: Source,
    /// The cosine from which a single record is near enough to be an answer.
    pub near_from: f32,
    /// Whether the model knows all of its words as wholes.
    pub is_known: bool,
}

/// What a query is an example of, if it is one; of several kinds, the clearest.
pub fn judged(judge: &Judge<'_>) -> Option<Judged> {
    let kinds = [
        judge.meaning_finds(),
        judge.words_find(),
        judge.both_struggle(),
    ];
    let kinds = kinds.into_iter().flatten();
    kinds
        .filter(|judged| judged.clarity > 0.0)
        .max_by(|a, b| a.clarity.total_cmp(&b.clarity))
}

impl Judge<'_> {
    fn meaning_finds(&self) -> Option<Judged> {
        let records = self.compared.records.iter().enumerate();
        let found = records.filter_map(|(at, record)| {
            record.by_meaning.filter(|place| *place <= LOOKED_AT)?;
            let near = (similarity(record)? - self.near_from) / (1.0 - self.near_from);
            let missed = match record.by_words {
                None => 1.0,
                Some(place) => FAR_DOWN * far(place, self.compared.matching),
            };
            Some((at, near.clamp(0.0, 1.0) * missed))
        });
        let (record, clarity) = found.max_by(|a, b| a.1.total_cmp(&b.1))?;
        let telling = match self.source {
            Source::Term => 1.0,
            // Words that follow one another by chance say less together.
            Source::Phrase | Source::Rare => 0.8,
            // Whoever types a title looks for that record, which words find; and whatever is near to
            // words that were only put together was not looked for.
            Source::Title | Source::Pair => return None,
        };
        Some(Judged {
            kind: Kind::MeaningFinds,
            clarity: clarity * telling * self.apart(),
            record,
            instead: self.first(|record| record.by_words),
        })
    }

    fn words_find(&self) -> Option<Judged> {
        let first = self.first(|record| record.by_words)?;
        let record = self.compared.records.get(first)?;
        let words = &self.compared.words;
        if words.is_empty() || record.contains.len() < words.len() {
            return None;
        }
        let missed = far(record.by_meaning?, self.compared.searched);
        let rarest = words.iter().map(|word| word.records).min()?.max(1);
        let searched = self.compared.searched.max(2);
        let rare = 1.0 - (rarest as f32).ln() / (searched as f32).ln();
        // Whoever types a title, a name or a code looks for that record.
        let telling = match self.source {
            Source::Title | Source::Rare => 1.0,
            Source::Phrase => 0.9,
            Source::Term => 0.3,
            Source::Pair => return None,
        };
        let unknown = if self.is_known { 0.6 } else { 1.0 };
        // If other records fit, meaning has only read the query in another way.
        let unfit = match self.compared.fits {
            Some(true) => 0.5,
            _ => 1.0,
        };
        Some(Judged {
            kind: Kind::WordsFind,
            clarity: missed * rare.clamp(0.0, 1.0) * telling * unknown * unfit * self.apart(),
            record: first,
            instead: self.first(|record| record.by_meaning),
        })
    }

    fn both_struggle(&self) -> Option<Judged> {
        if self.compared.fits != Some(false) {
            return None;
        }
        let nearest = self.first(|record| record.by_meaning)?;
        let cosine = similarity(self.compared.records.get(nearest)?)?;
        let distant = (self.near_from - cosine) / self.near_from.max(f32::EPSILON);
        let best = self.first(|record| record.by_words)?;
        let words = self.compared.words.len();
        let lost = match words {
            0 => return None,
            1 => self.flatness()?,
            _ => {
                let contains = self.compared.records.get(best)?.contains.len();
                words.saturating_sub(contains) as f32 / words as f32
            }
        };
        Some(Judged {
            kind: Kind::BothStruggle,
            clarity: distant.clamp(0.0, 1.0) * lost * self.apart(),
            record: nearest,
            instead: Some(best),
        })
    }

    /// For a single word: how little its scores tell the first ten by words apart.
    fn flatness(&self) -> Option<f32> {
        if self.compared.matching < MANY {
            return None;
        }
        let place = |wanted: u32| {
            let mut records = self.compared.records.iter();
            let found = records.find(|record| record.by_words == Some(wanted))?;
            found.hit.text.map(|signal| signal.score)
        };
        let (first, last) = (place(1)?, place(LIMIT as u32)?);
        (first > 0.0 && last >= FLAT * first).then_some(last / first)
    }

    /// The first record of a ranking.
    fn first(&self, place: impl Fn(&Record) -> Option<u32>) -> Option<usize> {
        let mut records = self.compared.records.iter();
        records.position(|record| place(record) == Some(1))
    }

    /// How little the two lists have in common.
    fn apart(&self) -> f32 {
        1.0 - self.compared.overlap as f32 / LIMIT as f32
    }
}

/// The cosine of the query and a record.
pub fn similarity(record: &Record) -> Option<f32> {
    record.hit.neural.map(|signal| signal.score)
}

/// How far down a place is among so many: 0 among the first ten, 1 at the end. From place to place it
/// matters less, as to a reader.
fn far(place: u32, of: u32) -> f32 {
    let limit = LIMIT as f32;
    let (place, of) = (place as f32 / limit, of as f32 / limit);
    if place <= 1.0 || of <= 1.0 {
        return 0.0;
    }
    (place.ln() / of.ln()).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_first_ten_are_not_far_and_the_last_is() {
        assert_eq!(far(1, 340), 0.0);
        assert_eq!(far(10, 340), 0.0);
        assert_eq!(far(340, 340), 1.0);
        assert_eq!(far(4, 5), 0.0);
    }

    proptest! {
        #[test]
        fn what_is_further_down_is_further(of in 11u32..100_000, one in 1u32..100_000, more in 0u32..1_000) {
            let (near, further) = (far(one, of), far(one + more, of));
            prop_assert!((0.0..=1.0).contains(&near));
            prop_assert!(near <= further);
        }
    }
}
