//! BM25 as in Lucene since version 8.
//!
//! `score = Σ idf(t) · tf / (tf + k1 · (1 - b + b · length / average))` over the query's terms,
//! after Robertson & Zaragoza, "The Probabilistic Relevance Framework" (2009), §3. Lucene drops
//! the constant factor (k1 + 1) and keeps the idf above zero by adding one inside the logarithm;
//! neither changes the ranking.
//!
//! Fields are weighted as in BM25F (same paper, §3.6, with one b for all): a weight of 2 counts
//! every word of the field twice, in `tf`, in `length` and in the average. Frequencies and
//! lengths in this folder are weighted in this sense.

use crate::vocabulary;

/// How quickly repeated occurrences of a term stop counting, unless a query says otherwise. Together
/// with [`B`], the usual values for records of about a paragraph; benches/QUALITY.md has the
/// results.
pub const K1: f64 = vocabulary::K1 as f64;
/// How strongly long records are penalised, unless a query says otherwise.
pub const B: f64 = vocabulary::B as f64;

/// The parameters of a query's scores. Both may be chosen freely: blocks of postings store
/// frequencies and lengths, and the bounds on what they can add are computed with these.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameters {
    /// k1, not negative.
    pub k1: f64,
    /// b, from 0 to 1.
    pub b: f64,
}

impl Default for Parameters {
    fn default() -> Self {
        Self { k1: K1, b: B }
    }
}

/// The collection statistics that a score needs, and its parameters.
#[derive(Debug, Clone, Copy)]
pub struct Bm25 {
    /// N: the number of records.
    pub records: u32,
    /// Average length of a record in terms.
    pub average_length: f64,
    /// k1 and b.
    pub parameters: Parameters,
}

impl Bm25 {
    /// Statistics for this many records with this many terms in all.
    pub fn new(records: u64, terms: u64, parameters: Parameters) -> Self {
        Self {
            records: records as u32,
            average_length: (terms as f64 / records.max(1) as f64).max(1.0),
            parameters,
        }
    }

    /// `ln(1 + (N - n + 0.5) / (n + 0.5))`, for a term that n records contain.
    pub fn idf(&self, holding: u32) -> f64 {
        let (n, all) = (f64::from(holding), f64::from(self.records));
        (1.0 + (all - n + 0.5) / (n + 0.5)).ln()
    }

    /// The norm a frequency is compared with: `k1 · (1 - b + b · length / average)`.
    pub fn norm(&self, length: u32) -> f64 {
        let Parameters { k1, b } = self.parameters;
        k1 * (1.0 - b + b * f64::from(length) / self.average_length)
    }

    /// A term's share of the score, before its idf: 0 to 1. It rises with the frequency and
    /// falls with the length.
    pub fn saturation(&self, frequency: u32, length: u32) -> f64 {
        let frequency = f64::from(frequency);
        frequency / (frequency + self.norm(length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_terms_weigh_more_and_none_below_zero() {
        let bm25 = Bm25::new(1000, 10_000, Parameters::default());
        assert!(bm25.idf(1) > bm25.idf(10));
        assert!(bm25.idf(1000) > 0.0);
        // By hand: ln(1 + (1000 - 1 + 0.5) / 1.5).
        assert!((bm25.idf(1) - 6.503_29).abs() < 1e-4);
    }

    #[test]
    fn repetition_saturates_and_length_holds_back() {
        let bm25 = Bm25::new(1000, 10_000, Parameters::default());
        assert!((bm25.saturation(1, 10) - 1.0 / 2.5).abs() < 1e-6);
        assert!(bm25.saturation(100, 10) < 1.0);
        assert!(bm25.saturation(2, 10) > bm25.saturation(2, 20));
    }

    #[test]
    fn without_k1_repetition_and_without_b_length_do_not_count() {
        let of = |k1, b| Bm25::new(1000, 10_000, Parameters { k1, b });
        assert_eq!(of(0.0, 0.75).saturation(1, 900), 1.0);
        assert_eq!(
            of(1.5, 0.0).saturation(2, 1),
            of(1.5, 0.0).saturation(2, 900)
        );
    }
}
