//! Filters on the payloads of points, in the form in which Qdrant's clients send them. `filter.rs`
//! defines them, and `id.rs` the id of a point; `path.rs` finds the values that a condition is about, and `moment.rs`
//! reads dates. `keys.rs` indexes the values of one field in one segment when a condition first needs
//! them, and `ordered.rs` keeps the ids of a collection in order. `crate::points` uses all of it.

mod filter;
mod id;
mod keys;
mod moment;
mod ordered;
mod path;

pub use filter::{Condition, Filter, Range, Scalar, Test};
pub use id::PointId;
pub use keys::{Keys, ReadValues, Values};
pub use moment::Moment;
pub use ordered::Ordered;
pub use path::Path;

/// The field of a record that holds the id of its point.
pub const ID_FIELD: &str = "_point";

/// How much of a caller's text a message repeats, in characters.
const SHOWN: usize = 100;

/// The beginning of a text, for a message.
fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}
