//! The id of a point: a whole number or a UUID.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;
use uuid::Uuid;

use super::shown;

/// The id of a point. Numbers come before UUIDs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PointId {
    /// A whole number.
    Number(u64),
    /// A UUID.
    Uuid(Uuid),
}

impl PointId {
    /// The id as JSON: a number or a string.
    pub fn to_json(self) -> Value {
        match self {
            Self::Number(number) => number.into(),
            Self::Uuid(uuid) => uuid.hyphenated().to_string().into(),
        }
    }

    /// Reads an id from JSON.
    ///
    /// # Errors
    /// What it is instead, and what an id is.
    pub fn from_json(value: &Value) -> Result<Self, String> {
        let found = match value {
            Value::Number(number) => number.as_u64().map(Self::Number),
            // In a string, 32 digits are a UUID, because numbers are not sent as strings.
            Value::String(text) => Uuid::parse_str(text).ok().map(Self::Uuid),
            _ => None,
        };
        found.ok_or_else(|| not_an_id(value))
    }
}

fn not_an_id(found: &dyn fmt::Display) -> String {
    let found = shown(&found.to_string());
    format!(
        "{found} is not a valid point ID, valid values are either an unsigned integer or a UUID"
    )
}

/// As in a URL, and as the id of a record.
impl FromStr for PointId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(number) = text.parse::<u64>()
            && number.to_string() == text
        {
            return Ok(Self::Number(number));
        }
        let uuid = Uuid::parse_str(text).map_err(|_| not_an_id(&text))?;
        Ok(Self::Uuid(uuid))
    }
}

impl fmt::Display for PointId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Uuid(uuid) => uuid.hyphenated().fmt(f),
        }
    }
}

impl Serialize for PointId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for PointId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Self::from_json(&value).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn numbers_and_uuids_in_any_form_are_ids() {
        let uuid = "550e8400-e29b-41d4-a716-446655440000";
        for form in [
            uuid.to_owned(),
            uuid.replace('-', ""),
            uuid.to_uppercase(),
            format!("urn:uuid:{uuid}"),
        ] {
            let id: PointId = serde_json::from_value(json!(form)).unwrap();
            assert_eq!(id.to_string(), uuid);
        }
        for bad in [
            json!(-1),
            json!(1.5),
            json!("7"),
            json!("a"),
            json!(null),
            json!([1]),
        ] {
            let error = serde_json::from_value::<PointId>(bad.clone()).unwrap_err();
            assert!(
                error.to_string().contains("unsigned integer or a UUID"),
                "{bad}"
            );
        }
    }

    proptest! {
        #[test]
        fn an_id_is_the_same_after_it_was_stored(number: u64, uuid: u128) {
            for id in [PointId::Number(number), PointId::Uuid(Uuid::from_u128(uuid))] {
                prop_assert_eq!(id.to_string().parse::<PointId>().unwrap(), id);
                let read: PointId = serde_json::from_value(id.to_json()).unwrap();
                prop_assert_eq!(read, id);
            }
        }
    }
}
