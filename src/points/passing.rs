//! Finds the points that pass a filter, in one state of a collection.

use std::collections::HashMap;
use std::sync::Arc;

use roaring::RoaringBitmap;

use crate::collection::Collection;
use crate::error::{Error, Result};
use crate::payload::{Condition, Filter, ID_FIELD, Path, PointId, ReadValues, Values};
use crate::record::RecordNumber;
use crate::segment::Segment;
use crate::segment::generation::{Generation, Part, Passing};
use crate::storage::store::View;

impl Collection {
    /// Whether a filter can be applied at once. Otherwise, the payloads are read first, which takes
    /// about ten seconds for a million points.
    pub fn is_ready_for(&self, filter: &Filter) -> bool {
        let mut paths = Vec::new();
        filter.paths(&mut paths);
        let generation = self.generation();
        let mut parts = generation.parts.iter();
        parts.all(|part| part.segment.keys.have(&paths))
    }
}

/// The points that pass a filter; `None` if all do.
///
/// # Errors
/// The store's read errors.
pub fn passing(generation: &Generation, view: &View<'_>, filter: &Filter) -> Result<Passing> {
    if filter.is_empty() {
        return Ok(None);
    }
    let (mut paths, mut ids) = (Vec::new(), Vec::new());
    filter.paths(&mut paths);
    filter.ids(&mut ids);
    let numbers = view.numbers_of(ids.into_iter().map(|id| (*id, id.to_string())))?;
    let state = view.state()?;
    let of_part = |part: &Part| {
        let segment = &part.segment;
        let reader = OfSegment {
            segment,
            view,
            sequence: state.sequence,
        };
        // Values that were read in another state than that of the indexes may be incomplete.
        let values = if state == generation.state {
            segment.keys.get(&paths, &reader)?
        } else {
            reader.read(&paths)?.into_iter().map(Arc::new).collect()
        };
        let selection = Selection {
            segment,
            numbers: &numbers,
            values: paths.iter().copied().zip(values).collect(),
        };
        Ok(selection.all(filter, &part.live()))
    };
    let passing = generation.parts.iter().map(of_part);
    passing.collect::<Result<_>>().map(Some)
}

/// Reads the values of a segment's points. Records that are deleted by now have none.
struct OfSegment<'a> {
    segment: &'a Segment,
    view: &'a View<'a>,
    sequence: u64,
}

impl ReadValues for OfSegment<'_> {
    type Error = Error;

    fn sequence(&self) -> u64 {
        self.sequence
    }

    fn read(&self, paths: &[&Path]) -> Result<Vec<Values>> {
        let mut values: Vec<Values> = paths.iter().map(|_| Values::new(self.sequence)).collect();
        let numbers = &self.segment.columns.numbers;
        if let (Some(first), Some(last)) = (numbers.first(), numbers.last()) {
            self.view
                .for_each_record(first.0..last.0 + 1, |number, mut payload| {
                    payload.swap_remove(ID_FIELD);
                    if let Some(position) = self.segment.columns.position(number) {
                        for (path, values) in paths.iter().zip(&mut values) {
                            values.add(position, &path.values(&payload));
                        }
                    }
                    Ok(())
                })?;
        }
        Ok(values.into_iter().map(Values::finished).collect())
    }
}

/// The points of a segment, to select some of them.
struct Selection<'a> {
    segment: &'a Segment,
    /// The records with the ids that the filter names.
    numbers: &'a HashMap<PointId, RecordNumber>,
    /// The values of the fields that it names.
    values: HashMap<&'a Path, Arc<Values>>,
}

impl Selection<'_> {
    /// Those among `all` that fulfil a filter.
    fn all(&self, filter: &Filter, all: &RoaringBitmap) -> RoaringBitmap {
        let mut passing = all.clone();
        for condition in &filter.must {
            passing = self.fulfilling(condition, &passing);
        }
        if !filter.should.is_empty() {
            let should = filter.should.iter();
            let each = should.map(|condition| self.fulfilling(condition, &passing));
            passing = each.fold(RoaringBitmap::new(), |any, each| any | each);
        }
        for condition in &filter.must_not {
            let excluded = self.fulfilling(condition, &passing);
            passing -= excluded;
        }
        if let Some((count, conditions)) = &filter.min_should {
            passing = self.several(*count, conditions, passing);
        }
        passing
    }

    /// Those that fulfil at least so many conditions.
    fn several(&self, count: usize, conditions: &[Condition], all: RoaringBitmap) -> RoaringBitmap {
        // At `n`, those that fulfil more than `n` of the conditions seen so far.
        let mut more_than: Vec<RoaringBitmap> = Vec::new();
        for condition in conditions {
            let mut carried = self.fulfilling(condition, &all);
            for level in &mut more_than {
                let both = &*level & &carried;
                *level |= &carried;
                carried = both;
            }
            if more_than.len() < count {
                more_than.push(carried);
            }
        }
        match count.checked_sub(1) {
            None => all,
            Some(at) => more_than.into_iter().nth(at).unwrap_or_default(),
        }
    }

    fn fulfilling(&self, condition: &Condition, all: &RoaringBitmap) -> RoaringBitmap {
        match condition {
            Condition::Filter(filter) => self.all(filter, all),
            Condition::HasId(ids) => {
                let numbers = ids.iter().filter_map(|id| self.numbers.get(id));
                let columns = &self.segment.columns;
                let positions = numbers.filter_map(|&number| columns.position(number));
                positions.collect::<RoaringBitmap>() & all
            }
            Condition::Field(path, test) => match self.values.get(path) {
                Some(values) => values.passing(test, all),
                None => RoaringBitmap::new(),
            },
        }
    }
}
