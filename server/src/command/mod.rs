//! The command line.

mod embed;
mod eval;
mod index;
mod recall;
mod search;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use parallax::encoder::QueryEncoder;
use parallax::record::FieldOptions;
use parallax::{Catalogue, Encoder};

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
    /// Make a collection from a file of records (JSON lines or CSV, plain or gzip)
    Index(index::Index),
    /// Search a collection
    Search(search::Search),
    /// Write the vectors of a file's records as .npy, f32 [n, 384]
    Embed(embed::Embed),
    /// Measure ranking quality on a benchmark in BEIR's form
    Eval(eval::Eval),
    /// Measure the graph's recall against the exact scan
    Recall(recall::Recall),
    /// Fetch the model all-MiniLM-L6-v2
    Model(Model),
}

#[derive(Args)]
struct Serve {
    /// Where to listen
    #[arg(long, default_value = "127.0.0.1:3000", value_name = "HOST:PORT")]
    addr: SocketAddr,
    /// The collection that answers where none is named [default: the first by name]
    #[arg(long, value_name = "NAME")]
    collection: Option<String>,
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

    fn open(&self, model: &Path) -> Result<Catalogue> {
        Ok(Catalogue::open(&self.folder()?, encoder(model)?)?)
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
    /// Field shown as text
    #[arg(long, value_name = "FIELD")]
    text: Option<String>,
    /// Field that holds a link
    #[arg(long, value_name = "FIELD")]
    url: Option<String>,
    /// Field that holds a picture's address
    #[arg(long, value_name = "FIELD")]
    image: Option<String>,
    /// Field to filter by; may be given several times
    #[arg(long = "facet", value_name = "FIELD")]
    facets: Vec<String>,
}

impl Fields {
    fn options(&self) -> FieldOptions {
        FieldOptions {
            id: self.id.clone(),
            title: self.title.clone(),
            text: self.text.clone(),
            url: self.url.clone(),
            image: self.image.clone(),
            facets: self.facets.clone(),
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
        match self.command {
            Command::Serve(Serve {
                addr,
                collection,
                data,
            }) => serve::run(serve::Settings {
                addr,
                data_dir: data.folder()?,
                model,
                collection,
            }),
            Command::Index(index) => index.run(&model),
            Command::Search(search) => search.run(&model),
            Command::Embed(embed) => embed.run(&model),
            Command::Eval(eval) => eval.run(&model),
            Command::Recall(recall) => recall.run(&model),
            Command::Model(Model { from }) => model::fetch(from.as_deref(), &model),
        }
    }
}

fn encoder(model: &Path) -> Result<Arc<QueryEncoder>> {
    Ok(Arc::new(QueryEncoder::new(Encoder::load(model)?)))
}
