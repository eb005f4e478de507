//! The points nearest to a vector.

use std::borrow::Cow;

use super::passing::passing;
use super::read::{Budget, Stored};
use crate::collection::Collection;
use crate::error::{Error, Result};
use crate::payload::{Filter, PointId};
use crate::query::Route;
use crate::search::{NearRecord, NearSearch};
use crate::segment::generation::{Generation, Part, Passing};
use crate::vector::Distance;

/// How deep a search goes.
const MAX_DEPTH: usize = 100_000;

/// What points should be near to.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// A vector.
    Vector(Vec<f32>),
    /// The vector of a point, which is not found itself.
    Point(PointId),
}

/// A search for the nearest points.
#[derive(Debug, Clone, PartialEq)]
pub struct Nearest {
    /// What they should be near to.
    pub target: Target,
    /// What they must fulfil.
    pub filter: Filter,
    /// How many are wanted.
    pub limit: usize,
    /// How many of the nearest are skipped.
    pub offset: usize,
    /// The lowest score.
    pub threshold: Option<f32>,
    /// Whether all vectors must be compared, rather than those that a graph leads to.
    pub exact: bool,
}

/// A point that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored<T> {
    /// The cosine or the dot product of its vector and the target.
    pub score: f32,
    /// The number of its record. It changes whenever the point is written again.
    pub version: u64,
    /// What was read of it.
    pub point: T,
}

impl Collection {
    /// The points nearest to a vector, best first; equal ones in the order in which they were
    /// written. `read` reads what is wanted of each, within the budget of the answer.
    ///
    /// # Errors
    /// [`Error::BadQuery`] for a vector of another width or with components that are not finite, for a
    /// search that is too deep, and if the answer would be too large;
    /// [`Error::NoRecord`] if the target is a point that does not exist; the store's read errors.
    pub fn nearest_points<T>(
        &self,
        query: &Nearest,
        budget: &Budget,
        read: impl Fn(Stored<'_>) -> Result<T>,
    ) -> Result<Vec<Scored<T>>> {
        let wanted = query.offset.saturating_add(query.limit);
        if wanted > MAX_DEPTH {
            return Err(Error::BadQuery(format!(
                "offset and limit together are at most {MAX_DEPTH}, not {wanted}; list points by \
                 scroll instead"
            )));
        }
        let (generation, view) = self.now()?;
        let (vector, own) = match &query.target {
            Target::Vector(vector) => {
                let about = self.about();
                let prepared = about.distance.prepared(vector.clone(), about.dimension);
                (prepared.map_err(Error::BadQuery)?, None)
            }
            Target::Point(id) => {
                let id = id.to_string();
                let number = view.find(&id)?.ok_or_else(|| self.no_record(&id))?;
                let position = generation.position(number);
                let vector = position.and_then(|position| generation.vector(position));
                let vector = vector.ok_or_else(|| self.no_record(&id))?;
                (vector.into_owned().into(), position)
            }
        };
        let passing = passing(&generation, &view, &query.filter)?;
        let k = wanted.saturating_add(usize::from(own.is_some()));
        let k = k.min(generation.records() as usize);
        let near = if query.limit == 0 {
            Vec::new()
        } else {
            self.near(&generation, &vector, &passing, k, query.exact)
        };
        let near = near.into_iter().filter(|near| Some(near.position) != own);
        let near = near.take_while(|near| query.threshold.is_none_or(|least| near.cosine >= least));
        let found = near.skip(query.offset).take(query.limit);
        let rows = view.rows()?;
        found
            .map(|near| {
                let stored = Stored::at(&generation, &rows, budget, near.position);
                let stored = stored.ok_or_else(|| Error::damaged(view.path()))?;
                let (score, version) = (near.cosine, stored.number.0);
                let point = read(stored)?;
                budget.check()?;
                Ok(Scored {
                    score,
                    version,
                    point,
                })
            })
            .collect()
    }

    fn near(
        &self,
        generation: &Generation,
        vector: &[f32],
        passing: &Passing,
        k: usize,
        exact: bool,
    ) -> Vec<NearRecord> {
        match self.about().distance {
            Distance::Cosine => {
                let search = NearSearch {
                    generation,
                    vector,
                    route: if exact { Route::Exact } else { Route::Auto },
                    graph_min_records: self.tuning.graph_min_records,
                    distinct: false,
                };
                search.run(passing, k, f32::INFINITY).nearest
            }
            Distance::Dot => by_dot_product(generation, vector, passing, k),
        }
    }
}

/// By comparing every vector in f32. The bounds of codes hold for unit vectors only.
fn by_dot_product(
    generation: &Generation,
    vector: &[f32],
    passing: &Passing,
    k: usize,
) -> Vec<NearRecord> {
    let mut near: Vec<NearRecord> = Vec::new();
    for (at, part) in generation.parts.iter().enumerate() {
        let all: Cow<'_, _> = match generation.allowed(at, passing) {
            Some(allowed) => Cow::Borrowed(allowed),
            None => Part::live(part),
        };
        let scored = part.segment.scan.rescore(vector, all.iter());
        near.extend(scored.into_iter().take(k).map(|near| NearRecord {
            position: part.offset + near.position,
            cosine: near.cosine,
            passage: 0,
        }));
    }
    near.sort_unstable_by(NearRecord::best_first);
    near.truncate(k);
    near
}
