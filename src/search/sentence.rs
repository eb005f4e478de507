//! The sentence of a hit that is nearest to the query. Sentences have no stored vectors: those
//! of the hits shown are encoded on request.

use std::ops::Range;

use crate::background;
use crate::error::Result;
use crate::found::Found;
use crate::search::searcher::Searcher;
use crate::vector::cosine;

/// The most sentences of a hit that are encoded, from the first on: as many as a passage has if
/// none is shorter than a few words.
const MAX_SENTENCES: usize = 32;

impl Searcher<'_> {
    /// Marks in each hit the sentence nearest to the query, within its passage or, if it has
    /// none, within the shown part of its text. A single sentence is not marked.
    pub(super) fn mark_sentences(&self, query: &[f32], hits: &mut [Found]) -> Result<()> {
        let encoder = self.encoder.encoder();
        let mut places = Vec::new();
        let mut texts = Vec::new();
        for (at, hit) in hits.iter().enumerate() {
            let shown = hit.passage.clone().unwrap_or(hit.snippet.clone());
            let Some(read) = hit.record.text.get(shown.clone()) else {
                continue;
            };
            let (head, rest) = read.split_at(headline(read));
            let below = encoder.sentences(rest)?.into_iter();
            let below = below.map(|one| head.len() + one.start..head.len() + one.end);
            let sentences: Vec<Range<usize>> =
                encoder.sentences(head)?.into_iter().chain(below).collect();
            if sentences.len() < 2 {
                continue;
            }
            for sentence in sentences.into_iter().take(MAX_SENTENCES) {
                texts.push(&read[sentence.clone()]);
                places.push((at, shown.start + sentence.start..shown.start + sentence.end));
            }
        }
        let mut vectors = Vec::with_capacity(texts.len());
        for texts in texts.chunks(background::CHUNK) {
            vectors.extend(background::encode(|| encoder.encode_all(texts, |_| ()))?);
        }
        let mut best = vec![f32::NEG_INFINITY; hits.len()];
        for ((at, place), vector) in places.into_iter().zip(&vectors) {
            let near = cosine(query, vector);
            if near > best[at] {
                best[at] = near;
                hits[at].sentence = Some(place);
            }
        }
        Ok(())
    }
}

/// The length of a text's first line, if it stands by itself, like a tagline: only the line
/// break separates it from the next sentence. A line that is merely wrapped goes on in the next
/// one, mostly in lower case.
fn headline(text: &str) -> usize {
    let end = text.find('\n').unwrap_or(0);
    let next = text[end..].trim_start().chars().next();
    if next.is_some_and(char::is_uppercase) {
        end
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::headline;

    #[test]
    fn a_first_line_stands_by_itself_unless_it_is_merely_wrapped() {
        assert_eq!(headline("Bread daily\nSourdough and rye."), 11);
        assert_eq!(headline("Bread that is baked\nevery day. And rye."), 0);
        assert_eq!(headline("Bread daily"), 0);
        assert_eq!(headline("\nBread"), 0);
        assert_eq!(headline(""), 0);
    }
}
