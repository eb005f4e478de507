//! The schemas of filters in a body, which are read by [`parallax::Filter::from_json`].

use serde_json::{Value, json};

use super::schemas::{Schemas, reference};

/// A reference to the schema of the `filter` of a body.
pub fn filters() -> Value {
    reference("Filters")
}

/// Adds the schemas of filters.
pub fn add_to(schemas: &mut Schemas) {
    let filter = reference("Filter");
    // Each has a name, because generators of clients cannot resolve a schema that contains itself
    // otherwise.
    let mut combined = |name: &str, member: &str, of: Value| {
        let schema = json!({
            "type": "object",
            "properties": {member: of},
            "required": [member],
            "additionalProperties": false,
        });
        schemas.named(name, schema)
    };
    let list = json!({"type": "array", "items": filter, "minItems": 1});
    let all = combined("FilterAnd", "and", list.clone());
    let any = combined("FilterOr", "or", list);
    let none = combined("FilterNot", "not", filter.clone());
    schemas.named(
        "Filter",
        json!({
            "description": "A condition on a facet, as in `city:Berlin|Oslo` or `year:1990..`, or \
                            filters of which all, any or none must hold.",
            "anyOf": [{"type": "string"}, all, any, none],
        }),
    );
    schemas.named(
        "Filters",
        json!({
            "description": "A filter, or a list of filters that must all hold.",
            "anyOf": [{"type": "null"}, filter, {"type": "array", "items": filter}],
        }),
    );
}
