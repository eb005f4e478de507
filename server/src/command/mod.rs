//! The command line.

mod ask;
mod benchmarks;
mod compare;
mod embed;
mod eval;
mod explain;
mod export;
mod fit;
mod index;
mod recall;
mod search;
mod snapshot;
mod table;

use std::net::{SocketAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use clap::{Args, Parser, Subcommand};
use parallax::encoder::QueryEncoder;
use parallax::record::FieldOptions;
use parallax::{Catalogue, Encoder};
use parallax_app::wire::SearchRequest;

use crate::{model, paths, serve};

/// Neural search you can see through: by meaning, by words, or both.
///
/// Turns a file of records into a search page and an API. Start with `parallax model`,
/// then `parallax serve`, which indexes a bundled sample where there is no data yet.
#[derive(Parser)]
#[command(version, arg_required_else_help = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// Folder of the model [default: the platform's cache folder]
    #[arg(long, global = true, value_name = "DIR")]
    model: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the page and the API
    Serve(Serve),
    /// Make a collection from a file of records (JSON, CSV) or a folder of documents
    Index(index::Index),
    /// Search a collection
    Search(search::Search),
    /// Answer a question from a collection of questions and answers
    Ask(ask::Ask),
    /// Tell why a record stands where it does for a query
    Explain(explain::Explain),
    /// Write the vectors of a file's records as .npy, f32 [n, 384]
    Embed(embed::Embed),
    /// Measure ranking quality on benchmarks in BEIR's form
    ///
    /// Vectors are kept between runs, in the platform's cache folder, since a benchmark's own
    /// folder may be read-only.
    Eval(eval::Eval),
    /// List the queries of a benchmark on which two modes differ most
    Compare(compare::Compare),
    /// Measure how well it is told that nothing fits a query
    Fit(fit::Fit),
    /// Measure the graph's recall against the exact scan
    Recall(recall::Recall),
    /// Write a collection's records as lines of JSON
    Export(export::Export),
    /// Write a collection with its records, vectors and graph as one file
    Snapshot(snapshot::Snapshot),
    /// Make a collection from a snapshot
    Restore(snapshot::Restore),
    /// Fetch the model all-MiniLM-L6-v2
    Model(Model),
}

#[derive(Args)]
struct Serve {
    /// Where to listen
    #[arg(long, default_value = "127.0.0.1:3000", value_name = "HOST:PORT", value_parser = address)]
    addr: SocketAddr,
    /// The collection that answers where none is named [default: the one served last, else the
    /// first by name]
    #[arg(long, value_name = "NAME")]
    collection: Option<String>,
    /// File with the key that writers must show; without one, only this machine writes
    #[arg(long, value_name = "FILE")]
    api_key_file: Option<PathBuf>,
    #[command(flatten)]
    data: Data,
}

#[derive(Args)]
struct Model {
    /// Take it from a folder: model.safetensors and tokenizer.json, or an ONNX export
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
}

/// Where the collections are.
#[derive(Args)]
struct Data {
    /// Folder of the collections [default: the platform's data folder]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

impl Data {
    fn folder(&self) -> Result<PathBuf> {
        self.data_dir.clone().map_or_else(paths::data_dir, Ok)
    }

    /// Opens the folder, making it where it does not exist.
    fn open(&self, model: &Path) -> Result<Catalogue> {
        Ok(Catalogue::open(&self.folder()?, encoder(model)?)?)
    }

    /// Opens a folder that is only read: one that does not exist is not made.
    fn open_existing(&self, model: &Path) -> Result<Catalogue> {
        let folder = self.folder()?;
        if !folder.is_dir() {
            bail!(
                "there is no data folder {}; make one with `parallax index`, or give another --data-dir",
                folder.display()
            );
        }
        self.open(model)
    }
}

/// How a query is ranked, and what its hits must fulfil.
#[derive(Args)]
struct Ranking {
    /// neural, text or hybrid
    #[arg(long, default_value = "neural")]
    mode: String,
    /// Condition as field:value, as in city:Berlin; may be given several times
    #[arg(long, value_name = "FIELD:VALUE", allow_hyphen_values = true)]
    filter: Vec<String>,
    /// In mode hybrid the share of meaning, 0 (words alone) to 1 (meaning alone)
    #[arg(long, value_name = "SHARE")]
    balance: Option<f32>,
    /// In mode hybrid: weighted, by scores, or rrf, by ranks
    #[arg(long, value_name = "NAME")]
    fusion: Option<String>,
    /// The last word may be unfinished
    #[arg(long)]
    prefix: bool,
    /// Do not replace words that no record holds by ones that are spelled alike
    #[arg(long)]
    as_typed: bool,
}

impl Ranking {
    fn request(self, query: String) -> SearchRequest {
        SearchRequest {
            mode: self.mode,
            filter: self.filter,
            balance: self.balance,
            fusion: self.fusion,
            prefix: self.prefix,
            correct: !self.as_typed,
            ..SearchRequest::new(query)
        }
    }
}

/// Which field of the file plays which part; start-ups and BEIR corpora are known.
#[derive(Args)]
struct Fields {
    /// Field that identifies a record
    #[arg(long, value_name = "FIELD")]
    id: Option<String>,
    /// Field shown as heading
    #[arg(long, value_name = "FIELD")]
    title: Option<String>,
    /// Field shown as text; of several the first that a record has, and all are searched. A
    /// field within an object is named by its path, as in make.brand
    #[arg(long, value_name = "FIELD")]
    text: Vec<String>,
    /// Field that holds a question; with --answer the collection answers questions
    #[arg(long, value_name = "FIELD")]
    question: Option<String>,
    /// Field that holds the question's answer
    #[arg(long, value_name = "FIELD")]
    answer: Option<String>,
    /// Field that holds a link
    #[arg(long, value_name = "FIELD")]
    url: Option<String>,
    /// Field that holds a picture's address
    #[arg(long, value_name = "FIELD")]
    image: Option<String>,
    /// Field to filter by, and its kind where it is not told by the values: text, number, boolean
    /// or date; may be given several times
    #[arg(long = "facet", value_name = "FIELD[:KIND]")]
    facets: Vec<String>,
    /// What a word counts in a field, as in title=3, which is the default; may be given several
    /// times
    #[arg(long = "weight", value_name = "FIELD=N")]
    weights: Vec<String>,
    /// Language of the texts, which decides on stems and stop words: a code such as en or de,
    /// none for no language, auto to tell it from the texts
    #[arg(long, value_name = "CODE")]
    language: Option<String>,
}

impl Fields {
    fn options(&self) -> FieldOptions {
        FieldOptions {
            id: self.id.clone(),
            title: self.title.clone(),
            texts: self.text.clone(),
            question: self.question.clone(),
            answer: self.answer.clone(),
            url: self.url.clone(),
            image: self.image.clone(),
            facets: self.facets.clone(),
            weights: self.weights.clone(),
            language: self.language.clone(),
        }
    }
}

impl Arguments {
    /// Does what was asked.
    ///
    /// # Errors
    /// A message for the person at the terminal.
    pub fn run(self) -> Result<()> {
        let model = self.model.map_or_else(paths::model_dir, Ok)?;
        let mut out = std::io::stdout();
        match self.command {
            Command::Serve(Serve {
                addr,
                collection,
                api_key_file,
                data,
            }) => serve::run(serve::Settings {
                addr,
                data_dir: data.folder()?,
                model,
                collection,
                api_key: api_key_file.as_deref().map(read_key).transpose()?,
            }),
            Command::Export(export) => export.run(&model, &mut out),
            Command::Snapshot(snapshot) => snapshot.run(&model, &mut out),
            Command::Restore(restore) => restore.run(&model, &mut out),
            Command::Index(index) => index.run(&model, &mut out),
            Command::Search(search) => search.run(&model, &mut out),
            Command::Ask(ask) => ask.run(&model, &mut out),
            Command::Explain(explain) => explain.run(&model, &mut out),
            Command::Embed(embed) => embed.run(&model, &mut out),
            Command::Eval(eval) => eval.run(&model, &mut out),
            Command::Compare(compare) => compare.run(&model, &mut out),
            Command::Fit(fit) => fit.run(&model, &mut out),
            Command::Recall(recall) => recall.run(&model, &mut out),
            Command::Model(Model { from }) => model::fetch(from.as_deref(), &model),
        }
    }
}

/// Where a host and a port are; of several places the first in IPv4, as most tools take it.
fn address(text: &str) -> Result<SocketAddr, String> {
    let places = text.to_socket_addrs().map_err(|error| {
        format!("{error}; an address is a host and a port, as in 127.0.0.1:3000 or [::1]:3000")
    })?;
    let places: Vec<SocketAddr> = places.collect();
    let first = places.iter().find(|place| place.is_ipv4());
    let first = first.or(places.first());
    first.copied().ok_or_else(|| "there is no such host".into())
}

/// The key in a file, without the line's end.
fn read_key(file: &Path) -> Result<String> {
    let key = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let key = key.trim();
    if key.is_empty() || !key.chars().all(|c| c.is_ascii_graphic()) {
        bail!(
            "{}: an API key is one line of printable characters without blanks",
            file.display()
        );
    }
    Ok(key.to_owned())
}

fn encoder(model: &Path) -> Result<Arc<QueryEncoder>> {
    Ok(Arc::new(QueryEncoder::new(Encoder::load(model)?)))
}
