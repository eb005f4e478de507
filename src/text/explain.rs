//! Why a record has its score by words: what each word of the query added.

use super::bm25::Bm25;
use super::part::TextPart;
use super::query::Alternative;
use super::search::WordSearch;

/// What a word of a query added to a record's score:
/// `boost · idf · frequency / (frequency + norm)`.
#[derive(Debug, Clone, PartialEq)]
pub struct TermContribution {
    /// The word as typed.
    pub word: String,
    /// The term found in the record, or a sequence of terms; the best one if several stand for
    /// the word.
    pub term: String,
    /// Whether the word was guessed: a correction or a completion.
    pub guessed: bool,
    /// How rare the word is in the collection.
    pub idf: f64,
    /// How often the record contains the term, weighted by field.
    pub frequency: u32,
    /// The record's length in terms, weighted likewise.
    pub length: u32,
    /// The average length of records.
    pub average_length: f64,
    /// The norm the frequency is compared with, see [`Bm25::norm`].
    pub norm: f64,
    /// How often the query contains the word, times the weight of the alternative that matched.
    pub boost: f64,
    /// The fields that contain the term, by number, with the number of occurrences in each.
    pub fields: Vec<(usize, u32)>,
    /// The word's share of the score.
    pub contribution: f64,
}

/// A word of a query that a record does not contain.
#[derive(Debug, Clone, PartialEq)]
pub struct MissingTerm {
    /// The word as typed.
    pub word: String,
    /// How rare the word is in the collection.
    pub idf: f64,
    /// The limit of what it could add, however often a record contains it.
    pub most: f64,
    /// Whether no live record contains it.
    pub unknown: bool,
}

impl WordSearch<'_> {
    /// What the words of the query added to the score of the record at a position, in the order
    /// typed. Words that it does not contain are left out.
    pub fn explain(&self, position: u32) -> Vec<TermContribution> {
        let own = |(_, part): &(usize, &TextPart<'_>)| {
            (part.offset..part.offset + part.index.len() as u32).contains(&position)
        };
        let Some((at, part)) = self.parts.iter().enumerate().find(own) else {
            return Vec::new();
        };
        let record = position - part.offset;
        let bm25 = self.statistics.bm25;
        let words = self.query.words.iter().zip(&self.statistics.idfs);
        let best = words.filter_map(|(word, &idf)| {
            let of_terms = word.terms.iter().filter_map(|alternative| {
                let boost = f64::from(word.repeats) * alternative.boost;
                let mut found = contribution((at, part), bm25, alternative, record, idf, boost)?;
                found.word.clone_from(&word.text);
                found.guessed = alternative.guessed;
                Some(found)
            });
            of_terms.max_by(|a, b| a.contribution.total_cmp(&b.contribution))
        });
        best.collect()
    }

    /// The words of the query that the record at a position does not contain, in the order typed.
    /// That the query is no record's title is not a missing word.
    pub fn missing(&self, position: u32) -> Vec<MissingTerm> {
        let held = self.words_held(&[position]).pop().unwrap_or_default();
        let rarest = self.statistics.bm25.idf(0);
        let words = self.query.words.iter().zip(&self.statistics.idfs);
        let words = words.enumerate();
        let missing = words.filter(|(at, (word, _))| !held.contains(at) && !word.is_title);
        let missing = missing.map(|(_, (word, &idf))| {
            let boosts = word.terms.iter().map(|way| way.boost);
            let boost = boosts.reduce(f64::max).unwrap_or(1.0);
            MissingTerm {
                word: word.text.clone(),
                idf,
                most: f64::from(word.repeats) * boost * idf,
                unknown: idf >= rarest,
            }
        });
        missing.collect()
    }
}

fn contribution(
    (at, part): (usize, &TextPart<'_>),
    bm25: Bm25,
    alternative: &Alternative,
    record: u32,
    idf: f64,
    boost: f64,
) -> Option<TermContribution> {
    let mut cursor = alternative.cursor(part, at)?;
    cursor.seek(record);
    if cursor.record() != record {
        return None;
    }
    let length = part.index.lengths().get(record as usize).copied()?;
    let frequency = cursor.frequency();
    let mut fields: Vec<(usize, u32)> = Vec::new();
    let mut positions = Vec::new();
    cursor.read_positions(&mut positions);
    for position in positions {
        let field = part.index.field_at(record, position);
        match fields.last_mut().filter(|last| last.0 == field) {
            Some(last) => last.1 += 1,
            None => fields.push((field, 1)),
        }
    }
    Some(TermContribution {
        word: String::new(),
        term: alternative.spelled(),
        guessed: false,
        idf,
        frequency,
        length,
        average_length: bm25.average_length,
        norm: bm25.norm(length),
        boost,
        fields,
        contribution: idf * boost * bm25.saturation(frequency, length),
    })
}
