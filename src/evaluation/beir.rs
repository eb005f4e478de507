//! A retrieval benchmark in BEIR's form, answered by the engine as anyone would ask it.
//!
//! The corpus becomes a collection in a temporary folder, built and searched by the same
//! code as every other; only its vectors are kept between runs, since encoding is most of
//! the time.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use serde::Deserialize;

use super::metrics::{Judgements, ndcg, recall};
use crate::collection::{
    Build, Collection, Cores, Progress, SourceFile, Tuning, VectorFile, embed,
};
use crate::digest::sha256;
use crate::encoder::QueryEncoder;
use crate::error::{Error, Result};
use crate::query::{Mode, Query, Route};
use crate::record::FieldOptions;

/// A benchmark ready to be asked.
pub struct Benchmark {
    collection: Arc<Collection>,
    queries: Vec<Judged>,
    /// Holds the collection while it is searched.
    _folder: tempfile::TempDir,
}

struct Judged {
    text: String,
    judgements: Judgements,
}

/// What a mode reached on a benchmark, averaged over its queries.
#[derive(Debug, Clone, Copy)]
pub struct Quality {
    /// nDCG@10.
    pub ndcg_at_10: f64,
    /// Recall@100.
    pub recall_at_100: f64,
    /// How many judged queries were asked.
    pub queries: usize,
    /// Median time of a query.
    pub median: Duration,
}

#[derive(Deserialize)]
struct QueryLine {
    #[serde(rename = "_id")]
    id: String,
    text: String,
}

impl Benchmark {
    /// Loads `corpus.jsonl`, `queries.jsonl` and `qrels.tsv` from a folder. Vectors are
    /// looked for in `cache` and put there.
    ///
    /// # Errors
    /// What keeps the files from being read; the message names file and line.
    pub fn load(
        folder: &Path,
        cache: &Path,
        encoder: &Arc<QueryEncoder>,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<Self> {
        let queries = read_queries(folder)?;
        let source = SourceFile::look(&folder.join("corpus.jsonl"), &FieldOptions::default())?;
        let vectors = cached_vectors(&source, cache, encoder, progress)?;
        let temporary = tempfile::tempdir().map_err(Error::io(&std::env::temp_dir()))?;
        let build = Build {
            source: &source,
            vectors: Some(VectorFile::open(&vectors)?),
            encoder: encoder.encoder(),
            passages: false,
            cores: Cores::All,
            progress,
            cancelled: &AtomicBool::new(false),
        };
        // With a graph whatever the size, so that it can be measured.
        let tuning = Tuning {
            graph_min_records: 1,
            ..Tuning::default()
        };
        build.run(temporary.path(), tuning)?;
        let encoder = Arc::clone(encoder);
        let collection = Collection::open_with("benchmark", temporary.path(), encoder, tuning)?;
        collection.settle();
        Ok(Self {
            collection,
            queries,
            _folder: temporary,
        })
    }

    /// Asks every judged query for its first hundred.
    ///
    /// # Errors
    /// Those of [`Collection::search`].
    pub fn run(&self, mode: Mode, route: Route) -> Result<Quality> {
        // The graph is there for whoever asks for it; any other query is answered as in a
        // collection of this size.
        let small = self.collection.generation().records() < Tuning::default().graph_min_records;
        let route = match route {
            Route::Auto if small => Route::Exact,
            route => route,
        };
        let (mut gain, mut found) = (0.0, 0.0);
        let mut times = Vec::with_capacity(self.queries.len());
        for judged in &self.queries {
            let query = Query {
                mode,
                route,
                limit: 100,
                collapse: false,
                // A benchmark's quotes and hyphens are text.
                operators: false,
                ..Query::new(&judged.text)
            };
            let start = Instant::now();
            let answer = self.collection.search(&query)?;
            times.push(start.elapsed());
            let ranking: Vec<String> = answer.hits.into_iter().map(|hit| hit.record.id).collect();
            gain += ndcg(&ranking, &judged.judgements, 10);
            found += recall(&ranking, &judged.judgements, 100);
        }
        times.sort_unstable();
        let queries = self.queries.len();
        Ok(Quality {
            ndcg_at_10: gain / queries as f64,
            recall_at_100: found / queries as f64,
            queries,
            median: times.get(queries / 2).copied().unwrap_or_default(),
        })
    }
}

/// The judged queries in order of id; a query without judgements is not asked.
fn read_queries(folder: &Path) -> Result<Vec<Judged>> {
    let path = folder.join("queries.jsonl");
    let mut texts = BTreeMap::new();
    for (number, line) in (1..).zip(read(&path)?.lines()) {
        let query: QueryLine = serde_json::from_str(line)
            .map_err(|error| Error::import(&path, format!("line {number}: {error}")))?;
        texts.insert(query.id, query.text);
    }
    let path = folder.join("qrels.tsv");
    let mut judged: BTreeMap<String, Judgements> = BTreeMap::new();
    for (number, line) in (1..).zip(read(&path)?.lines()).skip(1) {
        let bad = || {
            let message = format!("line {number} is not query, record, grade, parted by tabs");
            Error::import(&path, message)
        };
        let mut fields = line.split('\t');
        let (Some(query), Some(record), Some(grade)) =
            (fields.next(), fields.next(), fields.next())
        else {
            return Err(bad());
        };
        let grade: u32 = grade.trim().parse().map_err(|_| bad())?;
        judged
            .entry(query.into())
            .or_default()
            .insert(record.into(), grade);
    }
    let queries: Vec<Judged> = judged
        .into_iter()
        .filter_map(|(id, judgements)| {
            let text = texts.remove(&id)?;
            Some(Judged { text, judgements })
        })
        .collect();
    if queries.is_empty() {
        return Err(Error::import(
            path,
            "judges none of the queries in queries.jsonl",
        ));
    }
    Ok(queries)
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(Error::io(path))
}

/// The corpus's vectors in a file named after everything they depend on.
fn cached_vectors(
    source: &SourceFile,
    cache: &Path,
    encoder: &QueryEncoder,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<PathBuf> {
    let key = sha256(format!("{} {}", encoder.model_hash(), source.sha256()).as_bytes());
    let path = cache.join(format!("{key}.npy"));
    if !path.exists() {
        std::fs::create_dir_all(cache).map_err(Error::io(cache))?;
        embed(source, encoder.encoder(), &path, progress)?;
    }
    Ok(path)
}
