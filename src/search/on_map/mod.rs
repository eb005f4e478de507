//! A collection in one state on a map of the same or an earlier one: what the map still shows, and
//! what it misses. `classes.rs` colours its records by a facet, `hits.rs` finds those of a query, and
//! `inside.rs` those in a polygon.

mod classes;
mod hits;
mod inside;

use crate::error::{Error, Result};
use crate::map::Map;
use crate::record::RecordNumber;
use crate::search::searcher::Searcher;
use crate::search::snippet;
use crate::vocabulary::{MAP_EXTENT, MAX_NAMED, MapRecord, MapState, MapView};

/// Stands for a record that is not on the map, or that is deleted.
const NOT_SHOWN: u32 = u32::MAX;

impl Searcher<'_> {
    /// Describes the map.
    pub fn map_view(&self, map: &Map) -> MapView {
        let shown = self.shown(map);
        let points = shown.iter().flatten().filter(|&&index| index != NOT_SHOWN);
        let points = points.count() as u32;
        let records = self.generation.records();
        let facets = self.schema.facets.iter();
        MapView {
            state: MapState::Ready,
            progress: None,
            points,
            of_records: records,
            outdated: records.saturating_sub(points),
            took_s: map.facts.took_s,
            trustworthiness: map.facts.trustworthiness,
            extent: [0, 0, MAP_EXTENT, MAP_EXTENT],
            regions: map.facts.regions.clone(),
            facets: facets.map(|facet| facet.field.clone()).collect(),
        }
    }

    /// The coordinates of all records, in map order. Those of deleted records are 0, which no other
    /// record has, so that the indices of all others stay the same.
    pub fn map_points(&self, map: &Map) -> [Vec<u16>; 2] {
        let mut points = [vec![0; map.len()], vec![0; map.len()]];
        for index in self.shown(map).into_iter().flatten() {
            if let Some(place) = map.place(index) {
                for (axis, at) in points.iter_mut().zip(place) {
                    axis[index as usize] = at;
                }
            }
        }
        points
    }

    /// The records at some places in map order, without those that are deleted.
    ///
    /// # Errors
    /// [`Error::BadQuery`] if there are too many, or no such place; the store's read errors.
    pub fn map_names(&self, map: &Map, indices: &[u32]) -> Result<Vec<MapRecord>> {
        if indices.is_empty() || indices.len() > MAX_NAMED {
            return Err(Error::BadQuery(format!(
                "there are {} indices; give 1 to {MAX_NAMED}",
                indices.len()
            )));
        }
        if let Some(beyond) = indices.iter().find(|&&index| index as usize >= map.len()) {
            return Err(Error::BadQuery(format!(
                "index is {beyond}; the map has {} records, so it must be less than that",
                map.len()
            )));
        }
        let shown = indices.iter().copied().filter(|&index| {
            let number = map.number(index);
            number.is_some_and(|number| self.generation.position(number).is_some())
        });
        self.map_records(map, shown)
    }

    /// The index of each record of each part; [`NOT_SHOWN`] for those that have none.
    fn shown(&self, map: &Map) -> Vec<Vec<u32>> {
        let parts = self.generation.parts.iter();
        let shown = parts.map(|part| {
            let numbers: &[RecordNumber] = &part.segment.columns.numbers;
            let first = numbers.first().copied().unwrap_or(RecordNumber(0));
            // Both are ascending.
            let mut index = map.numbers().partition_point(|&number| number < first);
            let positions = (0u32..).zip(numbers).map(|(position, number)| {
                while map.numbers().get(index).is_some_and(|other| other < number) {
                    index += 1;
                }
                let found = map.numbers().get(index) == Some(number);
                if found && part.is_live(position) {
                    index as u32
                } else {
                    NOT_SHOWN
                }
            });
            positions.collect()
        });
        shown.collect()
    }

    /// Reads records, given by their indices. One that cannot be read is left out.
    fn map_records(&self, map: &Map, indices: impl Iterator<Item = u32>) -> Result<Vec<MapRecord>> {
        let rows = self.view.rows()?;
        let mut records = Vec::new();
        for index in indices {
            let (Some(number), Some([x, y])) = (map.number(index), map.place(index)) else {
                continue;
            };
            let Some(payload) = rows.payload(number)? else {
                continue;
            };
            let record = self.schema.read(number, payload);
            records.push(MapRecord {
                title: shown_title(&record.title, &record.id),
                id: record.id,
                index,
                x,
                y,
            });
        }
        Ok(records)
    }
}

/// The part of a title that is shown; an id instead of an empty one.
fn shown_title(title: &str, id: &str) -> String {
    let text = if title.trim().is_empty() { id } else { title };
    text[snippet::of_title(text)].to_owned()
}
