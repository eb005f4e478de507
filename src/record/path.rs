//! Fields by path: `make.brand` is the field `brand` of the object in the field `make`, and
//! `sellers.name` the names of all objects in the list `sellers`. A field whose own name contains
//! the dot takes precedence.

use serde_json::Value;

use super::Payload;

/// A name with more dots than this is taken literally, because each dot may be either a separator
/// or part of a name.
const MAX_DOTS: usize = 8;

/// The values at a path: none if it leads nowhere, several if it passes through a list of objects.
pub(super) fn values<'a>(payload: &'a Payload, path: &str) -> Vec<&'a Value> {
    let mut found = Vec::new();
    follow(payload, path, &mut found);
    found
}

/// The same as a single value, which is a list if there are several.
pub fn value_at(payload: &Payload, path: &str) -> Option<Value> {
    let found = values(payload, path);
    match found.as_slice() {
        [] => None,
        [one] => Some((*one).clone()),
        several => Some(several.iter().map(|&value| value.clone()).collect()),
    }
}

/// Whether a path leads to any value.
pub(super) fn leads(payload: &Payload, path: &str) -> bool {
    follow(payload, path, &mut Vec::new())
}

fn follow<'a>(fields: &'a Payload, path: &str, found: &mut Vec<&'a Value>) -> bool {
    if let Some(value) = fields.get(path) {
        found.push(value);
        return true;
    }
    let dots = path.rmatch_indices('.');
    if dots.clone().count() > MAX_DOTS {
        return false;
    }
    dots.map(|(at, _)| at).any(|at| {
        fields
            .get(&path[..at])
            .is_some_and(|value| within(value, &path[at + 1..], found))
    })
}

fn within<'a>(value: &'a Value, path: &str, found: &mut Vec<&'a Value>) -> bool {
    match value {
        Value::Object(fields) => follow(fields, path, found),
        Value::Array(members) => {
            let mut any = false;
            for member in members {
                any |= within(member, path, found);
            }
            any
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn at(record: &Value, path: &str) -> Vec<Value> {
        let found = values(record.as_object().unwrap(), path);
        found.into_iter().cloned().collect()
    }

    #[test]
    fn a_path_leads_through_objects_and_lists_of_them() {
        let record = json!({
            "ship": {"name": "Tern", "crew": [{"role": "cook"}, {"role": "mate"}, {"age": 3}]},
            "ports": [{"name": "Oslo"}, {"name": null}, "Bergen"],
        });
        assert_eq!(at(&record, "ship.name"), [json!("Tern")]);
        assert_eq!(
            at(&record, "ship.crew.role"),
            [json!("cook"), json!("mate")]
        );
        assert_eq!(at(&record, "ports.name"), [json!("Oslo"), json!(null)]);
        assert!(at(&record, "ship.name.first").is_empty());
        assert!(at(&record, "ship.").is_empty() && at(&record, ".").is_empty());
    }

    #[test]
    fn a_name_that_holds_the_dot_wins() {
        let record = json!({"a.b": 1, "a": {"b": 2, "b.c": 3}, "a.b.c": {"d": 4}});
        assert_eq!(at(&record, "a.b"), [json!(1)]);
        assert_eq!(at(&record, "a.b.c"), [json!({"d": 4})]);
        assert_eq!(at(&record, "a.b.c.d"), [json!(4)]);
        let record = json!({"a": {"b.c": 3}});
        assert_eq!(at(&record, "a.b.c"), [json!(3)]);
    }

    #[test]
    fn a_name_of_nothing_but_dots_takes_no_time() {
        let dots = ".".repeat(100_000);
        let record = json!({"": {"": {"": 1}}});
        assert!(at(&record, &dots).is_empty());
    }
}
