//! A retrieval benchmark in BEIR format, run through the engine like ordinary queries: its corpus
//! becomes a collection in a temporary folder, built and searched by the same code as any other.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use super::corpus::Corpus;
use super::folder::{CORPUS, QUERIES};
use super::gaps::{Gaps, unknown_records};
use super::metrics::{first_relevant, ndcg, recall, reciprocal_rank};
use super::qrels::{self, Judged, JudgedQueries};
use super::run::{Answered, Run};
use crate::backend::Backend;
use crate::collection::{Collection, Progress, SourceFile, Tuning};
use crate::encoder::QueryEncoder;
use crate::error::{Error, Result};
use crate::query::{Mode, Query, Route};
use crate::record::FieldRoles;

/// How deep a ranking is evaluated.
const DEPTH: usize = 100;

/// A benchmark that is ready to run.
pub struct Benchmark {
    path: PathBuf,
    collection: Arc<Collection>,
    queries: Vec<Judged>,
    gaps: Gaps,
    /// Keeps the collection's folder while it is searched.
    _folder: tempfile::TempDir,
}

impl Benchmark {
    /// Loads `corpus.jsonl`, `queries.jsonl` and `qrels.tsv` or `qrels/test.tsv` from a folder, with long texts encoded
    /// passage by passage or up to the encoder's limit. Vectors are read from `cache` and stored
    /// there.
    ///
    /// # Errors
    /// The files cannot be read; the message names file and line. Invalid queries, and judgements
    /// of which no record exists, are detected before anything is encoded.
    pub fn load(
        folder: &Path,
        passages: bool,
        cache: &Path,
        encoder: &Arc<QueryEncoder>,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<Self> {
        let JudgedQueries {
            queries,
            missing,
            cut,
        } = qrels::read(folder)?;
        let source = SourceFile::look(&folder.join(CORPUS), &FieldRoles::default())?;
        let judgements = unknown_records(&source, &queries)?;
        let temporary = tempfile::tempdir().map_err(Error::io(&std::env::temp_dir()))?;
        let corpus = Corpus {
            source: &source,
            passages,
            cache,
            encoder,
            progress,
        };
        // Always with a graph, regardless of size, so that it can be measured.
        let tuning = Tuning {
            graph_min_records: 1,
            ..Tuning::default()
        };
        let indexed = corpus.build(temporary.path(), tuning)?;
        let encoder = Arc::clone(encoder);
        let open = || Collection::open_with("benchmark", temporary.path(), encoder, tuning);
        let collection = if indexed {
            open()
        } else {
            // The indexes are expected to be missing here, so nothing is logged.
            tracing::subscriber::with_default(tracing::subscriber::NoSubscriber::new(), open)
        }?;
        collection.settle();
        let records = u64::from(collection.generation().records());
        let gaps = Gaps {
            queries: missing,
            judgements,
            lines: source.lines().saturating_sub(records),
            cut,
        };
        Ok(Self {
            path: folder.to_owned(),
            collection,
            queries,
            gaps,
            _folder: temporary,
        })
    }

    /// Its corpus.
    pub fn collection(&self) -> &Collection {
        &self.collection
    }

    /// The number of records in the corpus.
    pub fn records(&self) -> u32 {
        self.collection.generation().records()
    }

    /// The parts of its files that could not be used.
    pub fn gaps(&self) -> Gaps {
        self.gaps
    }

    /// Runs every judged query for its first hundred hits.
    ///
    /// # Errors
    /// As for [`Collection::search`], with the query's id.
    pub fn run(&self, mode: Mode, route: Route) -> Result<Run> {
        self.run_as(&Query {
            mode,
            route,
            ..Query::new("")
        })
    }

    /// Runs every judged query for its first hundred hits with the settings of another query,
    /// except for its text, its limit and offset, and the collapsing of identical records, which
    /// are judged individually.
    ///
    /// # Errors
    /// As for [`Benchmark::run`].
    pub fn run_as(&self, manner: &Query) -> Result<Run> {
        self.run_on(&*self.collection, manner)
    }

    /// The same on another collection with the same records.
    ///
    /// # Errors
    /// As for [`Benchmark::run`].
    pub fn run_on(&self, backend: &dyn Backend, manner: &Query) -> Result<Run> {
        // The graph is used only if requested; otherwise, queries are answered as usual for a
        // collection of this size.
        let small = self.records() < Tuning::default().graph_min_records;
        let route = match manner.route {
            Route::Auto if small => Route::Exact,
            route => route,
        };
        let answered = self.queries.iter().map(|judged| {
            let query = Query {
                text: judged.text.clone(),
                route,
                limit: DEPTH,
                offset: 0,
                collapse: false,
                // In a benchmark, quotes and hyphens are plain text.
                operators: false,
                ..manner.clone()
            };
            ask(backend, judged, &query).map_err(|error| {
                let message = format!("query '{}': {error}", judged.id);
                Error::import(self.path.join(QUERIES), message)
            })
        });
        Ok(Run {
            mode: manner.mode,
            answered: answered.collect::<Result<_>>()?,
        })
    }
}

fn ask(backend: &dyn Backend, judged: &Judged, query: &Query) -> Result<Answered> {
    let start = Instant::now();
    if query.mode != Mode::Text {
        // The collection may have cached the query's vector in an earlier run, which a
        // first-time query could not rely on, so encoding is timed separately.
        let encoder = backend.encoder().encoder();
        encoder.encode(query.text.trim())?;
    }
    let encode = start.elapsed();
    let start = Instant::now();
    let answer = backend.search(query)?;
    let search = start.elapsed().saturating_sub(answer.timings.encode);
    let hits = answer.hits.into_iter();
    let (ranking, scores): (Vec<String>, Vec<f32>) =
        hits.map(|hit| (hit.record.id, hit.score)).unzip();
    let judgements = &judged.judgements;
    Ok(Answered {
        id: judged.id.clone(),
        text: judged.text.clone(),
        ndcg_at_10: ndcg(&ranking, judgements, 10),
        recall_at_100: recall(&ranking, judgements, DEPTH),
        reciprocal_rank_at_10: reciprocal_rank(&ranking, judgements, 10),
        first_relevant: first_relevant(&ranking, judgements),
        ranking,
        scores,
        time: encode + search,
    })
}
