//! Shared helpers for tests with the real model, including the paths of the model and the data.

#![allow(dead_code)]

pub mod documents;
pub mod failing;
pub mod sample;
pub mod tiny;

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use parallax::encoder::files::NAME;
use parallax::encoder::{Encoder, EncoderError, QueryEncoder};

/// The installed model: `PARALLAX_TEST_MODEL`, or where `parallax model` puts it.
pub fn model_dir() -> PathBuf {
    let cache = || match std::env::var_os("XDG_CACHE_HOME") {
        Some(cache) if Path::new(&cache).is_absolute() => PathBuf::from(cache),
        _ => PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache"),
    };
    std::env::var_os("PARALLAX_TEST_MODEL")
        .map_or_else(|| cache().join("parallax/models").join(NAME), PathBuf::from)
}

/// The encoder, loaded once for all tests of a binary.
pub fn encoder() -> &'static Encoder {
    static ENCODER: OnceLock<Encoder> = OnceLock::new();
    ENCODER.get_or_init(|| {
        load().unwrap_or_else(|error| {
            panic!("these tests need the model; run `parallax model` once. {error}")
        })
    })
}

fn load() -> Result<Encoder, EncoderError> {
    let encoder = Encoder::load(&model_dir())?;
    encoder.make_piece_vectors()?;
    Ok(encoder)
}

/// The folder of test data. If it is missing, prints a line and returns `None`: a test without
/// its data passes, so that the tests run anywhere.
pub fn test_data() -> Option<PathBuf> {
    let dir = std::env::var_os("PARALLAX_TEST_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    if dir.is_dir() {
        return Some(dir);
    }
    println!("skipped: no test data at {}", dir.display());
    None
}

/// The JSON objects in a file, one per line.
pub fn json_lines(path: &Path) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    text.split('\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The text of a start-up that is encoded.
pub fn startup_text(record: &serde_json::Value) -> String {
    let field = |name: &str| record[name].as_str().unwrap_or_default();
    format!("{}. {}", field("alt"), field("description"))
}

/// The encoder as collections use it, also shared.
pub fn query_encoder() -> Arc<QueryEncoder> {
    static SHARED: OnceLock<Arc<QueryEncoder>> = OnceLock::new();
    let shared = || Arc::new(QueryEncoder::new(load().unwrap()));
    Arc::clone(SHARED.get_or_init(shared))
}
