//! A part of what is searched: an inverted index, and which of its records are live.

use roaring::RoaringBitmap;

use super::corpus::Corpus;
use super::cursor::Cursor;
use super::index::TextIndex;
use super::live::Live;
use super::words::Holders;

/// One part of the index that is searched.
#[derive(Clone, Copy)]
pub struct TextPart<'a> {
    /// Its inverted index.
    pub index: &'a TextIndex,
    /// The positions that are not deleted; `None` if none is deleted.
    pub live: Option<&'a Live>,
    /// How many terms the live records have in all.
    pub terms: u64,
    /// The live positions that pass the filters; `None` if all live ones do.
    pub passing: Option<&'a RoaringBitmap>,
    /// Added to its positions to distinguish them from those of other parts.
    pub offset: u32,
    /// The statistics of the whole collection, if this part contains only some of its records. It is
    /// then the only part, and `terms` is theirs.
    pub corpus: Option<&'a Corpus>,
}

impl<'a> TextPart<'a> {
    /// Whether the record at a position is live and passes the filters.
    pub(super) fn passes(&self, position: u32) -> bool {
        let passing = self.passing.or(self.live.map(|live| &**live));
        passing.is_none_or(|passing| passing.contains(position))
    }

    /// How many live records it has or, if it contains only some of a collection's, how many the
    /// collection has.
    pub(super) fn records(&self) -> u64 {
        if let Some(corpus) = self.corpus {
            return corpus.records;
        }
        let all = self.index.len() as u64;
        self.live.map_or(all, |live| live.len())
    }

    /// The records that contain a term, deleted ones among them.
    pub(super) fn cursor(&self, term: &str) -> Option<Cursor<'a>> {
        Some(self.index.cursor(self.index.term(term)?))
    }

    /// How many records contain a term, deleted ones among them.
    pub(crate) fn holding(&self, term: &str) -> u32 {
        let corpus = self.corpus.and_then(|corpus| corpus.holding.get(term));
        if let Some(holding) = corpus {
            return *holding;
        }
        let term = self.index.term(term);
        term.map_or(0, |term| self.index.holding(term))
    }

    /// How many live records contain the term with a number.
    pub(super) fn live_holding(&self, term: u32) -> u32 {
        let postings = self.index.postings();
        match self.live {
            Some(live) => live.holding(postings, term, self.index.len()),
            None => postings.holding(term),
        }
    }

    /// How many live records contain a word.
    pub(super) fn live_holders(&self, word: u32) -> u32 {
        let words = self.index.words();
        let Some(live) = self.live else {
            return words.count(word);
        };
        match words.holders(word) {
            Holders::OfTerm(term) => self.live_holding(term),
            Holders::Own(own) => own.filter(|&record| live.contains(record)).count() as u32,
        }
    }
}
