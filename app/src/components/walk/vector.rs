//! The query's vector, drawn component by component.

use std::fmt::Write;

use leptos::prelude::*;
use parallax::vocabulary::QueryVector;

use super::stage;
use crate::components::why::digits;
use crate::numbers::milliseconds;

/// Half of the drawing's height, in its own units; a component is one unit wide.
const HALF: f32 = 40.0;

/// How many components are written out.
const WRITTEN: usize = 6;

/// The stage.
pub fn vector(vector: QueryVector) -> AnyView {
    let QueryVector {
        values,
        remembered,
        took,
    } = vector;
    let count = values.len();
    let (above, below) = bars(&values);
    let written: Vec<String> = values
        .iter()
        .take(WRITTEN)
        .map(|&value| digits(value, 3))
        .collect();
    let written = format!(
        "It begins with {}. The squares of all {count} add up to 1, so the cosine of two vectors is \
         the sum of their products.",
        written.join(", ")
    );
    let took = milliseconds(took);
    let said = match remembered {
        true => format!(
            "From the tokens, the model computes {count} numbers: the query\u{2019}s place in the \
             space of meaning. That takes {took}; this time, the vector was cached from an \
             earlier query."
        ),
        false => format!(
            "From the tokens, the model computes {count} numbers: the query\u{2019}s place in the \
             space of meaning. That takes {took}."
        ),
    };
    let largest = values
        .iter()
        .fold(0.0f32, |most, value| most.max(value.abs()));
    let label = format!(
        "The {count} components of the query\u{2019}s vector, as bars above and below zero. The \
         largest is {} in size.",
        digits(largest, 3)
    );
    let view_box = format!("0 0 {count} {}", 2.0 * HALF);
    let end = count.to_string();
    let body = view! {
        <p>{said}</p>
        <svg class="walk-vector" viewBox=view_box preserveAspectRatio="none" role="img" aria-label=label>
            <path class="walk-above" d=above />
            <path class="walk-below" d=below />
            <line class="walk-zero" x1="0" y1=HALF.to_string() x2=end y2=HALF.to_string() />
        </svg>
        <p class="walk-note">{written}</p>
    };
    stage(
        "vector",
        "by-meaning",
        "From tokens to a vector",
        body.into_any(),
    )
}

/// The bars of the components above zero and below it, as the data of two paths: two elements
/// instead of hundreds.
fn bars(values: &[f32]) -> (String, String) {
    let largest = values
        .iter()
        .fold(f32::MIN_POSITIVE, |most, value| most.max(value.abs()));
    let (mut above, mut below) = (String::new(), String::new());
    for (at, value) in values.iter().enumerate() {
        let path = if *value < 0.0 { &mut below } else { &mut above };
        let height = HALF * value / largest;
        // Writing to a string cannot fail.
        let _ = write!(path, "M{at} {HALF}h.8v{:.1}h-.8z", -height);
    }
    (above, below)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_rise_from_zero_by_their_share_of_the_largest() {
        let (above, below) = bars(&[0.5, -0.25]);
        assert_eq!(above, "M0 40h.8v-40.0h-.8z");
        assert_eq!(below, "M1 40h.8v20.0h-.8z");
        assert_eq!(bars(&[]), (String::new(), String::new()));
    }
}
