//! Splits a text that is too long for the encoder into overlapping passages at sentence boundaries,
//! and a text into its sentences.
//!
//! The text is tokenized once and tokens are counted by position, so text between words counts the
//! same in a passage as in the whole text.

use std::ops::Range;

use super::sentences::{Sentence, Words, trimmed};
use super::{Encoder, EncoderError};

/// The most passages per text, some 120,000 tokens: a book. Text after them is not encoded.
pub const MAX_PASSAGES: usize = 512;

/// The last sentence of a passage is repeated at the start of the next one, for context, unless it
/// has more tokens than this.
const MAX_OVERLAP_TOKENS: usize = 64;

/// How many bytes of a text are read per token that fits. Most languages need two to six; white
/// space and unknown words are longer.
const MAX_TOKEN_BYTES: usize = 16;

impl Encoder {
    /// The passages of a text to encode, as ranges of its bytes, in order.
    ///
    /// If the text fits the encoder, there is one passage: the whole text without surrounding white
    /// space, which is empty for a blank text. Otherwise sentences are packed into passages of at
    /// most as many tokens as the model reads, including `[CLS]`, `[SEP]` and a prefix, which
    /// together cover everything except white space. A Markdown heading starts a new passage. Any
    /// other passage starts with the last sentence of the one before, if that sentence is short and
    /// both fit. No passage starts or ends with white space. There are at most [`MAX_PASSAGES`],
    /// and only a bounded part of the text is read, many times what could fill them.
    ///
    /// # Errors
    /// [`EncoderError::Tokenizer`] if the tokenizer fails on the text.
    pub fn passages(&self, text: &str) -> Result<Vec<Range<usize>>, EncoderError> {
        let whole = trimmed(text, 0..text.len());
        // Every token has at least one byte, except a space before the text in SentencePiece.
        if whole.len() < self.room {
            return Ok(vec![whole]);
        }
        let body = text.get(whole.clone()).unwrap_or_default();
        let read = beginning(body, MAX_PASSAGES * self.room * MAX_TOKEN_BYTES);
        let words = self.word_tokens(read)?;
        if words.tokens() <= self.room && read.len() == body.len() {
            return Ok(vec![whole]);
        }
        let packed = pack(&words.sentences(self.room), self.room);
        let shift = |bytes: Range<usize>| whole.start + bytes.start..whole.start + bytes.end;
        Ok(packed.into_iter().map(shift).collect())
    }

    /// How many bytes of a text are read if it is not split: all of them, or up to the end of the
    /// last token that fits the encoder.
    ///
    /// # Errors
    /// [`EncoderError::Tokenizer`] if the tokenizer fails on the text.
    pub fn reach(&self, text: &str) -> Result<usize, EncoderError> {
        let read = beginning(text, self.room * MAX_TOKEN_BYTES);
        if read.len() < self.room {
            return Ok(text.len());
        }
        let failed = |error: tokenizers::Error| EncoderError::Tokenizer(error.to_string());
        let encoding = self.tokenizer.encode(read, false).map_err(failed)?;
        let tokens = encoding.get_offsets();
        match tokens.get(self.room - 1) {
            Some((_, end)) if tokens.len() > self.room => Ok(text.ceil_char_boundary(*end)),
            _ if read.trim_end().len() < text.trim_end().len() => Ok(read.len()),
            _ => Ok(text.len()),
        }
    }

    /// The sentences of a text, as ranges of its bytes, in order, without surrounding white space.
    /// A sentence that is too long for the encoder is split.
    ///
    /// # Errors
    /// [`EncoderError::Tokenizer`] if the tokenizer fails on the text.
    pub fn sentences(&self, text: &str) -> Result<Vec<Range<usize>>, EncoderError> {
        let sentences = self.word_tokens(text)?.sentences(self.room);
        Ok(sentences.into_iter().map(|one| one.bytes).collect())
    }

    fn word_tokens<'a>(&self, text: &'a str) -> Result<Words<'a>, EncoderError> {
        let encoding = self
            .tokenizer
            .encode(text, false)
            .map_err(|error| EncoderError::Tokenizer(error.to_string()))?;
        let tokens = encoding.get_offsets().iter().copied();
        let tokens = tokens.zip(encoding.get_word_ids().iter().copied());
        Ok(Words::new(text, tokens, self.room))
    }
}

/// At most `limit` bytes of a text, cut at white space if possible.
fn beginning(text: &str, limit: usize) -> &str {
    if text.len() <= limit {
        return text;
    }
    let (cut, _) = text.split_at(text.floor_char_boundary(limit));
    let end = cut.rfind(char::is_whitespace).unwrap_or(cut.len());
    cut.get(..end).unwrap_or(cut).trim_end()
}

/// Packs sentences into passages of at most `room` tokens.
fn pack(sentences: &[Sentence], room: usize) -> Vec<Range<usize>> {
    let mut passages = Vec::new();
    let mut rest = sentences;
    let mut before: Option<&Sentence> = None;
    while let Some((first, more)) = rest.split_first()
        && passages.len() < MAX_PASSAGES
    {
        let overlap = before.filter(|last| {
            !first.heading
                && last.tokens <= MAX_OVERLAP_TOKENS
                && last.tokens + first.tokens <= room
        });
        let mut tokens = overlap.map_or(0, |last| last.tokens) + first.tokens;
        let mut last = first;
        rest = more;
        while let Some((next, more)) = rest.split_first()
            && !next.heading
            && tokens + next.tokens <= room
        {
            tokens += next.tokens;
            last = next;
            rest = more;
        }
        let start = overlap.unwrap_or(first).bytes.start;
        passages.push(start..last.bytes.end);
        before = Some(last);
    }
    passages
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoder::sentences::tests::words;

    fn packed(text: &str, room: usize) -> Vec<&str> {
        let passages = pack(&words(text, room).sentences(room), room);
        passages.into_iter().map(|bytes| &text[bytes]).collect()
    }

    #[test]
    fn a_passage_begins_with_the_last_sentence_of_the_one_before() {
        assert_eq!(
            packed("Aaa. Bbb. Ccc. Ddd.", 8),
            ["Aaa. Bbb.", "Bbb. Ccc.", "Ccc. Ddd."]
        );
        // No overlap if the two would not fit together.
        assert_eq!(packed("Aaa. Bbb. Cccccc.", 8), ["Aaa. Bbb.", "Cccccc."]);
    }

    #[test]
    fn a_long_sentence_is_not_repeated() {
        let long = format!("{}.", "a".repeat(MAX_OVERLAP_TOKENS));
        let text = format!("{long} {long} B.");
        assert_eq!(
            packed(&text, 130),
            [format!("{long} {long}").as_str(), "B."]
        );
    }

    #[test]
    fn a_heading_begins_a_passage_even_where_there_is_room() {
        assert_eq!(
            packed("# A\nBb. Cc.\n# D\nEe.", 99),
            ["# A\nBb. Cc.", "# D\nEe."]
        );
    }

    #[test]
    fn passages_end_at_their_number() {
        let text = "Aaa. Bbb. ".repeat(MAX_PASSAGES);
        assert_eq!(packed(&text, 4).len(), MAX_PASSAGES);
    }
}
