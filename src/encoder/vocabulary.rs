//! What the model's vocabulary contains.

use super::{Encoder, EncoderError};

/// The token for text that the vocabulary has no pieces for.
const UNKNOWN: &str = "[UNK]";

impl Encoder {
    /// Whether a lower-case word without accents is a single piece of the vocabulary. Such words
    /// are common enough to be correctly spelled. The reverse does not hold: rarer words and many
    /// inflected forms consist of several pieces.
    pub fn knows(&self, word: &str) -> bool {
        self.tokenizer.token_to_id(word).is_some()
    }

    /// Whether the model can read any of a text. Text without vocabulary pieces, such as most emoji
    /// and some scripts, is just an unknown token to the model, and all of it looks the same.
    ///
    /// # Errors
    /// [`EncoderError::Tokenizer`] if the tokenizer fails on the text.
    pub fn reads(&self, text: &str) -> Result<bool, EncoderError> {
        let failed = |error: tokenizers::Error| EncoderError::Tokenizer(error.to_string());
        let pieces = self.tokenizer.encode_fast(text, false).map_err(failed)?;
        let unknown = self.tokenizer.token_to_id(UNKNOWN);
        Ok(pieces.get_ids().iter().any(|&id| Some(id) != unknown))
    }
}
