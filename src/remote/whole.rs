//! The statistics of a whole collection that the scores of its records depend on.

use super::Remote;
use super::asked::AskedWord;
use super::index::Vocabulary;
use super::keys::hash;
use super::request::Request;
use crate::error::Result;
use crate::segment::generation::{KnownValues, Whole};
use crate::text::Corpus;

impl Remote {
    /// The statistics that the scores of a query depend on.
    pub(super) fn whole(&self, request: &Request) -> Result<Whole> {
        self.whole_of(terms_of(request), &request.pieces, request.values.clone())
    }

    /// The same, and the hashes of the terms that were not counted, because probably no record contains them.
    pub(super) fn likely_whole(&self, request: &Request) -> Result<(Whole, Vec<u32>)> {
        let terms = terms_of(request);
        let hashes: Vec<u32> = terms.iter().map(|term| hash(term)).collect();
        let (counts, unseen) = self.statistics.likely(&*self.index, &hashes)?;
        let counts = terms.into_iter().zip(counts);
        let whole = self.with_counts(counts, &request.pieces, request.values.clone())?;
        Ok((whole, unseen))
    }

    /// The statistics of a collection, with the counts of these terms and pieces.
    pub(super) fn whole_of(
        &self,
        mut terms: Vec<String>,
        pieces: &[u32],
        values: KnownValues,
    ) -> Result<Whole> {
        terms.sort_unstable();
        terms.dedup();
        let hashes: Vec<u32> = terms.iter().map(|term| hash(term)).collect();
        let vocabulary = Vocabulary::Terms;
        let counts = self.statistics.of(&*self.index, vocabulary, &hashes)?;
        self.with_counts(terms.into_iter().zip(counts), pieces, values)
    }

    fn with_counts(
        &self,
        terms: impl Iterator<Item = (String, u64)>,
        pieces: &[u32],
        values: KnownValues,
    ) -> Result<Whole> {
        let holding: Vec<_> = terms.map(|(term, count)| (term, counted(count))).collect();
        let most = holding.iter().map(|(_, count)| u64::from(*count)).max();
        // The counts may be newer, and no word is in more records than there are: its weight would be negative.
        let records = self
            .statistics
            .records(&*self.index)?
            .max(most.unwrap_or(0));
        let holding = holding.into_iter().collect();
        let vocabulary = Vocabulary::Pieces;
        let counts = self.statistics.of(&*self.index, vocabulary, pieces)?;
        let counts = counts.into_iter().map(counted);
        let pieces = pieces.iter().copied().zip(counts).collect();
        let average = self.average_length(records)?;
        Ok(Whole {
            text: Corpus {
                records,
                terms: (average * records as f64).round() as u64,
                holding,
            },
            pieces,
            values,
        })
    }
}

/// The distinct terms that a query looks for.
fn terms_of(request: &Request) -> Vec<String> {
    let words = request.words.iter();
    let mut terms: Vec<String> = words.flat_map(AskedWord::all_terms).cloned().collect();
    terms.sort_unstable();
    terms.dedup();
    terms
}

pub(super) fn counted(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
