//! The command line.

mod ask;
mod benchmarks;
mod collections;
mod compare;
#[cfg(feature = "qdrant")]
mod copy;
mod delete;
mod doctor;
mod embed;
mod eval;
mod explain;
mod export;
mod fit;
mod health;
mod index;
mod judgements;
mod key;
mod map;
mod mcp;
#[cfg(feature = "qdrant")]
mod qdrant;
mod recall;
mod reencode;
mod rename;
mod search;
mod snapshot;
mod table;

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Result, bail};
use clap::{Args, Parser, Subcommand};
use parallax::encoder::{FEW_PIECES, Prefixes, QueryEncoder};
use parallax::record::FieldRoles;
use parallax::vocabulary::SearchRequest;
use parallax::{Catalogue, Encoder, Mode, Query, atomic_file};

use crate::config::Config;
use crate::remote::Remote;
use crate::{config, model, paths, serve};

/// Neural search you can see through: by meaning, by words, or both.
///
/// Turns a file of records into a search page and an API. Start with `parallax model`,
/// then `parallax serve`, which indexes a bundled sample if there is no data yet.
#[derive(Parser)]
#[command(version, arg_required_else_help = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// The model: the name of an installed one, or its folder, in the format of
    /// sentence-transformers or installed [default: all-MiniLM-L6-v2]
    #[arg(long, global = true, value_name = "NAME_OR_DIR")]
    model: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the page and the API
    ///
    /// Settings are read from the flags below, else from environment variables such as
    /// PARALLAX_ADDR, else from the file; `parallax config` lists them all.
    Serve(config::Flags),
    /// Print all settings of `serve` in TOML, and where each is from
    Config(config::Flags),
    /// Let an assistant search, by the Model Context Protocol on standard input and output
    Mcp(mcp::Mcp),
    /// Build a collection from a file of records (JSON, CSV) or a folder of documents
    Index(index::Index),
    /// Search a collection
    Search(search::Search),
    /// Answer a question from a collection of questions and answers
    Ask(ask::Ask),
    /// Explain why a record has its rank for a query
    Explain(explain::Explain),
    /// Write the vectors of a file's records as .npy, f32 [n, width]
    Embed(embed::Embed),
    /// Measure ranking quality on benchmarks in BEIR format
    ///
    /// Vectors are cached between runs, in the platform's cache folder, because a benchmark's own
    /// folder may be read-only.
    Eval(eval::Eval),
    /// List the queries of a benchmark on which two modes differ most
    Compare(compare::Compare),
    /// Measure how well queries without a fitting record are recognised
    Fit(fit::Fit),
    /// Measure the graph's recall against the exact scan
    Recall(recall::Recall),
    /// Make a collection's map, and measure how far it can be trusted
    Map(map::Map),
    /// List the collections
    ///
    /// This and the commands that rename, delete, export, back up and restore a collection talk to
    /// the running server if one uses the data folder.
    Collections(collections::Collections),
    /// Rename a collection
    Rename(rename::Rename),
    /// Delete a collection with all its records
    Delete(delete::Delete),
    /// Look for what is wrong with model, data and settings, and say what to do
    ///
    /// Settings are read as `serve` reads them.
    ///
    /// The exit code is 0 if nothing is an error, even if there are warnings, and 2 otherwise.
    Doctor(doctor::Doctor),
    /// Tell by the exit code whether the service answers
    Health(health::Health),
    /// Write a collection's records as JSON lines
    Export(export::Export),
    /// Export judgements of relevance, which visitors made while `serve` was running
    Judgements(judgements::Judgements),
    /// Write a collection with its records, vectors and graph as one file
    Snapshot(snapshot::Snapshot),
    /// Create a collection from a snapshot
    Restore(snapshot::Restore),
    /// Copy a collection to a Qdrant cluster, or back
    ///
    /// In Qdrant, any client can search the copy by vector and filter by its fields. A copy that comes
    /// back is the same collection, without encoding anything again.
    #[cfg(feature = "qdrant")]
    Copy(copy::Copy),
    /// Make keys for the service, and list them
    Key(key::Keys),
    /// Re-encode a collection with another model, given with --model
    Reencode(reencode::Reencode),
    /// Fetch the model all-MiniLM-L6-v2, or install another from a folder
    Model(Model),
}

#[derive(Args)]
struct Model {
    /// Install from this folder: model.safetensors and tokenizer.json, or an ONNX export. Models
    /// other than all-MiniLM-L6-v2 get the name of their folder if it has a config.json, unless
    /// --model gives another name
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
    /// What the model expects before a query [default: what its folder says]
    #[arg(long, value_name = "TEXT", requires = "from")]
    query_prefix: Option<String>,
    /// What the model expects before a text that is searched [default: what its folder says]
    #[arg(long, value_name = "TEXT", requires = "from")]
    passage_prefix: Option<String>,
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
        let given = self.data_dir.clone();
        let given = given.or_else(|| config::path_from_environment("data_dir"));
        given.map_or_else(paths::data_dir, Ok)
    }

    /// Opens the folder, and creates it if it does not exist.
    fn open(&self, model: &Path) -> Result<Catalogue> {
        let encoder = Arc::new(QueryEncoder::new(Encoder::load(model)?));
        Ok(Catalogue::open(&self.folder()?, encoder)?)
    }

    /// Opens the folder only if it exists, for commands that only read.
    fn open_existing(&self, model: &Path) -> Result<Catalogue> {
        let folder = self.folder()?;
        if !folder.is_dir() {
            bail!(
                "there is no data folder {}; create one with `parallax index`, or give another --data-dir",
                folder.display()
            );
        }
        self.open(model)
    }
}

/// The key for a running server.
#[derive(Args)]
struct Key {
    /// The key to send to a running server, if it needs one
    #[arg(long, env = "PARALLAX_KEY", hide_env_values = true, value_name = "KEY")]
    key: Option<String>,
}

/// Where a command finds the collections.
enum Place {
    /// In a data folder that nobody else uses.
    Free(Box<Catalogue>),
    /// At the server that uses the data folder.
    Served(Remote),
}

impl Data {
    /// The server that uses the folder, or the folder itself, which must exist.
    fn place(&self, model: &Path, key: Key) -> Result<Place> {
        Ok(match Remote::holding(&self.folder()?, key.key) {
            Some(server) => Place::Served(server),
            None => Place::Free(Box::new(self.open_existing(model)?)),
        })
    }
}

/// Writes a file so that it is there whole or not at all, from what may fail for any reason.
fn written_by(path: &Path, fill: impl FnOnce(&mut File) -> Result<()>) -> Result<()> {
    let mut failure = None;
    let written = atomic_file::write(path, |file| {
        fill(file).map_err(|error| {
            failure = Some(error);
            parallax::Error::Cancelled
        })
    });
    match failure {
        Some(failure) => Err(failure),
        None => Ok(written?),
    }
}

/// The path of a collection below the API.
fn path_of(name: &str) -> Result<String> {
    parallax::catalogue::check_name(name)?;
    Ok(format!("/collections/{name}"))
}

/// How rankings are fused, and what counts in them.
#[derive(Args)]
struct FusionOptions {
    /// By both (hybrid), the share of meaning, from 0 (words alone) to 1 (meaning alone)
    #[arg(long, value_name = "SHARE")]
    balance: Option<f32>,
    /// By both, how the rankings are fused: weighted, by scores, or rrf, by ranks
    #[arg(long, value_name = "NAME")]
    fusion: Option<String>,
    /// By both, leave the scores of similar records out
    #[arg(long)]
    no_neighbours: bool,
    /// By meaning (neural), rank by the cosine alone, not also by how similar single words are
    #[arg(long)]
    no_late_interaction: bool,
    /// By words, how slowly repeated occurrences of a word stop counting, from 0 to 3 [default: 1.5]
    #[arg(long, value_name = "NUMBER")]
    k1: Option<f32>,
    /// By words, how strongly long records are penalised, from 0 to 1 [default: 0.75]
    #[arg(long, value_name = "NUMBER")]
    b: Option<f32>,
}

impl FusionOptions {
    fn request(&self, query: String) -> SearchRequest {
        SearchRequest {
            balance: self.balance,
            fusion: self.fusion.clone(),
            neighbours: !self.no_neighbours,
            late_interaction: !self.no_late_interaction,
            k1: self.k1,
            b: self.b,
            ..SearchRequest::new(query)
        }
    }

    /// A query without text in this manner.
    fn query(&self) -> Result<Query> {
        Ok(Query::try_from(&self.request(String::new()))?)
    }
}

/// How a query is ranked, and which filters its hits must match.
#[derive(Args)]
struct Ranking {
    /// neural (by meaning), text (by words) or hybrid (by both)
    #[arg(long, default_value = Mode::default().name())]
    mode: String,
    /// Filter as field:value, such as city:Berlin; may be given several times
    #[arg(long, value_name = "FIELD:VALUE", allow_hyphen_values = true)]
    filter: Vec<String>,
    #[command(flatten)]
    fusion: FusionOptions,
    /// Match the last word as a prefix
    #[arg(long)]
    prefix: bool,
    /// Do not replace words that no record contains by similarly spelled ones
    #[arg(long)]
    as_typed: bool,
}

impl Ranking {
    fn request(self, query: String) -> SearchRequest {
        SearchRequest {
            mode: self.mode,
            filter: self.filter,
            prefix: self.prefix,
            correct: !self.as_typed,
            ..self.fusion.request(query)
        }
    }
}

/// The role of each field of the file; start-ups and BEIR corpora are recognised.
#[derive(Args)]
struct Fields {
    /// Field with the record's id
    #[arg(long, value_name = "FIELD")]
    id: Option<String>,
    /// Field shown as the heading
    #[arg(long, value_name = "FIELD")]
    title: Option<String>,
    /// Field shown as text; may be given several times: all are searched, and the first that a
    /// record has is shown. A nested field is named by its path, such as make.brand
    #[arg(long, value_name = "FIELD")]
    text: Vec<String>,
    /// Field with a question; with --answer, the collection answers questions
    #[arg(long, value_name = "FIELD")]
    question: Option<String>,
    /// Field with the question's answer
    #[arg(long, value_name = "FIELD")]
    answer: Option<String>,
    /// Field with a link
    #[arg(long, value_name = "FIELD")]
    url: Option<String>,
    /// Field with the address of a picture
    #[arg(long, value_name = "FIELD")]
    image: Option<String>,
    /// Field to filter by, and its kind unless inferred from the values: text, number, boolean or
    /// date; may be given several times
    #[arg(long = "facet", value_name = "FIELD[:KIND]")]
    facets: Vec<String>,
    /// Weight of words in a field, such as title=3, which is the default; may be given several
    /// times
    #[arg(long = "weight", value_name = "FIELD=N")]
    weights: Vec<String>,
    /// Language of the texts, which determines stemming and stop words: a code such as en or de,
    /// none for no language, auto to detect it from the texts
    #[arg(long, value_name = "CODE")]
    language: Option<String>,
}

impl Fields {
    fn options(&self) -> FieldRoles {
        FieldRoles {
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
    /// The configuration of the service if the command runs it; otherwise, the defaults.
    ///
    /// # Errors
    /// What is wrong with a setting.
    pub fn config(&self) -> Result<Config> {
        let Command::Serve(flags) = &self.command else {
            return Ok(Config::default());
        };
        let flags = flags.clone().with_model(self.model.clone());
        Ok(config::load(&flags)?.config)
    }

    /// Runs the command, and returns the exit code.
    ///
    /// # Errors
    /// A message for the user.
    pub fn run(self, config: &Config) -> Result<ExitCode> {
        let given = self.model.clone();
        let given = given.or_else(|| config::path_from_environment("model"));
        let given = given.as_deref();
        let model = match self.command {
            // The configuration has the model of a service. A container's health check may run
            // without a home folder, and needs no model.
            Command::Serve(_) | Command::Config(_) | Command::Doctor(_) | Command::Health(_) => {
                PathBuf::new()
            }
            _ => given.map_or_else(paths::model_dir, paths::model)?,
        };
        let mut out = std::io::stdout();
        let done = match self.command {
            Command::Serve(_) => serve::run(config),
            Command::Config(flags) => {
                let flags = flags.with_model(self.model);
                let settings = config::load(&flags)?.toml()?;
                Ok(out.write_all(settings.as_bytes())?)
            }
            Command::Key(key) => key.run(&mut out),
            Command::Doctor(doctor) => return doctor.run(self.model, &mut out),
            Command::Health(health) => health.run(),
            Command::Collections(collections) => collections.run(&model, &mut out),
            Command::Rename(rename) => rename.run(&model, &mut out),
            Command::Delete(delete) => delete.run(&model, &mut out),
            Command::Mcp(mcp) => mcp.run(&model),
            Command::Export(export) => export.run(&model, &mut out),
            Command::Judgements(judgements) => judgements.run(&model, &mut out),
            Command::Snapshot(snapshot) => snapshot.run(&model, &mut out),
            Command::Restore(restore) => restore.run(&model, &mut out),
            #[cfg(feature = "qdrant")]
            Command::Copy(copy) => copy.run(&model, &mut out),
            Command::Index(index) => index.run(&model, &mut out),
            Command::Search(search) => search.run(&model, &mut out),
            Command::Ask(ask) => ask.run(&model, &mut out),
            Command::Explain(explain) => explain.run(&model, &mut out),
            Command::Embed(embed) => embed.run(&model, &mut out),
            Command::Eval(eval) => eval.run(&model, &mut out),
            Command::Compare(compare) => compare.run(&model, &mut out),
            Command::Fit(fit) => fit.run(&model, &mut out),
            Command::Recall(recall) => recall.run(&model, &mut out),
            Command::Map(map) => map.run(&model, &mut out),
            Command::Reencode(reencode) => reencode.run(&model, &mut out),
            Command::Model(Model {
                from: Some(from),
                query_prefix,
                passage_prefix,
            }) => {
                let prefixes = Prefixes {
                    query: query_prefix,
                    passage: passage_prefix,
                };
                let target = given.map(paths::target).transpose()?;
                model::install_from(&from, target.as_deref(), &prefixes)
            }
            Command::Model(Model { from: None, .. }) => model::fetch(&model),
        };
        done.map(|()| ExitCode::SUCCESS)
    }
}

/// Makes the vectors of single words that a search by meaning ranks by, unless they are there or
/// that takes minutes. Without them, it ranks by the cosine alone.
fn make_pieces(encoder: &Encoder) {
    if encoder.piece_vectors().is_some() || encoder.piece_count() > FEW_PIECES {
        return;
    }
    eprintln!("making the vectors of single words, once for this model");
    if let Err(error) = encoder.make_piece_vectors() {
        eprintln!("records are ranked without them: {error}");
    }
}
