//! BM25 in the form Lucene gives it since version 8.
//!
//! `score = Σ idf(t) · tf / (tf + k1 · (1 - b + b · length / average))` over the query's
//! terms, after Robertson & Zaragoza, "The Probabilistic Relevance Framework" (2009), §3.
//! Lucene drops the constant factor (k1 + 1) and floors the idf above zero by adding one
//! inside the logarithm; neither changes an order.

/// BM25's two constants: how fast further occurrences stop counting, and how much a long
/// record is held back.
const K1: f32 = 1.2;
const B: f32 = 0.75;

/// The statistics a score needs of its collection.
#[derive(Debug, Clone, Copy)]
pub struct Bm25 {
    /// N: how many records there are.
    pub records: u32,
    /// Average length of a record in terms.
    pub average_length: f32,
}

impl Bm25 {
    /// `ln(1 + (N - n + 0.5) / (n + 0.5))`, for a term that n records hold.
    pub fn idf(&self, holding: u32) -> f32 {
        let (n, all) = (f64::from(holding), f64::from(self.records));
        (1.0 + (all - n + 0.5) / (n + 0.5)).ln() as f32
    }

    /// A term's part of the score, before its idf: 0 to 1.
    pub fn saturation(&self, frequency: u32, length: u32) -> f32 {
        let frequency = frequency as f32;
        let norm = 1.0 - B + B * length as f32 / self.average_length;
        frequency / (frequency + K1 * norm)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_terms_weigh_more_and_none_below_zero() {
        let bm25 = Bm25 {
            records: 1000,
            average_length: 10.0,
        };
        assert!(bm25.idf(1) > bm25.idf(10));
        assert!(bm25.idf(1000) > 0.0);
        // By hand: ln(1 + (1000 - 1 + 0.5) / 1.5).
        assert!((bm25.idf(1) - 6.503_29).abs() < 1e-4);
    }

    #[test]
    fn repetition_saturates_and_length_holds_back() {
        let bm25 = Bm25 {
            records: 1000,
            average_length: 10.0,
        };
        assert!((bm25.saturation(1, 10) - 1.0 / 2.2).abs() < 1e-6);
        assert!(bm25.saturation(100, 10) < 1.0);
        assert!(bm25.saturation(2, 10) > bm25.saturation(2, 20));
    }
}
