//! An immutable state of a collection's indexes: a few segments, and which of their records are
//! deleted. Every write creates a new generation; readers keep the one they have.
//!
//! The first segment is the base. It is the only large one and has the graph over its vectors. The
//! others contain what was written since: the delta. Positions are numbered across all segments, in
//! order of record number.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use roaring::RoaringBitmap;

use crate::Vector;
use crate::error::Result;
use crate::filter::{Filter, Wanted, resolve};
use crate::query::FacetCounts;
use crate::record::{FacetField, RecordId};
use crate::segment::Segment;
use crate::segment::background::{Background, SAMPLE};
use crate::storage::layout::State;
use crate::text::TextPart;
use crate::vector::Graph;

/// The indexes of one state of the store.
#[derive(Clone, Default)]
pub struct Generation {
    /// The state of the store that they represent.
    pub state: State,
    /// Segments in order of record number.
    pub parts: Vec<Part>,
    /// The distribution of cosines between unrelated texts, computed on first use.
    background: Arc<OnceLock<Option<Background>>>,
    /// The number of records for each value of each facet, computed on first use.
    pub(crate) facet_counts: Arc<OnceLock<Vec<FacetCounts>>>,
}

/// A segment and its deletions.
#[derive(Clone)]
pub struct Part {
    /// The segment.
    pub segment: Arc<Segment>,
    /// The positions that are not deleted; `None` if no record is deleted.
    pub live: Option<Arc<RoaringBitmap>>,
    /// The total number of terms in its live records.
    pub terms: u64,
    /// The offset added to its positions.
    pub offset: u32,
    /// The graph over its vectors, if it has one.
    pub graph: Option<Arc<Graph>>,
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

    /// The same part without some records, given by number. Numbers it does not contain are
    /// ignored.
    pub fn without(&self, numbers: &BTreeSet<RecordId>) -> Self {
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
        let mut live = self.live().into_owned();
        for position in gone {
            live.remove(position);
            part.terms -= u64::from(columns.text.lengths()[position as usize]);
        }
        part.live = Some(Arc::new(live));
        part
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
            background: Arc::default(),
            facet_counts: Arc::default(),
        }
    }

    /// The distribution of cosines between its records; `None` if there are too few of them.
    pub fn background(&self) -> Option<&Background> {
        self.background
            .get_or_init(|| Background::of(self.spread(SAMPLE), self.records()))
            .as_ref()
    }

    /// The vectors of `wanted` live records, evenly spread over all of them, or of all records if
    /// there are fewer. The selection does not depend on how the records are divided into segments.
    pub fn spread(&self, wanted: u32) -> impl Iterator<Item = &Vector> {
        let records = u64::from(self.records());
        let wanted = u64::from(wanted).min(records);
        let mut before = 0u64;
        let parts = self.parts.iter().flat_map(move |part| {
            let own = before..before + u64::from(part.records());
            before = own.end;
            let places = (0..wanted).map(move |at| at * records / wanted);
            let inside = places.filter(move |place| own.contains(place));
            let start = before - u64::from(part.records());
            inside.filter_map(move |place| {
                let within = (place - start) as u32;
                match &part.live {
                    Some(live) => live.select(within),
                    None => Some(within),
                }
                .map(|within| part.offset + within)
            })
        });
        parts.filter_map(|position| self.vector(position))
    }

    /// The number of live records.
    pub fn records(&self) -> u32 {
        self.parts.iter().map(Part::records).sum()
    }

    /// The part that contains a position, and the position within it.
    pub fn locate(&self, position: u32) -> Option<(&Part, u32)> {
        let after = self.parts.partition_point(|part| part.offset <= position);
        let part = self.parts.get(after.checked_sub(1)?)?;
        let within = position - part.offset;
        (within < part.segment.len()).then_some((part, within))
    }

    /// The number of the record at a position.
    pub fn number(&self, position: u32) -> Option<RecordId> {
        let (part, within) = self.locate(position)?;
        part.segment.columns.numbers.get(within as usize).copied()
    }

    /// The position of a record, unless it is deleted.
    pub fn position(&self, number: RecordId) -> Option<u32> {
        self.parts.iter().find_map(|part| {
            let within = part.segment.columns.position(number)?;
            part.is_live(within).then_some(part.offset + within)
        })
    }

    /// The vector of a record's first passage.
    pub fn vector(&self, position: u32) -> Option<&Vector> {
        let (part, within) = self.locate(position)?;
        let first = part.segment.columns.vectors_of(within).start;
        part.segment.scan.vector(first)
    }

    /// The vectors of all passages of a record.
    pub fn vectors(&self, position: u32) -> impl Iterator<Item = &Vector> {
        let located = self.locate(position).into_iter();
        located.flat_map(|(part, within)| {
            let passages = part.segment.columns.vectors_of(within);
            passages.filter_map(|at| part.segment.scan.vector(at))
        })
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
            let mut parts = self.parts.iter();
            parts.any(|part| {
                let index = &part.segment.columns.facets;
                index.holds(facet, wanted, part.live.as_deref())
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
            None => self.parts.get(part)?.live.as_deref(),
        }
    }

    /// The parts in the form that text search uses.
    pub fn text_parts<'a>(&'a self, passing: &'a Passing) -> Vec<TextPart<'a>> {
        let parts = self.parts.iter().enumerate();
        let parts = parts.map(|(at, part)| TextPart {
            index: &part.segment.columns.text,
            live: part.live.as_deref(),
            terms: part.terms,
            passing: self.allowed(at, passing),
            offset: part.offset,
        });
        parts.collect()
    }
}
