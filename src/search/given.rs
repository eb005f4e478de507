//! What recommendations go by: records that are liked or disliked, and a text.

use std::sync::Arc;

use crate::Vector;
use crate::encoder::pooling::unit;
use crate::error::{Error, Result};
use crate::record::RecordNumber;
use crate::segment::generation::Generation;
use crate::vector::cosine;
use crate::vocabulary::Nearness;

/// The weights of a text, of the mean of what is liked and of the mean of what is disliked.
/// Rocchio's relevance feedback, with the weights called reasonable in Manning, Raghavan and
/// Schütze, "Introduction to Information Retrieval", section 9.1.1.
const TEXT: f32 = 1.0;
const LIKED: f32 = 0.75;
const DISLIKED: f32 = 0.15;

/// A record that is given as an example.
pub(super) struct Example {
    /// Its id.
    pub id: String,
    /// Its number.
    pub number: RecordNumber,
    /// Its position in the generation.
    pub position: u32,
    /// One vector for all of it.
    pub vector: Vector,
}

/// What is given to go by.
pub(super) struct Given {
    /// The vector of a text.
    pub text: Option<Arc<[f32]>>,
    /// The liked records, each once.
    pub liked: Vec<Example>,
    /// The disliked records, each once.
    pub disliked: Vec<Example>,
}

impl Given {
    /// All of the records.
    pub fn all(&self) -> impl Iterator<Item = &Example> {
        self.liked.iter().chain(&self.disliked)
    }

    /// Checks that no record is liked of which a copy is disliked.
    pub fn check(&self, generation: &Generation) -> Result<()> {
        let same = |a: &Example, b: &Example| {
            let own = generation.fingerprint(a.position);
            a.position == b.position || (own.is_some() && own == generation.fingerprint(b.position))
        };
        for liked in &self.liked {
            if let Some(copy) = self.disliked.iter().find(|other| same(liked, other)) {
                return Err(Error::BadQuery(format!(
                    "the record '{}' is liked, but '{}', which says the same, is disliked: leave \
                     one of them out",
                    liked.id, copy.id
                )));
            }
        }
        Ok(())
    }

    /// The unit vector to search for.
    pub fn wanted(&self) -> Result<Vector> {
        let mut sum = Vec::new();
        let mut add = |weight: f32, vector: &[f32]| {
            sum.resize(vector.len(), 0.0);
            for (sum, value) in sum.iter_mut().zip(vector) {
                *sum += weight * value;
            }
        };
        if let Some(text) = &self.text {
            add(TEXT, text);
        }
        for (weight, examples) in [(LIKED, &self.liked), (-DISLIKED, &self.disliked)] {
            for example in examples {
                add(weight / examples.len() as f32, &example.vector);
            }
        }
        unit(sum.into()).ok_or_else(|| {
            Error::BadQuery("what is liked and what is disliked cancel each other out".into())
        })
    }
}

/// Examples with their cosines to a vector, nearest first.
pub(super) fn by_nearness<'e>(examples: &'e [Example], vector: &[f32]) -> Vec<(&'e Example, f32)> {
    let cosines = examples.iter();
    let cosines = cosines.map(|example| (example, cosine(&example.vector, vector)));
    let mut cosines: Vec<_> = cosines.collect();
    cosines.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    cosines
}

/// The same by their ids.
pub(super) fn told(cosines: Vec<(&Example, f32)>) -> Vec<Nearness> {
    let cosines = cosines.into_iter().map(|(example, cosine)| Nearness {
        id: example.id.clone(),
        cosine,
    });
    cosines.collect()
}

/// One vector for a record: the mean of its passages, normalised.
pub(super) fn whole(generation: &Generation, position: u32) -> Vector {
    let mut sum = Vec::new();
    for passage in generation.vectors(position) {
        sum.resize(passage.len(), 0.0);
        for (sum, value) in sum.iter_mut().zip(&*passage) {
            *sum += value;
        }
    }
    let sum = Vector::from(sum);
    unit(sum.clone()).unwrap_or(sum)
}
