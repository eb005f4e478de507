//! Why a record stands where it does for a query. What is explained is the ranking as it is
//! now: ranks are counted over every record that passes, by the exact scan.

use std::collections::HashSet;

use super::Collection;
use super::generation::{Generation, Passing};
use super::store::View;
use crate::Vector;
use crate::encoder::{Attribution, Piece};
use crate::error::Result;
use crate::explain::{
    Explanation, FusionExplanation, MeaningExplanation, MeaningSplit, PairShare, WordShare,
    WordsExplanation,
};
use crate::query::Query;
use crate::record::{Payload, RecordId};
use crate::vector::Near;

/// How many pairs of words are named.
const PAIRS: usize = 12;

/// How far the split's sum may be off the cosine; further off, the record's vector is not
/// the one that the model makes of its text.
const TOLERANCE: f32 = 1e-4;

/// The record that is explained.
#[derive(Clone, Copy)]
struct Explained {
    number: RecordId,
    position: u32,
}

impl Collection {
    /// Why a record stands where it does for a query, whether it is among the query's hits
    /// or not. Both engines are asked, whatever the mode.
    ///
    /// # Errors
    /// [`crate::Error::NoRecord`], and those of [`Collection::search`].
    pub fn explain(&self, query: &Query, id: &str) -> Result<Explanation> {
        query.check()?;
        let vector = self.encoder.encode(query.text.trim())?;
        let (generation, view) = self.now()?;
        let passing = self.select(&generation, &query.filters)?;
        let number = self.number(&view, id)?;
        let record = number.and_then(|number| {
            let position = generation.position(number)?;
            Some(Explained { number, position })
        });
        let record = record.ok_or_else(|| self.no_record(id))?;
        Ok(Explanation {
            words: self.explain_words(&generation, query, &passing, record)?,
            meaning: self.explain_meaning(&generation, &view, query, &vector, &passing, record)?,
            fusion: self.explain_fusion(&generation, query, &vector, &passing, record)?,
        })
    }

    /// The part of words. Not there yet.
    fn explain_words(
        &self,
        generation: &Generation,
        query: &Query,
        passing: &Passing,
        record: Explained,
    ) -> Result<Option<WordsExplanation>> {
        let _ = (generation, query, passing, record);
        Ok(None)
    }

    /// What each ranking added, in hybrid mode. Not there yet.
    fn explain_fusion(
        &self,
        generation: &Generation,
        query: &Query,
        vector: &Vector,
        passing: &Passing,
        record: Explained,
    ) -> Result<Option<FusionExplanation>> {
        let _ = (generation, query, vector, passing, record);
        Ok(None)
    }

    fn explain_meaning(
        &self,
        generation: &Generation,
        view: &View<'_>,
        query: &Query,
        vector: &Vector,
        passing: &Passing,
        record: Explained,
    ) -> Result<Option<MeaningExplanation>> {
        let Some((passage, cosine)) = nearest_passage(generation, vector, record.position) else {
            return Ok(None);
        };
        let payload = view.record(record.number)?;
        let payload = payload.ok_or_else(|| self.no_record(&record.number.0.to_string()))?;
        let split = self.split(view, query, record.number, &payload, passage)?;
        let split = split.filter(|(sum, _)| (sum - cosine).abs() <= TOLERANCE);
        let passes = generation.passes(record.position, passing);
        let rank = passes.then(|| {
            let own = (cosine, record.position);
            1 + nearer(generation, vector, passing, own, query.collapse)
        });
        Ok(Some(MeaningExplanation {
            cosine,
            rank,
            split: split.map(|(_, split)| split),
        }))
    }

    /// The cosine of the query and a passage taken apart, after its sum. The passage is cut
    /// from the encoded text as it was when it was encoded. `None` where it has no such part.
    fn split(
        &self,
        view: &View<'_>,
        query: &Query,
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
        let asked = query.text.trim();
        let before = query.text.len() - query.text.trim_start().len();
        let attribution = self.encoder.encoder().attribute(asked, read)?;
        let in_query = |at: std::ops::Range<usize>| Some(at.start + before..at.end + before);
        let shown = |at: std::ops::Range<usize>| {
            let length = at.len();
            let start = u32::try_from(range.start + at.start).ok()?;
            let end = u32::try_from(range.start + at.end).ok()?;
            let shown = self.schema().shown_range(payload, start..end)?;
            (shown.len() == length).then_some(shown)
        };
        let pairs = attribution.strongest(PAIRS).into_iter();
        let pairs = pairs.map(|pair| PairShare {
            query: word(asked, &attribution.query[pair.query]),
            record: word(read, &attribution.record[pair.record]),
            share: pair.share,
        });
        let split = MeaningSplit {
            special: attribution.special(),
            query_words: words(
                asked,
                &attribution.query,
                &attribution.by_query_word(),
                in_query,
            ),
            record_words: words(
                read,
                &attribution.record,
                &attribution.by_record_word(),
                shown,
            ),
            pairs: pairs.collect(),
        };
        let Attribution { cosine, .. } = attribution;
        Ok(Some((cosine, split)))
    }
}

/// The words of a text with their shares, without the special tokens.
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

/// Which of a record's passages is nearest, and its cosine.
fn nearest_passage(
    generation: &Generation,
    vector: &Vector,
    position: u32,
) -> Option<(usize, f32)> {
    let (part, within) = generation.locate(position)?;
    let passages = part.segment.columns.vectors_of(within);
    let start = passages.start;
    let near = part.segment.scan.rescore(vector, passages);
    let best = near.first()?;
    Some(((best.position - start) as usize, best.cosine))
}

/// How many of the records that pass stand before one of this cosine and position; identical
/// ones count once where they are one hit, and those identical to the record not at all.
fn nearer(
    generation: &Generation,
    vector: &Vector,
    passing: &Passing,
    (cosine, position): (f32, u32),
    collapse: bool,
) -> u32 {
    let own = fingerprint(generation, position);
    let mut before = HashSet::new();
    for (at, part) in generation.parts.iter().enumerate() {
        let columns = &part.segment.columns;
        let filter = generation.allowed(at, passing);
        let filter = filter.map(|records| columns.vectors_of_all(records));
        let reaching = part
            .segment
            .scan
            .reaching(vector, cosine, filter.as_deref());
        let records = reaching.into_iter().filter_map(|near: Near| {
            let record = part.offset + columns.record_of(near.position);
            (near.cosine > cosine || record < position).then_some(record)
        });
        before.extend(records);
    }
    if collapse {
        let distinct = before
            .into_iter()
            .map(|record| fingerprint(generation, record));
        let mut distinct: HashSet<Option<u64>> = distinct.collect();
        distinct.remove(&own);
        distinct.len() as u32
    } else {
        before.len() as u32
    }
}

fn fingerprint(generation: &Generation, position: u32) -> Option<u64> {
    let (part, within) = generation.locate(position)?;
    let fingerprints = &part.segment.columns.fingerprints;
    fingerprints.get(within as usize).copied()
}
