//! Combinations of filters: all, any, not. A single condition is written as in [`Condition`], in
//! a URL, in JSON and on the command line. Combinations exist only in JSON, as `{"and": […]}`,
//! `{"or": […]}` and `{"not": …}`.

use std::str::FromStr;

use serde_json::{Map, Value};

use super::{BadQuery, Condition};

/// How deeply filters may be nested.
pub const MAX_NESTING: usize = 16;

/// What a record must satisfy. In a list of filters, all must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// A condition on one facet.
    Is(Condition),
    /// All of these.
    All(Vec<Filter>),
    /// At least one of these.
    Any(Vec<Filter>),
    /// Not this.
    Not(Box<Filter>),
}

impl Filter {
    /// Reads conditions, each a text. Empty texts are skipped, since forms send them for a choice
    /// not made.
    ///
    /// # Errors
    /// [`BadQuery`] for a text that is not a condition.
    pub fn from_texts(texts: &[String]) -> Result<Vec<Self>, BadQuery> {
        let given = texts.iter().filter(|text| !text.trim().is_empty());
        given.map(|text| text.parse()).collect()
    }

    /// Reads the `filter` of a JSON body: one filter, a list, or none for null. Empty texts in
    /// the list are skipped, since forms send them for a choice not made.
    ///
    /// # Errors
    /// [`BadQuery`], saying where in it the problem is.
    pub fn from_json(value: &Value) -> Result<Vec<Self>, BadQuery> {
        match value {
            Value::Null => Ok(Vec::new()),
            Value::Array(members) => {
                let given = members.iter().enumerate().filter(|(_, member)| {
                    let text = member.as_str();
                    text.is_none_or(|text| !text.trim().is_empty())
                });
                given
                    .map(|(at, member)| read(member, &format!("filter[{at}]"), 0))
                    .collect()
            }
            one => Ok(vec![read(one, "filter", 0)?]),
        }
    }

    /// The error for filters that are nested too deeply.
    pub(crate) fn too_deep() -> BadQuery {
        BadQuery(format!(
            "the filter has more than {MAX_NESTING} levels of and, or, not; flatten it"
        ))
    }

    /// The field of a condition; `None` for combinations.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Is(condition) => Some(&condition.field),
            _ => None,
        }
    }
}

impl From<Condition> for Filter {
    fn from(condition: Condition) -> Self {
        Self::Is(condition)
    }
}

impl FromStr for Filter {
    type Err = BadQuery;

    fn from_str(text: &str) -> Result<Self, BadQuery> {
        text.parse().map(Self::Is)
    }
}

fn read(value: &Value, path: &str, depth: usize) -> Result<Filter, BadQuery> {
    if depth > MAX_NESTING {
        return Err(Filter::too_deep());
    }
    match value {
        Value::String(text) => text.parse().map_err(|error| at(path, &error)),
        Value::Object(members) => combined(members, path, depth),
        _ => Err(at(
            path,
            &"a filter is a text such as city:Berlin, or an object with and, or, not",
        )),
    }
}

fn combined(members: &Map<String, Value>, path: &str, depth: usize) -> Result<Filter, BadQuery> {
    let mut members = members.iter();
    let (Some((name, value)), None) = (members.next(), members.next()) else {
        return Err(at(path, &ONE_MEMBER));
    };
    let path = format!("{path}.{name}");
    let each = || match value {
        Value::Array(filters) if !filters.is_empty() => filters
            .iter()
            .enumerate()
            .map(|(at, filter)| read(filter, &format!("{path}[{at}]"), depth + 1))
            .collect::<Result<Vec<Filter>, BadQuery>>(),
        _ => Err(at(&path, &"expected a list of at least one filter")),
    };
    match name.as_str() {
        "and" => each().map(Filter::All),
        "or" => each().map(Filter::Any),
        "not" => Ok(Filter::Not(Box::new(read(value, &path, depth + 1)?))),
        _ => Err(at(&path, &ONE_MEMBER)),
    }
}

const ONE_MEMBER: &str = "an object has exactly one of and, or, not, as in \
                          {\"or\": [\"city:Berlin\", {\"not\": \"tag:x\"}]}";

fn at(path: &str, reason: &dyn std::fmt::Display) -> BadQuery {
    BadQuery(format!("the body's {path}: {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn is(text: &str) -> Filter {
        text.parse().unwrap()
    }

    #[test]
    fn every_form_is_read() {
        let read = |value: Value| Filter::from_json(&value).unwrap();
        assert_eq!(read(json!(null)), []);
        assert_eq!(read(json!("city:Berlin")), [is("city:Berlin")]);
        assert_eq!(
            read(json!(["a:1", "", " ", "-b:2"])),
            [is("a:1"), is("-b:2")]
        );
        let nested = json!({"and": ["a:1", {"or": ["b:2", {"not": "c:3"}]}]});
        let expected = Filter::All(vec![
            is("a:1"),
            Filter::Any(vec![is("b:2"), Filter::Not(Box::new(is("c:3")))]),
        ]);
        assert_eq!(read(nested.clone()), std::slice::from_ref(&expected));
        assert_eq!(read(json!([nested, "d:4"])), [expected, is("d:4")]);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let mut deep = json!("a:1");
        for _ in 0..=MAX_NESTING {
            deep = json!({ "not": deep });
        }
        for (value, needles) in [
            (json!(7), &["filter:", "city:Berlin"][..]),
            (json!(["a"]), &["filter[0]:", "field:value"]),
            (json!({"and": []}), &["filter.and:", "at least one"]),
            (json!({"or": "a:1"}), &["filter.or:", "list"]),
            (
                json!({"and": ["a:1"], "or": ["b:1"]}),
                &["one of and, or, not"],
            ),
            (json!({}), &["one of and, or, not"]),
            (
                json!({"xor": ["a:1"]}),
                &["filter.xor:", "one of and, or, not"],
            ),
            (json!(["a:1", {"not": ["b:1"]}]), &["filter[1].not:"]),
            (
                json!({"or": ["a:1", ""]}),
                &["filter.or[1]:", "field:value"],
            ),
            (deep, &["more than 16 levels"]),
        ] {
            let error = Filter::from_json(&value).unwrap_err().to_string();
            for needle in needles {
                assert!(error.contains(needle), "{value}: {error}");
            }
        }
    }
}
