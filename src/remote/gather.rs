//! The records of a cluster that a query can be answered with: the nearest ones, and those that words match
//! best, of all that pass, and the statistics that their scores depend on.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Remote;
use super::asked::{AskedWord, weights};
use super::excerpt::Excerpt;
use super::filter::of_all;
use super::index::{By, Candidate, Question, Reached, RemoteFilter, Vocabulary, With};
use super::keys::{NoPieces, facet_texts, hash, parsed};
use super::request::{Asking, Request};
use crate::collection::Stored;
use crate::error::Result;
use crate::filter::Filter;
use crate::fusion::GOOD_RANK;
use crate::query::{Mode, Timings};
use crate::record::Schema;
use crate::segment::generation::{KnownValues, Whole};
use crate::segment::pieces::Tokenize;
use crate::segment::unrelated::Sample;
use crate::text::{Bm25, Corpus, Parameters};

/// What was gathered for a query.
pub(super) struct Gathered {
    /// The records.
    pub excerpt: Excerpt,
    /// What the cluster checked of its filters and conditions.
    pub filter: RemoteFilter,
    /// The same without the filters.
    pub conditions: RemoteFilter,
    /// Its filters.
    pub filters: Vec<Filter>,
    /// Whether nothing else has to be checked.
    pub decided: bool,
    /// Whether all records that the cluster has were gathered.
    pub all: bool,
    /// The records near enough to be answers that pass the filter, if all of them were found.
    pub near: Option<NearAnswers>,
    /// The vector that was searched for by meaning.
    pub vector: Option<Arc<[f32]>>,
    /// The vector of the text as typed, if it was searched for as well.
    pub plain: Option<Arc<[f32]>>,
    /// The terms that were searched for, by hash, with their weights.
    pub weights: Vec<(u32, f32)>,
    /// What records satisfy that contain every word; `None` if the cluster cannot tell.
    pub holding_all: Option<RemoteFilter>,
    /// The hashes of the terms that score for it wherever they occur.
    pub terms: Vec<u32>,
    /// The same for each of its words; `None` for one that scores in sequence, too.
    pub words: Vec<Option<Vec<u32>>>,
    /// Whether some terms count only in sequence, so that the cluster cannot count all matches.
    pub in_sequence: bool,
    /// What records satisfy that contain all terms of a sequence, for each that was looked for.
    pub sequences: Vec<RemoteFilter>,
    /// How long encoding took.
    pub encoding: Duration,
    /// The hashes of all terms that the cluster counted.
    known: Vec<u32>,
    /// The text that was searched by meaning.
    meaning: String,
}

impl Gathered {
    /// What records satisfy that match by words, and others that have all terms of a sequence, but not next to
    /// each other.
    pub fn matching(&self) -> RemoteFilter {
        let alone = RemoteFilter::Terms(self.terms.clone());
        match self.in_sequence && !self.sequences.is_empty() {
            true => {
                let all = self.sequences.iter().cloned();
                RemoteFilter::Any(all.chain([alone]).collect())
            }
            false => alone,
        }
    }

    /// Adds to the times of an answer on what was gathered what happened before.
    pub fn time(&self, timings: &mut Timings, start: Instant) {
        timings.encode += self.encoding;
        timings.total = start.elapsed();
    }
}

/// The records near enough to a query to be answers.
pub(super) struct NearAnswers {
    /// The records, best first.
    pub reached: Vec<Reached>,
    /// Whether the keys of their facets were read.
    pub has_facets: bool,
}

/// What the cluster found for a query.
struct Answered {
    records: Vec<Candidate>,
    /// Whether this is all that it has.
    all: bool,
    /// The numbers and cosines of the nearest records, if they were asked for, of which there are at most `depth`.
    nearest: Option<Vec<(u64, f32)>>,
    depth: usize,
    weights: Vec<(u32, f32)>,
    sequences: Vec<RemoteFilter>,
    /// Whether records may contain a word as a sequence that was not looked for.
    in_sequence: bool,
}

impl Answered {
    /// The records whose cosines reach the line, if all of them were found.
    fn near_enough(&self, line: f32, schema: &Schema) -> Result<Option<NearAnswers>> {
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

impl Remote {
    /// Gathers what a query needs.
    ///
    /// # Errors
    /// [`crate::Error::BadQuery`] for an invalid query; [`crate::Error::Cluster`]; those of the encoder.
    pub(super) fn gather(&self, asking: &Asking<'_>) -> Result<Gathered> {
        let query = asking.query;
        let request = self.request(asking, None)?;
        if request.lists {
            return self.gather_in_order(asking, request, RemoteFilter::NONE);
        }
        let given = query.vector.is_some();
        let mut gathered = self.gather_ranked(asking, request)?;
        let mut terms = self.terms(&gathered, query)?;
        // Words that no record contains may have been read as others, which the records contain.
        let all = terms.alone.iter().chain(&terms.in_sequence);
        let others = all.filter(|(term, _)| !gathered.known.contains(&hash(term)));
        let others = others.map(|other| AskedWord {
            terms: vec![other.clone()],
            own: 1,
            ..AskedWord::default()
        });
        let others: Vec<AskedWord> = others.collect();
        let is_corrected = !gathered.meaning.is_empty() && gathered.meaning != terms.meaning;
        let again = !given && (is_corrected || !others.is_empty());
        if again || query.sort.is_some() {
            let encoding = gathered.encoding;
            let mut request = self.request(asking, Some(&terms.meaning))?;
            request.encoding += encoding;
            request.words.extend(others);
            gathered = match query.sort {
                Some(_) => {
                    let terms = terms.alone.iter().chain(&terms.in_sequence);
                    let terms = terms.map(|(term, _)| hash(term)).collect();
                    self.gather_in_order(asking, request, RemoteFilter::Terms(terms))?
                }
                None => self.gather_ranked(asking, request)?,
            };
            terms = self.terms(&gathered, query)?;
        }
        gathered.in_sequence |= !terms.in_sequence.is_empty();
        let words = terms.words.into_iter();
        let hashes = |terms: Vec<String>| terms.iter().map(|term| hash(term)).collect();
        gathered.words = words.map(|terms| terms.map(hashes)).collect();
        gathered.holding_all = of_all(&terms.holding);
        gathered.terms = terms.alone.iter().map(|(term, _)| hash(term)).collect();
        Ok(gathered)
    }

    /// Gathers the first records of a list.
    fn gather_in_order(
        &self,
        asking: &Asking<'_>,
        request: Request,
        matching: RemoteFilter,
    ) -> Result<Gathered> {
        let filter = request.filter.clone().and(matching);
        let records = match &asking.query.sort {
            Some(sort) => self.sorted(sort, filter, asking.depth, asking.both)?,
            None => self.index.listed(&filter, 0, asking.depth, asking.both)?,
        };
        let answered = Answered {
            all: records.len() < asking.depth,
            records: records.into_iter().map(Candidate::from).collect(),
            nearest: None,
            depth: asking.depth,
            weights: Vec::new(),
            sequences: Vec::new(),
            in_sequence: false,
        };
        let whole = self.whole(&request)?;
        self.gathered(asking, request, answered, whole)
    }

    fn gather_ranked(&self, asking: &Asking<'_>, mut request: Request) -> Result<Gathered> {
        let (query, depth) = (asking.query, asking.depth);
        let mut whole = self.whole(&request)?;
        let by_words = asking.both || request.by_words(query.mode);
        let (mut sequences, mut in_sequence) = (Vec::new(), false);
        if by_words {
            sequences = self.sequences(&request.words, &mut whole)?;
        } else {
            // Not looked for, but a record may contain a word only as a sequence.
            let is_missing = |word: &&AskedWord| !word.stop && !word.is_held(&whole.text);
            let missing = request.words.iter().filter(is_missing).cloned();
            let missing: Vec<AskedWord> = missing.collect();
            in_sequence = !self.sequences(&missing, &mut whole)?.is_empty();
        }
        if by_words && query.lookup.correct {
            self.correct(&mut request.words, &mut whole)?;
        }
        let bm25 = Bm25::new(whole.text.records, whole.text.terms, Parameters::default());
        let holding = |term: &str| whole.text.holding(term);
        let words = weights(&request.words, holding, |count| bm25.idf(count));
        let meaning = request.vector.as_deref().map(By::Meaning);
        let by_terms = (!words.is_empty()).then_some(By::Words(&words));
        let everything = RemoteFilter::NONE;
        // By meaning alone, it only matters whether a record contains all words.
        let by_words_depth = if by_words { depth } else { GOOD_RANK };
        let plain = request.plain.as_deref().map(By::Meaning);
        let mut asked = vec![
            (meaning, &request.filter, depth),
            (plain, &request.filter, depth),
            (by_terms, &request.filter, by_words_depth),
        ];
        // What counts as near or well matched is measured on all records.
        let fuses = asking.both || query.mode == Mode::Hybrid;
        if fuses && request.is_filtered() {
            asked.extend([
                (meaning, &everything, depth),
                (by_terms, &everything, depth),
            ]);
        }
        // Records with all terms of a sequence; whether they are next to each other is checked here.
        let of_terms = |terms: &Vec<String>| {
            RemoteFilter::All(terms.iter().map(|term| of_term(term)).collect())
        };
        let all_of_each: Vec<RemoteFilter> = sequences.iter().map(of_terms).collect();
        let sequences: Vec<(Vec<(u32, f32)>, RemoteFilter)> = sequences
            .iter()
            .zip(&all_of_each)
            .map(|(terms, all)| {
                let mut hashes: Vec<u32> = terms.iter().map(|term| hash(term)).collect();
                // A term may come twice.
                hashes.sort_unstable();
                hashes.dedup();
                let weights = hashes.into_iter().map(|hash| (hash, 1.0));
                (weights.collect(), request.filter.clone().and(all.clone()))
            })
            .collect();
        let sequences = sequences.iter();
        asked.extend(sequences.map(|(terms, filter)| (Some(By::Words(terms)), filter, depth)));
        // By words alone, no vector is compared.
        let vectors = fuses || request.vector.is_some();
        let questions = asked
            .into_iter()
            .filter_map(|(by, filter, limit)| by.map(|by| Question { by, filter, limit }));
        let questions: Vec<Question<'_>> = questions.collect();
        // Records that do not pass the checks made here are dropped, so more are read.
        let nearest = match request.decided {
            true => asking.nearest,
            false => depth,
        };
        let mut lists = self.index.best(&questions)?;
        let mut numbers: Vec<u64> = Vec::new();
        let mut all = true;
        for (question, list) in questions.iter().zip(&lists) {
            let read = match question.by {
                By::Meaning(_) => first_distinct_scores(list, nearest),
                By::Words(_) => list.as_slice(),
            };
            numbers.extend(read.iter().map(|(number, _)| *number));
            all &= list.len() < depth && read.len() == list.len();
        }
        numbers.sort_unstable();
        numbers.dedup();
        let with = With {
            vectors,
            pieces: !request.pieces.is_empty(),
        };
        let answered = Answered {
            all,
            records: self.index.candidates(&numbers, with)?,
            // The first question is by meaning, if any is.
            nearest: meaning.map(|_| lists.swap_remove(0)),
            depth,
            weights: words,
            sequences: all_of_each,
            in_sequence,
        };
        self.gathered(asking, request, answered, whole)
    }

    fn gathered(
        &self,
        asking: &Asking<'_>,
        request: Request,
        mut answered: Answered,
        whole: Whole,
    ) -> Result<Gathered> {
        // Only cosines are compared with those of the sample.
        let sample = match &request.vector {
            Some(_) => self.sample(whole.text.records)?,
            None => Sample::of(&[], |_| None, None),
        };
        // Only late interaction compares pieces.
        let tokenize: &dyn Tokenize = match request.pieces.is_empty() {
            true => &NoPieces,
            false => &*self.encoder,
        };
        let known = whole.text.holding.keys().map(|term| hash(term)).collect();
        let about = &self.index.described().about;
        let unrelated = sample.unrelated(whole.text.records as u32);
        let near = match unrelated.map(|unrelated| unrelated.line()) {
            Some(line) => answered.near_enough(line, &about.schema)?,
            None => None,
        };
        let with = asking.with.iter().cloned().map(Candidate::from);
        answered.records.extend(with);
        let only = self.only(asking, &request, &whole);
        let records = answered.records;
        Ok(Gathered {
            excerpt: Excerpt::of(about, tokenize, only, records, Arc::new(whole), sample)?,
            filter: request.filter,
            conditions: request.conditions,
            filters: request.filters,
            decided: request.decided,
            all: answered.all,
            near,
            vector: request.vector,
            weights: answered.weights,
            holding_all: None,
            plain: request.plain,
            terms: Vec::new(),
            words: Vec::new(),
            in_sequence: answered.in_sequence,
            sequences: answered.sequences,
            encoding: request.encoding,
            known,
            meaning: request.meaning,
        })
    }

    /// The statistics that the scores of a query depend on.
    fn whole(&self, request: &Request) -> Result<Whole> {
        let words = request.words.iter();
        let terms = words.flat_map(AskedWord::all_terms).cloned().collect();
        self.whole_of(terms, &request.pieces, request.values.clone())
    }

    /// The statistics of a collection, with the counts of these terms and pieces.
    pub(super) fn whole_of(
        &self,
        mut terms: Vec<String>,
        pieces: &[u32],
        values: KnownValues,
    ) -> Result<Whole> {
        terms.sort_unstable();
        terms.dedup();
        let records = self.statistics.records(&*self.index)?;
        let holding = self.holding(terms)?;
        let vocabulary = Vocabulary::Pieces;
        let counts = self.statistics.of(&*self.index, vocabulary, pieces)?;
        let counts = counts.into_iter().map(counted);
        let pieces = pieces.iter().copied().zip(counts).collect();
        let average = self.average_length(records)?;
        Ok(Whole {
            text: Corpus {
                records,
                terms: (average * records as f64).round() as u64,
                holding,
            },
            pieces,
            values,
        })
    }

    /// How many records contain each of some terms.
    fn holding(&self, terms: Vec<String>) -> Result<HashMap<String, u32>> {
        let hashes: Vec<u32> = terms.iter().map(|term| hash(term)).collect();
        let vocabulary = Vocabulary::Terms;
        let counts = self.statistics.of(&*self.index, vocabulary, &hashes)?;
        Ok(terms
            .into_iter()
            .zip(counts.into_iter().map(counted))
            .collect())
    }
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

/// That a record contains a term.
fn of_term(term: &str) -> RemoteFilter {
    RemoteFilter::Terms(vec![hash(term)])
}

pub(super) fn counted(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
