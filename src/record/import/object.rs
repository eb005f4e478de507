//! One JSON object out of the bytes of a line or an element.

use serde_json::Value;

use crate::record::Payload;

/// A place in a file, both counted from 1, the column in bytes.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    pub line: u64,
    pub column: u64,
}

impl Place {
    /// The place after a byte.
    pub fn pass(&mut self, byte: u8) {
        if byte == b'\n' {
            self.line += 1;
            self.column = 1;
        } else {
            self.column += 1;
        }
    }
}

/// The object that `text` is, or the reason why it is none; `start` is where it begins.
pub fn parse(text: &[u8], start: Place) -> Result<Payload, String> {
    let text = std::str::from_utf8(text)
        .map_err(|e| format!("invalid UTF-8 at byte {}", e.valid_up_to() + 1))?;
    match serde_json::from_str(text) {
        Ok(Value::Object(payload)) => Ok(payload),
        Ok(_) => Err("not a JSON object".into()),
        Err(error) if error.is_eof() => Err(
            "not JSON: it ends within a record; a record is one line, or a list holds them".into(),
        ),
        Err(error) => Err(format!("not JSON: {}", described(&error, start))),
    }
}

/// serde_json counts lines and columns within the text it was given; the file's are told.
fn described(error: &serde_json::Error, start: Place) -> String {
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or_default();
    let (line, column) = (error.line() as u64, error.column() as u64);
    if line > 1 {
        let line = start.line + line - 1;
        return format!("{what} at line {line}, column {column}");
    }
    let column = (start.column + column).saturating_sub(1);
    format!("{what} at column {column}")
}
