//! What a point tells about its record without the record itself: its keys, and its first vector.

use std::collections::HashMap;

use qdrant_client::qdrant::vector_output::Vector as Output;
use qdrant_client::qdrant::{Value as PayloadValue, VectorsOutput};

use crate::layout::{FACETS, FINGERPRINT, LENGTH, NEAREST, OWN, texts_of};

/// The first of the vectors of passages, of this width.
pub fn first_vector(vectors: Option<VectorsOutput>, width: usize) -> Option<parallax::Vector> {
    let numbers = match vectors?.get_vector_by_name(NEAREST)? {
        Output::Dense(vector) => vector.data,
        Output::MultiDense(passages) => passages.vectors.into_iter().next()?.data,
        Output::Sparse(_) => return None,
    };
    (numbers.len() == width).then(|| numbers.into())
}

/// The fingerprint in a payload, 0 if there is none.
pub fn fingerprint_of(payload: &HashMap<String, PayloadValue>) -> u64 {
    let kept = own_value(payload, FINGERPRINT).and_then(PayloadValue::as_integer);
    kept.map_or(0, |kept| kept.cast_unsigned() ^ (1 << 63))
}

/// How many terms the record of a payload has.
pub fn length_of(payload: &HashMap<String, PayloadValue>) -> u32 {
    let kept = own_value(payload, LENGTH).and_then(PayloadValue::as_integer);
    kept.map_or(0, |kept| u32::try_from(kept).unwrap_or(0))
}

/// For each facet, the keys in a payload that are texts.
pub fn texts_in(payload: &HashMap<String, PayloadValue>, facets: usize) -> Vec<Vec<String>> {
    let kept = own_value(payload, FACETS).and_then(PayloadValue::as_struct);
    let of_facet = |facet| {
        let texts = kept.and_then(|kept| kept.fields.get(&texts_of(facet))?.as_list());
        let texts = texts.unwrap_or_default().iter();
        texts.filter_map(|text| text.as_str().cloned()).collect()
    };
    (0..facets).map(of_facet).collect()
}

fn own_value<'p>(
    payload: &'p HashMap<String, PayloadValue>,
    field: &str,
) -> Option<&'p PayloadValue> {
    payload.get(OWN)?.as_struct()?.fields.get(field)
}
