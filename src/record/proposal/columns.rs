//! Statistics about the fields of a source's first records, collected in one pass.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::Value;
use unicode_segmentation::UnicodeSegmentation;

use super::names;
use crate::record::facet::{Kinds, is_empty};
use crate::record::html::plain;
use crate::record::schema::is_own_path;
use crate::record::words::is_address;
use crate::record::{FacetKind, Payload};
use crate::value::field_text;

/// How many fields are examined, starting with the first. The others are still searched, together:
/// see [`crate::record::WordFields`].
const MAX_COLUMNS: usize = 500;

/// How deeply nested objects are offered as fields.
const MAX_DEPTH: usize = 4;

/// How many characters of a value are examined.
const MAX_CHARS: usize = 2_000;

/// The fields of some records in order of first appearance, with nested fields named by path.
#[derive(Default)]
pub struct Columns {
    /// The fields.
    pub all: Vec<Column>,
    /// Whether there are more fields than are examined.
    pub cut: bool,
    places: HashMap<String, usize>,
    /// The paths at which any record has an object.
    objects: HashSet<String>,
}

impl Columns {
    /// Examines records.
    pub fn of(sample: &[Payload]) -> Self {
        let mut columns = Self::default();
        for (record, payload) in sample.iter().enumerate() {
            for (name, value) in payload {
                // A column without a name gets no part.
                if !name.trim().is_empty() {
                    columns.look(name, value, record, (0, false));
                }
            }
        }
        for column in &mut columns.all {
            column.objects = columns.objects.contains(&column.field);
        }
        columns
    }

    /// Examines the value at a path. `listed` is set if the path passes through a list of objects.
    fn look(&mut self, path: &str, value: &Value, record: usize, (depth, listed): (usize, bool)) {
        if let Value::Object(fields) = value {
            self.objects.insert(path.to_owned());
            for (name, value) in fields.iter().filter(|_| depth < MAX_DEPTH) {
                let path = format!("{path}.{name}");
                self.look(&path, value, record, (depth + 1, listed));
            }
            return;
        }
        let members = match value {
            Value::Array(members) => members.as_slice(),
            value => std::slice::from_ref(value),
        };
        let (objects, values): (Vec<&Value>, Vec<&Value>) =
            members.iter().partition(|member| member.is_object());
        for object in &objects {
            self.look(path, object, record, (depth, true));
        }
        if objects.is_empty() || !values.is_empty() {
            let Some(column) = self.column(path) else {
                return;
            };
            column.list |= listed || value.is_array();
            for value in values {
                column.see(value, record);
            }
        }
    }

    fn column(&mut self, path: &str) -> Option<&mut Column> {
        let at = match self.places.get(path) {
            Some(&at) => at,
            None if self.all.len() < MAX_COLUMNS => {
                self.places.insert(path.to_owned(), self.all.len());
                self.all.push(Column::new(path));
                self.all.len() - 1
            }
            None => {
                self.cut = true;
                return None;
            }
        };
        self.all.get_mut(at)
    }
}

/// Statistics about a field in the sample. The members of a list count individually; null and blank
/// values do not count.
#[derive(Default)]
pub struct Column {
    /// The field.
    pub field: String,
    kinds: Kinds,
    /// How many values there are, and in how many records.
    pub values: usize,
    records: usize,
    last_record: Option<usize>,
    /// How many of them are strings.
    pub strings: usize,
    /// Digests of the distinct values.
    distinct: HashSet<u64>,
    /// Their total length in characters and in words.
    chars: usize,
    words: usize,
    /// How many have letters, look like codes, are addresses, and are addresses of pictures.
    lettered: usize,
    codes: usize,
    addresses: usize,
    pictures: usize,
    /// Whether any record has a list here.
    pub list: bool,
    /// Whether any record has a nested list here.
    pub nested: bool,
    /// Whether any record has an object here, alone or in a list.
    pub objects: bool,
}

impl Column {
    fn new(field: &str) -> Self {
        Self {
            field: field.to_owned(),
            ..Self::default()
        }
    }

    fn see(&mut self, value: &Value, record: usize) {
        if is_empty(value) {
            return;
        }
        if let Value::Array(_) = value {
            self.nested = true;
        }
        let text = plain(field_text(value));
        let text = match text.char_indices().nth(MAX_CHARS) {
            Some((end, _)) => &text[..end],
            None => &text,
        };
        let text = text.trim();
        self.kinds.see(value);
        self.values += 1;
        self.strings += usize::from(value.is_string());
        self.records += usize::from(self.last_record != Some(record));
        self.last_record = Some(record);
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        self.distinct.insert(hasher.finish());
        self.chars += text.chars().count();
        self.words += text.unicode_words().count();
        self.lettered += usize::from(text.chars().any(char::is_alphabetic));
        let is_link = is_address(text);
        self.addresses += usize::from(is_link);
        self.pictures += usize::from((is_link || is_own_path(text)) && is_picture(text));
        self.codes += usize::from(!is_link && is_code(text));
    }

    /// The common kind of its values.
    pub fn kind(&self) -> FacetKind {
        self.kinds.common()
    }

    /// The number of distinct values.
    pub fn distinct(&self) -> usize {
        self.distinct.len()
    }

    /// The average length of a value in characters.
    pub fn average(&self) -> usize {
        self.chars.checked_div(self.values).unwrap_or(0)
    }

    /// The average length of a value in words.
    pub fn average_words(&self) -> usize {
        self.words.checked_div(self.values).unwrap_or(0)
    }

    /// Whether every record has exactly one value, different from all others.
    pub fn identifies(&self, records: usize) -> bool {
        !self.list && !self.nested && self.values == records && self.distinct() == records
    }

    /// Whether it contains only strings that are not numbers, dates or the like.
    pub fn is_text(&self) -> bool {
        self.kind() == FacetKind::Text && self.values > 0 && self.strings == self.values
    }

    /// Whether its values are codes, to be looked up rather than read.
    pub fn is_code(&self) -> bool {
        self.codes * 2 > self.values
    }

    /// Whether its values are addresses.
    pub fn is_address(&self) -> bool {
        mostly(self.addresses, self.values)
    }

    /// Whether any of its values is an address, or it has no values.
    pub fn may_be_address(&self) -> bool {
        self.addresses > 0 || self.values == 0
    }

    /// Whether its values are addresses of pictures, judging by their extensions.
    pub fn is_picture(&self) -> bool {
        mostly(self.pictures, self.values)
    }

    /// Whether its values have letters.
    pub fn is_lettered(&self) -> bool {
        mostly(self.lettered, self.values)
    }

    /// Whether it contains prose rather than names.
    pub fn is_prose(&self) -> bool {
        const WORDS: usize = 3;
        self.is_text()
            && !self.list
            && !self.is_code()
            && !self.is_address()
            && self.average_words() >= WORDS
    }

    /// Whether its name suggests the title.
    pub fn is_named_title(&self) -> bool {
        names::says(&self.field, names::TITLE).is_some()
    }

    /// Whether its name suggests the text.
    pub fn is_named_text(&self) -> bool {
        names::says(&self.field, names::TEXT).is_some()
    }

    /// The percentage of its values that are distinct.
    pub fn distinctness(&self) -> usize {
        (self.distinct() * 100)
            .checked_div(self.values)
            .unwrap_or(0)
    }
}

/// At least four out of five.
fn mostly(some: usize, all: usize) -> bool {
    all > 0 && some * 5 >= all * 4
}

/// Whether a text looks like a code: it has no spaces, and it contains a digit or consists of parts
/// as in `copper-kettle`.
fn is_code(text: &str) -> bool {
    let in_one_piece = text.is_ascii() && !text.contains(char::is_whitespace);
    let has_digit = text.contains(|c: char| c.is_ascii_digit());
    let parts = || text.split(['-', '_']);
    let is_slug = parts().count() > 1
        && parts().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase()));
    in_one_piece && (has_digit || is_slug || text.contains('@'))
}

fn is_picture(address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let ending = path
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_ascii_lowercase());
    let known = [
        "jpg", "jpeg", "png", "gif", "webp", "svg", "avif", "ico", "bmp",
    ];
    ending.is_some_and(|ending| known.contains(&ending.as_str()))
        || address
            .get(..11)
            .is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:image/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn columns(records: Value) -> Columns {
        let records = records.as_array().unwrap().iter();
        let records: Vec<Payload> = records.map(|r| r.as_object().unwrap().clone()).collect();
        Columns::of(&records)
    }

    #[test]
    fn fields_within_objects_are_columns_by_their_paths() {
        let columns = columns(json!([
            {"a": {"b": 1, "c": {"d": "x"}}, "s": [{"n": "y"}, {"n": "z"}, "w"], "e": {}, "": 1},
            {"a": {"b": 2}, "l": [], "deep": {"1": {"2": {"3": {"4": {"5": 1}}}}}},
        ]));
        let fields: Vec<&str> = columns.all.iter().map(|c| c.field.as_str()).collect();
        assert_eq!(fields, ["a.b", "a.c.d", "s.n", "s", "l"]);
        assert!(columns.all[0].identifies(2) && columns.all[2].list);
        let mixed: Vec<bool> = columns.all.iter().map(|c| c.objects).collect();
        assert_eq!(mixed, [false, false, false, true, false]);
    }

    #[test]
    fn what_values_look_like_is_told() {
        let column = |values: Value| {
            let values = values.as_array().unwrap().iter();
            let records: Vec<Payload> = values
                .map(|value| json!({"a": value}).as_object().unwrap().clone())
                .collect();
            Columns::of(&records).all.remove(0)
        };
        for codes in [
            json!(["S-1", "tt900", "9780000000011"]),
            json!(["copper-kettle", "a-b"]),
        ] {
            assert!(column(codes.clone()).is_code(), "{codes}");
        }
        for words in [
            json!(["Copper", "1984 again", "北京2008"]),
            json!(["Anne-Marie"]),
        ] {
            assert!(!column(words.clone()).is_code(), "{words}");
        }
        assert!(column(json!(["https://a.example", "http://b.example/x"])).is_address());
        assert!(column(json!(["https://a.example/x.JPG?w=1", "/b.png"])).is_picture());
        assert!(column(json!(["Boils water on any stove", "For three cups"])).is_prose());
        assert!(!column(json!(["Ann Lee", "Bob"])).is_prose());
        assert!(column(json!(["<p>烧开水的铜壶很好</p>"])).is_prose());
    }

    #[test]
    fn very_many_fields_are_looked_at_in_one_go() {
        let fields = (0..100_000).map(|at| (format!("k{at}"), json!("a")));
        let record: Payload = fields.collect();
        let start = std::time::Instant::now();
        let columns = Columns::of(&vec![record; 3]);
        assert_eq!((columns.all.len(), columns.cut), (MAX_COLUMNS, true));
        assert!(start.elapsed().as_secs() < 5);
    }
}
