//! Chooses a schema for a source: a preset if its fields are known, otherwise a proposal. The
//! importer's options override either.

use super::facet::members;
use super::path::leads;
use super::proposal::{self, Columns};
use super::told::tell;
use super::{FacetField, FacetKind, FieldRoles, FieldTold, Payload, Schema};
use crate::analysis::detect;

/// A schema for a source, with the part each of the source's fields plays.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// How its records are read.
    pub schema: Schema,
    /// The fields that were examined, in order of first appearance.
    pub fields: Vec<FieldTold>,
    /// Whether there are more.
    pub cut: bool,
}

/// The most fields a message lists.
const MAX_LISTED: usize = 50;

impl Choice {
    /// Chooses a schema from a source's first records, of which [`Schema::SAMPLE`] are examined. It
    /// is a preset if the fields are known, otherwise a proposal, with the options applied on top.
    /// A facet given without a kind gets the kind that all its values in the sample have; later
    /// values of another kind are ignored.
    ///
    /// # Errors
    /// A sentence naming the option, the field it asked for and the available fields, or just the
    /// available fields if none of them holds text.
    pub fn of(sample: &[Payload], options: &FieldRoles) -> Result<Self, String> {
        let sample = &sample[..sample.len().min(Schema::SAMPLE)];
        let columns = Columns::of(sample);
        let has = |name: &str| {
            let named = !name.trim().is_empty();
            named && sample.iter().any(|payload| leads(payload, name))
        };
        for (option, field) in options.named() {
            if !has(field) {
                return Err(no_field(option, field, &columns));
            }
        }
        let given = options;
        let options = &options.with_pairs()?;
        let language = options.language()?;
        let facets = facets(sample, &columns, has, options)?;

        let known = preset(sample, has);
        let records = sample.len();
        let mut schema = match &known {
            Some((_, preset)) => preset.clone(),
            None => proposal::propose(&columns, records, options),
        };
        if known.is_some() && schema.id.as_deref() == Some("path") {
            let free = columns
                .all
                .iter()
                .filter(|column| !schema.plays(&column.field));
            schema.facets.extend(proposal::facets(free, records));
        }
        schema.overlay(options);
        if !facets.is_empty() {
            schema.facets = facets;
        }
        schema.facets.retain(|facet| has(&facet.field));
        let preset = known.as_ref().map(|(_, preset)| preset);
        schema.guessed = guessed(&schema.facets, preset, options);
        let by_hand = options.title.is_some() || !options.texts.is_empty();
        schema.search_further(&columns, known.is_none() || by_hand);
        schema.weigh(options)?;
        if schema.title.is_none() && schema.texts.is_empty() {
            return Err(format!(
                "no field contains a text to search in; {}",
                there(&columns)
            ));
        }
        schema.language = language.unwrap_or_else(|| {
            let words = schema.words();
            detect(sample.iter().flat_map(|payload| words.texts(payload)))
        });
        let preset = known.map(|(name, _)| name);
        Ok(Self {
            fields: tell(&schema, &columns, given, preset),
            schema,
            cut: columns.cut,
        })
    }
}

/// The preset for a source's fields, and what such a source is called. Many sources have the fields
/// of start-ups and BEIR corpora, so a source with additional fields is not taken for one.
fn preset(sample: &[Payload], has: impl Fn(&str) -> bool) -> Option<(&'static str, Schema)> {
    let all = |fields: &[&str]| fields.iter().all(|field| has(field));
    let only = |fields: &[&str]| {
        let mut names = sample.iter().flat_map(Payload::keys);
        names.all(|name| name.trim().is_empty() || fields.contains(&name.as_str()))
    };
    if all(&["name", "alt", "description"])
        && only(&["name", "images", "alt", "description", "link", "city"])
    {
        Some(("the tutorial's start-ups", Schema::startups()))
    } else if all(&["_id", "text"]) && only(&["_id", "title", "text", "metadata"]) {
        Some(("a BEIR corpus", Schema::beir()))
    } else if all(&["path", "title", "text", "folder", "format"]) {
        Some(("a folder of documents", Schema::documents()))
    } else {
        None
    }
}

impl Schema {
    /// How many of the source's first records are used to choose a schema.
    pub const SAMPLE: usize = 1_000;

    /// Returns the schema of [`Choice::of`].
    ///
    /// # Errors
    /// As for [`Choice::of`].
    pub fn choose(sample: &[Payload], options: &FieldRoles) -> Result<Self, String> {
        Choice::of(sample, options).map(|choice| choice.schema)
    }
}

/// The facets the options ask for, with their kinds.
fn facets(
    sample: &[Payload],
    columns: &Columns,
    has: impl Fn(&str) -> bool,
    options: &FieldRoles,
) -> Result<Vec<FacetField>, String> {
    let mut facets: Vec<FacetField> = Vec::new();
    for asked in &options.facets {
        let (field, kind) = match asked.rsplit_once(':') {
            _ if has(asked) => (asked.as_str(), None),
            Some((field, kind)) if has(field) => {
                let kind: FacetKind = kind
                    .parse()
                    .map_err(|why| format!("facet {field}: {why}"))?;
                (field, Some(kind))
            }
            _ => return Err(no_field("facet", asked, columns)),
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

/// The facets whose kind was set neither by the preset nor by an option.
fn guessed(facets: &[FacetField], preset: Option<&Schema>, options: &FieldRoles) -> Vec<String> {
    let is_guessed = |facet: &&FacetField| {
        let known = preset.is_some_and(|preset| preset.facets.contains(facet));
        // If the option contains more than the field's name, the rest is a kind.
        let given = !options.facets.is_empty() && !options.facets.contains(&facet.field);
        !known && !given
    };
    let guessed = facets.iter().filter(is_guessed);
    guessed.map(|facet| facet.field.clone()).collect()
}

fn no_field(option: &str, field: &str, columns: &Columns) -> String {
    format!("{option} names the field '{field}', but {}", there(columns))
}

fn there(columns: &Columns) -> String {
    if columns.all.is_empty() {
        return "the records have no fields".into();
    }
    let fields = columns.all.iter().map(|column| column.field.as_str());
    let fields: Vec<&str> = fields.take(MAX_LISTED).collect();
    let more = columns.all.len() > MAX_LISTED || columns.cut;
    let more = if more { ", and more" } else { "" };
    format!("the records have: {}{more}", fields.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Language;
    use serde_json::{Value, json};

    fn sample(records: Value) -> Vec<Payload> {
        let records = records.as_array().unwrap();
        let payload = |record: &Value| record.as_object().unwrap().clone();
        records.iter().map(payload).collect()
    }

    fn with_facets(facets: &[&str]) -> FieldRoles {
        FieldRoles {
            facets: facets.iter().map(|&facet| facet.into()).collect(),
            ..FieldRoles::default()
        }
    }

    #[test]
    fn an_unknown_field_is_named_with_those_there_are() {
        let options = FieldRoles {
            texts: vec!["body".into()],
            ..FieldRoles::default()
        };
        // A field counts if any record has it.
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
        let options = FieldRoles {
            title: Some("head".into()),
            ..FieldRoles::default()
        };
        let records = sample(json!([{"head": "a", "url": "https://a.example"}]));
        let schema = Schema::choose(&records, &options).unwrap();
        assert_eq!(schema.encoded, ["head"]);
        let blank = sample(json!([{"head": " ", "url": "x"}, {"head": "", "by": "Ann"}]));
        assert!(schema.check_text(&blank[0]).is_err());
        // Any searchable text is enough for a record.
        assert!(schema.check_text(&blank[1]).is_ok());
    }

    #[test]
    fn known_sources_have_their_presets() {
        let records =
            sample(json!([{"name": "A", "alt": "A - x", "description": "", "city": "Oslo"}]));
        let schema = Schema::choose(&records, &FieldRoles::default()).unwrap();
        assert_eq!(schema, Schema::startups());
        let records = sample(json!([
            {"_id": "1", "title": "", "text": "x", "metadata": {}},
        ]));
        let schema = Schema::choose(&records, &FieldRoles::default()).unwrap();
        assert_eq!(schema, Schema::beir());
    }

    #[test]
    fn a_source_with_further_fields_is_not_a_known_one() {
        let shop = sample(json!([
            {"name": "Lantern", "alt": "L7", "description": "Burns all night", "room": "hall"},
            {"name": "Bench", "alt": "B2", "description": "Seats three", "room": "garden"},
        ]));
        let museum = sample(json!([
            {"_id": "f1", "name": "Old ferry", "text": "It crossed the fjord", "room": "hall"},
            {"_id": "f2", "name": "Steam tug", "text": "It pulled the barges", "room": "pier"},
        ]));
        for (records, text) in [(shop, "description"), (museum, "text")] {
            let schema = Schema::choose(&records, &FieldRoles::default()).unwrap();
            assert_eq!(schema.title.as_deref(), Some("name"));
            assert_eq!(schema.texts, [text]);
            let facets: Vec<&str> = schema.facets.iter().map(|f| f.field.as_str()).collect();
            assert!(facets.contains(&"room"), "{facets:?}");
        }
    }

    #[test]
    fn a_kind_that_nobody_gave_costs_no_record() {
        let records = sample(json!([
            {"title": "Ferry", "year": 1987, "sails": "2024-05-01"},
            {"title": "Tram", "year": 1991, "sails": "2024-06-02"},
        ]));
        let late = sample(json!([{"title": "Punt", "year": "unknown", "sails": "soon"}]));
        let checked = |facets: &[&str]| {
            let schema = Schema::choose(&records, &with_facets(facets)).unwrap();
            assert_ne!(schema.facets[0].kind, FacetKind::Text);
            schema.check_facets(&late[0])
        };
        let guessed: [&[&str]; 3] = [&[], &["year"], &["sails", "year"]];
        for facets in guessed {
            assert_eq!(checked(facets), Ok(()), "{facets:?}");
        }
        let error = checked(&["sails", "year:number"]).unwrap_err();
        assert_eq!(error, "the facet year is a number, but holds 'unknown'");
        // A collection created without records uses the kinds it was given.
        let schema = Schema::named(&FieldRoles {
            title: Some("title".into()),
            ..with_facets(&["year:number"])
        });
        assert!(schema.unwrap().check_facets(&late[0]).is_err());
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
        let schema = Schema::choose(&records, &FieldRoles::default()).unwrap();
        assert!(schema.pairs);
        assert_eq!(schema.encoded, ["Question"]);
        assert_eq!(schema.texts, ["Answer"]);

        let records = sample(json!([{"frage": "Warum?", "antwort": "Darum.", "title": "x"}]));
        let options = FieldRoles {
            question: Some("frage".into()),
            answer: Some("antwort".into()),
            ..FieldRoles::default()
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

        let half = FieldRoles {
            answer: None,
            ..options.clone()
        };
        assert!(
            Schema::choose(&records, &half)
                .unwrap_err()
                .contains("both")
        );
        let twice = FieldRoles {
            title: Some("title".into()),
            ..options
        };
        let error = Schema::choose(&records, &twice).unwrap_err();
        assert!(error.contains("title and text"), "{error}");
        let unknown = FieldRoles {
            question: Some("q".into()),
            answer: Some("antwort".into()),
            ..FieldRoles::default()
        };
        let error = Schema::choose(&records, &unknown).unwrap_err();
        assert!(
            error.contains("question names") && error.contains("'q'"),
            "{error}"
        );
    }

    #[test]
    fn the_language_is_told_from_the_texts_or_said() {
        let records = sample(json!([{"title": "Die Ziege", "text": "Sie steht auf der Wiese."}]));
        let of = |language: Option<&str>| {
            let options = FieldRoles {
                title: Some("title".into()),
                texts: vec!["text".into()],
                language: language.map(str::to_owned),
                ..FieldRoles::default()
            };
            let chosen = Schema::choose(&records, &options).map(|schema| schema.language);
            (
                chosen,
                Schema::named(&options).map(|schema| schema.language),
            )
        };
        assert_eq!(of(None), (Ok(Language::German), Ok(Language::English)));
        assert_eq!(of(Some("fr")), (Ok(Language::French), Ok(Language::French)));
        assert_eq!(of(Some("none")), (Ok(Language::None), Ok(Language::None)));
        let (chosen, named) = of(Some("auto"));
        assert_eq!(chosen, Ok(Language::German));
        assert!(named.unwrap_err().contains("no texts yet"));
        assert!(of(Some("xx")).0.unwrap_err().contains("'xx'"));
    }

    #[test]
    fn without_any_text_the_fields_are_named() {
        for (records, needle) in [
            (json!([{"a": 1, "b": null}, {"c": [true]}]), "a, b, c"),
            (json!([{}]), "no fields"),
            (json!([]), "no fields"),
        ] {
            let error = Schema::choose(&sample(records), &FieldRoles::default()).unwrap_err();
            assert!(
                error.contains("no field contains a text") && error.contains(needle),
                "{error}"
            );
        }
    }
}
