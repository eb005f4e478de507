//! Reads points: some by their ids, or page by page in the order of their ids.

use std::cell::Cell;
use std::collections::HashSet;

use serde::Deserialize;

use super::passing::passing;
use super::{ID_FIELD, MAX_POINTS};
use crate::collection::Collection;
use crate::error::{Error, Result};
use crate::payload::{Filter, PointId};
use crate::record::{Payload, RecordNumber};
use crate::segment::generation::Generation;
use crate::storage::rows::Rows;

/// How much may be read for an answer, in bytes of JSON.
const MAX_READ: usize = 64 << 20;

/// About how many bytes a component of a vector takes as JSON.
const COMPONENT: usize = 12;

/// Counts what is read for an answer, which may be about several searches.
#[derive(Default)]
pub struct Budget(Cell<usize>);

impl Budget {
    fn take(&self, bytes: usize) {
        self.0.set(self.0.get().saturating_add(bytes));
    }

    fn is_spent(&self) -> bool {
        self.0.get() > MAX_READ
    }

    /// Checks that the answer is not too large.
    pub(super) fn check(&self) -> Result<()> {
        if !self.is_spent() {
            return Ok(());
        }
        Err(Error::BadQuery(format!(
            "the answer would have more than {} MiB: ask for fewer points, or without their payloads \
             or vectors",
            MAX_READ >> 20
        )))
    }
}

/// A point in the store, of which nothing has been read yet.
pub struct Stored<'a> {
    generation: &'a Generation,
    rows: &'a Rows<'a>,
    budget: &'a Budget,
    position: u32,
    /// The number of its record.
    pub number: RecordNumber,
}

impl<'a> Stored<'a> {
    pub(super) fn at(
        generation: &'a Generation,
        rows: &'a Rows<'a>,
        budget: &'a Budget,
        position: u32,
    ) -> Option<Self> {
        Some(Self {
            generation,
            rows,
            budget,
            position,
            number: generation.number(position)?,
        })
    }

    /// Its id.
    ///
    /// # Errors
    /// The store's read errors; [`Error::Format`] if it is no point.
    pub fn id(&self) -> Result<PointId> {
        #[derive(Deserialize)]
        struct WithId {
            #[serde(rename = "_point")]
            id: PointId,
        }
        let parse = |json: &[u8]| serde_json::from_slice::<WithId>(json);
        let read = self.rows.json(self.number, parse)?;
        match read {
            Some(Ok(WithId { id })) => Ok(id),
            _ => Err(self.damaged()),
        }
    }

    /// Its id and its payload, without the field that holds the id.
    ///
    /// # Errors
    /// As for [`Self::id`].
    pub fn read(&self) -> Result<(PointId, Payload)> {
        let read = self.rows.json(self.number, |json| {
            self.budget.take(json.len());
            serde_json::from_slice::<Payload>(json)
        })?;
        let Some(Ok(mut payload)) = read else {
            return Err(self.damaged());
        };
        let id = payload.shift_remove(ID_FIELD);
        let id = id.and_then(|id| PointId::from_json(&id).ok());
        Ok((id.ok_or_else(|| self.damaged())?, payload))
    }

    fn damaged(&self) -> Error {
        self.rows.damaged("a point without an id")
    }

    /// Its vector: of unit length if cosines are compared.
    pub fn vector(&self) -> Vec<f32> {
        let vector = self.generation.vector(self.position);
        let width = vector.as_ref().map_or(0, |vector| vector.len());
        self.budget.take(width * COMPONENT);
        vector.map(std::borrow::Cow::into_owned).unwrap_or_default()
    }
}

/// Points in the order of their ids.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed<T> {
    /// What was read of each.
    pub points: Vec<T>,
    /// The id of the next point, if there are more.
    pub next: Option<PointId>,
}

impl Collection {
    /// The points with these ids, in the order given, each once. Ids that do not exist are left out.
    ///
    /// # Errors
    /// [`Error::BadQuery`] for too many ids, or if the answer would be too large; the store's read
    /// errors, and those of `read`.
    pub fn points<T>(
        &self,
        ids: &[PointId],
        read: impl Fn(Stored<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        check_count(ids.len())?;
        let (generation, view) = self.now()?;
        let rows = view.rows()?;
        let numbers = view.numbers_of(ids.iter().map(|id| (*id, id.to_string())))?;
        let (budget, mut seen, mut points) = (Budget::default(), HashSet::new(), Vec::new());
        for id in ids.iter().filter(|&id| seen.insert(*id)) {
            let number = numbers.get(id);
            let position = number.and_then(|&number| generation.position(number));
            let stored = position.and_then(|at| Stored::at(&generation, &rows, &budget, at));
            if let Some(stored) = stored {
                points.push(read(stored)?);
                budget.check()?;
            }
        }
        Ok(points)
    }

    /// The points that pass a filter, in the order of their ids, from a given id on. There are at most
    /// `limit`, or fewer if they are large.
    ///
    /// # Errors
    /// [`Error::BadQuery`] if the limit is too high; the store's read errors, and those of `read`.
    pub fn list_points<T>(
        &self,
        filter: &Filter,
        from: Option<PointId>,
        limit: usize,
        read: impl Fn(Stored<'_>) -> Result<T>,
    ) -> Result<Listed<T>> {
        check_count(limit)?;
        let (generation, view) = self.now()?;
        let passing = passing(&generation, &view, filter)?;
        let ordered = self.ordered.get(generation.state, || {
            let mut ids = Vec::new();
            view.for_each_id(|id, number| ids.extend(id.parse().ok().map(|id| (id, number))))?;
            Ok::<_, Error>(ids)
        })?;
        let first = from.map_or(0, |from| ordered.partition_point(|(id, _)| *id < from));
        let following = ordered.iter().skip(first);
        let mut following = following.filter_map(|(id, number)| {
            let position = generation.position(*number)?;
            let passes = generation.passes(position, &passing);
            passes.then_some((*id, position))
        });
        let rows = view.rows()?;
        let mut points = Vec::new();
        let budget = Budget::default();
        for (_, position) in following.by_ref().take(limit) {
            if let Some(stored) = Stored::at(&generation, &rows, &budget, position) {
                points.push(read(stored)?);
            }
            if budget.is_spent() {
                break;
            }
        }
        Ok(Listed {
            points,
            next: following.next().map(|(id, _)| id),
        })
    }

    /// How many points pass a filter.
    ///
    /// # Errors
    /// The store's read errors.
    pub fn count_points(&self, filter: &Filter) -> Result<u32> {
        let (generation, view) = self.now()?;
        Ok(generation.passing(&passing(&generation, &view, filter)?))
    }
}

fn check_count(count: usize) -> Result<()> {
    if count <= MAX_POINTS {
        return Ok(());
    }
    Err(Error::BadQuery(format!(
        "{count} points are too many for one answer; at most {MAX_POINTS} are allowed, and the next \
         ones are listed from next_page_offset on"
    )))
}
