//! What can go wrong between a model's files and a vector. Every message says what
//! failed, where, and what a person can do about it.

use std::path::{Path, PathBuf};

/// A failure to install, open or run the model.
#[derive(Debug, thiserror::Error)]
pub enum EncoderError {
    /// The folder holds no installed model.
    #[error("no model in {}: run `parallax model` to fetch it", dir.display())]
    Missing {
        /// Where the model was looked for.
        dir: PathBuf,
    },

    /// The folder holds a model that is not the one its manifest describes.
    #[error("the model in {} is not whole: {why}; run `parallax model` to install it again", dir.display())]
    Damaged {
        /// The model's folder.
        dir: PathBuf,
        /// The first difference found.
        why: String,
    },

    /// The folder to install from lacks a file that is needed.
    #[error(
        "nothing to install in {}: {why}; it must hold tokenizer.json and either model.safetensors or model.onnx",
        dir.display()
    )]
    Source {
        /// The folder given as the source.
        dir: PathBuf,
        /// What it lacks.
        why: String,
    },

    /// The weights are of another model, or were changed on the way.
    #[error(
        "{} is not the genuine all-MiniLM-L6-v2: its sha256 is {found}, expected {expected}; \
         fetch it again, or give a folder with that model as model.onnx",
        path.display()
    )]
    Weights {
        /// The weights file.
        path: PathBuf,
        /// The sha256 of the genuine file, in hexadecimal.
        expected: String,
        /// The sha256 of the file at hand, in hexadecimal.
        found: String,
    },

    /// The target folder holds files that an installation must not remove.
    #[error("{} holds other files ({file}): choose an empty folder, or one with a model only", dir.display())]
    Occupied {
        /// The target folder.
        dir: PathBuf,
        /// A file found there.
        file: String,
    },

    /// The safetensors file cannot be written as a graph.
    #[error("the weights cannot be read: {0}; a BERT of 384 dimensions is needed")]
    Tensors(String),

    /// The ONNX graph is not one this encoder can run.
    #[error("the ONNX model cannot be used: {0}; a mean-pooled BERT of 384 dimensions is needed")]
    Graph(String),

    /// The tokenizer cannot be loaded, or failed on a text.
    #[error("the tokenizer failed: {0}")]
    Tokenizer(String),

    /// The model loaded but could not be run on a text.
    #[error("the model failed on a text: {0}")]
    Run(String),

    /// The model runs, and what it says makes no sense.
    #[error("the model failed its self-test: {0}; it is not a mean-pooled sentence encoder")]
    SelfTest(String),

    /// A file could not be read or written.
    #[error("{}: {reason}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        reason: std::io::Error,
    },
}

impl EncoderError {
    /// For `map_err` on a file operation: the path joins the system's own message.
    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |reason| Self::Io { path, reason }
    }
}
