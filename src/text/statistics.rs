//! What the scores of a query are based on.

use super::bm25::Bm25;
use super::cursor::Cursor;
use super::part::TextPart;
use super::postings::Postings;
use super::query::TextQuery;

/// The statistics that a query's scores are based on: those of the live records of all parts.
#[derive(Clone)]
pub struct Statistics {
    /// The statistics of the records.
    pub bm25: Bm25,
    /// For each word of the query, its idf. The count is that of the commonest way to write it,
    /// since most records contain several of them, plus the counts of all guesses.
    pub idfs: Vec<f64>,
}

/// A term of the query in one part.
#[derive(Clone, Copy)]
pub struct Term<'a> {
    /// The postings it is in, and its number there.
    pub postings: &'a Postings,
    /// Its number.
    pub number: u32,
    /// Index of the query's word it stands for.
    pub word: usize,
    /// Index among the word's alternatives.
    pub way: usize,
    /// The product of idf, repeats and boost.
    pub weight: f64,
}

impl<'a> Term<'a> {
    /// How many records contain it, deleted ones among them.
    pub fn holding(&self) -> u32 {
        self.postings.holding(self.number)
    }

    /// A cursor before its first record, with nothing decoded.
    pub fn cursor(&self) -> Cursor<'a> {
        self.postings.unread(self.number)
    }
}

impl Statistics {
    /// The statistics for a query, and its terms in each part, in the order of its words.
    pub(super) fn of<'a>(
        parts: &[TextPart<'a>],
        query: &'a TextQuery,
    ) -> (Self, Vec<Vec<Term<'a>>>) {
        let records: u64 = parts.iter().map(TextPart::records).sum();
        let terms = parts.iter().map(|part| part.terms).sum();
        let bm25 = Bm25::new(records, terms, query.parameters);
        let mut terms: Vec<Vec<Term<'a>>> = vec![Vec::new(); parts.len()];
        let mut idfs = Vec::with_capacity(query.words.len());
        let mut starts = Vec::with_capacity(parts.len());
        for (at, word) in query.words.iter().enumerate() {
            starts.clear();
            starts.extend(terms.iter().map(Vec::len));
            let (mut own, mut guesses) = (0, 0);
            for (way, alternative) in word.terms.iter().enumerate() {
                let mut holding = 0;
                for ((nth, part), terms) in parts.iter().enumerate().zip(&mut terms) {
                    let Some((live, postings)) = alternative.postings(part, nth) else {
                        continue;
                    };
                    holding += u64::from(live);
                    terms.extend(postings.map(|(postings, number)| Term {
                        postings,
                        number,
                        word: at,
                        way,
                        weight: 0.0,
                    }));
                }
                if alternative.guessed {
                    guesses += holding;
                } else {
                    own = holding.max(own);
                }
            }
            let idf = bm25.idf((own + guesses).min(records) as u32);
            for (terms, &start) in terms.iter_mut().zip(&starts) {
                for term in &mut terms[start..] {
                    let boost = word.terms[term.way].boost;
                    term.weight = idf * f64::from(word.repeats) * boost;
                }
            }
            idfs.push(idf);
        }
        (Self { bm25, idfs }, terms)
    }
}
