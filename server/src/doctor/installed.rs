//! The model.

use std::path::Path;

use parallax::Encoder;
use parallax::collection::short;
use parallax::encoder::files::MANIFEST;
use parallax::encoder::installed;

use super::{Check, shown};

const SUBJECT: &str = "model";

/// Whether the model is there and its files are intact.
pub fn model(folder: &Path) -> Check {
    // A folder in the format of sentence-transformers has no digests to compare with.
    if !folder.join(MANIFEST).exists() && folder.join("config.json").exists() {
        return match Encoder::load(folder) {
            Ok(_) => Check::ok(SUBJECT, format!("{} can be used", shown(folder))),
            Err(error) => broken(&error),
        };
    }
    match installed(folder) {
        Ok(found) => {
            let hash = short(&found.model_hash);
            let found = format!("{} is intact (model {hash})", shown(folder));
            Check::ok(SUBJECT, found)
        }
        Err(error) => broken(&error),
    }
}

fn broken(error: &parallax::encoder::EncoderError) -> Check {
    let remedy = "run `parallax model` to install it, or give another with --model";
    Check::error(SUBJECT, error.to_string(), remedy)
}
