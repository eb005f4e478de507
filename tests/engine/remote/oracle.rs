//! An oracle in place of a cluster.

use std::collections::HashMap;
use std::ops::Bound;
use std::path::Path;
use std::sync::{Arc, Mutex};

use parallax::collection::{SnapshotReader, Stored};
use parallax::remote::{
    By, Candidate, Described, Frequencies, Keys, Question, Reach, Reached, Reads, RemoteFilter,
    RemoteIndex, Sampled, Vocabulary, With, keys_of, terms_of,
};
use parallax::vector::cosine;
use parallax::vocabulary::Mined;
use parallax::{Collection, Error, Result};

use crate::common::query_encoder;

/// All records of a collection, in place of a cluster: every record is scored exactly.
///
/// Clones share the records.
#[derive(Clone)]
pub struct Oracle {
    described: Described,
    records: Arc<Mutex<Vec<(Stored, Keys)>>>,
    /// Whether it does not answer.
    pub broken: Arc<Mutex<bool>>,
}

impl Oracle {
    pub fn of(collection: &Collection) -> Self {
        let mut snapshot = Vec::new();
        collection.snapshot(&mut snapshot).unwrap();
        let reader = SnapshotReader::open(&snapshot[..], Path::new("snapshot")).unwrap();
        let about = reader.about().clone();
        let records: Vec<Stored> = reader.map(Result::unwrap).collect();
        let terms = terms_of(&about, &records).unwrap();
        let average_length = terms as f64 / records.len() as f64;
        let keys = keys_of(&about, &query_encoder(), average_length, &records).unwrap();
        Self {
            described: Described {
                id: 1,
                about,
                average_length,
                records: records.len() as u64,
                mined: None,
            },
            records: Arc::new(Mutex::new(records.into_iter().zip(keys).collect())),
            broken: Arc::default(),
        }
    }

    /// The same with queries that were found before.
    pub fn with_mined(mut self, mined: Option<Mined>) -> Self {
        self.described.mined = mined;
        self
    }

    /// The records that pass a filter, in order of number.
    fn passing(&self, filter: &RemoteFilter) -> Vec<(Stored, Keys)> {
        let records = self.records.lock().unwrap();
        let passing = records.iter().filter(|record| passes(record, filter));
        let mut passing: Vec<(Stored, Keys)> = passing.cloned().collect();
        passing.sort_by_key(|(stored, _)| stored.number);
        passing
    }

    fn score(&self, by: By<'_>, (stored, keys): &(Stored, Keys)) -> f32 {
        match by {
            By::Meaning(vector) => {
                let passages = stored.vectors.chunks(self.described.about.dimension);
                let cosines = passages.map(|passage| cosine(vector, passage));
                cosines.fold(f32::MIN, f32::max)
            }
            By::Words(words) => {
                // Qdrant refuses a sparse vector with the same index twice.
                assert!(words.is_sorted_by(|a, b| a.0 < b.0), "{words:?}");
                let own = words.iter().filter_map(|(term, weight)| {
                    let own = keys.terms.iter().find(|(own, _)| own == term)?;
                    Some(weight * own.1)
                });
                own.sum()
            }
        }
    }

    /// The records that pass a filter with their scores, best first. By words, those without a score are
    /// none; by nothing, all have the same.
    fn scored(&self, by: Option<By<'_>>, filter: &RemoteFilter) -> Vec<(f32, (Stored, Keys))> {
        let scored = self.passing(filter).into_iter();
        let Some(by) = by else {
            return scored.map(|record| (0.0, record)).collect();
        };
        let scored = scored.map(|record| (self.score(by, &record), record));
        let mut scored: Vec<_> = scored
            .filter(|(score, _)| matches!(by, By::Meaning(_)) || *score > 0.0)
            .collect();
        scored.sort_by(|a, b| b.0.total_cmp(&a.0));
        scored
    }

    fn check(&self) -> Result<()> {
        match *self.broken.lock().unwrap() {
            true => Err(Error::Cluster("no leader".into())),
            false => Ok(()),
        }
    }
}

/// A record as a cluster returns it.
fn read(stored: Stored, vectors: bool) -> Stored {
    match vectors {
        true => stored,
        false => Stored {
            vectors: Vec::new(),
            ..stored
        },
    }
}

fn passes(record: &(Stored, Keys), filter: &RemoteFilter) -> bool {
    let (stored, keys) = record;
    match filter {
        RemoteFilter::All(filters) => filters.iter().all(|filter| passes(record, filter)),
        RemoteFilter::Any(filters) => filters.iter().any(|filter| passes(record, filter)),
        RemoteFilter::Not(filter) => !passes(record, filter),
        RemoteFilter::Numbers(numbers) => numbers.contains(&stored.number),
        RemoteFilter::Ids(ids) => keys.id.as_ref().is_some_and(|id| ids.contains(id)),
        RemoteFilter::Terms(terms) => keys.terms.iter().any(|(term, _)| terms.contains(term)),
        RemoteFilter::Pieces(pieces) => keys.pieces.iter().any(|piece| pieces.contains(piece)),
        RemoteFilter::Keys(facet, wanted) => {
            let texts = &keys.facets[*facet].texts;
            texts.iter().any(|text| wanted.contains(text))
        }
        RemoteFilter::Between(facet, from, to) => {
            keys.facets[*facet].numbers.iter().any(|number| {
                let above = match from {
                    Bound::Included(from) => number >= from,
                    Bound::Excluded(from) => number > from,
                    Bound::Unbounded => true,
                };
                above
                    && match to {
                        Bound::Included(to) => number <= to,
                        Bound::Excluded(to) => number < to,
                        Bound::Unbounded => true,
                    }
            })
        }
    }
}

impl RemoteIndex for Oracle {
    fn described(&self) -> &Described {
        &self.described
    }

    fn best(&self, questions: &[Question<'_>]) -> Result<Vec<Vec<(u64, f32)>>> {
        self.check()?;
        let answer = |question: &Question<'_>| {
            let scored = self.scored(question.by, question.filter).into_iter();
            let list = scored.take(question.limit);
            list.map(|(score, (stored, _))| (stored.number, score))
                .collect()
        };
        Ok(questions.iter().map(answer).collect())
    }

    fn candidates(&self, numbers: &[u64], with: With) -> Result<Vec<Candidate>> {
        self.check()?;
        let width = self.described.about.dimension;
        let wanted = RemoteFilter::Numbers(numbers.to_vec());
        let candidate = |(stored, keys): (Stored, Keys)| {
            let has_one = stored.vectors.len() == width;
            Candidate {
                record: read(stored, with.vectors),
                pieces: (with.pieces && has_one).then_some(keys.pieces),
            }
        };
        Ok(self.passing(&wanted).into_iter().map(candidate).collect())
    }

    fn reached(&self, reaches: &[Reach<'_>]) -> Result<Vec<Vec<Reached>>> {
        self.check()?;
        let answer = |reach: &Reach<'_>| {
            let enough = self.scored(reach.by, reach.filter).into_iter();
            let enough = enough.filter(|(score, _)| reach.by.is_none() || *score >= reach.least);
            let reached = enough.take(reach.limit).map(|(score, (stored, keys))| {
                let facets = keys.facets.into_iter().map(|facet| facet.texts);
                Reached {
                    number: stored.number,
                    score,
                    fingerprint: match reach.reads {
                        Reads::Fingerprint => keys.fingerprint,
                        _ => 0,
                    },
                    facets: facets.filter(|_| reach.reads == Reads::Facets).collect(),
                }
            });
            reached.collect()
        };
        Ok(reaches.iter().map(answer).collect())
    }

    fn frequencies(&self, of: Vocabulary) -> Result<Frequencies> {
        self.check()?;
        let mut counts: HashMap<u32, u64> = HashMap::new();
        for (_, keys) in self.passing(&RemoteFilter::NONE) {
            let terms = keys.terms.iter().map(|(term, _)| *term);
            let all: Vec<u32> = match of {
                Vocabulary::Terms => terms.collect(),
                Vocabulary::Pieces => keys.pieces,
            };
            for one in all {
                *counts.entry(one).or_default() += 1;
            }
        }
        Ok(Frequencies {
            counts,
            are_all: true,
        })
    }

    fn keys(&self, facet: usize, filter: &RemoteFilter) -> Result<Vec<(String, u64)>> {
        self.check()?;
        let mut counts: HashMap<String, u64> = HashMap::new();
        for (_, keys) in self.passing(filter) {
            for key in &keys.facets[facet].texts {
                *counts.entry(key.clone()).or_default() += 1;
            }
        }
        Ok(counts.into_iter().collect())
    }

    fn counts(&self, filters: &[RemoteFilter], _: bool) -> Result<Vec<u64>> {
        self.check()?;
        let counts = filters.iter().map(|filter| self.passing(filter).len());
        Ok(counts.map(|count| count as u64).collect())
    }

    fn listed(
        &self,
        filter: &RemoteFilter,
        from: u64,
        limit: usize,
        vectors: bool,
    ) -> Result<Vec<Stored>> {
        self.check()?;
        let passing = self.passing(filter).into_iter().map(|(stored, _)| stored);
        let listed = passing.filter(|stored| stored.number >= from);
        let listed = listed.take(limit).map(|stored| read(stored, vectors));
        Ok(listed.collect())
    }

    fn titled(&self, from: u64, limit: usize) -> Result<Vec<Stored>> {
        self.check()?;
        let mut titled: Vec<(u64, Stored)> = Vec::new();
        for (stored, keys) in self.passing(&RemoteFilter::NONE) {
            titled.extend(keys.title.map(|title| (title, read(stored, false))));
        }
        // Qdrant compares floating-point numbers.
        titled.retain(|(title, _)| *title >= (from as f64) as u64);
        titled.sort_by_key(|(title, _)| *title);
        let titled = titled.into_iter().take(limit);
        Ok(titled.map(|(_, stored)| stored).collect())
    }

    fn sampled(&self, limit: usize) -> Result<Vec<Sampled>> {
        self.check()?;
        let width = self.described.about.dimension;
        let all = self.passing(&RemoteFilter::NONE).into_iter();
        let sampled = all.map(|(stored, keys)| Sampled {
            fingerprint: keys.fingerprint,
            length: keys.length,
            vector: stored.vectors[..width].into(),
        });
        let mut sampled: Vec<Sampled> = sampled.collect();
        sampled.sort_by_key(|record| record.fingerprint);
        sampled.dedup_by_key(|record| record.fingerprint);
        sampled.truncate(limit);
        Ok(sampled)
    }

    fn write(&self, records: &[(Stored, Keys)]) -> Result<u64> {
        self.check()?;
        let mut known = self.records.lock().unwrap();
        for (stored, keys) in records {
            known.retain(|(earlier, _)| earlier.number != stored.number);
            known.push((stored.clone(), keys.clone()));
        }
        Ok(1)
    }

    fn delete(&self, filter: &RemoteFilter) -> Result<u64> {
        self.check()?;
        let mut known = self.records.lock().unwrap();
        known.retain(|record| !passes(record, filter));
        Ok(1)
    }

    fn scans(&self) -> bool {
        true
    }
}
