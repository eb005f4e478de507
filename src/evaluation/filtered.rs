//! Compares filtered search by meaning with a reference that computes every cosine in f32.

use std::collections::BTreeSet;

use crate::collection::{Collection, Generation};
use crate::error::Result;
use crate::filter::{Alternative, Condition, Filter};
use crate::query::{Mode, Query, Route};
use crate::split_mix::SplitMix64;
use crate::vector::cosine;

/// How many hits are compared.
const HITS: usize = 10;

/// The most values that a random filter accepts.
const MAX_VALUES: u64 = 40;

/// The results of the measurement.
#[derive(Debug, Clone, Default)]
pub struct FilteredRecall {
    /// The number of pairs of a query and a filter.
    pub pairs: usize,
    /// The number of records passing the narrowest and the widest filter.
    pub passing: (u32, u32),
    /// Answers from the exact scan.
    pub by_scan: usize,
    /// How many of those equal the reference in hits and scores.
    pub scan_equal: usize,
    /// Answers in which the graph was used.
    pub by_graph: usize,
    /// The average share of the reference's hits in those.
    pub graph_recall: f64,
    /// Answers with fewer hits than the matching records allow.
    pub short: usize,
}

/// Searches for the neighbours of `pairs` random records' titles under random filters; the last
/// filter accepts everything.
///
/// # Errors
/// As for [`Collection::search`].
pub fn filtered_recall(collection: &Collection, pairs: usize, seed: u64) -> Result<FilteredRecall> {
    let generation = collection.generation();
    let positions: Vec<u32> = generation.positions().collect();
    let mut rng = SplitMix64::new(seed);
    let mut measured = FilteredRecall {
        passing: (u32::MAX, 0),
        ..FilteredRecall::default()
    };
    if positions.is_empty() {
        return Ok(measured);
    }
    let mut counts = collection.facet_counts()?;
    counts.retain(|counted| !counted.values.is_empty());
    for pair in 0..pairs {
        let at = positions[rng.below(positions.len() as u64) as usize];
        let Some(number) = generation.number(at) else {
            continue;
        };
        let record = collection.numbered(number)?;
        let text: String = record.title.chars().take(200).collect();
        if text.trim().is_empty() {
            continue;
        }
        let mut filters = Vec::new();
        if pair + 1 < pairs && !counts.is_empty() {
            let counted = &counts[rng.below(counts.len() as u64) as usize];
            let values = &counted.values;
            let wanted = 1 + rng.below(MAX_VALUES.min(values.len() as u64));
            // A set, because the same value may be drawn twice.
            let drawn: BTreeSet<usize> = (0..wanted)
                .map(|_| rng.below(values.len() as u64) as usize)
                .collect();
            filters.push(Filter::Is(Condition {
                field: counted.field.clone(),
                negated: rng.below(4) == 0,
                alternatives: drawn
                    .into_iter()
                    .map(|at| Alternative::Value(values[at].value.clone()))
                    .collect(),
            }));
        }
        let query = Query {
            mode: Mode::Neural,
            limit: HITS,
            collapse: false,
            operators: false,
            late_share: 0.0,
            filters,
            ..Query::new(text)
        };
        compare(collection, &generation, &query, &mut measured)?;
    }
    measured.graph_recall /= measured.by_graph.max(1) as f64;
    Ok(measured)
}

fn compare(
    collection: &Collection,
    generation: &Generation,
    query: &Query,
    measured: &mut FilteredRecall,
) -> Result<()> {
    let vector = collection.encoder().encode(query.text.trim())?;
    let passing = generation.select(&collection.schema().facets, &query.filters)?;
    let mut truth: Vec<(f32, u32)> = generation
        .positions()
        .filter(|&position| generation.passes(position, &passing))
        .map(|position| {
            let nearest = generation.vectors(position).map(|v| cosine(&vector, &v));
            (nearest.fold(f32::NEG_INFINITY, f32::max), position)
        })
        .collect();
    let count = truth.len() as u32;
    truth.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    truth.truncate(HITS);
    let truth: Vec<(f32, u64)> = truth
        .into_iter()
        .filter_map(|(score, at)| Some((score, generation.number(at)?.0)))
        .collect();

    let answer = collection.search(query)?;
    let found: Vec<(f32, u64)> = answer
        .hits
        .iter()
        .map(|hit| (hit.score, hit.record.number.0))
        .collect();
    measured.pairs += 1;
    measured.passing.0 = measured.passing.0.min(count);
    measured.passing.1 = measured.passing.1.max(count);
    measured.short += usize::from(found.len() < truth.len());
    if answer.route == Some(Route::Graph) {
        measured.by_graph += 1;
        let common = truth.iter().filter(|hit| found.contains(hit)).count();
        measured.graph_recall += common as f64 / truth.len().max(1) as f64;
    } else {
        measured.by_scan += 1;
        measured.scan_equal += usize::from(found == truth);
    }
    Ok(())
}
