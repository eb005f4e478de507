//! The path of a value in a payload, as Qdrant writes it: `a.b` is the field `b` of the object in
//! the field `a`, `a[].b` that of every object in the list `a`, and `a[0]` its first member. A name
//! that contains other characters is quoted: `"a.b"`.

use serde_json::Value;

use super::shown;
use crate::record::Payload;

/// The longest path, in steps.
const MAX_STEPS: usize = 32;

/// A step of a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Step {
    /// The field of an object.
    Field(String),
    /// A member of a list, from 0.
    Member(usize),
    /// All members of a list.
    Each,
}

/// A path that was parsed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Path(Vec<Step>);

impl Path {
    /// Parses a path.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let bad = || {
            format!(
                "the key '{}' is not a path: write a.b for a field of an object, a[].b for one of \
                 each object in a list, and quote names that contain other characters",
                shown(text)
            )
        };
        let (mut steps, mut rest) = (Vec::new(), text);
        loop {
            let (name, after) = name(rest).ok_or_else(bad)?;
            steps.push(Step::Field(name));
            rest = after;
            while let Some(inner) = rest.strip_prefix('[') {
                let (index, after) = inner.split_once(']').ok_or_else(bad)?;
                steps.push(if index.is_empty() {
                    Step::Each
                } else {
                    Step::Member(index.parse().map_err(|_| bad())?)
                });
                rest = after;
            }
            if steps.len() > MAX_STEPS {
                return Err(bad());
            }
            match rest.strip_prefix('.') {
                Some(after) => rest = after,
                None if rest.is_empty() => return Ok(Self(steps)),
                None => return Err(bad()),
            }
        }
    }

    /// The values that the path leads to, in order.
    pub fn values<'p>(&self, payload: &'p Payload) -> Vec<&'p Value> {
        let Some((Step::Field(first), rest)) = self.0.split_first() else {
            return Vec::new();
        };
        let mut found: Vec<&Value> = payload.get(first).into_iter().collect();
        for step in rest {
            found = match step {
                Step::Field(name) => found.iter().filter_map(|value| value.get(name)).collect(),
                Step::Member(at) => found.iter().filter_map(|value| value.get(*at)).collect(),
                Step::Each => {
                    let lists = found.iter().filter_map(|value| value.as_array());
                    lists.flatten().collect()
                }
            };
        }
        found
    }
}

/// The name of a field at the start of a text, and what follows it.
fn name(text: &str) -> Option<(String, &str)> {
    if let Some(quoted) = text.strip_prefix('"') {
        let (name, rest) = quoted.split_once('"')?;
        return Some((name.to_owned(), rest));
    }
    let is_plain =
        |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | ' ' | '@' | '$' | '/' | ':');
    let end = text.find(|c| !is_plain(c)).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    (!name.is_empty()).then(|| (name.to_owned(), rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_path_leads_into_objects_and_lists() {
        let payload = json!({
            "city": "Oslo", "a.b": 1, "tags": ["x", "y"],
            "country": {"name": "Norway", "cities": [{"people": 7}, {"people": [8, 9]}, {}]},
        });
        let payload = payload.as_object().unwrap();
        let values = |path: &str| {
            let found = Path::parse(path).unwrap().values(payload);
            json!(found)
        };
        assert_eq!(values("city"), json!(["Oslo"]));
        assert_eq!(values("tags"), json!([["x", "y"]]));
        assert_eq!(values("tags[]"), json!(["x", "y"]));
        assert_eq!(values("tags[1]"), json!(["y"]));
        assert_eq!(values("\"a.b\""), json!([1]));
        assert_eq!(values("country.name"), json!(["Norway"]));
        assert_eq!(values("country.cities[].people"), json!([7, [8, 9]]));
        assert_eq!(values("country.cities.people"), json!([]));
        assert_eq!(values("country.cities[0].people"), json!([7]));
        assert_eq!(values("nothing.here[]"), json!([]));
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for bad in [
            "",
            ".",
            "a.",
            "a..b",
            "a[",
            "a[x]",
            "[]",
            "\"a",
            "a]b",
            &"a.".repeat(40),
        ] {
            assert!(Path::parse(bad).is_err(), "{bad}");
        }
    }
}
