//! The records of a cluster that a query can be answered with: the nearest ones, and those that words match
//! best, of all that pass, and the statistics that their scores depend on.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use super::Remote;
use super::asked::{AskedWord, halves_of, weights, words_of};
use super::excerpt::Excerpt;
use super::filter::{decides, of_conditions, of_filter, of_wanted};
use super::index::{By, Question, RemoteFilter};
use super::keys::{NoPieces, hash};
use crate::collection::Stored;
use crate::error::{Error, Result};
use crate::filter::resolve;
use crate::fusion::GOOD_RANK;
use crate::query::{FUSION_DEPTH, Mode, Query};
use crate::search::{Parsed, Terms};
use crate::segment::generation::Whole;
use crate::segment::pieces::Tokenize;
use crate::segment::unrelated::{SAMPLED_TEXTS, Sample};
use crate::text::{Bm25, Corpus, Parameters, conditions};
use crate::vector::unit;

/// The most sequences of terms that are looked for, per query.
const MAX_SEQUENCES: usize = 16;

/// What was gathered for a query.
pub(super) struct Gathered {
    /// The records.
    pub excerpt: Excerpt,
    /// The query as it is to be answered on them.
    pub query: Query,
    /// What the cluster checked of its filters and conditions.
    pub filter: RemoteFilter,
    /// Whether nothing else has to be checked.
    pub decided: bool,
    /// The hashes of the terms that score for it.
    pub terms: Vec<u32>,
    /// The hashes of all terms that the cluster counted.
    known: Vec<u32>,
    /// Whether it looked for records near in meaning.
    by_meaning: bool,
}

/// What records are compared with: a sample of the texts of the collection.
pub(super) struct Background {
    records: u64,
    sample: Arc<Sample>,
}

/// What a query asks of a cluster.
struct Asked {
    filter: RemoteFilter,
    decided: bool,
    words: Vec<AskedWord>,
    vector: Option<Arc<[f32]>>,
    /// The pieces of the query that late interaction weighs.
    pieces: Vec<u32>,
}

impl Remote {
    /// Gathers what a query needs.
    ///
    /// # Errors
    /// [`Error::BadQuery`] for an invalid query; [`Error::Cluster`]; those of the encoder.
    pub(super) fn gather(&self, query: &Query) -> Result<Gathered> {
        query.check_limits()?;
        if query.sort.is_some() || !query.facets.is_empty() {
            return Err(Error::BadQuery(
                "records on a cluster cannot be sorted, nor their facets counted: leave out sort and \
                 facets, or copy the collection here with `parallax copy`"
                    .into(),
            ));
        }
        let parsed = Parsed::of(query, self.schema(), &self.analyzer)?;
        let asked = self.asked(query, &parsed)?;
        if parsed.lists {
            return self.gather_list(query, asked);
        }
        let mut gathered = self.gather_ranked(query, asked)?;
        let mut terms = self.terms(&gathered)?;
        // Words that no record contains may have been read as others, which the records contain.
        let known = |term: &str| gathered.known.contains(&hash(term));
        let all = terms.alone.iter().chain(&terms.in_sequence);
        let others = all.filter(|(term, _)| !known(term)).cloned();
        let others = others.map(|other| AskedWord {
            terms: vec![other],
            ..AskedWord::default()
        });
        let others: Vec<AskedWord> = others.collect();
        let by_meaning = gathered.by_meaning && query.vector.is_none();
        let is_corrected = by_meaning && terms.meaning != parsed.meaning(&[]);
        if is_corrected || !others.is_empty() {
            let mut asked = self.asked(query, &parsed)?;
            if by_meaning {
                asked.vector = Some(self.encoder.encode(&terms.meaning)?);
            }
            asked.words.extend(others);
            gathered = self.gather_ranked(query, asked)?;
            terms = self.terms(&gathered)?;
        }
        // Which records contain terms in sequence is only known of those that were gathered.
        gathered.decided &= terms.in_sequence.is_empty();
        gathered.terms = terms.alone.iter().map(|(term, _)| hash(term)).collect();
        Ok(gathered)
    }

    fn terms(&self, gathered: &Gathered) -> Result<Terms> {
        self.on(gathered, Instant::now(), |searcher| {
            searcher.terms_of(&gathered.query)
        })
    }

    fn asked(&self, query: &Query, parsed: &Parsed) -> Result<Asked> {
        let schema = self.schema();
        let conditions = conditions(&self.analyzer, &parsed.clauses, |name| {
            schema.word_fields_named(name)
        });
        let failed = RefCell::new(None);
        let holds = |facet: usize, wanted: &_| {
            let counted = self.index.counts(&[of_wanted(facet, wanted)]);
            let counted = counted.map_err(|error| failed.replace(Some(error)));
            counted.is_ok_and(|counts| counts.first().is_some_and(|&count| count > 0))
        };
        let filters = resolve(&parsed.filters, &schema.facets, &holds);
        if let Some(error) = failed.into_inner() {
            return Err(error);
        }
        let filter = RemoteFilter::All(vec![of_filter(&filters?), of_conditions(&conditions)]);
        let mut asked = Asked {
            filter,
            decided: decides(&conditions),
            words: Vec::new(),
            vector: None,
            pieces: Vec::new(),
        };
        if parsed.lists {
            return Ok(asked);
        }
        if let Some(vector) = &query.vector {
            let vector = unit(vector.clone(), self.encoder.dimension());
            asked.vector = Some(vector.map_err(Error::BadQuery)?.into());
            return Ok(asked);
        }
        asked.words = words_of(&self.analyzer, &parsed.clauses);
        let meaning = parsed.meaning(&[]);
        if query.mode != Mode::Text && self.encoder.reads(&meaning)? {
            asked.vector = Some(self.encoder.encode(&meaning)?);
            if query.mode == Mode::Neural {
                asked.pieces = self.encoder.query_pieces(&meaning)?.to_vec();
                asked.pieces.sort_unstable();
                asked.pieces.dedup();
            }
        }
        Ok(asked)
    }

    fn gather_list(&self, query: &Query, asked: Asked) -> Result<Gathered> {
        let records = self
            .index
            .listed(&asked.filter, query.offset, query.limit)?;
        let whole = self.whole(&asked)?;
        let query = Query {
            offset: 0,
            ..query.clone()
        };
        self.gathered(query, asked, records, whole)
    }

    fn gather_ranked(&self, query: &Query, asked: Asked) -> Result<Gathered> {
        let mut whole = self.whole(&asked)?;
        let by_words = query.mode != Mode::Neural || asked.vector.is_none();
        let sequences = match by_words {
            true => self.sequences(&asked, &mut whole)?,
            false => Vec::new(),
        };
        let bm25 = Bm25::new(whole.text.records, whole.text.terms, Parameters::default());
        let holding = |term: &str| whole.text.holding.get(term).copied().unwrap_or(0);
        let words = weights(
            &asked.words,
            |term| holding(term).into(),
            |count| bm25.idf(u32::try_from(count).unwrap_or(u32::MAX)),
        );
        let wanted = query.offset + query.limit;
        // Some may be identical to others, or not pass what is checked here.
        let deep = |depth: usize| match asked.decided {
            true => depth + depth / 2,
            false => depth * 4,
        };
        let limit = deep(wanted.max(FUSION_DEPTH));
        let mut by: Vec<By<'_>> = Vec::new();
        by.extend(asked.vector.as_deref().map(By::Meaning));
        by.extend((by_words && !words.is_empty()).then_some(By::Words(&words)));
        let all_records = RemoteFilter::NONE;
        let mut among = vec![(&asked.filter, limit)];
        // What counts as near or well matched is measured on all records.
        if query.mode == Mode::Hybrid && asked.filter != unfiltered() {
            let depth = match query.neighbours {
                true => FUSION_DEPTH,
                false => GOOD_RANK,
            };
            among.push((&all_records, deep(depth)));
        }
        let questions = among
            .into_iter()
            .flat_map(|(filter, limit)| by.iter().map(move |&by| Question { by, filter, limit }));
        let mut questions: Vec<Question<'_>> = questions.collect();
        // Records with all terms of a sequence; whether they are next to each other is checked here.
        let sequences: Vec<(Vec<(u32, f32)>, RemoteFilter)> = sequences
            .iter()
            .map(|terms| {
                let mut all = vec![asked.filter.clone()];
                all.extend(terms.iter().map(|term| of_term(term)));
                let mut hashes: Vec<u32> = terms.iter().map(|term| hash(term)).collect();
                // A term may come twice.
                hashes.sort_unstable();
                hashes.dedup();
                let weights = hashes.into_iter().map(|hash| (hash, 1.0));
                (weights.collect(), RemoteFilter::All(all))
            })
            .collect();
        questions.extend(sequences.iter().map(|(terms, filter)| Question {
            by: By::Words(terms),
            filter,
            limit: wanted.max(FUSION_DEPTH),
        }));
        let records = self.index.best(&questions)?.into_iter().flatten().collect();
        self.gathered(query.clone(), asked, records, whole)
    }

    /// The sequences of terms that may stand for words and of which the cluster has all terms: the halves of
    /// rare words among them, whose counts are added to the statistics.
    fn sequences(&self, asked: &Asked, whole: &mut Whole) -> Result<Vec<Vec<String>>> {
        let known = &whole.text.holding;
        let holding = |term: &str| known.get(term).copied().unwrap_or(0).into();
        let halves = halves_of(&self.analyzer, &asked.words, holding);
        let mut terms: Vec<String> = halves.iter().flatten().cloned().collect();
        terms.retain(|term| !known.contains_key(term));
        terms.sort_unstable();
        terms.dedup();
        if !terms.is_empty() {
            let filters: Vec<RemoteFilter> = terms.iter().map(|term| of_term(term)).collect();
            let counts = self.index.counts(&filters)?.into_iter();
            let counts = counts.map(|count| u32::try_from(count).unwrap_or(u32::MAX));
            whole.text.holding.extend(terms.into_iter().zip(counts));
        }
        let own = asked.words.iter().flat_map(|word| word.sequences.clone());
        let mut sequences: Vec<Vec<String>> = own.chain(halves).collect();
        sequences.sort_unstable();
        sequences.dedup();
        let has = |term: &String| whole.text.holding.get(term).is_some_and(|&count| count > 0);
        sequences.retain(|terms| terms.iter().all(has));
        sequences.truncate(MAX_SEQUENCES);
        Ok(sequences)
    }

    fn gathered(
        &self,
        query: Query,
        asked: Asked,
        records: Vec<Stored>,
        whole: Whole,
    ) -> Result<Gathered> {
        let about = &self.index.described().about;
        let sample = self.sample(whole.text.records)?;
        // Only late interaction compares pieces.
        let tokenize: &dyn Tokenize = match asked.pieces.is_empty() {
            true => &NoPieces,
            false => &*self.encoder,
        };
        let known = whole.text.holding.keys();
        Ok(Gathered {
            known: known.map(|term| hash(term)).collect(),
            by_meaning: asked.vector.is_some(),
            excerpt: Excerpt::of(about, tokenize, records, Arc::new(whole), sample)?,
            query,
            terms: Vec::new(),
            filter: asked.filter,
            decided: asked.decided,
        })
    }

    /// The statistics that the scores of a query depend on.
    fn whole(&self, asked: &Asked) -> Result<Whole> {
        let words = asked.words.iter();
        let mut terms: Vec<&String> = words.flat_map(AskedWord::all_terms).collect();
        terms.sort_unstable();
        terms.dedup();
        let mut filters = vec![RemoteFilter::NONE];
        filters.extend(
            terms
                .iter()
                .map(|term| RemoteFilter::Terms(vec![hash(term)])),
        );
        filters.extend(asked.pieces.iter().map(|&piece| RemoteFilter::Piece(piece)));
        let mut counts = self.index.counts(&filters)?.into_iter();
        let records = counts.next().unwrap_or(0);
        let mut next = || u32::try_from(counts.next().unwrap_or(0)).unwrap_or(u32::MAX);
        let holding = terms.into_iter().map(|term| (term.clone(), next()));
        let holding: HashMap<String, u32> = holding.collect();
        let pieces = asked.pieces.iter().map(|&piece| (piece, next())).collect();
        Ok(Whole {
            text: Corpus {
                records,
                terms: self.index.described().terms,
                holding,
            },
            pieces,
        })
    }

    /// The sample of the collection's texts, taken again when the number of records has changed by a
    /// hundredth.
    fn sample(&self, records: u64) -> Result<Arc<Sample>> {
        if let Some(last) = &*self.background.load()
            && last.records.abs_diff(records) * 100 <= records
        {
            return Ok(Arc::clone(&last.sample));
        }
        let mut sampled = self.index.sampled(SAMPLED_TEXTS)?;
        // Identical records are one text.
        sampled.dedup_by_key(|(text, _)| *text);
        let places: Vec<(u64, u32)> = sampled
            .iter()
            .zip(0..)
            .map(|((text, _), at)| (*text, at))
            .collect();
        let width = self.index.described().about.dimension;
        let vector = |at: u32| {
            let (_, record) = sampled.get(at as usize)?;
            Some(record.vectors.get(..width)?.into())
        };
        let sample = Sample::of(&places, vector, None);
        self.background.store(Some(Arc::new(Background {
            records,
            sample: Arc::clone(&sample),
        })));
        Ok(sample)
    }
}

/// That a record contains a term.
fn of_term(term: &str) -> RemoteFilter {
    RemoteFilter::Terms(vec![hash(term)])
}

/// The filter of a query that has none.
fn unfiltered() -> RemoteFilter {
    RemoteFilter::All(vec![RemoteFilter::NONE, RemoteFilter::NONE])
}
