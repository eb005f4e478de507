//! Which text of a record is encoded, and how its parts map to the displayed text.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::html::Plain;
use super::schema::{text_of, written};
use super::{Payload, Schema};

/// A text with at least this many words is prose rather than a name or a value.
const PROSE_WORDS: usize = 5;

impl Schema {
    /// The text to encode.
    pub fn encoded_text(&self, payload: &Payload) -> String {
        let parts: Vec<String> = self.parts(payload).map(|(_, text)| text).collect();
        parts.join(&self.separator)
    }

    /// Whether the text to encode continues after its passages. Without passages, all of it was
    /// encoded.
    pub fn is_read_in_part(&self, payload: &Payload, passages: &[Range<u32>]) -> bool {
        let end = passages.last().map(|last| last.end as usize);
        end.is_some_and(|end| goes_on(&self.encoded_text(payload), end))
    }

    /// The parts of the text to encode, with their fields. If a record has neither title nor text,
    /// everything that word search covers is encoded.
    pub(super) fn parts<'a>(
        &'a self,
        payload: &'a Payload,
    ) -> Box<dyn Iterator<Item = (&'a str, String)> + 'a> {
        let named = self.encoded.iter().map(String::as_str);
        if !self.prose {
            return Box::new(named.map(|field| (field, written(payload, field))));
        }
        let named = named.map(|field| (field, text_of(payload, field)));
        let mut parts: Vec<(&str, String)> = named.filter(is_filled).collect();
        if parts.is_empty() {
            let words = self.words();
            let texts = words.texts(payload);
            let all = words.named().iter().copied().chain([""]).zip(texts);
            parts = all.filter(is_filled).collect();
        } else if !self.pairs {
            let further = self.words().other(payload).into_iter();
            parts.extend(further.filter(|text| is_prose(text)).map(|text| ("", text)));
        }
        Box::new(parts.into_iter())
    }

    /// Maps a byte range of the encoded text to the displayed text. `None` if it is outside the
    /// displayed text or something else is displayed.
    pub fn shown_range(&self, payload: &Payload, range: Range<u32>) -> Option<Range<usize>> {
        let shown = self.shown_field(payload)?;
        let mut start = 0;
        for (field, text) in self.parts(payload) {
            if field == shown {
                let from = (range.start as usize).max(start);
                let to = (range.end as usize).min(start + text.len());
                let within = (from < to).then(|| from - start..to - start)?;
                return Some(match Plain::of(&text) {
                    // It is encoded as written and displayed without markup.
                    Some(plain) if !self.prose => plain.place(within),
                    _ => within,
                });
            }
            start += text.len() + self.separator.len();
        }
        None
    }
}

/// Whether there is more text after a position.
pub(crate) fn goes_on(text: &str, end: usize) -> bool {
    end < text.trim_end().len()
}

fn is_filled((_, text): &(&str, String)) -> bool {
    !text.trim().is_empty()
}

/// Whether a text is prose rather than a lookup value.
pub(super) fn is_prose(text: &str) -> bool {
    text.unicode_words().nth(PROSE_WORDS - 1).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn payload(value: Value) -> Payload {
        value.as_object().unwrap().clone()
    }

    fn notes() -> Schema {
        Schema {
            title: Some("head".into()),
            texts: vec!["body".into()],
            encoded: vec!["head".into(), "body".into(), "aside".into()],
            separator: ". ".into(),
            prose: true,
            ..Schema::default()
        }
    }

    #[test]
    fn startups_are_encoded_as_the_tutorial_does() {
        let full = payload(json!({"name": "A", "alt": "A - x", "description": "Line\nmore"}));
        assert_eq!(Schema::startups().encoded_text(&full), "A - x. Line\nmore");
        let bare =
            payload(json!({"name": "A", "alt": "A - x", "description": "", "by": "a b c d e"}));
        assert_eq!(Schema::startups().encoded_text(&bare), "A - x. ");
        let html = payload(json!({"alt": "A &amp; B", "description": "<b>x</b>"}));
        assert_eq!(
            Schema::startups().encoded_text(&html),
            "A &amp; B. <b>x</b>"
        );
    }

    #[test]
    fn further_prose_is_encoded_behind_title_and_text() {
        let encoded = |record| notes().encoded_text(&payload(record));
        assert_eq!(
            encoded(json!({
                "by": "Ann Lee", "review": "It reads well to the end", "aside": "see below",
                "body": "<p>b</p>", "head": "h",
            })),
            "h. b. see below. It reads well to the end"
        );
        assert_eq!(encoded(json!({"head": "h", "body": " "})), "h");
        assert_eq!(encoded(json!({"by": "Ann", "in": "Oslo"})), "Ann\nOslo");
    }

    #[test]
    fn a_passage_is_found_in_the_text_shown() {
        let place = |schema: &Schema, record: Value, part: &str| {
            let record = payload(record);
            let encoded = schema.encoded_text(&record);
            let at = encoded.find(part).unwrap() as u32;
            let range = schema.shown_range(&record, at..at + part.len() as u32)?;
            let shown = schema.read(crate::RecordNumber(0), record).text;
            Some(shown[range].to_owned())
        };
        let html = json!({"head": "h", "body": "<p>tea</p><p>rye &amp; milk</p>", "aside": "x"});
        assert_eq!(
            place(&notes(), html.clone(), "rye & milk").unwrap(),
            "rye & milk"
        );
        assert_eq!(place(&notes(), html, "x"), None);
        let written = json!({"alt": "a", "description": "<p>tea</p><p>rye &amp; milk</p>"});
        let startups = Schema::startups();
        assert_eq!(
            place(&startups, written, "rye &amp; milk").unwrap(),
            "rye & milk"
        );
    }
}
