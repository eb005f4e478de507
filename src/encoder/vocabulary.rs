//! What of a language the model knows.

use super::{Encoder, EncoderError};

/// The piece that stands for whatever the vocabulary has no pieces for.
const UNKNOWN: &str = "[UNK]";

impl Encoder {
    /// Whether a word, in small letters without accents, is one piece of the vocabulary by
    /// itself. Such words are common enough to be spelled right, but not all that are right are
    /// among them: rarer ones and many inflected forms are made of several pieces.
    pub fn knows(&self, word: &str) -> bool {
        self.tokenizer.token_to_id(word).is_some()
    }

    /// Whether the model can read anything of a text. Of what it has no pieces for, such as
    /// most emoji and some scripts, it only sees that there is something, and all of it looks
    /// alike to it.
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
