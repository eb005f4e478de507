//! Reads the files of a folder that contains a model as it was published.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use serde::de::DeserializeOwned;

use super::error::EncoderError;

/// The contents of a file, if it exists.
pub(super) fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>, EncoderError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(EncoderError::io(path)(error)),
    }
}

/// The contents of a JSON file, if it exists.
pub(super) fn json<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, EncoderError> {
    let Some(bytes) = read_if_there(path)? else {
        return Ok(None);
    };
    let value = serde_json::from_slice(&bytes);
    value.map(Some).map_err(|error| EncoderError::Unsupported {
        dir: path.parent().unwrap_or(path).to_owned(),
        why: format!(
            "{} cannot be read ({error})",
            path.file_name().unwrap_or_default().to_string_lossy()
        ),
    })
}
