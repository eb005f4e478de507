//! Errors in installing and running a model. Every message says what failed, where, and what to do
//! about it.

use std::path::{Path, PathBuf};

/// A failure to install, open or run the model.
#[derive(Debug, thiserror::Error)]
pub enum EncoderError {
    /// The folder contains no installed model.
    #[error(
        "no model in {}: run `parallax model` to fetch all-MiniLM-L6-v2, or \
         `parallax model --from DIR` to install another",
        dir.display()
    )]
    Missing {
        /// Where the model was looked for.
        dir: PathBuf,
    },

    /// The vectors of a collection were given, so there is no model that could read a text.
    #[error(
        "the collection's vectors were made by no model that is known here, so no text can be \
         encoded for it: search it by words or by a vector"
    )]
    Given,

    /// The folder's model does not match its manifest.
    #[error(
        "the model in {} is incomplete or damaged: {why}; run `parallax model` to install \
         all-MiniLM-L6-v2 again, or `parallax model --from DIR --model {}` for another",
        dir.display(),
        dir.display()
    )]
    Damaged {
        /// The model's folder.
        dir: PathBuf,
        /// The first difference found.
        why: String,
    },

    /// The source folder lacks a required file.
    #[error(
        "no model can be read from {}: {why}; the folder must contain tokenizer.json and either \
         model.safetensors or model.onnx",
        dir.display()
    )]
    Source {
        /// The source folder.
        dir: PathBuf,
        /// What is missing.
        why: String,
    },

    /// The weights are of another model, or were modified.
    #[error(
        "{} is not the genuine all-MiniLM-L6-v2: its sha256 is {found}, expected {expected}; \
         fetch it again or, if it is another model, put its config.json beside it",
        path.display()
    )]
    Weights {
        /// The weights file.
        path: PathBuf,
        /// The sha256 of the genuine file, in hexadecimal.
        expected: String,
        /// The sha256 of the actual file, in hexadecimal.
        found: String,
    },

    /// The model is of a kind that cannot be used.
    #[error("the model in {} cannot be used: {why}", dir.display())]
    Unsupported {
        /// The model's folder.
        dir: PathBuf,
        /// What is not supported.
        why: String,
    },

    /// The target folder contains files that an installation must not remove.
    #[error(
        "{} contains other files ({file}): choose an empty folder, or one with a model only",
        dir.display()
    )]
    Occupied {
        /// The target folder.
        dir: PathBuf,
        /// A file found there.
        file: String,
    },

    /// The safetensors file cannot be converted to a graph.
    #[error("the weights cannot be read: {0}")]
    Tensors(String),

    /// The ONNX graph is not one this encoder can run.
    #[error("the ONNX model cannot be used: {0}; a text encoder of the BERT family is needed")]
    Graph(String),

    /// The tokenizer cannot be loaded, or failed on a text.
    #[error("the tokenizer failed: {0}")]
    Tokenizer(String),

    /// The model loaded but could not be run on a text.
    #[error("the model failed on a text: {0}")]
    Run(String),

    /// The model runs, but its results make no sense.
    #[error(
        "the model failed its self-test: {0}; it is not a sentence encoder, or pools in another \
         way than by the mean, which modules.json in its folder would have to say"
    )]
    SelfTest(String),

    /// Another model than the one looked for.
    #[error("another model is in {} now; put the earlier one back", dir.display())]
    Changed {
        /// The folder.
        dir: PathBuf,
    },

    /// A cosine is not a sum over words if token vectors are not combined by their mean.
    #[error(
        "the model does not combine token vectors by their mean, so a cosine cannot be split over \
         words"
    )]
    NoMean,

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
    /// For `map_err` on a file operation: adds the path to the system's message.
    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |reason| Self::Io { path, reason }
    }
}
