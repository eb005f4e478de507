//! A record as its own page shows it: all of its fields, what the model read of it, and what is
//! similar to it.

use serde::{Deserialize, Serialize};

/// A record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordView {
    /// Its collection.
    pub collection: String,
    /// Its id.
    pub id: String,
    /// Its heading; may be empty.
    pub title: String,
    /// A link, http or https only.
    pub url: Option<String>,
    /// A picture's address: http, https or a path on this server.
    pub image: Option<String>,
    /// Its fields: first those that the schema names, in its order, then the others in the record's.
    pub fields: Vec<FieldRow>,
    /// Whether fields or values were left out because there are too many.
    pub fields_cut: bool,
    /// The texts that were encoded, in order, the first fifty. Each has its own vector.
    pub passages: Vec<String>,
    /// How many more there are.
    pub more_passages: u32,
    /// Whether the model read only a part of its text, because that is too long.
    pub read_in_part: bool,
    /// Whether its vector is another than the one that the model computes from the first passage,
    /// such as one that was imported with it.
    pub own_vector: bool,
    /// The nearest records by meaning, nearest first.
    pub similar: Vec<SimilarRecord>,
}

/// A field of a record, or of an object in one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldRow {
    /// How many objects and lists it is inside of.
    pub depth: u8,
    /// Its name; in a list of objects, the number of the object.
    pub name: String,
    /// Its values without markup: none for an object, whose fields follow, or if it is empty;
    /// several for a list.
    pub values: Vec<String>,
    /// Whether the last value is longer than what is given of it.
    pub cut: bool,
}

/// A record similar to another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SimilarRecord {
    /// Its id.
    pub id: String,
    /// Its heading; may be empty.
    pub title: String,
    /// A picture's address.
    pub image: Option<String>,
    /// The cosine of the two.
    pub cosine: f32,
    /// Words that both contain and few others do, the rarest first, as the other record spells them.
    pub shared: Vec<String>,
}
