//! Measures the recall of the graph on the spot: how many of the true nearest ten it finds for a
//! query, and for others around it. `evaluation/recall.rs` measures it on a whole collection.

use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::query::{Query, Route};
use crate::search::nearest::{Near, NearSearch};
use crate::search::plan::Plan;
use crate::search::searcher::Searcher;
use crate::search::stopwatch::Stopwatch;
use crate::segment::generation::Passing;
use crate::vector::normalise;
use crate::vocabulary::{MeasuredRecall, Mode, RecallFigures, ScanReason};

/// How many of the nearest records are compared.
const NEAREST: usize = 10;

/// How many queries around the one asked are measured.
const AROUND: usize = 50;

/// How long the measurement may take. Further queries around the one asked are left out.
const LONGEST: Duration = Duration::from_secs(2);

/// One query: the share of the nearest that the graph found, and the times of graph and scan.
struct Measured {
    recall: f32,
    graph: Duration,
    scan: Duration,
}

impl Searcher<'_> {
    /// Compares the search for the records nearest to a query with the exact scan, for the query
    /// itself and for fifty around it. If the query's search is the exact scan, tells why.
    ///
    /// # Errors
    /// [`Error::BadQuery`] for a query without words or one that the model cannot read, and those of
    /// [`Searcher::search`].
    pub fn measure_recall(&self, query: &Query) -> Result<MeasuredRecall> {
        query.check()?;
        let query = Query {
            mode: Mode::Hybrid,
            sort: None,
            facets: Vec::new(),
            sentences: false,
            ..query.clone()
        };
        let start = Instant::now();
        let plan = self.plan(&query, &mut Stopwatch::start(self.waited))?;
        let Some(vector) = plan.vector.as_deref() else {
            return Err(Error::BadQuery(
                "there is nothing to measure: search by meaning needs words that the model can read"
                    .into(),
            ));
        };
        let parts = self.generation.parts.iter();
        let vectors: usize = parts.map(|part| part.segment.scan.codes().len()).sum();
        let unmeasured = MeasuredRecall {
            collection: self.name.to_string(),
            vectors: vectors as u32,
            scanned_because: None,
            graph_min_records: self.graph_min_records,
            query: None,
            around: None,
        };
        let mut observed = Vec::new();
        let near = self.near_search(&plan, vector).run_observed(
            &plan.passing,
            AROUND,
            f32::INFINITY,
            Some(&mut observed),
        );
        if near.route != Route::Graph {
            // The largest part decides.
            let largest = observed.iter().max_by_key(|part| part.vectors);
            let why = largest.and_then(|part| part.scanned_because);
            return Ok(MeasuredRecall {
                scanned_because: Some(why.unwrap_or(ScanReason::Small)),
                ..unmeasured
            });
        }
        let own = self.measure(&plan, vector);
        let mut around = Vec::with_capacity(AROUND);
        for near in &near.nearest {
            if start.elapsed() > LONGEST {
                break;
            }
            let Some(other) = self.generation.vector(near.position) else {
                continue;
            };
            let mut between: Vec<f32> = vector.iter().zip(&*other).map(|(a, b)| a + b).collect();
            // Opposite vectors have nothing half-way.
            if normalise(&mut between).is_ok() {
                around.push(self.measure(&plan, &between));
            }
        }
        Ok(MeasuredRecall {
            query: figures(vec![own]),
            around: figures(around),
            ..unmeasured
        })
    }

    /// The search that the query's own is; a filter requires the scan.
    fn near_search<'a>(&'a self, plan: &Plan<'_>, vector: &'a [f32]) -> NearSearch<'a> {
        NearSearch {
            generation: &self.generation,
            vector,
            route: match plan.passing {
                Some(_) => Route::Exact,
                None => plan.query.route,
            },
            graph_min_records: self.graph_min_records,
            distinct: plan.query.collapse,
        }
    }

    fn measure(&self, plan: &Plan<'_>, vector: &[f32]) -> Measured {
        let graph = self.near_search(plan, vector);
        let scan = NearSearch {
            route: Route::Exact,
            ..graph
        };
        let (found, graph) = timed(&graph, &plan.passing);
        let (truth, scan) = timed(&scan, &plan.passing);
        let is_found = |position| found.nearest.iter().any(|near| near.position == position);
        let hits = truth.nearest.iter().filter(|near| is_found(near.position));
        Measured {
            recall: hits.count() as f32 / truth.nearest.len().max(1) as f32,
            graph,
            scan,
        }
    }
}

fn timed(search: &NearSearch<'_>, passing: &Passing) -> (Near, Duration) {
    let start = Instant::now();
    let near = search.run(passing, NEAREST, f32::INFINITY);
    (near, start.elapsed())
}

/// The figures of some queries; `None` if there are none.
fn figures(measured: Vec<Measured>) -> Option<RecallFigures> {
    let recalls = || measured.iter().map(|one| one.recall);
    let least = recalls().reduce(f32::min)?;
    Some(RecallFigures {
        queries: measured.len() as u32,
        recall_at_10: recalls().sum::<f32>() / measured.len() as f32,
        least,
        perfect: recalls().filter(|&recall| recall >= 1.0).count() as u32,
        graph: median(measured.iter().map(|one| one.graph).collect()),
        scan: median(measured.iter().map(|one| one.scan).collect()),
    })
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
