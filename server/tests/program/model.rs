//! Where the installed model is.

use std::path::{Path, PathBuf};

/// The installed model: `PARALLAX_TEST_MODEL`, or where `parallax model` puts it.
pub fn model() -> PathBuf {
    let cache = || match std::env::var_os("XDG_CACHE_HOME") {
        Some(cache) if Path::new(&cache).is_absolute() => PathBuf::from(cache),
        _ => PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache"),
    };
    std::env::var_os("PARALLAX_TEST_MODEL").map_or_else(
        || cache().join("parallax/models/all-MiniLM-L6-v2"),
        PathBuf::from,
    )
}
