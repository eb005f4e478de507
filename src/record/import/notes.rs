//! Notes made while reading an input: things that do not prevent reading but that its owner should
//! know. All readers of one input share its notes.

use std::sync::{Arc, Mutex};

use crate::locks::lock;

/// How many different notes are kept. One more says that there are others.
const MAX_NOTES: usize = 20;

/// The notes of one input.
#[derive(Clone, Default)]
pub struct Notes(Arc<Mutex<Noted>>);

#[derive(Default)]
struct Noted {
    said: Vec<String>,
    others: u64,
    nulls: u64,
    texts: u64,
}

impl Notes {
    /// Adds a sentence, unless it is already there.
    pub fn say(&self, sentence: impl Into<String>) {
        let sentence = sentence.into();
        let mut noted = lock(&self.0);
        if noted.said.contains(&sentence) {
            return;
        }
        if noted.said.len() < MAX_NOTES {
            noted.said.push(sentence);
        } else {
            noted.others += 1;
        }
    }

    /// Counts values that JSON cannot represent and that were read as null.
    pub fn count_nulls(&self, more: u64) {
        lock(&self.0).nulls += more;
    }

    /// Counts integers that were kept as text.
    pub fn count_texts(&self, more: u64) {
        lock(&self.0).texts += more;
    }

    /// All notes, as sentences.
    pub fn sentences(&self) -> Vec<String> {
        let noted = lock(&self.0);
        let mut sentences = noted.said.clone();
        match noted.nulls {
            0 => {}
            1 => sentences.push("1 value that is NaN or Infinity was read as null.".into()),
            nulls => sentences.push(format!(
                "{nulls} values that are NaN or Infinity were read as null."
            )),
        }
        match noted.texts {
            0 => {}
            1 => sentences.push("1 whole number beyond 64 bits was kept as text.".into()),
            texts => sentences.push(format!(
                "{texts} whole numbers beyond 64 bits were kept as text."
            )),
        }
        if noted.others > 0 {
            sentences.push(format!("There are {} more such notes.", noted.others));
        }
        sentences
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_said_once_and_not_too_many_are_kept() {
        let notes = Notes::default();
        notes.say("Same.");
        notes.say("Same.");
        assert_eq!(notes.sentences(), ["Same."]);
        notes.count_nulls(1);
        notes.count_nulls(1);
        notes.count_texts(1);
        assert!(notes.sentences()[1].starts_with("2 values"));
        assert!(notes.sentences()[2].starts_with("1 whole number"));
        for number in 0..100 {
            notes.say(number.to_string());
        }
        let sentences = notes.sentences();
        assert_eq!(sentences.len(), MAX_NOTES + 3);
        assert_eq!(sentences.last().unwrap(), "There are 81 more such notes.");
    }
}
