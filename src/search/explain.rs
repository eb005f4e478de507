//! Why a record has its rank for a query. Ranks are counted over every record that passes, by
//! the exact scan.

use std::collections::HashSet;
use std::ops::Range;

use crate::encoder::Attribution;
use crate::error::{Error, Result};
use crate::query::{MAX_READ_BYTES, Query};
use crate::record::{Payload, RecordNumber};
use crate::search::nearest::{NearRecord, nearest_passage, reaching};
use crate::search::neighbours::Group;
use crate::search::partners::{Words, partners, strongest};
use crate::search::plan::Plan;
use crate::search::ranked::Ranked;
use crate::search::retrieve::Candidates;
use crate::search::searcher::Searcher;
use crate::search::stopwatch::Stopwatch;
use crate::storage::rows::Rows;
use crate::text::{Match, WordSearch};
use crate::vocabulary::{
    Explanation, FieldCount, FusionExplanation, LateExplanation, MeaningExplanation, MeaningSplit,
    MissingWord, NeighbourShare, TermExplanation, WordShare, WordsExplanation,
};

/// How many pairs of words are listed.
const PAIRS: usize = 12;

/// How far the sum of the split may differ from the cosine: as far as vectors in f32, such as
/// those of an earlier version or of sentence-transformers, differ from those of the 8-bit encoder.
/// Beyond that, the record's vector is not the one that the model computes from its text.
const TOLERANCE: f32 = 0.02;

/// What explanations of several records have in common.
pub(super) struct Explained<'a> {
    pub plan: &'a Plan<'a>,
    pub words: &'a WordSearch<'a>,
    pub candidates: &'a Candidates,
    /// The query's vector, unless the model can read nothing of it.
    vector: Option<&'a [f32]>,
    /// Every record found by words, best first.
    all_by_words: Vec<Match>,
    /// If the two engines are fused, the candidates in this order.
    pub order: Vec<Ranked>,
    /// The candidates whose scores count for similar records, if any do.
    pub group: Option<Group>,
    pub rows: Rows<'a>,
}

/// The passage of a record that is nearest to a query, and the record.
struct Passage {
    near: NearRecord,
    payload: Payload,
    /// The record's text as it was encoded.
    text: String,
    /// Where in it the passage is.
    range: Range<usize>,
}

impl Passage {
    /// The text of the passage, if the record's text has it.
    fn read(&self) -> Option<&str> {
        self.text.get(self.range.clone())
    }
}

impl Searcher<'_> {
    /// Why a record has its rank for a query, whether or not it is among the query's hits. Both
    /// indexes are asked, whatever the mode.
    ///
    /// # Errors
    /// [`Error::NoRecord`], and those of [`Searcher::search`].
    pub fn explain(&self, query: &Query, id: &str) -> Result<Explanation> {
        query.check()?;
        let mut watch = Stopwatch::start(self.waited);
        let plan = self.plan(query, &mut watch)?;
        let parts = self.generation.text_parts(&plan.passing);
        let words = WordSearch::new(&parts, &plan.words);
        let candidates = self.retrieve(&plan, &words, &mut watch);
        let number = self.view.find(id)?;
        let explained = self.explain_from(&plan, &words, &candidates, &[number])?;
        let explanation = explained.into_iter().next().flatten();
        explanation.ok_or_else(|| self.no_record(id))
    }

    /// Explains several records, in their order, from the plan and the candidates of a query;
    /// `None` for an unknown number.
    pub(super) fn explain_from(
        &self,
        plan: &Plan<'_>,
        words: &WordSearch<'_>,
        candidates: &Candidates,
        numbers: &[Option<RecordNumber>],
    ) -> Result<Vec<Option<Explanation>>> {
        if plan.lists {
            return Err(Error::BadQuery(
                "listed records have no rank to explain: add a word to the query".into(),
            ));
        }
        let encoded;
        let vector = match &plan.vector {
            Some(vector) => Some(&**vector),
            None if plan.unread || !self.encoder.has_model() => None,
            // In mode `text`, records are not ranked by meaning, but explained.
            None => {
                encoded = self.encoder.encode(&plan.meaning)?;
                Some(&*encoded)
            }
        };
        let (order, group) = match plan.fuses() {
            true => self.fused_order(plan, words, candidates),
            false => (Vec::new(), None),
        };
        let explained = Explained {
            plan,
            words,
            candidates,
            vector,
            all_by_words: words.exhaustive(),
            order,
            group,
            rows: self.view.rows()?,
        };
        let explain = |number: &Option<RecordNumber>| {
            let position = number.and_then(|number| self.generation.position(number));
            let (Some(number), Some(position)) = (*number, position) else {
                return Ok(None);
            };
            let (meaning, late_interaction) = match explained.vector {
                Some(vector) => {
                    let passage = self.nearest_read(&explained, vector, number, position)?;
                    let meaning = self.explain_meaning(&explained, vector, &passage)?;
                    (Some(meaning), self.explain_mixed(&explained, &passage)?)
                }
                None => (None, None),
            };
            Ok(Some(Explanation {
                words: self.explain_words(&explained, position),
                meaning,
                late_interaction,
                fusion: self.explain_fusion(&explained, position)?,
            }))
        };
        numbers.iter().map(explain).collect()
    }

    fn explain_words(&self, explained: &Explained<'_>, position: u32) -> WordsExplanation {
        let terms = explained.words.explain(position);
        let score = explained.words.scores_and_coverage(&[position]);
        let fields: Vec<&str> = self.schema.words().names().collect();
        let named = |(at, occurrences): (usize, u32)| {
            let field = (*fields.get(at)?).to_owned();
            Some(FieldCount { field, occurrences })
        };
        let terms = terms.into_iter().map(|term| TermExplanation {
            word: term.word,
            term: term.term,
            guessed: term.guessed,
            idf: term.idf as f32,
            frequency: term.frequency,
            length: term.length,
            average_length: term.average_length as f32,
            norm: term.norm as f32,
            boost: term.boost as f32,
            fields: term.fields.into_iter().filter_map(named).collect(),
            contribution: term.contribution as f32,
        });
        let missing = explained.words.missing(position).into_iter();
        let missing = missing.map(|term| MissingWord {
            word: term.word,
            idf: term.idf as f32,
            most: term.most as f32,
            unknown: term.unknown,
        });
        WordsExplanation {
            score: score.first().map_or(0.0, |(score, _)| *score),
            rank: self.rank_by_words(explained, position),
            terms: terms.collect(),
            missing: missing.collect(),
            k1: explained.plan.query.k1,
            b: explained.plan.query.b,
        }
    }

    /// The passage of a record that is nearest to the query's vector.
    fn nearest_read(
        &self,
        explained: &Explained<'_>,
        vector: &[f32],
        number: RecordNumber,
        position: u32,
    ) -> Result<Passage> {
        let rows = &explained.rows;
        let (passage, cosine) = nearest_passage(&self.generation, vector, position);
        let payload = rows.payload(number)?;
        let payload = payload.ok_or_else(|| self.no_record(&number.0.to_string()))?;
        let range = rows.ranges(number)?.into_iter().nth(passage as usize);
        let text = self.schema.encoded_text(&payload);
        let range = match range {
            Some(range) => range.start as usize..range.end as usize,
            None => 0..text.len(),
        };
        Ok(Passage {
            near: NearRecord {
                position,
                cosine,
                passage,
            },
            payload,
            text,
            range,
        })
    }

    fn explain_meaning(
        &self,
        explained: &Explained<'_>,
        vector: &[f32],
        passage: &Passage,
    ) -> Result<MeaningExplanation> {
        let plan = explained.plan;
        let NearRecord {
            position, cosine, ..
        } = passage.near;
        let split = self.split(&plan.meaning, passage)?;
        let split = split.filter(|(sum, _)| (sum - cosine).abs() <= TOLERANCE);
        // Beyond its last word, the model read nothing of a text.
        let read = passage.read().unwrap_or_default();
        let words = split.iter().flat_map(|(_, split)| &split.record_words);
        let end = words.map(|word| word.at.end).max().unwrap_or(read.len());
        let end = read.floor_char_boundary(end.min(MAX_READ_BYTES));
        let passes = self.generation.passes(position, &plan.passing);
        let rank = passes.then(|| 1 + self.nearer(plan, vector, (cosine, position)));
        Ok(MeaningExplanation {
            cosine,
            rank,
            query_text: plan.meaning.clone(),
            record_text: read.get(..end).unwrap_or_default().to_owned(),
            // The words' shares are those of the text as it is encoded now. The rest of the cosine
            // is small.
            split: split.map(|(sum, split)| MeaningSplit {
                special: split.special + (cosine - sum),
                ..split
            }),
        })
    }

    /// The parts of a record's score by meaning, if similar words are one of them.
    fn explain_mixed(
        &self,
        explained: &Explained<'_>,
        passage: &Passage,
    ) -> Result<Option<LateExplanation>> {
        let plan = explained.plan;
        let passes = self.generation.passes(passage.near.position, &plan.passing);
        let Some(late) = plan.late.as_ref().filter(|_| passes) else {
            return Ok(None);
        };
        let late = (late, plan.meaning.as_str());
        let first = (&explained.candidates.near[..], plan.query.collapse);
        let read = passage.read().unwrap_or_default();
        let why = self.explain_late(late, &passage.near, first, read)?;
        Ok(Some(why))
    }

    /// The parts of a record's fused score, if there is one.
    fn explain_fusion(
        &self,
        explained: &Explained<'_>,
        position: u32,
    ) -> Result<Option<FusionExplanation>> {
        let Explained {
            plan,
            words,
            candidates,
            group,
            ..
        } = explained;
        if !plan.fuses() || !self.generation.passes(position, &plan.passing) {
            return Ok(None);
        }
        let Some(fused) = self.fused(plan, words, candidates, group.as_ref(), position) else {
            return Ok(None);
        };
        let mut neighbours = Vec::with_capacity(fused.neighbours.len());
        for near in &fused.neighbours {
            if let Some(number) = self.generation.number(near.position)
                && let Some(payload) = explained.rows.payload(number)?
            {
                let record = self.schema.read(number, payload);
                neighbours.push(NeighbourShare {
                    id: record.id,
                    title: record.title,
                    cosine: near.cosine,
                    added: near.added,
                });
            }
        }
        Ok(Some(FusionExplanation {
            score: fused.ranked.score,
            from_words: fused.from_words,
            from_meaning: fused.from_meaning,
            from_neighbours: fused.neighbours.iter().map(|near| near.added).sum(),
            rank_words: fused.ranked.text.map(|signal| signal.rank),
            rank_meaning: fused.ranked.neural.map(|signal| signal.rank),
            neighbours,
            balance: plan.query.fusion.balance(),
            next: self.next_hit(explained, &fused)?,
        }))
    }

    /// The cosine of the query and a passage, split by word: the sum of the split, then the
    /// split itself. `None` if the text does not have the passage, or if the model's cosines are no
    /// sums over words.
    fn split(&self, asked: &str, passage: &Passage) -> Result<Option<(f32, MeaningSplit)>> {
        if !self.encoder.encoder().attributes() {
            return Ok(None);
        }
        let Some(read) = passage.read() else {
            return Ok(None);
        };
        let attribution = self.encoder.encoder().attribute(asked, read)?;
        let shown = |at: Range<usize>| {
            let length = at.len();
            let start = u32::try_from(passage.range.start + at.start).ok()?;
            let end = u32::try_from(passage.range.start + at.end).ok()?;
            let shown = self.schema.shown_range(&passage.payload, start..end)?;
            (shown.len() == length).then_some(shown)
        };
        let query = Words::of(asked, &attribution.query);
        let record = Words::of(read, &attribution.record);
        let (of_query, of_record) = (attribution.by_query_word(), attribution.by_record_word());
        let partners = partners(&attribution, &query, &record);
        let split = MeaningSplit {
            special: attribution.special(),
            query_words: words(&query, &of_query, &partners.query_words, Some),
            record_words: words(&record, &of_record, &partners.record_words, shown),
            pairs: strongest(&partners.table, PAIRS),
            partners: partners.table,
        };
        let Attribution { cosine, .. } = attribution;
        Ok(Some((cosine, split)))
    }

    /// How many of the records that pass rank before this cosine and position. If identical records
    /// are one hit, they count once, and copies of the record do not count.
    fn nearer(&self, plan: &Plan<'_>, vector: &[f32], (cosine, position): (f32, u32)) -> u32 {
        let reaching = reaching(&self.generation, &plan.passing, vector, cosine);
        let before = reaching.filter_map(|(other, record)| {
            let earlier = other > cosine || record < position;
            (earlier && record != position).then_some(record)
        });
        self.distinct_others(plan, before.collect(), position)
    }

    /// A record's rank by words among all that pass, from 1; `None` if it does not pass.
    fn rank_by_words(&self, explained: &Explained<'_>, position: u32) -> Option<u32> {
        let all = &explained.all_by_words;
        let at = all.iter().position(|found| found.position == position)?;
        let before = all[..at].iter().map(|found| found.position).collect();
        Some(1 + self.distinct_others(explained.plan, before, position))
    }

    /// The number of these records. If identical records are one hit, they count once, and copies
    /// of the record at `position` do not count.
    fn distinct_others(&self, plan: &Plan<'_>, records: HashSet<u32>, position: u32) -> u32 {
        if !plan.query.collapse {
            return records.len() as u32;
        }
        let fingerprint = |position| self.generation.fingerprint(position);
        let mut distinct: HashSet<Option<u64>> = records.into_iter().map(fingerprint).collect();
        distinct.remove(&fingerprint(position));
        distinct.len() as u32
    }
}

/// The words of a text with their shares, without special tokens. `partners` are the indexes of all
/// pieces among the distinct words that are listed.
fn words(
    of: &Words,
    shares: &[f32],
    partners: &[Option<u32>],
    place: impl Fn(Range<usize>) -> Option<Range<usize>>,
) -> Vec<WordShare> {
    let words = of.words.iter().zip(shares).zip(partners);
    let words = words.filter_map(|((word, &share), &partner)| {
        let (text, at) = word.as_ref()?;
        Some(WordShare {
            word: text.clone(),
            share,
            at: at.clone(),
            partner,
            range: place(at.clone()),
        })
    });
    words.collect()
}
