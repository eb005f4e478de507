//! The records of a cluster that a query ranks highest: the questions that find them, and what is read of them.

use std::collections::HashMap;

use super::Remote;
use super::asked::{AskedWord, weights};
use super::index::{By, Candidate, Question, Reached, RemoteFilter, RemoteIndex, With};
use super::keys::{facet_texts, hash, parsed};
use super::request::{Asking, Request};
use crate::collection::Stored;
use crate::error::Result;
use crate::fusion::GOOD_RANK;
use crate::record::Schema;
use crate::segment::generation::Whole;
use crate::text::{Bm25, Parameters};

/// What the cluster found for a query.
#[derive(Default)]
pub(super) struct Found {
    /// The records.
    pub records: Vec<Candidate>,
    /// Whether this is all that it has.
    pub all: bool,
    /// The numbers and cosines of the nearest records, if they were asked for, of which there are at most `depth`.
    pub nearest: Option<Vec<(u64, f32)>>,
    /// How many records were asked for.
    pub depth: usize,
    /// The terms that were searched for, by hash, with their weights.
    pub weights: Vec<(u32, f32)>,
    /// For each sequence that was looked for, a filter for the records that contain all its terms.
    pub sequences: Vec<RemoteFilter>,
    /// Whether records may contain a word as a sequence that was not looked for.
    pub in_sequence: bool,
}

impl Found {
    /// The records whose cosines reach the line, if all of them were found.
    pub fn near_enough(&self, line: f32, schema: &Schema) -> Result<Option<NearAnswers>> {
        let Some(nearest) = &self.nearest else {
            return Ok(None);
        };
        let least = nearest.last().map_or(f32::MIN, |(_, cosine)| *cosine);
        if nearest.len() >= self.depth && least >= line {
            return Ok(None);
        }
        let near = nearest.iter().take_while(|(_, cosine)| *cosine >= line);
        let near: Vec<(u64, f32)> = near.copied().collect();
        let read: HashMap<u64, &Stored> = self
            .records
            .iter()
            .map(|candidate| (candidate.record.number, &candidate.record))
            .collect();
        let has_facets = near.iter().all(|(number, _)| read.contains_key(number));
        let reached = near.into_iter().map(|(number, score)| {
            let record = read.get(&number).filter(|_| has_facets);
            let payload = record.map(|record| parsed(record)).transpose()?;
            let keys = payload.map(|payload| facet_texts(schema, &payload));
            Ok(Reached {
                number,
                score,
                fingerprint: 0,
                facets: keys.unwrap_or_default(),
            })
        });
        Ok(Some(NearAnswers {
            reached: reached.collect::<Result<_>>()?,
            has_facets,
        }))
    }
}

/// The records near enough to a query to be answers.
pub(super) struct NearAnswers {
    /// The records, best first.
    pub reached: Vec<Reached>,
    /// Whether the keys of their facets were read.
    pub has_facets: bool,
}

/// The words that a query searches for.
struct Sought {
    /// Its terms, by hash, with their weights.
    weights: Vec<(u32, f32)>,
    /// The terms of each sequence, and a filter for the records that contain all of them.
    sequences: Vec<(Vec<(u32, f32)>, RemoteFilter)>,
    /// Whether records may contain a word as a sequence that is not looked for.
    in_sequence: bool,
    /// Whether some terms are what misspelt words may mean.
    is_guessed: bool,
}

/// The records that a query's questions found.
struct Lists {
    /// The numbers of those to read, in rising order.
    numbers: Vec<u64>,
    /// Whether this is all that the cluster has.
    all: bool,
    /// The numbers and cosines of the nearest, if they were asked for.
    nearest: Option<Vec<(u64, f32)>>,
    /// Whether the cluster has a record with one of the terms that were thought to be in none.
    has_unseen: bool,
}

impl Remote {
    /// Finds the records that a query ranks highest, and the statistics that their scores depend on. Adds to its words
    /// what misspelt ones may mean.
    pub(super) fn ranked(
        &self,
        asking: &Asking<'_>,
        request: &mut Request,
    ) -> Result<(Found, Whole)> {
        let words = request.words.clone();
        let (mut whole, mut unseen) = self.likely_whole(request)?;
        let (sought, lists) = loop {
            let sought = self.sought(asking, request, &mut whole)?;
            let lists = sought.find(&*self.index, asking, request, &unseen)?;
            if !lists.has_unseen {
                break (sought, lists);
            }
            request.words.clone_from(&words);
            whole = self.whole(request)?;
            unseen.clear();
        };
        let with = With {
            // By words alone, no vector is compared.
            vectors: asking.fuses() || request.vector.is_some(),
            pieces: !request.pieces.is_empty(),
        };
        let sequences = sought.sequences.into_iter();
        let found = Found {
            records: self.index.candidates(&lists.numbers, with)?,
            all: lists.all,
            nearest: lists.nearest,
            depth: asking.depth,
            weights: sought.weights,
            sequences: sequences.map(|(_, holding_all)| holding_all).collect(),
            in_sequence: sought.in_sequence,
        };
        Ok((found, whole))
    }

    fn sought(
        &self,
        asking: &Asking<'_>,
        request: &mut Request,
        whole: &mut Whole,
    ) -> Result<Sought> {
        let by_words = asking.by_words(request);
        let (mut sequences, mut in_sequence) = (Vec::new(), false);
        if by_words {
            sequences = self.sequences(&request.words, whole)?;
        } else {
            // Not looked for, but a record may contain a word only as a sequence.
            let is_missing = |word: &&AskedWord| !word.stop && !word.is_held(&whole.text);
            let missing = request.words.iter().filter(is_missing).cloned();
            let missing: Vec<AskedWord> = missing.collect();
            in_sequence = !self.sequences(&missing, whole)?.is_empty();
        }
        let is_guessed =
            by_words && asking.query.lookup.correct && self.correct(&mut request.words, whole)?;
        let bm25 = Bm25::new(whole.text.records, whole.text.terms, Parameters::default());
        let holding = |term: &str| whole.text.holding(term);
        Ok(Sought {
            weights: weights(&request.words, holding, |count| bm25.idf(count)),
            sequences: sequences.iter().map(|terms| sequence(terms)).collect(),
            in_sequence,
            is_guessed,
        })
    }
}

impl Sought {
    /// Asks the cluster for the records. `unseen` are the hashes of terms that probably no record contains.
    fn find(
        &self,
        index: &dyn RemoteIndex,
        asking: &Asking<'_>,
        request: &Request,
        unseen: &[u32],
    ) -> Result<Lists> {
        let depth = asking.depth;
        let meaning = request.vector.as_deref().map(By::Meaning);
        let plain = request.plain.as_deref().map(By::Meaning);
        let by_terms = (!self.weights.is_empty()).then_some(By::Words(&self.weights));
        let everything = RemoteFilter::NONE;
        // By meaning alone, it only matters whether a record contains all words.
        let by_words_depth = match asking.by_words(request) {
            true => depth,
            false => GOOD_RANK,
        };
        let mut asked = vec![
            (meaning, &request.filter, depth),
            (plain, &request.filter, depth),
            (by_terms, &request.filter, by_words_depth),
        ];
        // What counts as near or well matched is measured on all records.
        if asking.fuses() && request.is_filtered() {
            asked.extend([
                (meaning, &everything, depth),
                (by_terms, &everything, depth),
            ]);
        } else if self.is_guessed && request.is_filtered() {
            // A word is corrected to one of the whole collection.
            asked.push((by_terms, &everything, depth));
        }
        // Whether the terms of a sequence are next to each other is checked here.
        let sequences = self.sequences.iter();
        let sequences: Vec<(By<'_>, RemoteFilter)> = sequences
            .map(|(terms, all)| (By::Words(terms), request.filter.clone().and(all.clone())))
            .collect();
        asked.extend(sequences.iter().map(|(by, all)| (Some(*by), all, depth)));
        let question = |(by, filter, limit)| {
            Some(Question {
                by: Some(by?),
                filter,
                limit,
            })
        };
        let mut questions: Vec<Question<'_>> = asked.into_iter().filter_map(question).collect();
        let of_words = questions.len();
        let any_unseen = RemoteFilter::Terms(unseen.to_vec());
        if !unseen.is_empty() {
            questions.push(Question {
                by: None,
                filter: &any_unseen,
                limit: 1,
            });
        }
        let mut lists = index.best(&questions)?;
        let others = lists.split_off(of_words.min(lists.len()));
        // Records that do not pass the checks made here are dropped, so more are read.
        let nearest = match request.decided {
            true => asking.nearest,
            false => depth,
        };
        let mut numbers: Vec<u64> = Vec::new();
        let mut all = true;
        for (question, list) in questions.iter().zip(&lists) {
            let read = match question.by {
                Some(By::Meaning(_)) => first_distinct_scores(list, nearest),
                _ => list.as_slice(),
            };
            numbers.extend(read.iter().map(|(number, _)| *number));
            all &= list.len() < depth && read.len() == list.len();
        }
        numbers.sort_unstable();
        numbers.dedup();
        Ok(Lists {
            numbers,
            all,
            // The first question is by meaning, if any is.
            nearest: meaning.map(|_| lists.swap_remove(0)),
            has_unseen: others.iter().any(|list| !list.is_empty()),
        })
    }
}

/// The terms of a sequence, each once, and a filter for the records that contain all of them.
fn sequence(terms: &[String]) -> (Vec<(u32, f32)>, RemoteFilter) {
    let mut hashes: Vec<u32> = terms.iter().map(|term| hash(term)).collect();
    let of_term = |hash: &u32| RemoteFilter::Terms(vec![*hash]);
    let all = RemoteFilter::All(hashes.iter().map(of_term).collect());
    // A term may come twice.
    hashes.sort_unstable();
    hashes.dedup();
    (hashes.into_iter().map(|hash| (hash, 1.0)).collect(), all)
}

/// The start of a list sorted by score, up to and including the last record with one of the first `wanted` distinct
/// scores. Identical records have the same score.
fn first_distinct_scores(list: &[(u64, f32)], wanted: usize) -> &[(u64, f32)] {
    let mut distinct = 0;
    let mut last = None;
    let end = list.iter().position(|(_, score)| {
        if last.replace(score) != Some(score) {
            distinct += 1;
        }
        distinct > wanted
    });
    list.get(..end.unwrap_or(list.len())).unwrap_or(list)
}
