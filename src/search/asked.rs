//! A query that is asked of a generation, and the shape of its ranking.

use crate::Vector;
use crate::query::{Counted, Query, Route, Signal};
use crate::segment::generation::{Generation, Passing};
use crate::text::{TextPart, TextQuery};

/// A prepared query, and the state of the indexes it is asked of.
pub struct Asked<'a> {
    /// The state.
    pub generation: &'a Generation,
    /// Which records may be hits: those that pass the filters and meet the query's conditions.
    pub passing: &'a Passing,
    /// The query itself.
    pub query: &'a Query,
    /// Its words.
    pub words: &'a TextQuery,
    /// Its meaning, if the mode asks for it.
    pub vector: Option<&'a Vector>,
    /// Segments with at least this many records are searched through their graph.
    pub graph_min_records: u32,
}

/// A ranked position, before its record is read.
pub struct Ranked {
    /// Position in the generation.
    pub position: u32,
    /// What it is ranked by.
    pub score: f32,
    /// Its rank by meaning.
    pub neural: Option<Signal>,
    /// Its rank by words.
    pub text: Option<Signal>,
    /// Index of its nearest passage.
    pub passage: Option<u32>,
}

/// The requested part of a ranking, and what is known about all of it.
pub struct Ranking {
    /// Best first.
    pub hits: Vec<Ranked>,
    /// How many records are answers.
    pub total: u32,
    /// What `total` counts.
    pub counted: Counted,
    /// How neighbours were searched for, if they were.
    pub route: Option<Route>,
    /// Whether anything is near enough to be an answer, if that can be determined.
    pub fits: Option<bool>,
}

impl Asked<'_> {
    /// The word indexes of the generation's segments.
    pub(super) fn parts(&self) -> Vec<TextPart<'_>> {
        self.generation.text_parts(self.passing)
    }
}
