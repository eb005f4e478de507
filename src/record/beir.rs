//! A record as a line of a corpus in BEIR format. It is searched there as it is in its collection: the
//! title stays the title, the rest of what is encoded becomes the text, and what only word search
//! covers goes into the metadata.

use serde_json::{Map, Value};

use super::encoded::is_prose;
use super::schema::text_of;
use super::{Payload, Schema};

impl Schema {
    /// The record as an object with `_id`, `title`, `text` and `metadata`.
    pub fn as_beir(&self, id: &str, payload: &Payload) -> Map<String, Value> {
        let title_field = self.title.as_deref();
        let title = title_field.map(|field| text_of(payload, field));
        let mut encoded: Vec<&str> = Vec::new();
        let mut texts: Vec<String> = Vec::new();
        for (field, text) in self.parts(payload) {
            encoded.push(field);
            if Some(field) != title_field {
                texts.push(text);
            }
        }
        let words = self.words();
        let mut metadata = Map::new();
        for &field in words.named() {
            let text = text_of(payload, field);
            let is_there = Some(field) == title_field || encoded.contains(&field);
            if !is_there && !text.trim().is_empty() {
                metadata.insert(field.to_owned(), text.into());
            }
        }
        // Prose in other fields is among the texts already, if any other field is.
        let others = words.other(payload).into_iter();
        let others: Vec<Value> = match encoded.contains(&"") {
            true => others
                .filter(|text| self.leaves_out(&encoded, text))
                .map(Value::from)
                .collect(),
            false => others.map(Value::from).collect(),
        };
        if !others.is_empty() {
            metadata.insert("other fields".into(), others.into());
        }
        let mut line = Map::new();
        line.insert("_id".into(), id.into());
        line.insert("title".into(), title.unwrap_or_default().into());
        line.insert("text".into(), texts.join("\n").into());
        line.insert("metadata".into(), metadata.into());
        line
    }

    /// Whether a text of an unnamed field is not encoded although others are. If a record has neither
    /// title nor text, all of them are.
    fn leaves_out(&self, encoded: &[&str], text: &str) -> bool {
        let named = self.encoded.iter().any(|field| encoded.contains(&&**field));
        named && !is_prose(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn line(schema: &Schema, record: Value) -> Value {
        schema.as_beir("7", record.as_object().unwrap()).into()
    }

    /// The words of all texts that word search covers, sorted.
    fn covered(schema: &Schema, record: &Value) -> Vec<String> {
        let texts = schema.words().texts(record.as_object().unwrap());
        let mut words: Vec<String> = texts
            .iter()
            .flat_map(|text| text.split_whitespace().map(str::to_owned))
            .collect();
        words.sort();
        words
    }

    #[test]
    fn every_word_is_searched_there_as_often_as_here() {
        let prose = Schema {
            title: Some("head".into()),
            texts: vec!["body".into()],
            encoded: vec!["head".into(), "body".into()],
            separator: ". ".into(),
            prose: true,
            ..Schema::default()
        };
        let pairs = Schema {
            pairs: true,
            encoded: vec!["head".into()],
            ..prose.clone()
        };
        let records = [
            json!({"name": "A", "alt": "A - x", "description": "some <b>text</b>", "city": "Oslo",
                   "link": "https://a.example/", "sku": "S-1", "notes": ["one", {"two": "deep"}]}),
            json!({"head": "h", "body": "b", "note": "five words make this prose", "k": "v"}),
            json!({"note": "neither title nor text", "k": "v"}),
            json!({"head": "a question?", "body": "its answer", "k": "v"}),
        ];
        for schema in [Schema::startups(), prose, pairs] {
            for record in &records {
                let line = line(&schema, record.clone());
                assert_eq!(
                    covered(&Schema::beir(), &line),
                    covered(&schema, record),
                    "{record} became {line}"
                );
            }
        }
    }

    #[test]
    fn a_record_of_a_benchmark_stays_as_it_is() {
        let record = json!({"_id": "7", "title": "t", "text": "x", "metadata": {}});
        assert_eq!(line(&Schema::beir(), record.clone()), record);
    }

    #[test]
    fn only_what_is_encoded_is_text() {
        let schema = Schema {
            title: Some("head".into()),
            texts: vec!["body".into()],
            encoded: vec!["head".into(), "body".into()],
            prose: true,
            ..Schema::default()
        };
        let record =
            json!({"head": "h", "body": "b", "note": "five words make this prose", "k": "v"});
        let line = line(&schema, record);
        assert_eq!(line["text"], "b\nfive words make this prose");
        assert_eq!(line["metadata"], json!({"other fields": ["v"]}));
    }
}
