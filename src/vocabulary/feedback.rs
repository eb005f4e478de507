//! The input of recommendations.

use super::limits::MAX_FEEDBACK;
use super::{BadQuery, RecommendRequest, check_length};

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
