//! Proposes a schema for a source without a description, based on the names of its fields and, if
//! those are not enough, on the contents of its first records.

mod columns;
mod names;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;

pub use self::columns::{Column, Columns};
pub use self::names::is_code as is_named_code;
use super::{FacetField, FacetKind, FieldRoles, Schema};

/// Titles are rarely longer than this on average, in characters.
const TITLE_CHARS: usize = 100;
/// A text field whose values have this average length or more is no use as a facet.
const FACET_CHARS: usize = 40;
/// A text field with more distinct values than this is no use as a facet either.
const FACET_VALUES: usize = 200;
/// In a sample of up to this many records, any value may turn out to be frequent.
const SMALL_SAMPLE: usize = 20;
/// In a title field, more than this percentage of the values are distinct.
const DIFFERENT: usize = 50;
/// The same in a small sample, where even categories hardly repeat.
const DIFFERENT_OF_FEW: usize = 79;
/// The most facets proposed, starting with the first fields: a table may have hundreds of numeric
/// columns.
const MAX_FACETS: usize = 12;
/// Names that score less than this are only a hint, e.g. because they refer to someone else's
/// title.
const BY_NAME: i32 = 50;

/// A schema that respects the parts assigned by the options: id, title, text, link, picture and
/// facets. It has neither title nor text if no field contains text.
pub fn propose(columns: &Columns, records: usize, options: &FieldRoles) -> Schema {
    let mut free: Vec<&Column> = columns.all.iter().collect();
    free.retain(|column| !options.names(&column.field));
    let mut part = |given: &Option<String>, score: &dyn Fn(&Column) -> Option<i32>| {
        given.clone().or_else(|| {
            let scored = free.iter().enumerate();
            let scored = scored.filter_map(|(at, column)| Some((score(column)?, Reverse(at))));
            let (_, Reverse(at)) = scored.max()?;
            Some(free.remove(at).field.clone())
        })
    };
    let image = part(&options.image, &image);
    let url = part(&options.url, &url);
    let first = columns.all.first().map(|column| column.field.as_str());
    let is_first = |column: &Column| first == Some(column.field.as_str());
    let id = part(&options.id, &|c| id(c, records, is_first(c)));
    let text_first = options.texts.first().cloned();
    let mut title = part(&options.title, &title_by_name);
    let text = part(&text_first, &text);
    if title.is_none() {
        title = part(&None, &|c| title_by_values(c, is_first(c)));
    }
    let mut texts = options.texts.clone();
    if texts.is_empty() {
        texts.extend(text);
    }
    if texts.is_empty() && title.is_none() {
        // There is nothing else to search.
        let any = |c: &Column| (c.strings > 0).then(|| i32::from(!c.list));
        texts.extend(part(&None, &any));
    }
    Schema {
        id,
        title,
        texts,
        url,
        image,
        facets: facets(free.into_iter(), records),
        separator: ". ".into(),
        ..Schema::default()
    }
}

/// The facets among the given fields: those worth filtering by.
pub fn facets<'a>(free: impl Iterator<Item = &'a Column>, records: usize) -> Vec<FacetField> {
    let facets = free.filter(|column| is_facet(column, records));
    let facets = facets.map(|column| FacetField {
        field: column.field.clone(),
        kind: column.kind(),
    });
    facets.take(MAX_FACETS).collect()
}

fn image(column: &Column) -> Option<i32> {
    let named = names::mentions(&column.field, names::IMAGE);
    let score = names::says(&column.field, names::IMAGE).unwrap_or(0);
    if column.list || column.kind() != FacetKind::Text {
        return None;
    }
    match (named, column.is_picture()) {
        (true, true) => Some(score + 10),
        (true, false) => column.may_be_address().then_some(score),
        (false, is_picture) => is_picture.then_some(0),
    }
}

fn url(column: &Column) -> Option<i32> {
    let named = names::says(&column.field, names::URL);
    let by_values = column.is_address() && !column.is_picture();
    let fits = !column.list && column.may_be_address();
    fits.then(|| named.or(by_values.then_some(0))).flatten()
}

/// Scores a field as the id: its name suggests it, every record has a distinct value, and it is not
/// the id of something else.
fn id(column: &Column, records: usize, first: bool) -> Option<i32> {
    let score = names::says(&column.field, names::ID)?;
    // In `event_id,user_id`, the first column is the event's own id.
    let own = first || !names::is_of_others(&column.field);
    (own && column.identifies(records)).then_some(score + if first { 10 } else { 0 })
}

/// Scores a field whose name suggests the title.
fn title_by_name(column: &Column) -> Option<i32> {
    let named = names::says(&column.field, names::TITLE)?;
    (named >= BY_NAME).then_some(())?;
    Some(named + like_names(column)?)
}

/// Scores how much a field's values look like names: made of words, short and distinct. Codes and
/// numbers are not names.
fn like_names(column: &Column) -> Option<i32> {
    let reads = column.is_text()
        && column.is_lettered()
        && !column.list
        && !column.is_code()
        && !column.is_address()
        && !names::is_code(&column.field);
    let signs = [
        (column.distinctness() > DIFFERENT, 20),
        (column.average() < TITLE_CHARS, 15),
        (column.average_words() > 1, 5),
    ];
    let signs = signs.iter().filter(|(is, _)| *is);
    reads.then(|| signs.map(|(_, worth)| worth).sum())
}

/// Scores a field as the title if its name hardly suggests it. Only values that rarely repeat are
/// names, and names of other things count less. A table whose first column is a country is about
/// countries, even if the capitals look more like names.
fn title_by_values(column: &Column, first: bool) -> Option<i32> {
    const CALLED_SO: i32 = 37;
    const OWN: i32 = 5;
    const OF_OTHERS: i32 = -10;
    let is_own =
        first && names::is_of_a_table(&column.field) && column.distinctness() > DIFFERENT_OF_FEW;
    let whose = if is_own {
        OWN
    } else if names::is_of_others(&column.field) {
        OF_OTHERS
    } else {
        0
    };
    let fits = !is_group(column, first) && column.average() < TITLE_CHARS;
    match like_names(column) {
        Some(score) => fits.then_some(score + whose),
        None => {
            let exactly = names::says(&column.field, names::TITLE) >= Some(80);
            (exactly && !column.list && column.strings > 0).then_some(CALLED_SO)
        }
    }
}

/// Whether a field's values repeat too often to be names. In a small sample they may hardly repeat;
/// then the field's name can still indicate a category. The first column of a table of categories
/// contains their names.
fn is_group(column: &Column, first: bool) -> bool {
    if column.values > SMALL_SAMPLE {
        return column.distinctness() <= DIFFERENT;
    }
    column.distinctness() <= DIFFERENT_OF_FEW || !first && names::is_group(&column.field)
}

/// Scores a field as the text. Texts may repeat: variants of a product share one.
fn text(column: &Column) -> Option<i32> {
    if column.strings == 0 || column.nested || column.is_address() || names::is_code(&column.field)
    {
        return None;
    }
    let long = column.average().min(400) as i32 / 20;
    let listed = if column.list { -20 } else { 0 };
    match names::says(&column.field, names::TEXT) {
        Some(named) if column.is_text() && !column.is_code() || named >= 90 => {
            Some(named + long + listed)
        }
        _ => {
            const WORDS: usize = 4;
            let fits = column.is_prose() && column.average_words() >= WORDS;
            let unnamed = names::says(&column.field, names::TITLE).is_none();
            (fits && unnamed).then_some(long)
        }
    }
}

/// Whether a field is worth filtering by.
fn is_facet(column: &Column, records: usize) -> bool {
    let few = (2..=FACET_VALUES).contains(&column.distinct())
        && (records <= SMALL_SAMPLE || column.distinct() * 2 <= records);
    let text = few && column.average() < FACET_CHARS && !column.is_address();
    let is_plain = !column.nested && !column.objects && !names::is_code(&column.field);
    is_plain && column.values > 0 && (column.kind() != FacetKind::Text || text)
}
