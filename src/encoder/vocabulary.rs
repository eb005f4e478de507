//! What the model's vocabulary contains.

use super::{Encoder, EncoderError};

/// The token for text that the vocabulary has no pieces for, in WordPiece and in SentencePiece.
pub(super) const UNKNOWN: [&str; 2] = ["[UNK]", "<unk>"];

/// What pieces of SentencePiece start with at the beginning of a word.
const SPACE: &str = "\u{2581}";

/// What pieces of WordPiece start with if they continue a word.
const PART: &str = "##";

impl Encoder {
    /// Whether a lower-case word without accents is a single piece of the vocabulary. Such words
    /// are common enough to be correctly spelled. The reverse does not hold: rarer words and many
    /// inflected forms consist of several pieces.
    pub fn knows(&self, word: &str) -> bool {
        self.piece_of(word).is_some()
    }

    /// The piece of the vocabulary that a lower-case word without accents is as a whole; `None` if it
    /// consists of several.
    pub fn piece_of(&self, word: &str) -> Option<u32> {
        match self.tokenizer.token_to_id(SPACE) {
            Some(_) => self.tokenizer.token_to_id(&format!("{SPACE}{word}")),
            None => self.tokenizer.token_to_id(word),
        }
    }

    /// The word that a piece is as a whole; `None` if it is a part of words, or stands for something
    /// else.
    pub fn word_of(&self, piece: u32) -> Option<String> {
        let token = self.tokenizer.id_to_token(piece)?;
        if self.tokenizer.token_to_id(SPACE).is_some() {
            return token.strip_prefix(SPACE).map(str::to_owned);
        }
        let is_word = !token.starts_with(PART) && !token.starts_with('[');
        is_word.then_some(token)
    }

    /// Whether the model can read any of a text. Text without vocabulary pieces, such as most emoji
    /// and some scripts, is just an unknown token to the model, and all of it looks the same.
    ///
    /// # Errors
    /// [`EncoderError::Tokenizer`] if the tokenizer fails on the text.
    pub fn reads(&self, text: &str) -> Result<bool, EncoderError> {
        let failed = |error: tokenizers::Error| EncoderError::Tokenizer(error.to_string());
        let pieces = self.tokenizer.encode_fast(text, false).map_err(failed)?;
        // Some tokenizers have a piece for every space.
        let unread = UNKNOWN.into_iter().chain([SPACE]);
        let unread: Vec<u32> = unread
            .filter_map(|token| self.tokenizer.token_to_id(token))
            .collect();
        Ok(pieces.get_ids().iter().any(|id| !unread.contains(id)))
    }
}
