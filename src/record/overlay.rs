//! Adds the options and a source's further fields to a schema.

use super::proposal::{self, Column, Columns};
use super::roles::facet_named;
use super::{FacetKind, FieldRoles, Schema};

/// The highest weight of a word in a field; a higher one would drown out all other fields.
const MAX_WEIGHT: u32 = 20;

/// How many further fields are searched under their own names, and how many of those are encoded.
/// All others are searched together.
const MAX_ALSO: usize = 24;
const MAX_ENCODED: usize = 8;

impl Schema {
    /// The schema of a collection created without records, based on the options alone. A facet
    /// without a kind is text, and the default language is English.
    ///
    /// # Errors
    /// A sentence saying what is missing or which kinds a facet may have.
    pub fn named(options: &FieldRoles) -> Result<Self, String> {
        let options = &options.with_pairs()?;
        if options.title.is_none() && options.texts.is_empty() {
            return Err("say which field contains the title or the text, or both".into());
        }
        let mut schema = Self {
            separator: ". ".into(),
            language: options.language_of_none()?,
            ..Self::default()
        };
        schema.overlay(options);
        let id = schema.id.iter();
        schema.also = id
            .filter(|id| proposal::is_named_code(id))
            .cloned()
            .collect();
        for asked in &options.facets {
            schema.facets.push(facet_named(asked)?);
        }
        schema.weigh(options)?;
        Ok(schema)
    }

    /// Applies the explicit options to what was chosen so far.
    pub(super) fn overlay(&mut self, options: &FieldRoles) {
        let lay = |ours: &mut Option<String>, theirs: &Option<String>| {
            if theirs.is_some() {
                ours.clone_from(theirs);
            }
        };
        lay(&mut self.id, &options.id);
        lay(&mut self.title, &options.title);
        lay(&mut self.url, &options.url);
        lay(&mut self.image, &options.image);
        if !options.texts.is_empty() {
            self.texts.clone_from(&options.texts);
        }
        let by_hand = options.title.is_some() || !options.texts.is_empty();
        if by_hand || self.encoded.is_empty() {
            // The displayed text is encoded first.
            self.also.clear();
            self.encoded = self.title.iter().chain(&self.texts).cloned().collect();
            self.prose = true;
        }
        let called = |field: Option<&String>, name: &str| {
            field.is_some_and(|field| field.eq_ignore_ascii_case(name))
        };
        let by_name =
            called(self.title.as_ref(), "question") && called(self.texts.first(), "answer");
        if options.question.is_some() || by_name {
            self.pairs = true;
            self.encoded = self.title.iter().cloned().collect();
        }
    }

    /// Names the further fields that word search covers, so that queries and explanations can refer
    /// to them. Those that contain prose are encoded after title and text. Numbers, dates and
    /// addresses are not searched.
    pub(super) fn search_further(&mut self, columns: &Columns, named: bool) {
        for column in &columns.all {
            let is_code = proposal::is_named_code(&column.field);
            let is_id = self.id.as_ref() == Some(&column.field);
            if is_id && (is_code || column.is_code() && column.is_lettered()) {
                self.name_further(column, named);
            }
            if column.strings == 0 && !is_code || self.plays(&column.field) {
                continue;
            }
            if column.is_address() || column.kind() != FacetKind::Text && !is_code {
                self.unsearched.push(column.field.clone());
            } else {
                self.name_further(column, named);
            }
        }
    }

    fn name_further(&mut self, column: &Column, named: bool) {
        if !named || self.also.len() >= MAX_ALSO || self.also.contains(&column.field) {
            return;
        }
        self.also.push(column.field.clone());
        if column.is_prose() && !self.pairs && self.encoded.len() < MAX_ENCODED {
            self.encoded.push(column.field.clone());
        }
    }

    /// Whether a field has a part.
    pub(super) fn plays(&self, field: &str) -> bool {
        let one = [&self.id, &self.title, &self.url, &self.image];
        let one = one.into_iter().flatten();
        let mut all = one
            .chain(&self.texts)
            .chain(&self.also)
            .chain(&self.unsearched);
        all.any(|part| part == field) || self.facets.iter().any(|facet| facet.field == field)
    }

    /// Sets the requested weights of searched fields.
    pub(super) fn weigh(&mut self, options: &FieldRoles) -> Result<(), String> {
        for asked in &options.weights {
            let (field, weight) = asked.rsplit_once('=').unwrap_or((asked, ""));
            let words = self.words();
            let fields = words.named();
            let by_part = self.word_fields_named(field);
            let by_part = by_part.into_iter().map(|at| fields[at]);
            let by_name = fields.iter().copied().filter(|known| *known == field);
            let named: Vec<String> = by_part.chain(by_name).map(str::to_owned).collect();
            if named.is_empty() {
                return Err(format!(
                    "a weight names the field '{field}', but words search in: {}",
                    fields.join(", ")
                ));
            }
            let weight = weight.parse().ok().filter(|w| (1..=MAX_WEIGHT).contains(w));
            let weight = weight.ok_or_else(|| {
                format!("'{asked}' is no weight: write {field}=N, N from 1 to {MAX_WEIGHT}")
            })?;
            self.weights
                .extend(named.into_iter().map(|field| (field, weight)));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Payload;
    use serde_json::{Value, json};

    fn sample(records: Value) -> Vec<Payload> {
        let records = records.as_array().unwrap();
        let payload = |record: &Value| record.as_object().unwrap().clone();
        records.iter().map(payload).collect()
    }

    #[test]
    fn a_weight_is_of_a_field_that_words_search_in() {
        let records = sample(json!([{"head": "a", "body": "b", "year": 1999}]));
        let weighed = |weight: &str| {
            let options = FieldRoles {
                title: Some("head".into()),
                texts: vec!["body".into()],
                weights: vec![weight.into()],
                ..FieldRoles::default()
            };
            Schema::choose(&records, &options).map(|schema| schema.word_weights())
        };
        assert_eq!(weighed("head=5").unwrap(), [5, 1, 1]);
        assert_eq!(weighed("title=1").unwrap(), [1, 1, 1]);
        assert_eq!(weighed("body=2").unwrap(), [3, 2, 1]);
        assert!(weighed("year=2").unwrap_err().contains("head, body"));
        for bad in ["body", "body=", "body=0", "body=21", "body=1.5", "body=-1"] {
            let error = weighed(bad).unwrap_err();
            assert!(error.contains("1 to 20"), "{bad}: {error}");
        }
    }
}
