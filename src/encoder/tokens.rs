//! A query as the model reads it, token by token, for showing it.

use super::vocabulary::UNKNOWN;
use super::{Encoder, EncoderError, prefixed};
use crate::vocabulary::Token;

impl Encoder {
    /// The tokens of a query, as [`Encoder::encode_query`] reads it, and whether the query is longer
    /// than that.
    ///
    /// # Errors
    /// [`EncoderError::Tokenizer`] if the tokenizer fails on the query.
    pub fn query_tokens(&self, query: &str) -> Result<(Vec<Token>, bool), EncoderError> {
        let prefix = &self.settings.query_prefix;
        let text = prefixed(prefix, query);
        let whole = self.tokenizer.encode(&*text, false);
        let is_cut = whole.as_ref().is_ok_and(|all| all.len() > self.all_room);
        let encoding = self.cut(whole)?;
        let places = encoding.get_offsets().iter();
        let places = places.zip(encoding.get_special_tokens_mask());
        let pieces = encoding.get_ids().iter().zip(encoding.get_tokens());
        let tokens = pieces
            .zip(places)
            .map(|((&id, piece), (&(_, end), &added))| Token {
                id,
                piece: piece.clone(),
                special: added != 0 || (end <= prefix.len() && !prefix.is_empty()),
                unknown: UNKNOWN.contains(&piece.as_str()),
            });
        Ok((tokens.collect(), is_cut))
    }

    /// How many pieces the model's vocabulary has.
    pub fn vocabulary_size(&self) -> usize {
        self.tokenizer.get_vocab_size(true)
    }
}
