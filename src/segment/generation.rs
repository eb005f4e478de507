//! An immutable state of a collection's indexes: a few segments, and which of their records are
//! deleted. Every write creates a new generation; readers keep the one they have.
//!
//! The first segment is the base. It is the only large one and has the graph over its vectors. The
//! others contain what was written since: the delta. Positions are numbered across all segments, in
//! order of record number.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwapOption;
use roaring::RoaringBitmap;

use crate::error::Result;
use crate::filter::{Filter, Wanted, resolve};
use crate::query::FacetCounts;
use crate::record::{FacetField, RecordNumber};
use crate::segment::Segment;
use crate::segment::unrelated::{SAMPLED_TEXTS, Sample, Unrelated};
use crate::storage::layout::State;
use crate::text::{Corpus, Live, TextPart};
use crate::vector::{Graph, Point};

/// The indexes of one state of the store.
#[derive(Clone, Default)]
pub struct Generation {
    /// The state of the store that they represent.
    pub state: State,
    /// Segments in order of record number.
    pub parts: Vec<Part>,
    /// What is known of the whole collection, if these are only some of its records.
    whole: Option<Arc<Whole>>,
    /// A sample of its texts, taken on first use.
    sample: Arc<OnceLock<Arc<Sample>>>,
    /// The number of records for each value of each facet, computed on first use.
    pub(crate) facet_counts: Arc<OnceLock<Vec<FacetCounts>>>,
}

/// The statistics of a whole collection, on which the scores of some of its records depend.
#[derive(Default)]
pub struct Whole {
    /// Its records and their terms.
    pub text: Corpus,
    /// How many of its records contain a piece of the model's vocabulary, by id. One that is missing here
    /// is contained in none.
    pub pieces: HashMap<u32, u32>,
    /// What filters ask for.
    pub values: KnownValues,
}

/// Whether any record of a collection has a wanted value of a facet, given by its index in the schema.
pub type KnownValues = Vec<((usize, Wanted), bool)>;

impl Whole {
    fn holds(&self, facet: usize, wanted: &Wanted) -> Option<bool> {
        let mut values = self.values.iter();
        let known = values.find(|((of, value), _)| *of == facet && value == wanted)?;
        Some(known.1)
    }
}

/// A segment and its deletions.
#[derive(Clone)]
pub struct Part {
    /// The segment.
    pub segment: Arc<Segment>,
    /// The positions that are not deleted; `None` if no record is deleted.
    pub live: Option<Arc<Live>>,
    /// The total number of terms in its live records.
    pub terms: u64,
    /// The offset added to its positions.
    pub offset: u32,
    /// The graph over its vectors, if it has one.
    pub graph: Option<Arc<Graph>>,
    /// How many of its deleted records contain each piece, by id; none if no record is deleted.
    deleted_pieces: Arc<Vec<u32>>,
    /// Which vectors are searched if nothing is filtered, computed on first use.
    unfiltered: Arc<Unfiltered>,
}

/// The vectors of a part's live records, where these are not all of its vectors.
#[derive(Default)]
struct Unfiltered {
    all: OnceLock<Option<RoaringBitmap>>,
    /// Without those of identical records.
    distinct: OnceLock<Option<RoaringBitmap>>,
}

/// For each part, the live positions that pass the filters; `None` if there are no filters.
pub type Passing = Option<Vec<RoaringBitmap>>;

impl Part {
    /// A part with a segment without deletions.
    pub fn whole(segment: Segment) -> Self {
        let lengths = segment.columns.text.lengths();
        Self {
            terms: lengths.iter().copied().map(u64::from).sum(),
            segment: Arc::new(segment),
            live: None,
            offset: 0,
            graph: None,
            deleted_pieces: Arc::default(),
            unfiltered: Arc::default(),
        }
    }

    /// The number of live records.
    pub fn records(&self) -> u32 {
        self.live
            .as_ref()
            .map_or(self.segment.len(), |live| live.len() as u32)
    }

    /// The live positions.
    pub fn live(&self) -> Cow<'_, RoaringBitmap> {
        match &self.live {
            Some(live) => Cow::Borrowed(live),
            None => {
                let mut all = RoaringBitmap::new();
                all.insert_range(0..self.segment.len());
                Cow::Owned(all)
            }
        }
    }

    /// Whether a position is live.
    pub fn is_live(&self, position: u32) -> bool {
        position < self.segment.len()
            && self
                .live
                .as_ref()
                .is_none_or(|live| live.contains(position))
    }

    /// How many of its live records contain a piece.
    fn records_with(&self, piece: u32) -> u32 {
        let deleted = self.deleted_pieces.get(piece as usize);
        let all = self.segment.pieces.count(piece);
        all.saturating_sub(deleted.copied().unwrap_or(0))
    }

    /// The same part without some records, given by number. Numbers it does not contain are
    /// ignored.
    pub fn without(&self, numbers: &BTreeSet<RecordNumber>) -> Self {
        let columns = &self.segment.columns;
        let (Some(first), Some(last)) = (columns.numbers.first(), columns.numbers.last()) else {
            return self.clone();
        };
        let gone: Vec<u32> = numbers
            .range(first..=last)
            .filter_map(|&number| columns.position(number))
            .filter(|&position| self.is_live(position))
            .collect();
        if gone.is_empty() {
            return self.clone();
        }
        let mut part = self.clone();
        let passages = gone.iter().map(|&position| columns.vectors_of(position));
        let counts = Arc::make_mut(&mut part.deleted_pieces);
        self.segment.pieces.add_counts(passages, counts);
        let lengths = gone.iter().map(|&at| columns.text.lengths()[at as usize]);
        part.terms -= lengths.map(u64::from).sum::<u64>();
        let gone: RoaringBitmap = gone.into_iter().collect();
        part.live = Some(Arc::new(match &self.live {
            Some(live) => live.without(gone),
            None => Live::new(self.live().into_owned() - gone),
        }));
        part.unfiltered = Arc::default();
        part
    }

    /// The vectors to search for records that pass (all live ones if `passing` is `None`);
    /// `None` if these are all vectors. With `distinct`, those of the first of identical records.
    pub fn searched<'a>(
        &'a self,
        passing: Option<&'a RoaringBitmap>,
        distinct: bool,
    ) -> Option<Cow<'a, RoaringBitmap>> {
        let distinct = distinct && self.segment.has_copies();
        let columns = &self.segment.columns;
        if let Some(passing) = passing {
            return Some(if distinct {
                let first = self.segment.first_of_each(passing.clone());
                Cow::Owned(columns.vectors_of_all(&first).into_owned())
            } else {
                columns.vectors_of_all(passing)
            });
        }
        let searched = if distinct {
            self.unfiltered.distinct.get_or_init(|| {
                let first = self.segment.first_of_each(self.live().into_owned());
                Some(columns.vectors_of_all(&first).into_owned())
            })
        } else {
            self.unfiltered.all.get_or_init(|| {
                let live = self.live.as_ref()?;
                Some(columns.vectors_of_all(live).into_owned())
            })
        };
        searched.as_ref().map(Cow::Borrowed)
    }
}

impl Generation {
    /// A generation with the given parts, in order of record number.
    pub fn new(state: State, parts: impl IntoIterator<Item = Part>) -> Self {
        let mut offset = 0;
        let parts = parts.into_iter().map(|mut part| {
            part.offset = offset;
            offset += part.segment.len();
            part
        });
        Self {
            state,
            parts: parts.collect(),
            whole: None,
            sample: Arc::default(),
            facet_counts: Arc::default(),
        }
    }

    /// A generation with only some records of a collection. Their scores are those that they have in the
    /// whole collection, of which a sample of texts is given.
    pub(crate) fn excerpt(
        state: State,
        segment: Segment,
        whole: Arc<Whole>,
        sample: Arc<Sample>,
    ) -> Self {
        Self {
            whole: Some(whole),
            sample: Arc::new(OnceLock::from(sample)),
            ..Self::new(state, [Part::whole(segment)])
        }
    }

    /// Whether it contains only some records of its collection.
    pub fn is_excerpt(&self) -> bool {
        self.whole.is_some()
    }

    /// How similar unrelated texts are; `None` if there are too few texts.
    pub fn unrelated(&self) -> Option<Unrelated<'_>> {
        self.sample().unrelated(self.records())
    }

    /// The mean cosine of a vector with a sample of its texts.
    pub fn mean_cosine(&self, vector: &[f32]) -> f32 {
        self.sample().mean_cosine(vector)
    }

    /// The sample of its texts. The base keeps the last one for the next generation, which mostly
    /// has the same.
    fn sample(&self) -> &Sample {
        self.sample.get_or_init(|| {
            let kept = self.parts.first().map(|base| &base.segment.sample);
            let last = kept.and_then(ArcSwapOption::load_full);
            let sample = Sample::of(&self.sampled(), |position| self.vector(position), last);
            if let Some(kept) = kept {
                kept.store(Some(Arc::clone(&sample)));
            }
            sample
        })
    }

    /// The live texts with the smallest fingerprints, each with the position of a record.
    fn sampled(&self) -> Vec<(u64, u32)> {
        let mut sampled: Vec<(u64, u32)> = Vec::new();
        for part in &self.parts {
            let live = part.segment.by_fingerprint();
            let live = live.filter(|&(_, position)| part.is_live(position));
            let mut last = None;
            let distinct = live.filter(|&(text, _)| last.replace(text) != Some(text));
            let first = distinct.take(SAMPLED_TEXTS);
            sampled.extend(first.map(|(text, position)| (text, part.offset + position)));
        }
        // Stable, because it is fast for a few sorted runs.
        sampled.sort();
        sampled.dedup_by_key(|&mut (text, _)| text);
        sampled.truncate(SAMPLED_TEXTS);
        sampled
    }

    /// The number of live records of the collection.
    pub fn records(&self) -> u32 {
        match &self.whole {
            Some(whole) => whole.text.records as u32,
            None => self.parts.iter().map(Part::records).sum(),
        }
    }

    /// The number of live records of the collection that contain a piece of the model's vocabulary.
    pub fn records_with(&self, piece: u32) -> u32 {
        if let Some(whole) = &self.whole {
            return whole.pieces.get(&piece).copied().unwrap_or(0);
        }
        let parts = self.parts.iter();
        parts.map(|part| part.records_with(piece)).sum()
    }

    /// The part that contains a position, and the position within it.
    pub fn locate(&self, position: u32) -> Option<(&Part, u32)> {
        let after = self.parts.partition_point(|part| part.offset <= position);
        let part = self.parts.get(after.checked_sub(1)?)?;
        let within = position - part.offset;
        (within < part.segment.len()).then_some((part, within))
    }

    /// The number of the record at a position.
    pub fn number(&self, position: u32) -> Option<RecordNumber> {
        let (part, within) = self.locate(position)?;
        part.segment.columns.numbers.get(within as usize).copied()
    }

    /// The position of a record, unless it is deleted.
    pub fn position(&self, number: RecordNumber) -> Option<u32> {
        self.parts.iter().find_map(|part| {
            let within = part.segment.columns.position(number)?;
            part.is_live(within).then_some(part.offset + within)
        })
    }

    /// The vector of a record's first passage.
    pub fn vector(&self, position: u32) -> Option<Cow<'_, [f32]>> {
        let (part, within) = self.locate(position)?;
        let first = part.segment.columns.vectors_of(within).start;
        part.segment.vector(first)
    }

    /// The vectors of all passages of a record.
    pub fn vectors(&self, position: u32) -> impl Iterator<Item = Cow<'_, [f32]>> {
        let located = self.locate(position).into_iter();
        located.flat_map(|(part, within)| {
            let passages = part.segment.columns.vectors_of(within);
            passages.filter_map(|at| part.segment.vector(at))
        })
    }

    /// Fetches the vector of a record's first passage into the processor's cache.
    pub fn fetch(&self, position: u32) {
        if let Some((part, within)) = self.locate(position) {
            let first = part.segment.columns.vectors_of(within).start;
            part.segment.scan.fetch(first);
        }
    }

    /// The code of a passage of a record.
    pub fn code(&self, position: u32, passage: u32) -> Option<Point<'_>> {
        let (part, within) = self.locate(position)?;
        let mut passages = part.segment.columns.vectors_of(within);
        part.segment.scan.code(passages.nth(passage as usize)?)
    }

    /// The distinct pieces of a passage of a record, in rising order.
    pub fn pieces(&self, position: u32, passage: u32) -> Vec<u32> {
        let mut pieces = Vec::new();
        self.append_pieces(position, passage, &mut pieces);
        pieces
    }

    /// Appends these to others.
    pub fn append_pieces(&self, position: u32, passage: u32, pieces: &mut Vec<u32>) {
        if let Some((part, within)) = self.locate(position) {
            let mut passages = part.segment.columns.vectors_of(within);
            if let Some(at) = passages.nth(passage as usize) {
                part.segment.pieces.append(at, pieces);
            }
        }
    }

    /// The value that a record shares with identical ones.
    pub fn fingerprint(&self, position: u32) -> Option<u64> {
        let (part, within) = self.locate(position)?;
        let fingerprints = &part.segment.columns.fingerprints;
        fingerprints.get(within as usize).copied()
    }

    /// The other records identical to the given one that pass the filters.
    pub fn copies(&self, position: u32, passing: &Passing) -> Vec<u32> {
        let Some(same) = self.fingerprint(position) else {
            return Vec::new();
        };
        let parts = self.parts.iter();
        let all = parts.flat_map(|part| part.segment.copies(same).map(|at| part.offset + at));
        all.filter(|&copy| copy != position && self.passes(copy, passing))
            .collect()
    }

    /// The records of the same part that are identical to a record, itself among them, in order.
    pub fn copies_in_part(&self, position: u32) -> impl Iterator<Item = u32> {
        let located = self.locate(position).into_iter();
        located.flat_map(|(part, within)| {
            let same = part.segment.columns.fingerprints.get(within as usize);
            let same = same.into_iter().flat_map(|&same| part.segment.copies(same));
            same.map(|at| part.offset + at)
        })
    }

    /// Whether a record is live and passes the filters.
    pub fn passes(&self, position: u32, passing: &Passing) -> bool {
        let after = self.parts.partition_point(|part| part.offset <= position);
        let Some(at) = after.checked_sub(1) else {
            return false;
        };
        let within = position - self.parts[at].offset;
        within < self.parts[at].segment.len()
            && self
                .allowed(at, passing)
                .is_none_or(|allowed| allowed.contains(within))
    }

    /// The positions of every live record, in order.
    pub fn positions(&self) -> impl Iterator<Item = u32> + '_ {
        self.parts.iter().flat_map(|part| {
            let within = 0..part.segment.len();
            within
                .filter(|&at| part.is_live(at))
                .map(|at| part.offset + at)
        })
    }

    /// The records that pass every filter, in a collection with these facets.
    ///
    /// # Errors
    /// [`crate::Error::BadQuery`] for an invalid filter; see [`crate::filter::resolve`].
    pub fn select(&self, facets: &[FacetField], filters: &[Filter]) -> Result<Passing> {
        if filters.is_empty() {
            return Ok(None);
        }
        let holds = |facet: usize, wanted: &Wanted| {
            let whole = self.whole.as_ref();
            if let Some(known) = whole.and_then(|whole| whole.holds(facet, wanted)) {
                return known;
            }
            let mut parts = self.parts.iter();
            parts.any(|part| {
                let index = &part.segment.columns.facets;
                index.holds(facet, wanted, part.live.as_ref().map(|live| &***live))
            })
        };
        let filter = resolve(filters, facets, &holds)?;
        let parts = self.parts.iter();
        let passing = parts.map(|part| part.segment.columns.facets.passing(&filter, &part.live()));
        Ok(Some(passing.collect()))
    }

    /// The number of records that pass.
    pub fn passing(&self, passing: &Passing) -> u32 {
        match passing {
            Some(parts) => parts.iter().map(|part| part.len() as u32).sum(),
            None => self.records(),
        }
    }

    /// The records of a part that pass; `None` if all of them do.
    pub fn allowed<'a>(&'a self, part: usize, passing: &'a Passing) -> Option<&'a RoaringBitmap> {
        match passing {
            Some(parts) => parts.get(part),
            None => self.parts.get(part)?.live.as_ref().map(|live| &***live),
        }
    }

    /// The parts in the form that text search uses.
    pub fn text_parts<'a>(&'a self, passing: &'a Passing) -> Vec<TextPart<'a>> {
        let corpus = self.whole.as_ref().map(|whole| &whole.text);
        let parts = self.parts.iter().enumerate();
        let parts = parts.map(|(at, part)| TextPart {
            index: &part.segment.columns.text,
            live: part.live.as_deref(),
            terms: corpus.map_or(part.terms, |corpus| corpus.terms),
            passing: self.allowed(at, passing),
            offset: part.offset,
            corpus,
        });
        parts.collect()
    }
}
