//! Why a record has its rank for a query. Ranks are counted over every record that passes, by
//! the exact scan.

use std::collections::HashSet;

use crate::Vector;
use crate::collection::Collection;
use crate::encoder::{Attribution, Piece};
use crate::error::{Error, Result};
use crate::explain::{
    Explanation, FusionExplanation, MeaningExplanation, MeaningSplit, PairShare, TermExplanation,
    WordShare, WordsExplanation,
};
use crate::query::{Mode, Query};
use crate::record::{Payload, RecordId};
use crate::search::asked::Asked;
use crate::search::fused::Fused;
use crate::search::ranking::nearest_passage;
use crate::search::{Prepared, Understood};
use crate::segment::generation::Generation;
use crate::storage::store::View;
use crate::text::{self, Match};
use crate::vector::Neighbour;

/// How many pairs of words are listed.
const PAIRS: usize = 12;

/// How far the sum of the split may differ from the cosine. Beyond that, the record's vector is
/// not the one that the model computes from its text.
const TOLERANCE: f32 = 1e-4;

/// What the explained records are ranked by.
struct Rankings {
    /// Every record found by words, best first.
    all_by_words: Vec<Match>,
    /// The fused rankings, in mode `hybrid`.
    fused: Option<Fused>,
}

/// The explained record.
#[derive(Clone, Copy)]
struct Explained {
    number: RecordId,
    position: u32,
}

impl Collection {
    /// Why a record has its rank for a query, whether or not it is among the query's hits. Both
    /// engines are asked, whatever the mode.
    ///
    /// # Errors
    /// [`crate::Error::NoRecord`], and those of [`Collection::search`].
    pub fn explain(&self, query: &Query, id: &str) -> Result<Explanation> {
        query.check()?;
        let understood = self.understand(query)?;
        let explained = self.in_one_state(|generation, view| {
            self.explain_in(&understood, &[id], generation, view)
        })?;
        let explanation = explained.into_iter().next().flatten();
        explanation.ok_or_else(|| self.no_record(id))
    }

    /// Like `explain`, for several records in one state, in their order; `None` for an unknown
    /// id. What they have in common, above all the two rankings, is computed once.
    pub(crate) fn explain_in(
        &self,
        understood: &Understood<'_>,
        ids: &[&str],
        generation: &Generation,
        view: &View<'_>,
    ) -> Result<Vec<Option<Explanation>>> {
        let Understood { query, parsed, .. } = understood;
        if parsed.lists {
            return Err(Error::BadQuery(
                "listed records have no rank to explain: add a word to the query".into(),
            ));
        }
        let Prepared { words, passing, .. } = self.prepare(generation, query, parsed)?;
        let meaning = parsed.meaning(&words.corrections);
        let vector = match understood.unread {
            true => None,
            false => Some(self.encoder.encode(&meaning)?),
        };
        let vector = vector.as_deref();
        let asked = Asked {
            generation,
            passing: &passing,
            query,
            words: &words,
            vector,
            graph_min_records: self.tuning.graph_min_records,
        };
        let rankings = Rankings {
            all_by_words: text::exhaustive(&generation.text_parts(&passing), &words),
            fused: vector
                .filter(|_| query.mode == Mode::Hybrid)
                .map(|vector| asked.fused(vector)),
        };
        let explain = |id: &&str| {
            let number = self.number(view, id)?;
            let record = number.and_then(|number| {
                let position = generation.position(number)?;
                Some(Explained { number, position })
            });
            let Some(record) = record else {
                return Ok(None);
            };
            let passes = generation.passes(record.position, &passing);
            let fused = rankings.fused.as_ref().zip(vector).filter(|_| passes);
            Ok(Some(Explanation {
                words: self.explain_words(&asked, &rankings, record.position),
                meaning: self.explain_meaning(&asked, view, &meaning, record)?,
                fusion: fused
                    .map(|(fused, vector)| explain_fusion(&asked, fused, vector, record.position)),
            }))
        };
        ids.iter().map(explain).collect()
    }

    fn explain_words(
        &self,
        asked: &Asked<'_>,
        rankings: &Rankings,
        position: u32,
    ) -> WordsExplanation {
        let parts = asked.generation.text_parts(asked.passing);
        let terms = text::explain(&parts, asked.words, position);
        let score = text::scores(&parts, asked.words, &[position]);
        let fields: Vec<&str> = self.schema().words().names().collect();
        let named = |(at, count): (usize, u32)| Some(((*fields.get(at)?).to_owned(), count));
        let terms = terms.into_iter().map(|term| TermExplanation {
            word: term.word,
            term: term.term,
            guessed: term.guessed,
            idf: term.idf as f32,
            frequency: term.frequency,
            length: term.length,
            average_length: term.average_length as f32,
            norm: term.norm as f32,
            boost: term.boost as f32,
            fields: term.fields.into_iter().filter_map(named).collect(),
            contribution: term.contribution as f32,
        });
        WordsExplanation {
            score: score.first().copied().unwrap_or(0.0),
            rank: rank_by_words(asked, &rankings.all_by_words, position),
            terms: terms.collect(),
        }
    }

    fn explain_meaning(
        &self,
        asked: &Asked<'_>,
        view: &View<'_>,
        meaning: &str,
        record: Explained,
    ) -> Result<Option<MeaningExplanation>> {
        let (Some(vector), generation) = (asked.vector, asked.generation) else {
            return Ok(None);
        };
        let (passage, cosine) = nearest_passage(generation, vector, record.position);
        let passage = passage as usize;
        let payload = view.record(record.number)?;
        let payload = payload.ok_or_else(|| self.no_record(&record.number.0.to_string()))?;
        let split = self.split(view, meaning, record.number, &payload, passage)?;
        let split = split.filter(|(sum, _)| (sum - cosine).abs() <= TOLERANCE);
        let passes = generation.passes(record.position, asked.passing);
        let rank = passes.then(|| {
            let own = (cosine, record.position);
            1 + nearer(asked, vector, own)
        });
        Ok(Some(MeaningExplanation {
            cosine,
            rank,
            split: split.map(|(_, split)| split),
        }))
    }

    /// The cosine of the query and a passage, split by word: the sum of the split, then the
    /// split itself. The passage is cut from the text as it was encoded; `None` if the text does
    /// not have it.
    fn split(
        &self,
        view: &View<'_>,
        asked: &str,
        number: RecordId,
        payload: &Payload,
        passage: usize,
    ) -> Result<Option<(f32, MeaningSplit)>> {
        let text = self.schema().encoded_text(payload);
        let ranges = view.ranges(number)?;
        let range = match ranges.get(passage) {
            Some(range) => range.start as usize..range.end as usize,
            None => 0..text.len(),
        };
        let Some(read) = text.get(range.clone()) else {
            return Ok(None);
        };
        let attribution = self.encoder.encoder().attribute(asked, read)?;
        let shown = |at: std::ops::Range<usize>| {
            let length = at.len();
            let start = u32::try_from(range.start + at.start).ok()?;
            let end = u32::try_from(range.start + at.end).ok()?;
            let shown = self.schema().shown_range(payload, start..end)?;
            (shown.len() == length).then_some(shown)
        };
        let pairs = attribution.strongest().into_iter();
        let pairs = pairs.map(|pair| PairShare {
            query: word(asked, &attribution.query[pair.query]),
            record: word(read, &attribution.record[pair.record]),
            share: pair.share,
        });
        // A comma has its share too, but means nothing to a reader.
        let says = |word: &str| word.chars().any(char::is_alphanumeric);
        let pairs = pairs.filter(|pair| says(&pair.query) && says(&pair.record));
        let split = MeaningSplit {
            special: attribution.special(),
            query_words: words(
                asked,
                &attribution.query,
                &attribution.by_query_word(),
                Some,
            ),
            record_words: words(
                read,
                &attribution.record,
                &attribution.by_record_word(),
                shown,
            ),
            pairs: pairs.take(PAIRS).collect(),
        };
        let Attribution { cosine, .. } = attribution;
        Ok(Some((cosine, split)))
    }
}

/// The words of a text with their shares, without special tokens.
fn words(
    text: &str,
    pieces: &[Piece],
    shares: &[f32],
    place: impl Fn(std::ops::Range<usize>) -> Option<std::ops::Range<usize>>,
) -> Vec<WordShare> {
    let words = pieces
        .iter()
        .zip(shares)
        .filter(|(piece, _)| !piece.special);
    let words = words.map(|(piece, &share)| WordShare {
        word: word(text, piece),
        share,
        range: piece.range.clone().and_then(&place),
    });
    words.collect()
}

fn word(text: &str, piece: &Piece) -> String {
    let range = piece.range.clone().unwrap_or_default();
    text.get(range).unwrap_or_default().to_owned()
}

/// How many of the records that pass rank before this cosine and position. If identical records
/// are one hit, they count once, and copies of the record do not count.
fn nearer(asked: &Asked<'_>, vector: &Vector, (cosine, position): (f32, u32)) -> u32 {
    let generation = asked.generation;
    let mut before = HashSet::new();
    for (at, part) in generation.parts.iter().enumerate() {
        let columns = &part.segment.columns;
        let filter = generation.allowed(at, asked.passing);
        let filter = filter.map(|records| columns.vectors_of_all(records));
        let reaching = part
            .segment
            .scan
            .reaching(vector, cosine, filter.as_deref());
        let records = reaching.into_iter().filter_map(|near: Neighbour| {
            let record = part.offset + columns.record_of(near.position);
            let earlier = near.cosine > cosine || record < position;
            (earlier && record != position).then_some(record)
        });
        before.extend(records);
    }
    distinct_others(asked, before, position)
}

/// A record's rank by words among all that pass, from 1; `None` if it does not pass.
fn rank_by_words(asked: &Asked<'_>, all: &[Match], position: u32) -> Option<u32> {
    let at = all.iter().position(|found| found.position == position)?;
    let before = all[..at].iter().map(|found| found.position).collect();
    Some(1 + distinct_others(asked, before, position))
}

/// The number of these records. If identical records are one hit, they count once, and copies of
/// the record at `position` do not count.
fn distinct_others(asked: &Asked<'_>, records: HashSet<u32>, position: u32) -> u32 {
    if !asked.query.collapse {
        return records.len() as u32;
    }
    let fingerprint = |position| asked.generation.fingerprint(position);
    let mut distinct: HashSet<Option<u64>> = records.into_iter().map(fingerprint).collect();
    distinct.remove(&fingerprint(position));
    distinct.len() as u32
}

fn explain_fusion(
    asked: &Asked<'_>,
    fused: &Fused,
    vector: &Vector,
    position: u32,
) -> FusionExplanation {
    let (added, [neural, text]) = asked.place(fused, vector, position);
    FusionExplanation {
        score: added.words + added.meaning,
        from_words: added.words,
        from_meaning: added.meaning,
        rank_words: text.map(|signal| signal.rank),
        rank_meaning: neural.map(|signal| signal.rank),
    }
}
