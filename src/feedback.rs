//! What recommendations go by.

use crate::error::{Error, Result};
use crate::query::check_length;

/// The most records that feedback names.
pub const MAX_FEEDBACK: usize = 100;

/// What recommendations go by.
#[derive(Debug, Clone, Default)]
pub struct Feedback {
    /// Ids of records to find more of.
    pub like: Vec<String>,
    /// Ids of records to keep away from.
    pub dislike: Vec<String>,
    /// What is looked for, in the asker's words.
    pub text: Option<String>,
}

impl Feedback {
    /// Checks that it says something, and within its limits.
    ///
    /// # Errors
    /// [`Error::BadQuery`], saying what is wrong.
    pub fn check(&self) -> Result<()> {
        let text = self.text.as_deref().unwrap_or_default();
        check_length("text", text)?;
        if self.like.is_empty() && text.trim().is_empty() {
            return Err(Error::BadQuery(
                "there is nothing to go by: name records to like, or give a text".into(),
            ));
        }
        let named = self.like.len() + self.dislike.len();
        if named > MAX_FEEDBACK {
            return Err(Error::BadQuery(format!(
                "like and dislike name {named} records; at most {MAX_FEEDBACK} are allowed"
            )));
        }
        if let Some(id) = self.like.iter().find(|id| self.dislike.contains(id)) {
            return Err(Error::BadQuery(format!(
                "the record '{id}' is both liked and disliked"
            )));
        }
        Ok(())
    }
}
