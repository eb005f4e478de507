//! Parses one JSON object from the bytes of a line or an element.

use serde_json::Value;

use super::exact::{exact, may_round};
use super::line::MAX_FIELDS;
use super::notes::Notes;
use crate::record::Payload;

/// A position in a file: line and column from 1, the column in bytes.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    pub line: u64,
    pub column: u64,
}

impl Place {
    /// Advances past a byte.
    pub fn pass(&mut self, byte: u8) {
        if byte == b'\n' {
            self.line += 1;
            self.column = 1;
        } else {
            self.column += 1;
        }
    }
}

/// Parses `text` as an object, or returns why it is not one. `start` is where it begins.
pub fn parse(text: &[u8], start: Place, notes: &Notes) -> Result<Payload, String> {
    if let Err(error) = std::str::from_utf8(text) {
        return Err(format!("invalid UTF-8 at byte {}", error.valid_up_to() + 1));
    }
    let read = if may_round(text) {
        None
    } else {
        serde_json::from_slice(text).ok()
    };
    let read = read.map_or_else(
        || {
            let exact = exact(text);
            let read = serde_json::from_slice(&exact.text)?;
            notes.count_nulls(exact.nulls);
            notes.count_texts(exact.texts);
            Ok(read)
        },
        Ok::<_, serde_json::Error>,
    );
    match read {
        Ok(Value::Object(payload)) if payload.len() > MAX_FIELDS => Err(format!(
            "the record has {} fields; at most {MAX_FIELDS} are taken",
            payload.len()
        )),
        Ok(Value::Object(payload)) => Ok(payload),
        Ok(_) => Err("not a JSON object".into()),
        Err(error) if error.is_eof() => Err("not JSON: it ends within a record".into()),
        Err(error) => Err(not_json(&error, start)),
    }
}

/// Describes a JSON error in a text that begins at `start`. serde_json counts lines and columns
/// within the text; the message gives those of the file.
pub fn not_json(error: &serde_json::Error, start: Place) -> String {
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or_default();
    let (line, column) = (error.line() as u64, error.column() as u64);
    if line > 1 {
        let line = start.line + line - 1;
        return format!("not JSON: {what} at line {line}, column {column}");
    }
    let column = (start.column + column).saturating_sub(1);
    format!("not JSON: {what} at column {column}")
}
