//! A preview of a file before its import: how its beginning would be read.

use std::io::Cursor;

use axum::body::Bytes;
use parallax::record::{Choice, FieldRoles, Import, Line, Payload, Schema, value_at};
use parallax::vocabulary::{Preview, SkippedLine};
use parallax::{Error, Result};

/// How many records are shown.
const ROWS: usize = 5;

/// How many records, lines and bytes of JSON are read.
const SAMPLE: usize = 200;
const MAX_LINES: usize = 10_000;
const MAX_HELD_BYTES: usize = 2 << 20;

/// How many skipped lines are listed.
const LISTED: usize = 20;

/// Reads the beginning of a file called `name`, or all of it if it is not `cut`. If a record is
/// cut off at the end, it is skipped silently.
///
/// # Errors
/// [`Error::Import`] if there is no record, or none with a text.
pub fn preview(name: &str, beginning: Bytes, cut: bool) -> Result<Preview> {
    if cut && Import::needs_whole(&beginning) {
        return Ok(document());
    }
    let mut import = Import::read(name, Cursor::new(beginning))?;
    let format = import.format().to_string();
    let mut sample: Vec<Payload> = Vec::new();
    let mut skipped: Vec<SkippedLine> = Vec::new();
    let (mut since_record, mut held, mut whole) = (0, 0, false);
    let mut lines = import.by_ref().take(MAX_LINES);
    // The amount read is limited: a small file can unpack to a very large one.
    while sample.len() < SAMPLE && skipped.len() <= LISTED && held < MAX_HELD_BYTES {
        match lines.next() {
            Some(Ok(Line::Record { payload, .. })) => {
                since_record = skipped.len();
                held += serde_json::to_string(&payload).map_or(0, |text| text.len());
                sample.push(payload);
            }
            Some(Ok(Line::Skipped { line, reason })) => skipped.push(SkippedLine { line, reason }),
            // A truncated compressed file always ends with an error.
            Some(Err(_)) if cut => break,
            Some(Err(Error::Io { reason, .. })) => {
                return Err(Error::import(name, reason.to_string()));
            }
            Some(Err(error)) => return Err(error),
            None => {
                whole = true;
                break;
            }
        }
    }
    if sample.is_empty() {
        let why = skipped.first().map_or_else(
            || "it has no lines".to_owned(),
            |first| format!("line {}: {}", first.line, first.reason),
        );
        return Err(Error::import(
            name,
            format!("no record in the file ({why})"),
        ));
    }
    if cut && whole && skipped.len() > since_record {
        skipped.pop();
    }
    skipped.truncate(LISTED);
    let chosen = Choice::of(&sample, &FieldRoles::default())
        .map_err(|message| Error::import(name, message))?;
    let schema = chosen.schema;
    let fields: Vec<String> = chosen
        .fields
        .iter()
        .map(|told| told.field.clone())
        .collect();
    let mut rows = sample;
    rows.truncate(ROWS);
    for row in &mut rows {
        spread(row, &fields);
    }
    Ok(Preview {
        format,
        fields,
        cut: chosen.cut,
        rows,
        proposed: schema.roles(),
        told: chosen.fields,
        skipped,
        notes: import.notes(),
    })
}

/// Copies fields of nested objects to the top level, under their paths.
fn spread(row: &mut Payload, fields: &[String]) {
    for path in fields.iter().filter(|field| field.contains('.')) {
        if let Some(value) = value_at(row, path) {
            row.entry(path.as_str()).or_insert(value);
        }
    }
}

/// The preview of a truncated document: it cannot be read without its end.
fn document() -> Preview {
    let fields = ["path", "title", "text", "folder", "format"];
    Preview {
        format: "a document".into(),
        fields: fields.map(str::to_owned).to_vec(),
        cut: false,
        rows: Vec::new(),
        proposed: Schema::documents().roles(),
        told: Vec::new(),
        skipped: Vec::new(),
        notes: vec!["A document of this size is only read when it is imported.".into()],
    }
}
