//! What small changes of a query do to its rankings.

use serde::{Deserialize, Serialize};

use super::Correction;

/// A query, its rankings, and those of the query with a small change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Lab {
    /// The collection that answered.
    pub collection: String,
    /// The query.
    pub query: String,
    /// How many records of each ranking are compared, at most.
    pub depth: u32,
    /// p of rank-biased overlap: the chance that a reader who has looked at a record looks at the
    /// next one too, so that the first ranks count most.
    pub persistence: f32,
    /// Its rankings.
    pub lists: Lists,
    /// The changes that can be made to it, and what they do.
    pub changes: Vec<Changed>,
    /// The records in any of the rankings, each once.
    pub records: Vec<Named>,
}

/// The first records of each ranking, as ids, best first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Lists {
    /// By meaning.
    pub meaning: Vec<String>,
    /// By words.
    pub words: Vec<String>,
    /// By both.
    pub both: Vec<String>,
}

/// A query with a small change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Changed {
    /// What is changed.
    pub change: Change,
    /// The word that is changed, as typed; for another order, the word that is moved.
    pub word: String,
    /// What it is replaced by; absent if it is not replaced.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub instead: Option<String>,
    /// The changed query.
    pub query: String,
    /// Words of the changed query that no record contains, and the words used instead.
    #[serde(skip_serializing_if = "Vec::is_empty", default = "Vec::new")]
    pub corrections: Vec<Correction>,
    /// Its rankings.
    pub lists: Lists,
    /// How far each ranking moves.
    pub moved: Moved,
}

/// A small change of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// A slip of the fingers in the longest word.
    Typo,
    /// A word of the collection with a similar meaning.
    Synonym,
    /// A word is left out with a hyphen, which is an operator.
    Exclusion,
    /// A word is negated in plain language.
    Negation,
    /// The last word comes first.
    Order,
    /// The word that most records contain is dropped.
    Dropped,
}

impl Change {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 6] = [
        Self::Typo,
        Self::Synonym,
        Self::Exclusion,
        Self::Negation,
        Self::Order,
        Self::Dropped,
    ];

    /// The name, as in JSON and in URLs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Typo => "typo",
            Self::Synonym => "synonym",
            Self::Exclusion => "exclusion",
            Self::Negation => "negation",
            Self::Order => "order",
            Self::Dropped => "dropped",
        }
    }
}

/// How far the rankings of a query move when it is changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Moved {
    /// By meaning.
    pub meaning: Shift,
    /// By words.
    pub words: Shift,
    /// By both.
    pub both: Shift,
}

/// How far a ranking moves.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Shift {
    /// How many records are among the first ten before and after.
    pub overlap: u32,
    /// Rank-biased overlap of the two rankings, extrapolated from the records compared: 1 if they
    /// are the same, 0 if they have no record in common.
    pub rbo: f32,
    /// How far the ranking moves: 1 − `rbo`.
    pub moved: f32,
}

/// A record by its id and title.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Named {
    /// Its id.
    pub id: String,
    /// Its title; may be empty.
    pub title: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_has_the_name_that_json_has() {
        for change in Change::ALL {
            let json = serde_json::to_string(&change).unwrap();
            assert_eq!(json, format!("\"{}\"", change.name()));
        }
    }
}
