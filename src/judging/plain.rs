//! What is shown of a record that is to be judged. It is the same however the record was found: the
//! snippet, the marks and the scores of a hit would give that away.

use crate::digest::sha256;
use crate::record::Record;
use crate::vocabulary::PlainRecord;
use crate::vocabulary::limits::MAX_TITLE_BYTES;

/// The most bytes of a text that are shown.
const MAX_TEXT_BYTES: usize = 600;
/// The most facet values shown, and the most bytes of each.
const MAX_VALUES: usize = 3;
const MAX_VALUE_BYTES: usize = 100;

/// The record as it is shown, with its id.
pub fn plain(record: &Record) -> PlainRecord {
    let title = beginning(&record.title, MAX_TITLE_BYTES);
    let text = beginning(&record.text, MAX_TEXT_BYTES);
    let short = record.facets.iter();
    let short = short.filter(|facet| facet.value.len() <= MAX_VALUE_BYTES);
    PlainRecord {
        cut: title.len() < record.title.len() || text.len() < record.text.len(),
        id: Some(record.id.clone()),
        title: title.to_owned(),
        text: text.to_owned(),
        facets: short.take(MAX_VALUES).cloned().collect(),
    }
}

fn beginning(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

/// What records have in common that read the same, in one collection or in two; the id if a record
/// has neither title nor text.
pub(super) fn key(record: &Record) -> String {
    if record.title.is_empty() && record.text.is_empty() {
        return record.id.clone();
    }
    sha256(format!("{}\0{}", record.title, record.text).as_bytes())
}
