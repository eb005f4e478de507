//! Compares what Qdrant finds with an exact scan, for a sample of queries.

use std::collections::BTreeMap;

use parallax::collection::Stored;
use parallax::evaluation::SplitMix64;
use parallax::vector::cosine;
use qdrant_client::qdrant::QueryPointsBuilder;

use crate::cluster::Cluster;
use crate::error::Result;

/// How many queries are compared.
pub const COMPARED: usize = 100;

/// How many of the nearest records are compared for each.
pub const NEAREST: usize = 10;

/// By how much the same score may differ, because both sides add up in another order, for vectors of
/// length 1.
const TOLERANCE: f32 = 1e-5;

/// Records whose vectors are the queries, and the scores of those nearest to each.
#[derive(Default)]
pub struct Sample(BTreeMap<u64, Query>);

struct Query {
    vector: Vec<f32>,
    /// Best first.
    best: Vec<f32>,
}

/// How many of the nearest records were the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Agreement {
    /// How many queries were compared: at most [`COMPARED`].
    pub queries: usize,
    /// Those that Qdrant found among the nearest.
    pub same: usize,
    /// All of them.
    pub of: usize,
}

impl Agreement {
    /// From 0 to 1.
    pub fn share(self) -> f64 {
        self.same as f64 / self.of.max(1) as f64
    }
}

impl Sample {
    /// Considers a record for the sample, which depends only on the records' numbers.
    pub(crate) fn consider(&mut self, record: &Stored, width: usize) {
        let place = place_of(record.number);
        let full = self.0.len() >= COMPARED;
        if full
            && self
                .0
                .last_key_value()
                .is_some_and(|(last, _)| *last < place)
        {
            return;
        }
        let vector = record.vectors.iter().take(width).copied().collect();
        let query = Query {
            vector,
            best: Vec::new(),
        };
        self.0.insert(place, query);
        if full {
            self.0.pop_last();
        }
    }

    /// Scores a record for every query, by its nearest passage.
    pub(crate) fn score(&mut self, record: &Stored, width: usize) {
        for query in self.0.values_mut() {
            let passages = record.vectors.chunks_exact(width);
            let scores = passages.map(|passage| cosine(&query.vector, passage));
            let score = scores.fold(f32::NEG_INFINITY, f32::max);
            let at = query.best.partition_point(|better| *better >= score);
            if at < NEAREST {
                query.best.insert(at, score);
                query.best.truncate(NEAREST);
            }
        }
    }
}

/// The place of a record in a random order that is always the same.
fn place_of(number: u64) -> u64 {
    SplitMix64::new(number).bits()
}

impl Cluster {
    /// Searches for the queries of the sample. A record found counts if it is at least as near as the last
    /// of those that the exact scan found.
    ///
    /// # Errors
    /// [`crate::Error::Request`].
    pub(crate) async fn compare(&self, name: &str, sample: &Sample) -> Result<Agreement> {
        let mut agreement = Agreement::default();
        for query in sample.0.values() {
            let request = QueryPointsBuilder::new(name)
                .query(query.vector.clone())
                .limit(NEAREST as u64)
                .build();
            let found = self.ask("search", request, |node, request| async move {
                node.query(request).await
            });
            let found = found.await?;
            let tolerance = TOLERANCE * cosine(&query.vector, &query.vector).max(1.0);
            let least = query
                .best
                .last()
                .map_or(f32::INFINITY, |last| last - tolerance);
            let near = found.result.iter().filter(|point| point.score >= least);
            agreement.queries += 1;
            agreement.same += near.count().min(query.best.len());
            agreement.of += query.best.len();
        }
        Ok(agreement)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(number: u64, vectors: &[f32]) -> Stored {
        Stored {
            number,
            fields: "{}".into(),
            vectors: vectors.to_vec(),
            passages: Vec::new(),
        }
    }

    #[test]
    fn the_best_of_each_query_are_those_of_a_sorted_list() {
        let records: Vec<Stored> = (0..300u64)
            .map(|number| {
                let angle = place_of(number) as f32 / u64::MAX as f32 * 6.3;
                let second = angle * 1.7;
                record(
                    number,
                    &[angle.cos(), angle.sin(), second.cos(), second.sin()],
                )
            })
            .collect();
        let mut sample = Sample::default();
        for record in &records {
            sample.consider(record, 2);
        }
        for record in &records {
            sample.score(record, 2);
        }
        assert_eq!(sample.0.len(), COMPARED);
        for query in sample.0.values() {
            let dot = |passage: &[f32]| query.vector[0] * passage[0] + query.vector[1] * passage[1];
            let mut scores: Vec<f32> = records
                .iter()
                .map(|record| dot(&record.vectors[..2]).max(dot(&record.vectors[2..])))
                .collect();
            scores.sort_unstable_by(|a, b| b.total_cmp(a));
            for (best, expected) in query.best.iter().zip(&scores[..NEAREST]) {
                assert!((best - expected).abs() < 1e-6);
            }
            assert_eq!(query.best.len(), NEAREST);
        }
        let mut backwards = Sample::default();
        for record in records.iter().rev() {
            backwards.consider(record, 2);
        }
        assert!(backwards.0.keys().eq(sample.0.keys()));
    }
}
