//! The inverted index: for every term, which records hold it and how often.
//!
//! Immutable once built. Positions are those of the generation it belongs to. A record's
//! texts count as one field.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::analysis::tokens;

/// Terms in order, and for each a run of postings.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TextIndex {
    /// Sorted, so that a term is found by bisection.
    terms: Vec<String>,
    /// Where each term's postings end; they begin where the one before ends.
    ends: Vec<u64>,
    postings: Vec<Posting>,
    /// Length of each record in terms.
    lengths: Vec<u32>,
}

/// One record that holds a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting {
    /// Its position.
    pub position: u32,
    /// How often it holds the term.
    pub frequency: u32,
}

impl TextIndex {
    /// How many records the index holds.
    pub fn len(&self) -> usize {
        self.lengths.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.lengths.is_empty()
    }

    /// Length of each record in terms, by position.
    pub fn lengths(&self) -> &[u32] {
        &self.lengths
    }

    /// The records that hold a term, in order of position.
    pub fn postings(&self, term: &str) -> &[Posting] {
        let Ok(at) = self.terms.binary_search_by(|t| t.as_str().cmp(term)) else {
            return &[];
        };
        self.postings_at(at)
    }

    /// Several indexes as one. Each comes with the position each of its records gets, or
    /// none for those left behind; positions rise from index to index, without a gap.
    pub fn merge(parts: &[(&Self, &[Option<u32>])]) -> Self {
        let mut merged = Self::default();
        for (part, places) in parts {
            let kept = part.lengths.iter().zip(*places);
            let kept = kept.filter_map(|(&length, place)| place.map(|_| length));
            merged.lengths.extend(kept);
        }
        let mut terms: Vec<(&str, usize, usize)> = Vec::new();
        for (at, (part, _)) in parts.iter().enumerate() {
            let own = part.terms.iter().enumerate();
            terms.extend(own.map(|(term, text)| (text.as_str(), at, term)));
        }
        terms.sort_unstable();
        for same in terms.chunk_by(|a, b| a.0 == b.0) {
            let before = merged.postings.len();
            for &(_, at, term) in same {
                let (part, places) = parts[at];
                let moved = part.postings_at(term).iter().filter_map(|posting| {
                    let position = places.get(posting.position as usize).copied().flatten()?;
                    Some(Posting {
                        position,
                        ..*posting
                    })
                });
                merged.postings.extend(moved);
            }
            if merged.postings.len() > before {
                merged.terms.push(same[0].0.to_owned());
                merged.ends.push(merged.postings.len() as u64);
            }
        }
        merged
    }

    fn postings_at(&self, term: usize) -> &[Posting] {
        let start = term.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.postings[start as usize..self.ends[term] as usize]
    }
}

/// Collects records in order of position.
#[derive(Default)]
pub struct TextIndexBuilder {
    ids: HashMap<String, u32>,
    postings: Vec<Vec<Posting>>,
    lengths: Vec<u32>,
}

impl TextIndexBuilder {
    /// Adds the next record.
    pub fn add<'a>(&mut self, texts: impl IntoIterator<Item = &'a str>) {
        let position = self.lengths.len() as u32;
        let mut length = 0;
        for token in texts.into_iter().flat_map(tokens) {
            length += 1;
            let next = self.postings.len() as u32;
            let id = *self.ids.entry(token.term).or_insert(next);
            if id == next {
                self.postings.push(Vec::new());
            }
            let postings = &mut self.postings[id as usize];
            match postings.last_mut() {
                Some(last) if last.position == position => last.frequency += 1,
                _ => postings.push(Posting {
                    position,
                    frequency: 1,
                }),
            }
        }
        self.lengths.push(length);
    }

    /// The finished index.
    pub fn build(self) -> TextIndex {
        let mut terms: Vec<(String, u32)> = self.ids.into_iter().collect();
        terms.sort_unstable();
        let mut index = TextIndex {
            lengths: self.lengths,
            ..TextIndex::default()
        };
        for (term, id) in terms {
            index.postings.extend(&self.postings[id as usize]);
            index.ends.push(index.postings.len() as u64);
            index.terms.push(term);
        }
        index
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn index(texts: &[String]) -> TextIndex {
        let mut builder = TextIndexBuilder::default();
        for text in texts {
            builder.add([text.as_str()]);
        }
        builder.build()
    }

    proptest! {
        /// Merging what was kept is building what was kept.
        #[test]
        fn merged_indexes_are_one_built_at_once(
            parts in prop::collection::vec(
                prop::collection::vec(("[a-e ]{0,12}", any::<bool>()), 0..6), 0..4)
        ) {
            let texts = |part: &[(String, bool)]| -> Vec<String> {
                part.iter().map(|(text, _)| text.clone()).collect()
            };
            let built: Vec<TextIndex> = parts.iter().map(|part| index(&texts(part))).collect();
            let mut next = 0;
            let places: Vec<Vec<Option<u32>>> = parts
                .iter()
                .map(|part| {
                    let place = |kept: bool| kept.then(|| { next += 1; next - 1 });
                    part.iter().map(|(_, kept)| *kept).map(place).collect()
                })
                .collect();
            let pairs: Vec<(&TextIndex, &[Option<u32>])> =
                built.iter().zip(places.iter().map(Vec::as_slice)).collect();
            let kept: Vec<String> = parts.concat().into_iter()
                .filter(|(_, kept)| *kept).map(|(text, _)| text).collect();
            prop_assert_eq!(TextIndex::merge(&pairs), index(&kept));
        }
    }
}
