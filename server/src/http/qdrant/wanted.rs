//! What is returned of a point.

use parallax::payload::PointId;
use parallax::points::Stored;
use parallax::record::Payload;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// Which fields of a payload are returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fields {
    /// None.
    None,
    /// All.
    All,
    /// Only these, by their paths.
    Only(Vec<Vec<String>>),
    /// All but these.
    Without(Vec<Vec<String>>),
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Self::from_json(&value).map_err(D::Error::custom)
    }
}

impl Fields {
    fn from_json(value: &Value) -> Result<Self, &'static str> {
        let paths = |value: &Value| -> Option<Vec<Vec<String>>> {
            let paths = value.as_array()?.iter();
            let steps = |path: &Value| {
                // Fields within lists, and quoted names, are not supported.
                let path = path
                    .as_str()
                    .filter(|path| !path.contains(['[', ']', '"']))?;
                let steps: Vec<String> = path.split('.').map(str::to_owned).collect();
                (!steps.iter().any(String::is_empty)).then_some(steps)
            };
            paths.map(steps).collect()
        };
        let read = match value {
            Value::Bool(false) => Some(Self::None),
            Value::Bool(true) => Some(Self::All),
            Value::Array(_) => paths(value).map(Self::Only),
            Value::Object(members) if members.len() == 1 => match members.iter().next() {
                Some((name, of)) if name == "include" => paths(of).map(Self::Only),
                Some((name, of)) if name == "exclude" => paths(of).map(Self::Without),
                _ => None,
            },
            _ => None,
        };
        read.ok_or(
            "expected true, false, a list of fields such as a or a.b, or an object with include or \
             exclude and such a list",
        )
    }

    /// The fields of a payload that are returned.
    fn of(&self, mut payload: Payload) -> Payload {
        match self {
            Self::None => Payload::new(),
            Self::All => payload,
            Self::Only(paths) => only(&payload, paths),
            Self::Without(paths) => {
                for path in paths {
                    remove(&mut payload, path);
                }
                payload
            }
        }
    }
}

/// The parts of an object that paths lead to.
fn only(object: &Payload, paths: &[Vec<String>]) -> Payload {
    let mut kept = Payload::new();
    for (name, value) in object {
        let below = paths.iter().filter_map(|path| path.split_first());
        let below = below.filter(|(first, _)| *first == name);
        let below: Vec<Vec<String>> = below.map(|(_, rest)| rest.to_vec()).collect();
        if below.iter().any(Vec::is_empty) {
            kept.insert(name.clone(), value.clone());
        } else if !below.is_empty() {
            // As Qdrant does, what is on the way to a field is kept.
            match value {
                Value::Object(inner) => {
                    kept.insert(name.clone(), only(inner, &below).into());
                }
                Value::Array(_) => {
                    kept.insert(name.clone(), Value::Array(Vec::new()));
                }
                value => {
                    kept.insert(name.clone(), value.clone());
                }
            }
        }
    }
    kept
}

fn remove(object: &mut Payload, path: &[String]) {
    match path {
        [] => {}
        [last] => {
            object.shift_remove(last);
        }
        [first, rest @ ..] => {
            if let Some(Value::Object(inner)) = object.get_mut(first) {
                remove(inner, rest);
            }
        }
    }
}

/// Whether the vector is returned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WithVector(pub bool);

impl<'de> Deserialize<'de> for WithVector {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Null => Ok(Self(false)),
            Value::Bool(wanted) => Ok(Self(wanted)),
            _ => Err(D::Error::custom(
                "expected true or false: a collection has one vector, without a name",
            )),
        }
    }
}

/// What is returned of a point.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Which fields.
    pub fields: Fields,
    /// Whether its vector.
    pub vector: bool,
}

/// A point as it is returned.
#[derive(Serialize)]
pub struct PointOut {
    id: PointId,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<Payload>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vector: Option<Vec<f32>>,
}

impl Wanted {
    /// Reads what is wanted of a point.
    ///
    /// # Errors
    /// The store's read errors.
    pub fn read(&self, stored: &Stored<'_>) -> parallax::Result<PointOut> {
        let (id, payload) = match self.fields {
            Fields::None => (stored.id()?, None),
            _ => {
                let (id, payload) = stored.read()?;
                (id, Some(self.fields.of(payload)))
            }
        };
        Ok(PointOut {
            id,
            payload,
            vector: self.vector.then(|| stored.vector()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_are_selected_by_their_paths() {
        let payload = json!({"city": "Oslo", "at": {"x": 1, "y": {"z": 2}}, "tags": ["a"]});
        let of = |wanted: Value| {
            let fields: Fields = serde_json::from_value(wanted).unwrap();
            json!(fields.of(payload.as_object().unwrap().clone()))
        };
        assert_eq!(of(json!(false)), json!({}));
        assert_eq!(of(json!(true)), payload);
        assert_eq!(of(json!(["city", "nothing"])), json!({"city": "Oslo"}));
        assert_eq!(
            of(json!({"include": ["at.y"]})),
            json!({"at": {"y": {"z": 2}}})
        );
        assert_eq!(
            of(json!({"include": ["city.x", "at.none", "tags.x"]})),
            json!({"city": "Oslo", "at": {}, "tags": []})
        );
        let without = json!({"exclude": ["at.y.z", "tags"]});
        assert_eq!(
            of(without),
            json!({"city": "Oslo", "at": {"x": 1, "y": {}}})
        );
        for bad in [json!("city"), json!([1]), json!({"only": []}), json!(7)] {
            assert!(
                serde_json::from_value::<Fields>(bad.clone()).is_err(),
                "{bad}"
            );
        }
    }
}
