//! A schema for a source nobody described: told by the names of its fields and, where those
//! say nothing, by what the first records hold.

use std::cmp::Reverse;
use std::collections::HashSet;

use serde_json::Value;

use super::choose::fields;
use super::facet::members;
use super::{FacetField, FacetKind, FieldOptions, Payload, Schema, field_text};

/// Names that say what a field is, in any case of letters, the better ones first.
const IDS: [&str; 2] = ["id", "_id"];
const TITLES: [&str; 5] = ["title", "name", "headline", "subject", "question"];
const TEXTS: [&str; 7] = [
    "text",
    "body",
    "description",
    "content",
    "abstract",
    "answer",
    "summary",
];
const URLS: [&str; 3] = ["url", "link", "href"];
const IMAGES: [&str; 6] = ["image", "images", "img", "logo", "thumbnail", "picture"];

/// A field whose values are longer on average, in characters, is no heading.
const TITLE_CHARS: usize = 100;
/// A text whose values are this long on average or longer is nothing to choose from.
const FACET_CHARS: usize = 40;
/// A text with more values is nothing to choose from either.
const FACET_VALUES: usize = 200;
/// Up to so many records, any value may be the first of many.
const SMALL_SAMPLE: usize = 20;
/// The most facets that are proposed, the first fields: a table may have hundreds of
/// columns of numbers.
const MAX_FACETS: usize = 12;

impl Schema {
    /// What the fields of these records, the first of a source, are likely to be. Title and
    /// text are `None` where no field holds any text.
    pub fn propose(sample: &[Payload]) -> Self {
        propose(sample, &FieldOptions::default())
    }
}

/// A schema around the fields that have their part by the options.
pub(super) fn propose(sample: &[Payload], options: &FieldOptions) -> Schema {
    let mut free = fields(sample);
    free.retain(|field| !options.names(field));
    let free = free.into_iter().map(|field| Column::new(field, sample));
    let mut free: Vec<Column<'_>> = free.collect();
    let mut part = |given: &Option<String>, names: &[&str], fits: &dyn Fn(&Column<'_>) -> bool| {
        given.clone().or_else(|| {
            let known = |name: &&str| {
                free.iter()
                    .position(|c| c.field.eq_ignore_ascii_case(name) && fits(c))
            };
            let at = names.iter().find_map(known)?;
            Some(free.remove(at).field.to_owned())
        })
    };
    let id = part(&options.id, &IDS, &|c| c.identifies(sample.len()));
    let url = part(&options.url, &URLS, &|c| !c.list);
    let image = part(&options.image, &IMAGES, &|c| !c.list);
    let mut title = part(&options.title, &TITLES, &|c| c.strings > 0);
    let mut text = part(&options.text, &TEXTS, &|c| c.strings > 0);

    if text.is_none() {
        // Without a title this is all there is to search in, so that it takes what there is.
        let fits = |c: &Column<'_>| c.strings > 0 && (title.is_none() || c.is_prose());
        let at = best(&free, fits, |c| (c.is_prose(), !c.list, c.average()));
        text = at.map(|at| free.remove(at).field.to_owned());
    }
    if title.is_none() {
        let fits = |c: &Column<'_>| c.is_prose() && c.average() < TITLE_CHARS;
        let at = best(&free, fits, |c| c.distinct);
        title = at.map(|at| free.remove(at).field.to_owned());
    }
    let facets = free.iter().filter(|c| c.is_facet(sample.len()));
    let facets = facets.map(|c| FacetField {
        field: c.field.to_owned(),
        kind: c.kind,
    });
    Schema {
        encoded: title.iter().chain(&text).cloned().collect(),
        id,
        title,
        text,
        url,
        image,
        also: Vec::new(),
        separator: ". ".into(),
        facets: facets.take(MAX_FACETS).collect(),
        weights: std::collections::BTreeMap::new(),
        pairs: false,
        language: crate::analysis::Language::default(),
    }
}

/// Where the best column stands of those that fit; the first of several equals.
fn best<K: Ord>(
    columns: &[Column<'_>],
    fits: impl Fn(&Column<'_>) -> bool,
    key: impl Fn(&Column<'_>) -> K,
) -> Option<usize> {
    let fitting = columns.iter().enumerate().filter(|(_, c)| fits(c));
    fitting
        .min_by_key(|(_, c)| Reverse(key(c)))
        .map(|(at, _)| at)
}

/// What a field holds in the sample.
struct Column<'a> {
    field: &'a str,
    kind: FacetKind,
    /// How many values there are; a list's members count each by itself.
    values: usize,
    /// How many of them are strings.
    strings: usize,
    /// How many different ones there are.
    distinct: usize,
    /// Their length in characters, all together.
    chars: usize,
    /// Whether any record holds a list.
    list: bool,
    /// Whether any record holds an object, or a list in a list.
    nested: bool,
}

impl<'a> Column<'a> {
    fn new(field: &'a str, sample: &[Payload]) -> Self {
        let values = || {
            sample
                .iter()
                .flat_map(move |payload| members(payload, field))
        };
        let texts: Vec<String> = values().map(field_text).collect();
        let is_list = |payload: &Payload| payload.get(field).is_some_and(Value::is_array);
        Self {
            field,
            kind: FacetKind::of(values()),
            values: texts.len(),
            strings: values().filter(|value| value.is_string()).count(),
            distinct: texts.iter().collect::<HashSet<_>>().len(),
            chars: texts.iter().map(|text| text.chars().count()).sum(),
            list: sample.iter().any(is_list),
            nested: values().any(|value| value.is_object() || value.is_array()),
        }
    }

    fn average(&self) -> usize {
        self.chars.checked_div(self.values).unwrap_or(0)
    }

    /// Whether every record has a value of its own.
    fn identifies(&self, records: usize) -> bool {
        !self.list && !self.nested && self.values == records && self.distinct == records
    }

    /// Whether it holds texts to read, which seldom stand twice.
    fn is_prose(&self) -> bool {
        let repeats = self.distinct * 2 <= self.values;
        self.kind == FacetKind::Text && self.strings == self.values && !self.list && !repeats
    }

    /// Whether it is worth filtering by.
    fn is_facet(&self, records: usize) -> bool {
        let few = (2..=FACET_VALUES).contains(&self.distinct)
            && (records <= SMALL_SAMPLE || self.distinct * 2 <= records);
        !self.nested && (self.kind != FacetKind::Text || few && self.average() < FACET_CHARS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Import, Line};
    use serde_json::json;
    use std::path::Path;

    fn sample(records: impl IntoIterator<Item = Value>) -> Vec<Payload> {
        let payload = |record: Value| record.as_object().unwrap().clone();
        records.into_iter().map(payload).collect()
    }

    fn file(path: &Path) -> Vec<Payload> {
        let payload = |line| match line {
            Ok(Line::Record { payload, .. }) => payload,
            other => panic!("{other:?}"),
        };
        Import::open(path).unwrap().map(payload).collect()
    }

    fn facets(schema: &Schema) -> Vec<(&str, FacetKind)> {
        let facets = schema.facets.iter();
        facets.map(|f| (f.field.as_str(), f.kind)).collect()
    }

    #[test]
    fn start_ups_are_understood_without_their_preset() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let schema = Schema::propose(&file(&root.join("server/sample/startups.jsonl")));
        let startups = Schema::startups();
        assert_eq!(schema.id, None);
        assert_eq!(schema.title, startups.title);
        assert_eq!(schema.text, startups.text);
        assert_eq!(schema.url, startups.url);
        assert_eq!(schema.image, startups.image);
        assert_eq!(schema.facets, startups.facets);
        assert_eq!(schema.encoded, ["name", "description"]);
    }

    #[test]
    fn known_names_are_taken_in_any_case() {
        let schema = Schema::propose(&sample([
            json!({"ID": 1, "Title": "One", "Text": "A first text"}),
            json!({"ID": 2, "Title": "Two", "Text": "A second text"}),
        ]));
        assert_eq!(schema.id.as_deref(), Some("ID"));
        assert_eq!(schema.title.as_deref(), Some("Title"));
        assert_eq!(schema.text.as_deref(), Some("Text"));
        assert_eq!(facets(&schema), []);
    }

    #[test]
    fn an_id_must_identify_every_record() {
        for second in [json!({"id": "a", "title": "y"}), json!({"title": "y"})] {
            let schema = Schema::propose(&sample([json!({"id": "a", "title": "x"}), second]));
            assert_eq!(schema.id, None);
        }
    }

    #[test]
    fn a_table_of_unknown_names_is_told_by_what_it_holds() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("wines.csv");
        let mut csv = "nr,cru,notes,grape,price,organic,tasted,postcode\n".to_owned();
        for i in 0..40 {
            csv += &format!(
                "{i},Château {i},\"Number {i}: cherries and leather, and a long finish of smoke\",\
                 {},{}.5,{},2024-05-{:02},0{}\n",
                ["Merlot", "Syrah", "Pinot"][i % 3],
                10 + i,
                i % 2 == 0,
                i % 28 + 1,
                1000 + i,
            );
        }
        std::fs::write(&path, csv).unwrap();
        let schema = Schema::choose(&file(&path), &FieldOptions::default()).unwrap();
        assert_eq!(schema.title.as_deref(), Some("cru"));
        assert_eq!(schema.text.as_deref(), Some("notes"));
        assert_eq!(schema.encoded, ["cru", "notes"]);
        assert_eq!(
            facets(&schema),
            [
                ("nr", FacetKind::Number),
                ("grape", FacetKind::Text),
                ("price", FacetKind::Number),
                ("organic", FacetKind::Boolean),
                ("tasted", FacetKind::Date),
            ]
        );
    }

    #[test]
    fn a_group_is_not_taken_for_a_text() {
        let group = |i: usize| ["a", "b", "c"][i % 3];
        let record = |i| json!({"title": format!("Post {i}"), "group": group(i), "score": i});
        let schema = Schema::propose(&sample((0..30).map(record)));
        assert_eq!(schema.text, None);
        assert_eq!(schema.encoded, ["title"]);
        assert_eq!(
            facets(&schema),
            [("group", FacetKind::Text), ("score", FacetKind::Number)]
        );
    }

    #[test]
    fn options_leave_the_rest_to_the_proposal() {
        let options = FieldOptions {
            id: Some("nr".into()),
            text: Some("title".into()),
            ..FieldOptions::default()
        };
        let records = sample([
            json!({"nr": 7, "title": "A title", "line": "short", "n": 1}),
            json!({"nr": 8, "title": "Another", "line": "brief", "n": 1}),
        ]);
        let schema = Schema::choose(&records, &options).unwrap();
        assert_eq!(schema.title.as_deref(), Some("line"));
        assert_eq!(schema.encoded, ["line", "title"]);
        assert_eq!(facets(&schema), [("n", FacetKind::Number)]);
    }

    #[test]
    fn the_only_strings_are_the_text_even_if_they_look_like_numbers() {
        let schema = Schema::propose(&sample([json!({"code": "12", "n": 1})]));
        assert_eq!(schema.text.as_deref(), Some("code"));
        assert_eq!(facets(&schema), [("n", FacetKind::Number)]);
    }

    #[test]
    fn lists_of_words_are_facets() {
        let tag = |i: usize| ["x", "y"][i % 2];
        let record =
            |i| json!({"title": format!("T{i}"), "tags": [tag(i), "z"], "deep": [{"a": i}]});
        let schema = Schema::propose(&sample((0..30).map(record)));
        assert_eq!(facets(&schema), [("tags", FacetKind::Text)]);
    }
}
