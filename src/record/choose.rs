//! Choosing a schema for a source: a preset where its fields are known, a proposal where
//! not, and over either what the person who imports says.

use super::facet::members;
use super::propose::propose;
use super::{FacetField, FacetKind, Payload, Schema};

/// Fields named by the person who imports, each overriding the preset's choice.
#[derive(Debug, Clone, Default)]
pub struct FieldOptions {
    /// See [`Schema::id`].
    pub id: Option<String>,
    /// See [`Schema::title`].
    pub title: Option<String>,
    /// See [`Schema::text`].
    pub text: Option<String>,
    /// Takes the place of the title; see [`Schema::pairs`].
    pub question: Option<String>,
    /// Takes the place of the text; see [`Schema::pairs`].
    pub answer: Option<String>,
    /// See [`Schema::url`].
    pub url: Option<String>,
    /// See [`Schema::image`].
    pub image: Option<String>,
    /// See [`Schema::facets`]: each is `field`, or `field:kind` with the name of a
    /// [`FacetKind`]. A field whose own name is all of it is meant before that.
    pub facets: Vec<String>,
    /// See [`Schema::weights`]: each is `field=weight`.
    pub weights: Vec<String>,
}

/// What a word may count at most in a field: more would drown all others.
const MAX_WEIGHT: u32 = 20;

impl FieldOptions {
    /// The options that name one field, by their names.
    fn named(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let options = [
            ("id", &self.id),
            ("title", &self.title),
            ("text", &self.text),
            ("question", &self.question),
            ("answer", &self.answer),
            ("url", &self.url),
            ("image", &self.image),
        ];
        let given = options.into_iter();
        given.filter_map(|(option, field)| Some((option, field.as_deref()?)))
    }

    /// Questions and answers as the titles and texts they are.
    fn with_pairs(&self) -> Result<Self, String> {
        if self.question.is_none() && self.answer.is_none() {
            return Ok(self.clone());
        }
        if self.question.is_none() || self.answer.is_none() {
            return Err("question and answer go together: name both fields".into());
        }
        if self.title.is_some() || self.text.is_some() {
            return Err(
                "question and answer take the places of title and text: name either these or those"
                    .into(),
            );
        }
        Ok(Self {
            title: self.question.clone(),
            text: self.answer.clone(),
            ..self.clone()
        })
    }

    /// Whether an option gives a field its part already.
    pub(super) fn names(&self, field: &str) -> bool {
        self.named().any(|(_, named)| named == field)
    }
}

impl Schema {
    /// How many records a schema is chosen by, the first of the source.
    pub const SAMPLE: usize = 1_000;

    /// The schema for a source that begins with these records, of which
    /// [`Schema::SAMPLE`] are looked at: a preset where the fields are known, else
    /// [`Schema::propose`]; the options are laid over it. A facet that is given without
    /// its kind gets the one that all its values in the sample are of.
    ///
    /// # Errors
    /// A sentence naming the option, the field it asked for and the fields there are; or,
    /// where no field holds any text, the fields there are.
    pub fn choose(sample: &[Payload], options: &FieldOptions) -> Result<Self, String> {
        let sample = &sample[..sample.len().min(Self::SAMPLE)];
        let fields = fields(sample);
        let has = |name: &str| fields.contains(&name);
        for (option, field) in options.named() {
            if !has(field) {
                return Err(no_field(option, field, &fields));
            }
        }
        let options = &options.with_pairs()?;
        let facets = facets(sample, &fields, options)?;

        let mut schema = if ["name", "alt", "description"].into_iter().all(has) {
            Self::startups()
        } else if ["_id", "text"].into_iter().all(has) {
            Self::beir()
        } else if ["path", "title", "text", "folder", "format"]
            .into_iter()
            .all(has)
        {
            Self::documents()
        } else {
            propose(sample, options)
        };
        schema.overlay(options);
        if !facets.is_empty() {
            schema.facets = facets;
        }
        schema.facets.retain(|facet| has(&facet.field));
        schema.weigh(options)?;
        if schema.title.is_none() && schema.text.is_none() {
            return Err(format!(
                "no field holds a text to search in; {}",
                there(&fields)
            ));
        }
        Ok(schema)
    }

    /// The schema of a collection that begins without records: just what the options say. A
    /// facet without a kind is text.
    ///
    /// # Errors
    /// A sentence saying what is missing or what a facet's kind may be.
    pub fn named(options: &FieldOptions) -> Result<Self, String> {
        let options = &options.with_pairs()?;
        if options.title.is_none() && options.text.is_none() {
            return Err("say which field holds the title or the text, or both".into());
        }
        let mut schema = Self {
            id: None,
            title: None,
            text: None,
            also: Vec::new(),
            encoded: Vec::new(),
            separator: ". ".into(),
            url: None,
            image: None,
            facets: Vec::new(),
            weights: std::collections::BTreeMap::new(),
            pairs: false,
            language: crate::analysis::Language::default(),
        };
        schema.overlay(options);
        schema.weigh(options)?;
        for asked in &options.facets {
            let (field, kind) = match asked.rsplit_once(':') {
                Some((field, kind)) => (field, kind.parse()?),
                None => (asked.as_str(), FacetKind::Text),
            };
            schema.facets.push(FacetField {
                field: field.to_owned(),
                kind,
            });
        }
        Ok(schema)
    }

    fn overlay(&mut self, options: &FieldOptions) {
        let lay = |ours: &mut Option<String>, theirs: &Option<String>| {
            if theirs.is_some() {
                ours.clone_from(theirs);
            }
        };
        lay(&mut self.id, &options.id);
        lay(&mut self.title, &options.title);
        lay(&mut self.text, &options.text);
        lay(&mut self.url, &options.url);
        lay(&mut self.image, &options.image);
        if options.title.is_some() || options.text.is_some() {
            // What is shown is what is searched, once somebody chose it by hand.
            self.also.clear();
            self.encoded = self.title.iter().chain(&self.text).cloned().collect();
        }
        let called = |field: &Option<String>, name: &str| {
            let field = field.as_deref();
            field.is_some_and(|field| field.eq_ignore_ascii_case(name))
        };
        let by_name = called(&self.title, "question") && called(&self.text, "answer");
        if options.question.is_some() || by_name {
            self.pairs = true;
            self.also.clear();
            self.encoded = self.title.iter().cloned().collect();
        }
    }

    fn weigh(&mut self, options: &FieldOptions) -> Result<(), String> {
        for asked in &options.weights {
            let (field, weight) = asked.rsplit_once('=').unwrap_or((asked, ""));
            let fields: Vec<&String> = self.word_fields().collect();
            let named: Vec<String> = self
                .word_fields_named(field)
                .into_iter()
                .map(|at| fields[at].clone())
                .collect();
            if named.is_empty() {
                let fields: Vec<&str> = fields.into_iter().map(String::as_str).collect();
                return Err(format!(
                    "a weight names the field '{field}', but words search in: {}",
                    fields.join(", ")
                ));
            }
            let weight = weight.parse().ok().filter(|w| (1..=MAX_WEIGHT).contains(w));
            let weight = weight.ok_or_else(|| {
                format!("'{asked}' is no weight: write {field}=N, N from 1 to {MAX_WEIGHT}")
            })?;
            let weights = named.into_iter().map(|field| (field, weight));
            self.weights.extend(weights);
        }
        Ok(())
    }
}

/// The fields that any record has, in the order they first stand in.
pub(super) fn fields(sample: &[Payload]) -> Vec<&str> {
    let mut seen = std::collections::HashSet::new();
    let names = sample.iter().flat_map(|payload| payload.keys());
    let names = names.map(String::as_str);
    // A column without a name plays no part.
    let named = names.filter(|name| !name.trim().is_empty());
    named.filter(|name| seen.insert(*name)).collect()
}

/// The facets the options ask for, with their kinds.
fn facets(
    sample: &[Payload],
    fields: &[&str],
    options: &FieldOptions,
) -> Result<Vec<FacetField>, String> {
    let mut facets: Vec<FacetField> = Vec::new();
    for asked in &options.facets {
        let (field, kind) = match asked.rsplit_once(':') {
            _ if fields.contains(&asked.as_str()) => (asked.as_str(), None),
            Some((field, kind)) if fields.contains(&field) => {
                let kind: FacetKind = kind
                    .parse()
                    .map_err(|why| format!("facet {field}: {why}"))?;
                (field, Some(kind))
            }
            _ => return Err(no_field("facet", asked, fields)),
        };
        if facets.iter().any(|facet| facet.field == field) {
            return Err(format!("facet names the field '{field}' twice"));
        }
        let told = || FacetKind::of(sample.iter().flat_map(|payload| members(payload, field)));
        facets.push(FacetField {
            field: field.to_owned(),
            kind: kind.unwrap_or_else(told),
        });
    }
    Ok(facets)
}

fn no_field(option: &str, field: &str, fields: &[&str]) -> String {
    format!("{option} names the field '{field}', but {}", there(fields))
}

fn there(fields: &[&str]) -> String {
    if fields.is_empty() {
        return "the records have no fields".into();
    }
    format!("the records have: {}", fields.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn sample(records: Value) -> Vec<Payload> {
        let records = records.as_array().unwrap();
        let payload = |record: &Value| record.as_object().unwrap().clone();
        records.iter().map(payload).collect()
    }

    fn with_facets(facets: &[&str]) -> FieldOptions {
        FieldOptions {
            facets: facets.iter().map(|&facet| facet.into()).collect(),
            ..FieldOptions::default()
        }
    }

    #[test]
    fn an_unknown_field_is_named_with_those_there_are() {
        let options = FieldOptions {
            text: Some("body".into()),
            ..FieldOptions::default()
        };
        // A field counts that any record has.
        let records = sample(json!([{"head": "a"}, {"content": "b"}]));
        let error = Schema::choose(&records, &options).unwrap_err();
        assert!(
            error.contains("text names") && error.contains("'body'"),
            "{error}"
        );
        assert!(error.contains("the records have: head, content"), "{error}");
    }

    #[test]
    fn fields_chosen_by_hand_are_what_is_encoded() {
        let options = FieldOptions {
            title: Some("head".into()),
            ..FieldOptions::default()
        };
        let records = sample(json!([{"head": "a", "url": "https://a.example"}]));
        let schema = Schema::choose(&records, &options).unwrap();
        assert_eq!(schema.encoded, ["head"]);
        let blank = sample(json!([{"head": " ", "url": "x"}]));
        assert!(schema.check_text(&blank[0]).is_err());
    }

    #[test]
    fn known_sources_have_their_presets() {
        let records =
            sample(json!([{"name": "A", "alt": "A - x", "description": "", "city": "Oslo"}]));
        let schema = Schema::choose(&records, &FieldOptions::default()).unwrap();
        assert_eq!(schema, Schema::startups());
        let records = sample(json!([{"_id": "1", "title": "", "text": "x", "year": 1999}]));
        let schema = Schema::choose(&records, &FieldOptions::default()).unwrap();
        assert_eq!(schema, Schema::beir());
    }

    #[test]
    fn a_facet_has_the_kind_it_is_given_or_shows() {
        let records = sample(json!([
            {"title": "a", "year": "1999", "a:b": "x", "open": null},
            {"title": "b", "year": "2001", "a:b": "y", "tags": ["1", "b"]},
        ]));
        let kinds = |facets: &[&str]| {
            let schema = Schema::choose(&records, &with_facets(facets))?;
            let kinds = schema.facets.into_iter();
            Ok::<_, String>(kinds.map(|f| (f.field, f.kind)).collect::<Vec<_>>())
        };
        assert_eq!(
            kinds(&["year", "a:b", "open", "tags"]).unwrap(),
            [
                ("year".into(), FacetKind::Number),
                ("a:b".into(), FacetKind::Text),
                ("open".into(), FacetKind::Text),
                ("tags".into(), FacetKind::Text),
            ]
        );
        assert_eq!(
            kinds(&["year:text", "a:b:date"]).unwrap(),
            [
                ("year".into(), FacetKind::Text),
                ("a:b".into(), FacetKind::Date)
            ]
        );
        for (facet, needle) in [
            ("year:int", "text, number, boolean, date"),
            ("town:text", "the records have: title, year"),
        ] {
            let error = kinds(&[facet]).unwrap_err();
            assert!(error.contains(needle), "{error}");
        }
        assert!(kinds(&["year", "year:text"]).unwrap_err().contains("twice"));
    }

    #[test]
    fn questions_and_answers_are_known_by_name_or_said_to_be() {
        let records = sample(json!([{"Question": "Why?", "Answer": "Because.", "topic": "x"}]));
        let schema = Schema::choose(&records, &FieldOptions::default()).unwrap();
        assert!(schema.pairs);
        assert_eq!(schema.encoded, ["Question"]);
        assert_eq!(schema.text.as_deref(), Some("Answer"));

        let records = sample(json!([{"frage": "Warum?", "antwort": "Darum.", "title": "x"}]));
        let options = FieldOptions {
            question: Some("frage".into()),
            answer: Some("antwort".into()),
            ..FieldOptions::default()
        };
        let schema = Schema::choose(&records, &options).unwrap();
        assert!(schema.pairs);
        assert_eq!(schema.encoded, ["frage"]);
        assert!(
            schema
                .check_text(&sample(json!([{"antwort": "a"}]))[0])
                .is_err()
        );
        assert_eq!(Schema::named(&options).unwrap().encoded, ["frage"]);

        let half = FieldOptions {
            answer: None,
            ..options.clone()
        };
        assert!(
            Schema::choose(&records, &half)
                .unwrap_err()
                .contains("both")
        );
        let twice = FieldOptions {
            title: Some("title".into()),
            ..options
        };
        let error = Schema::choose(&records, &twice).unwrap_err();
        assert!(error.contains("title and text"), "{error}");
        let unknown = FieldOptions {
            question: Some("q".into()),
            answer: Some("antwort".into()),
            ..FieldOptions::default()
        };
        let error = Schema::choose(&records, &unknown).unwrap_err();
        assert!(
            error.contains("question names") && error.contains("'q'"),
            "{error}"
        );
    }

    #[test]
    fn a_weight_is_of_a_field_that_words_search_in() {
        let records = sample(json!([{"head": "a", "body": "b", "year": 1999}]));
        let weighed = |weight: &str| {
            let options = FieldOptions {
                title: Some("head".into()),
                text: Some("body".into()),
                weights: vec![weight.into()],
                ..FieldOptions::default()
            };
            Schema::choose(&records, &options).map(|schema| schema.word_weights())
        };
        assert_eq!(weighed("head=5").unwrap(), [5, 1]);
        assert_eq!(weighed("title=1").unwrap(), [1, 1]);
        assert_eq!(weighed("body=2").unwrap(), [3, 2]);
        assert!(weighed("year=2").unwrap_err().contains("head, body"));
        for bad in ["body", "body=", "body=0", "body=21", "body=1.5", "body=-1"] {
            let error = weighed(bad).unwrap_err();
            assert!(error.contains("1 to 20"), "{bad}: {error}");
        }
    }

    #[test]
    fn without_any_text_the_fields_are_named() {
        for (records, needle) in [
            (json!([{"a": 1, "b": null}, {"c": [true]}]), "a, b, c"),
            (json!([{}]), "no fields"),
            (json!([]), "no fields"),
        ] {
            let error = Schema::choose(&sample(records), &FieldOptions::default()).unwrap_err();
            assert!(
                error.contains("no field holds a text") && error.contains(needle),
                "{error}"
            );
        }
    }
}
