//! Byte ranges in JSON, as pairs `[start, end]`. Each module is for serde's `with` and one type.

use std::ops::Range;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

type Pair = (usize, usize);

fn pair(range: &Range<usize>) -> Pair {
    (range.start, range.end)
}

fn range((start, end): Pair) -> Range<usize> {
    start..end
}

/// A byte range in the description of the API.
#[cfg(feature = "openapi")]
pub struct Span;

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Span {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};

        let position = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(0));
        ArrayBuilder::new()
            .items(position)
            .min_items(Some(2))
            .max_items(Some(2))
            .description(Some(
                "A range of bytes of a UTF-8 text: its start and its end.",
            ))
            .build()
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Span {}

/// One range.
pub mod one {
    use super::*;

    pub fn serialize<S: Serializer>(value: &Range<usize>, to: S) -> Result<S::Ok, S::Error> {
        pair(value).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Range<usize>, D::Error> {
        Pair::deserialize(from).map(range)
    }
}

/// A range, or none.
pub mod optional {
    use super::*;

    pub fn serialize<S: Serializer>(
        value: &Option<Range<usize>>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_ref().map(pair).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Range<usize>>, D::Error> {
        Ok(Option::<Pair>::deserialize(from)?.map(range))
    }
}

/// Several ranges.
pub mod list {
    use super::*;

    pub fn serialize<S: Serializer>(value: &[Range<usize>], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(value.iter().map(pair))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Range<usize>>, D::Error> {
        let pairs = Vec::<Pair>::deserialize(from)?.into_iter();
        Ok(pairs.map(range).collect())
    }
}
