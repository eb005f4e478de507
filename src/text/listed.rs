//! A sorted list of texts. Building a list of a few texts is faster than building a finite-state machine, whose
//! builder allocates a megabyte to find equal states.

use fst::Streamer;

/// Texts in ascending order, one after the other.
#[derive(Debug, Clone, Default)]
pub(super) struct ListedTexts {
    text: String,
    /// Where each text ends. It starts where the previous one ends.
    ends: Vec<u32>,
}

impl ListedTexts {
    /// Adds the next text.
    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len() as u32);
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The text at a place.
    pub(super) fn get(&self, at: usize) -> Option<&str> {
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before));
        let start = start.copied().unwrap_or(0) as usize;
        self.text.get(start..*self.ends.get(at)? as usize)
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).filter_map(|at| self.get(at))
    }

    /// The place of the first text that is not before these bytes.
    pub(super) fn first_from(&self, bytes: &[u8]) -> usize {
        let (mut from, mut to) = (0, self.len());
        while from < to {
            let middle = from.midpoint(to);
            match self.get(middle).is_some_and(|text| text.as_bytes() < bytes) {
                true => from = middle + 1,
                false => to = middle,
            }
        }
        from
    }

    /// The place of a text.
    pub(super) fn find(&self, text: &str) -> Option<usize> {
        let at = self.first_from(text.as_bytes());
        (self.get(at) == Some(text)).then_some(at)
    }

    /// The texts with their places, as machines stream theirs.
    pub(super) fn stream(&self) -> Streamed<'_> {
        Streamed {
            texts: self,
            next: 0,
        }
    }
}

/// Texts with their places.
pub(super) struct Streamed<'l> {
    texts: &'l ListedTexts,
    next: usize,
}

impl<'a> Streamer<'a> for Streamed<'_> {
    type Item = (&'a [u8], u64);

    fn next(&'a mut self) -> Option<Self::Item> {
        let at = self.next;
        self.next += 1;
        Some((self.texts.get(at)?.as_bytes(), at as u64))
    }
}
