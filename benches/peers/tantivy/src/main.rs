//! tantivy as a peer of word search: it is given the terms that Parallax's analysis makes, and
//! answers one JSON request a line with one JSON line.
//!
//! `tantivy-peer FOLDER`, then `{"job":"build","records":"terms.txt"}` and
//! `{"job":"search","queries":"queries.txt"}` on standard input. Both files have a line for each
//! record or query, with spaces between its terms. The index is one segment in a mapped folder.
//! BM25's k1 is tantivy's 1.2, which cannot be set; b is 0.75, as ours.

use std::error::Error;
use std::io::BufRead;
use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};
use tantivy::collector::TopDocs;
use tantivy::directory::MmapDirectory;
use tantivy::merge_policy::NoMergePolicy;
use tantivy::query::{BooleanQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{TextAnalyzer, WhitespaceTokenizer};
use tantivy::{Index, Searcher, TantivyDocument, Term};

/// How many hits are asked for.
const HITS: usize = 10;
/// Bytes of the writer's memory.
const MEMORY: usize = 1 << 30;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("give a folder")?;
    let mut schema = Schema::builder();
    // With positions, which our index has too.
    let indexing = TextFieldIndexing::default()
        .set_tokenizer("terms")
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let field = schema.add_text_field("terms", TextOptions::default().set_indexing_options(indexing));
    let schema = schema.build();
    let mut searcher = None;
    for line in std::io::stdin().lock().lines() {
        let request: Value = serde_json::from_str(&line?)?;
        let reply = match request["job"].as_str() {
            Some("build") => {
                let lines = lines(&request["records"])?;
                let start = Instant::now();
                let found = build(Path::new(&folder), &schema, field, &lines)?;
                let seconds = start.elapsed().as_secs_f64();
                let records = found.num_docs();
                searcher = Some(found);
                json!({"seconds": seconds, "records": records})
            }
            Some("search") => {
                let searcher = searcher.as_ref().ok_or("no index")?;
                let times = lines(&request["queries"])?
                    .iter()
                    .map(|line| search(searcher, field, line))
                    .collect::<Result<Vec<f64>, _>>()?;
                json!({"us": times})
            }
            other => return Err(format!("unknown job {other:?}").into()),
        };
        println!("{reply}");
    }
    Ok(())
}

/// Indexes records on one thread, into one segment.
fn build(folder: &Path, schema: &Schema, field: Field, lines: &[String]) -> tantivy::Result<Searcher> {
    let index = Index::create(MmapDirectory::open(folder)?, schema.clone(), Default::default())?;
    let terms = TextAnalyzer::builder(WhitespaceTokenizer::default()).build();
    index.tokenizers().register("terms", terms);
    let mut writer = index.writer_with_num_threads::<TantivyDocument>(1, MEMORY)?;
    writer.set_merge_policy(Box::new(NoMergePolicy));
    for line in lines {
        let mut record = TantivyDocument::default();
        record.add_text(field, line);
        writer.add_document(record)?;
    }
    writer.commit()?;
    let segments = index.searchable_segment_ids()?;
    if segments.len() > 1 {
        writer.merge(&segments).wait()?;
    }
    writer.wait_merging_threads()?;
    Ok(index.reader()?.searcher())
}

/// The best ten for one query. Returns the time in microseconds.
fn search(searcher: &Searcher, field: Field, line: &str) -> tantivy::Result<f64> {
    let start = Instant::now();
    let terms = line.split(' ').map(|term| {
        let term = Term::from_field_text(field, term);
        let query = TermQuery::new(term, IndexRecordOption::WithFreqs);
        (Occur::Should, Box::new(query) as Box<dyn Query>)
    });
    let query = BooleanQuery::new(terms.collect());
    let found = searcher.search(&query, &TopDocs::with_limit(HITS).order_by_score())?;
    let took = start.elapsed().as_secs_f64() * 1e6;
    assert!(found.len() <= HITS);
    Ok(took)
}

fn lines(file: &Value) -> Result<Vec<String>, Box<dyn Error>> {
    let text = std::fs::read_to_string(file.as_str().ok_or("no file")?)?;
    Ok(text.lines().map(str::to_owned).collect())
}
