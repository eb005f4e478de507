//! The input of recommendations, and the records recommended.

use serde::{Deserialize, Serialize};

use super::limits::MAX_FEEDBACK;
use super::{Answer, BadQuery, Hit, RecommendRequest, check_length};

/// The input of recommendations: at least one record to like, or a text.
#[derive(Debug, Clone, Default)]
pub struct Feedback {
    /// Ids of records to find similar ones to.
    pub like: Vec<String>,
    /// Ids of records to avoid similar ones to.
    pub dislike: Vec<String>,
    /// A query text.
    pub text: Option<String>,
}

impl Feedback {
    /// Checks that it has something to go by, and its limits.
    ///
    /// # Errors
    /// [`BadQuery`], saying what is wrong.
    pub fn check(&self) -> Result<(), BadQuery> {
        let text = self.text.as_deref().unwrap_or_default();
        check_length("text", text)?;
        if self.like.is_empty() && text.trim().is_empty() {
            return Err(BadQuery(
                "there is nothing to go by: name records to like, or give a text".into(),
            ));
        }
        let named = self.like.len() + self.dislike.len();
        if named > MAX_FEEDBACK {
            return Err(BadQuery(format!(
                "like and dislike name {named} records; at most {MAX_FEEDBACK} are allowed"
            )));
        }
        if let Some(id) = self.like.iter().find(|id| self.dislike.contains(id)) {
            return Err(BadQuery(format!(
                "the record '{id}' is both liked and disliked"
            )));
        }
        Ok(())
    }
}

impl From<RecommendRequest> for Feedback {
    fn from(request: RecommendRequest) -> Self {
        Self {
            like: request.like,
            dislike: request.dislike,
            text: request.text,
        }
    }
}

/// Recommended records, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Recommendations<H = Hit> {
    /// The records. The API writes what is in it beside `reasons`.
    pub answer: Answer<H>,
    /// Why each of its hits was recommended, in their order.
    pub reasons: Vec<Reason>,
}

/// Why a record was recommended: the exact cosines that its score consists of. They are those of its
/// passage with the highest score, so `(text + 0.75 · mean(liked) − 0.15 · mean(disliked)) / length`
/// is the score, where the length is that of the vector that was searched for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reason {
    /// Its cosine to the text, if one was given.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub text: Option<f32>,
    /// Its cosine to each liked record, nearest first.
    pub liked: Vec<Nearness>,
    /// Its cosine to each disliked record, nearest first.
    pub disliked: Vec<Nearness>,
    /// Words that it shares with the nearest liked record and few records contain, the rarest first,
    /// as it spells them.
    pub shared: Vec<String>,
}

/// How near a record is to a given one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Nearness {
    /// The id of the given record.
    pub id: String,
    /// The cosine. A record with several passages is represented by the mean of their vectors.
    pub cosine: f32,
}
