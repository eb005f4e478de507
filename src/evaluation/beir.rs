//! A retrieval benchmark in BEIR's form, answered by the engine as anyone would ask it: its
//! corpus becomes a collection in a temporary folder, built and searched by the same code
//! as every other.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use super::corpus::Corpus;
use super::folder::{CORPUS, QUERIES};
use super::gaps::{Gaps, unknown_records};
use super::metrics::{first_relevant, ndcg, recall, reciprocal_rank};
use super::qrels::{self, Judged, JudgedQueries};
use super::run::{Asked, Run};
use crate::collection::{Collection, Progress, SourceFile, Tuning};
use crate::encoder::QueryEncoder;
use crate::error::{Error, Result};
use crate::query::{Mode, Query, Route};
use crate::record::FieldOptions;

/// How deep a ranking is judged.
const DEPTH: usize = 100;

/// A benchmark ready to be asked.
pub struct Benchmark {
    path: PathBuf,
    collection: Arc<Collection>,
    queries: Vec<Judged>,
    gaps: Gaps,
    /// Holds the collection while it is searched.
    _folder: tempfile::TempDir,
}

impl Benchmark {
    /// Loads `corpus.jsonl`, `queries.jsonl` and `qrels.tsv` from a folder, with long texts
    /// encoded passage by passage or up to the encoder's limit. Vectors are looked for in
    /// `cache` and put there.
    ///
    /// # Errors
    /// What keeps the files from being read; the message names file and line. Queries that
    /// cannot be asked, and judgements of nothing that is there, are found before anything
    /// is encoded.
    pub fn load(
        folder: &Path,
        passages: bool,
        cache: &Path,
        encoder: &Arc<QueryEncoder>,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<Self> {
        let JudgedQueries { queries, missing } = qrels::read(folder)?;
        let source = SourceFile::look(&folder.join(CORPUS), &FieldOptions::default())?;
        let judgements = unknown_records(&source, &queries)?;
        let temporary = tempfile::tempdir().map_err(Error::io(&std::env::temp_dir()))?;
        let corpus = Corpus {
            source: &source,
            passages,
            cache,
            encoder,
            progress,
        };
        // With a graph whatever the size, so that it can be measured.
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
            // That the indexes are not there yet is as it should be, and no news.
            tracing::subscriber::with_default(tracing::subscriber::NoSubscriber::new(), open)
        }?;
        collection.settle();
        let records = u64::from(collection.generation().records());
        let gaps = Gaps {
            queries: missing,
            judgements,
            lines: source.lines().saturating_sub(records),
        };
        Ok(Self {
            path: folder.to_owned(),
            collection,
            queries,
            gaps,
            _folder: temporary,
        })
    }

    /// How many records the corpus has.
    pub fn records(&self) -> u32 {
        self.collection.generation().records()
    }

    /// What of its files could not be used.
    pub fn gaps(&self) -> Gaps {
        self.gaps
    }

    /// Asks every judged query for its first hundred.
    ///
    /// # Errors
    /// Those of [`Collection::search`], with the query's id.
    pub fn run(&self, mode: Mode, route: Route) -> Result<Run> {
        self.run_as(&Query {
            mode,
            route,
            ..Query::new("")
        })
    }

    /// Asks every judged query for its first hundred, in the manner of another query: all of
    /// it counts but its text, what part of the ranking it asks for, and whether it
    /// collapses identical records, which are judged one by one.
    ///
    /// # Errors
    /// As for [`Benchmark::run`].
    pub fn run_as(&self, manner: &Query) -> Result<Run> {
        // The graph is there for whoever asks for it; any other query is answered as in a
        // collection of this size.
        let small = self.records() < Tuning::default().graph_min_records;
        let route = match manner.route {
            Route::Auto if small => Route::Exact,
            route => route,
        };
        let asked = self.queries.iter().map(|judged| {
            let query = Query {
                text: judged.text.clone(),
                route,
                limit: DEPTH,
                offset: 0,
                collapse: false,
                // A benchmark's quotes and hyphens are text.
                operators: false,
                ..manner.clone()
            };
            self.ask(judged, &query).map_err(|error| {
                let message = format!("query '{}': {error}", judged.id);
                Error::import(self.path.join(QUERIES), message)
            })
        });
        Ok(Run {
            mode: manner.mode,
            asked: asked.collect::<Result<_>>()?,
        })
    }

    fn ask(&self, judged: &Judged, query: &Query) -> Result<Asked> {
        let start = Instant::now();
        if query.mode != Mode::Text {
            // The collection may know the query's vector from an earlier run, which whoever
            // asks for the first time cannot hope for: encoding is timed apart.
            let encoder = self.collection.encoder().encoder();
            encoder.encode(query.text.trim())?;
        }
        let encode = start.elapsed();
        let start = Instant::now();
        let answer = self.collection.search(query)?;
        let search = start.elapsed().saturating_sub(answer.timings.encode);
        let hits = answer.hits.into_iter();
        let (ranking, scores): (Vec<String>, Vec<f32>) =
            hits.map(|hit| (hit.record.id, hit.score)).unzip();
        let judgements = &judged.judgements;
        Ok(Asked {
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
}
