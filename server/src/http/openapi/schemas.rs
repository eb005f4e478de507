//! The schemas of requests and answers, as utoipa derives them from their types, made fit for the
//! document: plain descriptions, and flattened members among the others.

use std::collections::BTreeMap;

use parallax::vocabulary::limits;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

/// Where the document keeps schemas.
const PLACE: &str = "#/components/schemas/";

/// Schemas by name.
#[derive(Debug, Clone, Default)]
pub struct Schemas(BTreeMap<String, Value>);

impl Schemas {
    /// Adds the schema of a type and those it refers to. Returns a reference to it.
    pub fn of<T: ToSchema>(&mut self) -> Value {
        let mut found = Vec::new();
        T::schemas(&mut found);
        found.push((T::name().into_owned(), T::schema()));
        for (name, schema) in found {
            self.0
                .entry(plain_name(&name))
                .or_insert_with(|| value(&schema));
        }
        reference(&T::name())
    }

    /// Adds a schema that no type has. Returns a reference to it.
    pub fn named(&mut self, name: &str, schema: Value) -> Value {
        self.0.insert(name.to_owned(), schema);
        reference(name)
    }

    /// Takes a schema out again.
    pub fn take(&mut self, reference: &Value) -> Value {
        let name = reference["$ref"].as_str();
        let name = name.and_then(|at| at.strip_prefix(PLACE));
        let schema = name.and_then(|name| self.0.remove(name));
        schema.unwrap_or_default()
    }

    /// Adds those of another list.
    pub fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// The members of an object, each with its schema, and the names of the required ones.
    pub fn members(&self, reference: &Value) -> (Map<String, Value>, Vec<String>) {
        let mut whole = reference.clone();
        self.flatten(&mut whole);
        let schema = self.resolved(&whole);
        let members = schema["properties"].as_object().cloned();
        let required = schema["required"].as_array().into_iter().flatten();
        let required = required.filter_map(|name| name.as_str().map(str::to_owned));
        (members.unwrap_or_default(), required.collect())
    }

    /// All of them as the document has them.
    pub fn finish(self) -> Map<String, Value> {
        let mut finished = Map::new();
        for (name, schema) in &self.0 {
            let mut schema = schema.clone();
            self.flatten(&mut schema);
            describe(&mut schema);
            finished.insert(name.clone(), schema);
        }
        finished
    }

    fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let name = schema["$ref"]
            .as_str()
            .and_then(|at| at.strip_prefix(PLACE));
        name.and_then(|name| self.0.get(name)).unwrap_or(schema)
    }

    /// Replaces the parts of an object, of which some are flattened members, by one object. Parts
    /// that each refuse the fields of the others could not be met together.
    fn flatten(&self, schema: &mut Value) {
        let parts = match self.resolved(schema)["allOf"].as_array() {
            Some(parts) => parts.clone(),
            None => return,
        };
        let (mut properties, mut required) = (Map::new(), Vec::new());
        let mut whole = self.resolved(schema).clone();
        for mut part in parts {
            self.flatten(&mut part);
            let part = self.resolved(&part);
            properties.extend(part["properties"].as_object().cloned().unwrap_or_default());
            required.extend(part["required"].as_array().cloned().unwrap_or_default());
            if let Some(refused) = part.get("additionalProperties") {
                whole["additionalProperties"] = refused.clone();
            }
        }
        if let Some(whole) = whole.as_object_mut() {
            whole.shift_remove("allOf");
            whole.insert("type".into(), json!("object"));
            whole.insert("properties".into(), Value::Object(properties));
            if !required.is_empty() {
                whole.insert("required".into(), Value::Array(required));
            }
        }
        *schema = whole;
    }
}

/// A reference to a schema.
pub fn reference(name: &str) -> Value {
    json!({ "$ref": format!("{PLACE}{}", plain_name(name)) })
}

/// The name of a generic type without the mark before its parameter.
fn plain_name(name: &str) -> String {
    name.replace('_', "")
}

fn value(schema: &RefOr<Schema>) -> Value {
    let mut value = serde_json::to_value(schema).unwrap_or_default();
    rename(&mut value);
    bound_lists(&mut value);
    value
}

/// Says of a list of fixed length how long it is. That there are no further items, as `"items": false`
/// says, is not understood by all generators of clients.
fn bound_lists(value: &mut Value) {
    walk(value, &|members: &mut Map<String, Value>| {
        let first = members.get("prefixItems").and_then(Value::as_array);
        if let Some(length) = first.map(Vec::len)
            && members.get("items") == Some(&Value::Bool(false))
        {
            members.shift_remove("items");
            members.insert("minItems".into(), length.into());
            members.insert("maxItems".into(), length.into());
        }
    });
}

/// Gives references the names without marks.
fn rename(value: &mut Value) {
    change_texts(value, "$ref", plain_name);
}

/// Makes the descriptions, which are comments in the code, plain text.
pub fn describe(value: &mut Value) {
    change_texts(value, "description", plain);
}

/// Changes the members with this name that are texts.
fn change_texts(value: &mut Value, name: &str, change: fn(&str) -> String) {
    walk(value, &|members: &mut Map<String, Value>| {
        if let Some(Value::String(text)) = members.get_mut(name) {
            *text = change(text);
        }
    });
}

/// Calls `visit` with all objects within a value.
fn walk(value: &mut Value, visit: &impl Fn(&mut Map<String, Value>)) {
    match value {
        Value::Object(members) => {
            visit(members);
            for member in members.values_mut() {
                walk(member, visit);
            }
        }
        Value::Array(members) => {
            for member in members {
                walk(member, visit);
            }
        }
        _ => {}
    }
}

/// A comment without the marks of links to code: a limit becomes its value, a type its name.
fn plain(comment: &str) -> String {
    let text = comment.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("[`") {
        let Some((path, after)) = after.split_once("`]") else {
            break;
        };
        let name = path.rsplit("::").next().unwrap_or(path);
        plain.push_str(before);
        plain.push_str(&limit(name).unwrap_or_else(|| format!("`{name}`")));
        rest = after;
    }
    plain.push_str(rest);
    plain
}

/// The value of a limit that a description refers to.
fn limit(name: &str) -> Option<String> {
    use parallax::vocabulary::{MAP_EXTENT, MAX_INSIDE_IDS, MAX_VERTICES};

    Some(match name {
        "MAP_EXTENT" => MAP_EXTENT.to_string(),
        "MAX_COPIES" => limits::MAX_COPIES.to_string(),
        "MAX_COUNTED" => limits::MAX_COUNTED.to_string(),
        "MAX_FACET_VALUES" => limits::MAX_FACET_VALUES.to_string(),
        "MAX_INSIDE_IDS" => MAX_INSIDE_IDS.to_string(),
        "MAX_K1" => limits::MAX_K1.to_string(),
        "MAX_LIMIT" => limits::MAX_LIMIT.to_string(),
        "MAX_QUERY_PARTNERS" => limits::MAX_QUERY_PARTNERS.to_string(),
        "MAX_READ_BYTES" => limits::MAX_READ_BYTES.to_string(),
        "MAX_RECORD_PARTNERS" => limits::MAX_RECORD_PARTNERS.to_string(),
        "MAX_SUGGESTED" => limits::MAX_SUGGESTED.to_string(),
        "MAX_VERTICES" => MAX_VERTICES.to_string(),
        "MAX_WALK_STEPS" => limits::MAX_WALK_STEPS.to_string(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_becomes_plain_text() {
        assert_eq!(
            plain("At most\n[`super::limits::MAX_COPIES`]; see [`Hit`]."),
            "At most 50; see `Hit`."
        );
        assert_eq!(plain("no links, a [range]"), "no links, a [range]");
    }

    #[test]
    fn a_list_of_fixed_length_says_so() {
        let mut pairs = json!({"type": "array", "items": {
            "type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "items": false,
        }});
        bound_lists(&mut pairs);
        let pair = &pairs["items"];
        assert_eq!(
            (&pair["minItems"], &pair["maxItems"]),
            (&json!(2), &json!(2))
        );
        assert!(pair.get("items").is_none(), "{pair}");
    }

    #[test]
    fn flattened_members_are_among_the_others() {
        let mut schemas = Schemas::default();
        let inner = schemas.named(
            "Inner",
            json!({"type": "object", "properties": {"a": {"type": "integer"}},
                "required": ["a"], "additionalProperties": false}),
        );
        let outer = schemas.named(
            "Outer",
            json!({"allOf": [inner, {"type": "object", "properties": {"b": {"type": "string"}}}]}),
        );
        let (members, required) = schemas.members(&outer);
        assert_eq!(members.keys().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(required, ["a"]);
        let finished = schemas.finish();
        assert_eq!(finished["Outer"]["additionalProperties"], false);
        assert!(finished["Outer"].get("allOf").is_none());
    }
}
