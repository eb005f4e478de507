//! The records of a collection as points to project.

use std::borrow::Cow;

use roaring::RoaringBitmap;

use crate::projection::Space;
use crate::record::RecordNumber;
use crate::segment::generation::{Generation, Part};
use crate::vector::{Effort, Neighbour, cosine};

/// How many rows a walk over a graph keeps. A few neighbours may be missed; a map is about many.
const KEPT: usize = 96;

/// Stands for no point.
const NO_POINT: u32 = u32::MAX;

/// The live records of a generation. Records of one segment whose first passages have equal vectors
/// are one point.
pub struct Records<'g> {
    generation: &'g Generation,
    /// For each point, its part, and the position of its vector there.
    points: Vec<(u32, u32)>,
    /// The point of each vector of each part.
    of_vector: Vec<Vec<u32>>,
    /// The vectors of each part that are points.
    searched: Vec<RoaringBitmap>,
    /// The live records, ascending, and the point of each.
    records: Vec<(RecordNumber, u32)>,
}

impl<'g> Records<'g> {
    /// Those of a generation.
    pub fn of(generation: &'g Generation) -> Self {
        let mut all = Self {
            generation,
            points: Vec::new(),
            of_vector: Vec::new(),
            searched: Vec::new(),
            records: Vec::new(),
        };
        for part in &generation.parts {
            all.add(part);
        }
        all
    }

    fn add(&mut self, part: &Part) {
        let (columns, scan) = (&part.segment.columns, &part.segment.scan);
        let number = self.of_vector.len() as u32;
        let mut of_row = vec![NO_POINT; scan.codes().len()];
        let mut of_vector = vec![NO_POINT; scan.len()];
        let mut searched = RoaringBitmap::new();
        for position in &*part.live() {
            let first = columns.vectors_of(position).start;
            let row = scan.distinct().row(first);
            let Some(point) = row.and_then(|row| of_row.get_mut(row as usize)) else {
                continue;
            };
            if *point == NO_POINT {
                *point = self.points.len() as u32;
                self.points.push((number, first));
                searched.insert(first);
            }
            of_vector[first as usize] = *point;
            if let Some(&record) = columns.numbers.get(position as usize) {
                self.records.push((record, *point));
            }
        }
        self.of_vector.push(of_vector);
        self.searched.push(searched);
    }

    /// The live records, ascending, and the point of each.
    pub fn records(&self) -> &[(RecordNumber, u32)] {
        &self.records
    }

    fn part(&self, point: u32) -> Option<(&'g Part, u32)> {
        let &(part, vector) = self.points.get(point as usize)?;
        Some((self.generation.parts.get(part as usize)?, vector))
    }

    /// The filter of a part's search; `None` if all of its vectors are points.
    fn filter(&self, at: usize) -> Option<&RoaringBitmap> {
        let vectors = self.of_vector.get(at)?.len() as u64;
        self.searched.get(at).filter(|own| own.len() < vectors)
    }

    /// The points of what was found in a part.
    fn found(
        &self,
        at: usize,
        found: Vec<Neighbour>,
    ) -> impl Iterator<Item = (f32, u32)> + use<'_, 'g> {
        let points = self.of_vector.get(at);
        found.into_iter().filter_map(move |near| {
            let point = *points?.get(near.position as usize)?;
            (point != NO_POINT).then_some((near.cosine, point))
        })
    }
}

impl Space for Records<'_> {
    fn len(&self) -> usize {
        self.points.len()
    }

    fn dimension(&self) -> usize {
        let widths = self.generation.parts.iter();
        let widths = widths.map(|part| part.segment.scan.vectors().dimension());
        widths.max().unwrap_or(0)
    }

    fn vector(&self, point: u32) -> Option<Cow<'_, [f32]>> {
        let (part, vector) = self.part(point)?;
        part.segment.vector(vector)
    }

    fn cosine(&self, one: u32, other: u32) -> f32 {
        let code = |point| {
            let (part, vector) = self.part(point)?;
            part.segment.scan.code(vector)
        };
        match (code(one), code(other)) {
            (Some(one), Some(other)) => one.cosine(&other),
            _ => 0.0,
        }
    }

    fn nearest(&self, point: u32, count: usize) -> Vec<u32> {
        let Some(vector) = self.vector(point) else {
            return Vec::new();
        };
        // The point itself is found too.
        let wanted = count + 1;
        let effort = Effort {
            ef: KEPT.max(2 * wanted),
            ..Effort::for_hits(KEPT)
        };
        let mut near: Vec<(f32, u32)> = Vec::new();
        for (at, part) in self.generation.parts.iter().enumerate() {
            let (scan, filter) = (&part.segment.scan, self.filter(at));
            let walked = part.graph.as_ref().and_then(|graph| {
                let least = f32::INFINITY;
                graph.nearest_and_reaching(scan, &vector, wanted, least, filter, effort)
            });
            let found = match walked {
                Some(found) => found.nearest,
                None => scan.nearest(&vector, wanted, filter),
            };
            near.extend(self.found(at, found));
        }
        near.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let others = near.into_iter().map(|(_, other)| other);
        others.filter(|&other| other != point).take(count).collect()
    }

    fn ranks(&self, point: u32, others: &[u32]) -> Vec<u32> {
        let Some(vector) = self.vector(point) else {
            return Vec::new();
        };
        let cosines = others.iter().map(|&other| {
            let other = self.vector(other);
            other.map_or(-1.0, |other| cosine(&vector, &other))
        });
        let cosines: Vec<f32> = cosines.collect();
        let least = cosines.iter().copied().fold(f32::INFINITY, f32::min);
        let mut all: Vec<f32> = Vec::new();
        for (at, part) in self.generation.parts.iter().enumerate() {
            let scan = &part.segment.scan;
            let reaching = scan.reaching(&vector, least, self.filter(at));
            let reaching = self.found(at, reaching);
            all.extend(
                reaching
                    .filter(|&(_, other)| other != point)
                    .map(|near| near.0),
            );
        }
        all.sort_unstable_by(|a, b| b.total_cmp(a));
        let nearer = |cosine: &f32| all.partition_point(|other| other > cosine) as u32;
        cosines.iter().map(|cosine| nearer(cosine) + 1).collect()
    }
}
