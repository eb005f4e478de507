//! The records inside a polygon on a map.

use roaring::RoaringBitmap;

use super::NOT_SHOWN;
use crate::analysis::is_blank;
use crate::error::Result;
use crate::map::Map;
use crate::query::{MAX_LIMIT, Query};
use crate::record::RecordNumber;
use crate::search::plan::both;
use crate::search::searcher::Searcher;
use crate::search::stopwatch::Stopwatch;
use crate::segment::generation::Passing;
use crate::text::WordSearch;
use crate::vocabulary::{Inside, InsideRequest, MAX_INSIDE_IDS};

impl Searcher<'_> {
    /// The records inside a polygon, those nearest to its centre first. With a query, the best hundred
    /// of them by both engines come before the others.
    ///
    /// # Errors
    /// [`crate::Error::BadQuery`] for a polygon or a page out of bounds; with a query, those of
    /// [`Searcher::search`].
    pub fn map_inside(&self, map: &Map, request: &InsideRequest) -> Result<Inside> {
        request.check()?;
        let polygon = Polygon::new(&request.polygon);
        let mut found: Vec<(f64, u32)> = Vec::new();
        let mut inside: Vec<RoaringBitmap> = Vec::new();
        for shown in self.shown(map) {
            let mut of_part = RoaringBitmap::new();
            for (position, index) in (0u32..).zip(shown) {
                if index == NOT_SHOWN {
                    continue;
                }
                if let Some(place) = map.place(index).filter(|place| polygon.contains(*place)) {
                    found.push((polygon.distance(place), index));
                    of_part.insert(position);
                }
            }
            inside.push(of_part);
        }
        let total = found.len() as u32;
        let nearer = |a: &(f64, u32), b: &(f64, u32)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
        if found.len() > MAX_INSIDE_IDS {
            found.select_nth_unstable_by(MAX_INSIDE_IDS, nearer);
            found.truncate(MAX_INSIDE_IDS);
        }
        found.sort_unstable_by(nearer);
        let mut order: Vec<u32> = found.into_iter().map(|(_, index)| index).collect();
        if !is_blank(&request.q) {
            let best = self.best_inside(map, &request.q, Some(inside))?;
            let ranked: RoaringBitmap = best.iter().copied().collect();
            order.retain(|&index| !ranked.contains(index));
            order.splice(0..0, best);
            order.truncate(MAX_INSIDE_IDS);
        }
        let asked = order.iter().skip(request.offset as usize);
        let asked = asked.take(request.limit as usize);
        Ok(Inside {
            total,
            records: self.map_records(map, asked.copied())?,
            ids: self.ids(order.iter().filter_map(|&index| map.number(index)))?,
        })
    }

    /// The indices of the best of some records for a query, by both engines.
    fn best_inside(&self, map: &Map, text: &str, inside: Passing) -> Result<Vec<u32>> {
        let mut watch = Stopwatch::start(self.waited);
        let query = Query {
            limit: MAX_LIMIT,
            // Each record has a place of its own.
            collapse: false,
            ..Query::new(text)
        };
        let mut plan = self.plan(&query, &mut watch)?;
        plan.passing = both(inside, &plan.passing);
        let parts = self.generation.text_parts(&plan.passing);
        let words = WordSearch::new(&parts, &plan.words);
        let candidates = self.retrieve(&plan, &words, &mut watch);
        let ranking = self.rank(&plan, &words, &candidates)?;
        let numbers = ranking
            .hits
            .iter()
            .filter_map(|hit| self.generation.number(hit.position));
        Ok(numbers.filter_map(|number| map.index(number)).collect())
    }

    /// The ids of records. Without an id field, they need not be read.
    fn ids(&self, numbers: impl Iterator<Item = RecordNumber>) -> Result<Vec<String>> {
        if self.schema.id.is_none() {
            return Ok(numbers.map(|number| number.0.to_string()).collect());
        }
        let rows = self.view.rows()?;
        let mut ids = Vec::new();
        for number in numbers {
            if let Some(payload) = rows.payload(number)? {
                let id = self.schema.source_id(&payload);
                ids.push(id.unwrap_or_else(|| number.0.to_string()));
            }
        }
        Ok(ids)
    }
}

/// A closed polygon.
struct Polygon {
    vertices: Vec<[f64; 2]>,
    /// The smallest and largest coordinates in both directions.
    bounds: [(f64, f64); 2],
    centre: [f64; 2],
}

impl Polygon {
    fn new(vertices: &[[u16; 2]]) -> Self {
        let vertices: Vec<[f64; 2]> = vertices.iter().map(|at| at.map(f64::from)).collect();
        let bounds = [0, 1].map(|axis: usize| {
            let along = vertices.iter().map(|at| at[axis]);
            let least = along.clone().fold(f64::INFINITY, f64::min);
            (least, along.fold(f64::NEG_INFINITY, f64::max))
        });
        Self {
            centre: centroid(&vertices),
            vertices,
            bounds,
        }
    }

    /// Whether a place is inside, by the even-odd rule.
    fn contains(&self, place: [u16; 2]) -> bool {
        let [x, y] = place.map(f64::from);
        let [(left, right), (top, bottom)] = self.bounds;
        if !(left..=right).contains(&x) || !(top..=bottom).contains(&y) {
            return false;
        }
        let crosses = sides(&self.vertices).filter(|&([x1, y1], [x2, y2])| {
            (y1 > y) != (y2 > y) && x < (x2 - x1) * (y - y1) / (y2 - y1) + x1
        });
        crosses.count() % 2 == 1
    }

    /// The square of the distance from the centre.
    fn distance(&self, place: [u16; 2]) -> f64 {
        let [x, y] = place.map(f64::from);
        (x - self.centre[0]).powi(2) + (y - self.centre[1]).powi(2)
    }
}

/// The sides of a polygon.
fn sides(vertices: &[[f64; 2]]) -> impl Iterator<Item = ([f64; 2], [f64; 2])> + '_ {
    let next = vertices.iter().cycle().skip(1);
    vertices.iter().copied().zip(next.copied())
}

/// The centre of a polygon's area; of its vertices, if it has no area.
fn centroid(vertices: &[[f64; 2]]) -> [f64; 2] {
    let (mut area, mut centre) = (0.0, [0.0; 2]);
    for (from, to) in sides(vertices) {
        let cross = from[0] * to[1] - to[0] * from[1];
        area += cross;
        for axis in 0..2 {
            centre[axis] += (from[axis] + to[axis]) * cross;
        }
    }
    if area.abs() < 1.0 {
        let mean = |axis: usize| {
            let along = vertices.iter().map(|at| at[axis]);
            along.sum::<f64>() / vertices.len().max(1) as f64
        };
        return [0, 1].map(mean);
    }
    centre.map(|sum| sum / (3.0 * area))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_polygon_contains_what_is_inside() {
        // An L, which its centre is not quite amid.
        let polygon = [[0, 0], [100, 0], [100, 40], [40, 40], [40, 100], [0, 100]];
        let polygon = Polygon::new(&polygon);
        for inside in [[10, 10], [90, 20], [20, 90], [39, 60]] {
            assert!(polygon.contains(inside), "{inside:?}");
        }
        for outside in [[60, 60], [110, 10], [10, 101], [41, 60]] {
            assert!(!polygon.contains(outside), "{outside:?}");
        }
        let square = Polygon::new(&[[10, 10], [30, 10], [30, 30], [10, 30]]);
        assert_eq!(square.centre, [20.0, 20.0]);
        assert!((square.distance([23, 24]) - 25.0).abs() < 1e-9);
    }

    #[test]
    fn a_line_contains_nothing() {
        let line = Polygon::new(&[[0, 0], [50, 50], [100, 100]]);
        assert_eq!(line.centre, [50.0, 50.0]);
        assert!(!line.contains([20, 70]));
    }
}
