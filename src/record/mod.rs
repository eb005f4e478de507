//! Records: kept as imported and read through a [`Schema`].

mod beir;
mod change;
mod choose;
mod copy;
mod encoded;
mod facet;
mod html;
mod import;
mod overlay;
mod path;
mod proposal;
mod roles;
mod rows;
mod schema;
mod told;
mod words;

use bytemuck::{Pod, Zeroable};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use choose::Choice;
pub(crate) use encoded::goes_on;
pub use html::Plain;
pub(crate) use import::unread;
pub use import::{Bounds, Format, Import, Kind, Line, MAX_FIELDS, MAX_LINE_BYTES, with_all_digits};
pub use path::value_at;
pub use schema::{Schema, TITLE_WEIGHT};
pub use words::WordFields;

pub use crate::value::field_text;
use crate::vocabulary::Facet;
pub use crate::vocabulary::{FacetField, FacetKind, FieldRoles, FieldTold};

/// The fields of a record as in its source, in their order.
pub type Payload = Map<String, Value>;

/// The number of a record in its collection, assigned when it is written and never reused. It is
/// the id of records whose source has none, and breaks ties between equal scores.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Pod, Zeroable,
)]
#[serde(transparent)]
#[repr(transparent)]
pub struct RecordNumber(pub u64);

/// Title and text with their markup, if they have any.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Markup {
    /// The title.
    pub title: Option<Plain>,
    /// The text.
    pub text: Option<Plain>,
}

/// A record as its reader sees it: the payload, and what the schema derives from it.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Its number in the collection.
    pub number: RecordNumber,
    /// Its id: the source's if the schema names an id field, otherwise the number.
    pub id: String,
    /// The heading, without markup; may be empty.
    pub title: String,
    /// The text displayed below, without markup; may be empty.
    pub text: String,
    /// Title and text before their markup was removed.
    pub markup: Markup,
    /// Its link, http or https only.
    pub url: Option<String>,
    /// A picture's address: http, https, or a path on this server.
    pub image: Option<String>,
    /// Its facets, in the schema's order; a list has several values.
    pub facets: Vec<Facet>,
    /// The original fields.
    pub payload: Payload,
}
