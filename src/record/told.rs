//! Describes what each field of a source is used for, and why, for the importer.

use super::proposal::{Column, Columns, is_named_code};
use super::{FacetKind, FieldRoles, FieldTold, Schema};

/// Describes the use of each field.
pub(super) fn tell(
    schema: &Schema,
    columns: &Columns,
    options: &FieldRoles,
    preset: Option<&str>,
) -> Vec<FieldTold> {
    let told = |column: &Column| {
        let part = part(schema, column);
        let why = if options.asks_for(&column.field) {
            "you say so".to_owned()
        } else if let Some(preset) = preset.filter(|_| part.is_chosen) {
            format!("a field of {preset}")
        } else {
            why(schema, column)
        };
        FieldTold {
            field: column.field.clone(),
            part: part.name,
            why,
        }
    };
    columns.all.iter().map(told).collect()
}

struct Part {
    name: String,
    /// Whether the schema names the field for a part.
    is_chosen: bool,
}

fn part(schema: &Schema, column: &Column) -> Part {
    let field = &column.field;
    let plays = |part: &Option<String>| part.as_ref() == Some(field);
    let mut names: Vec<String> = Vec::new();
    let chosen = [
        (
            plays(&schema.title),
            if schema.pairs { "question" } else { "title" },
        ),
        (
            schema.texts.contains(field),
            if schema.pairs { "answer" } else { "text" },
        ),
        (plays(&schema.id), "id"),
        (plays(&schema.url), "link"),
        (plays(&schema.image), "picture"),
    ];
    names.extend(
        chosen
            .iter()
            .filter(|(is, _)| *is)
            .map(|(_, name)| (*name).to_owned()),
    );
    let facet = schema.facets.iter().find(|facet| facet.field == *field);
    names.extend(facet.map(|facet| format!("{} facet", facet.kind)));
    let spoken = plays(&schema.title) || schema.texts.contains(field);
    let is_chosen = !names.is_empty();
    if schema.also.contains(field) && !spoken {
        let by_both = schema.encoded.contains(field);
        names.push(
            if by_both {
                "searched by words and meaning"
            } else {
                "searched by words"
            }
            .into(),
        );
    } else if names.is_empty() {
        let searched = column.strings > 0 && !schema.unsearched.contains(field);
        names.push(
            if searched {
                "searched by words"
            } else {
                "only kept"
            }
            .into(),
        );
    }
    Part {
        name: names.join(", "),
        is_chosen: is_chosen || schema.also.contains(field),
    }
}

fn why(schema: &Schema, column: &Column) -> String {
    let field = &column.field;
    let plays = |part: &Option<String>| part.as_ref() == Some(field);
    if plays(&schema.title) {
        return reason(column.is_named_title(), "its values read like names");
    }
    if schema.texts.contains(field) {
        return reason(column.is_named_text(), "its values are the longest texts");
    }
    if plays(&schema.id) {
        return "its name says so, and every value is different".into();
    }
    if plays(&schema.url) || plays(&schema.image) {
        return "its values are addresses".into();
    }
    if is_named_code(field) {
        return "its name says that it is a code".into();
    }
    if column.values == 0 {
        return "it is empty in the first records".into();
    }
    let text = match column.kind() {
        FacetKind::Number => "all its values are numbers",
        FacetKind::Boolean => "all its values are true or false",
        FacetKind::Date => "all its values are dates",
        FacetKind::Text if column.is_address() => "its values are addresses",
        FacetKind::Text if schema.facets.iter().any(|facet| facet.field == *field) => {
            return format!("it has {} different values", column.distinct());
        }
        FacetKind::Text if column.is_prose() => "its values are texts",
        FacetKind::Text if column.is_code() => "its values look like codes",
        FacetKind::Text => "its values are words",
    };
    text.into()
}

fn reason(named: bool, otherwise: &str) -> String {
    if named { "its name says so" } else { otherwise }.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Choice, Payload};
    use serde_json::{Value, json};

    fn told(records: Value, options: &FieldRoles) -> Vec<String> {
        let records = records.as_array().unwrap().iter();
        let records: Vec<Payload> = records.map(|r| r.as_object().unwrap().clone()).collect();
        let fields = Choice::of(&records, options).unwrap().fields.into_iter();
        fields
            .map(|f| format!("{}: {} ({})", f.field, f.part, f.why))
            .collect()
    }

    #[test]
    fn every_field_is_told_with_its_part_and_a_reason() {
        let records = json!([
            {"sku": "S-1", "Product Name": "Copper kettle", "more": "boils water on any stove",
             "tip": "keep it away from the sea", "brand": "Nova", "price": 19.5, "by": {"n": [1]}},
            {"sku": "S-2", "Product Name": "Oak shelf", "more": "holds forty heavy books and more",
             "tip": "two people lift it well", "brand": "Orbit", "price": 29.5, "by": {"n": [2]}},
        ]);
        let options = FieldRoles {
            facets: vec!["brand".into(), "price:number".into()],
            ..FieldRoles::default()
        };
        assert_eq!(
            told(records, &options),
            [
                "sku: id, searched by words (its name says so, and every value is different)",
                "Product Name: title (its name says so)",
                "more: text (its values are the longest texts)",
                "tip: searched by words and meaning (its values are texts)",
                "brand: text facet (you say so)",
                "price: number facet (you say so)",
                "by.n: only kept (all its values are numbers)",
            ]
        );
    }

    #[test]
    fn a_known_form_is_named() {
        let records = json!([{"_id": "1", "title": "a", "text": "b", "metadata": {"by": "Ann"}}]);
        assert_eq!(
            told(records, &FieldRoles::default())[1..],
            [
                "title: title (a field of a BEIR corpus)",
                "text: text (a field of a BEIR corpus)",
                "metadata.by: searched by words (its values are words)",
            ]
        );
    }
}
