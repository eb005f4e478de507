//! The limits of queries and answers.

/// The longest query accepted, in characters. The encoder reads 256 tokens of it, some 1,200
/// characters.
pub const MAX_QUERY_CHARS: usize = 2_000;
/// The most distinct phrases, exclusions and fields in a query. Each costs a pass over the records
/// that contain it.
pub const MAX_CONDITIONS: usize = 32;
/// The most words in one of them, for the same reason.
pub const MAX_PHRASE_WORDS: usize = 32;
/// The most records named by the input of recommendations.
pub const MAX_FEEDBACK: usize = 100;

/// The largest k1 of BM25. Beyond it, a score is almost proportional to the frequency, and hardly
/// changes.
pub const MAX_K1: f32 = 3.0;

/// The most hits in one answer.
pub const MAX_LIMIT: usize = 100;
/// How deep a ranking can be paged.
pub const MAX_DEPTH: usize = 1_000;
/// How many records of each ranking can be compared with the others: each may need its place among
/// all records.
pub const MAX_COMPARED: usize = 20;
/// Up to how many records that match a query by words are counted, unless an exact total is
/// requested: finding all that contain a frequent word takes longer than finding the best.
pub const MAX_COUNTED: u32 = 10_000;
/// How deep each ranking is read for fusion. It is fixed so that paging never reorders hits.
pub const FUSION_DEPTH: usize = 100;
/// The most steps of a walk over a graph that are told one by one.
pub const MAX_WALK_STEPS: usize = 512;
/// The most hits whose nearest sentence is determined, because each sentence must be encoded.
pub const MAX_SENTENCE_HITS: usize = 20;
/// The most records per page when a collection is read in full.
pub const MAX_PAGE_RECORDS: usize = 1_000;
/// The most bytes of records per page, as JSON. A single record may be larger.
pub const MAX_PAGE_BYTES: usize = 8 << 20;
/// The most facet values returned with their counts. Further values are only counted.
pub const MAX_FACET_VALUES: usize = 200;
/// The most intervals of a histogram.
pub const MAX_BUCKETS: usize = 50;
/// How many copies of a hit are listed; all are counted.
pub const MAX_COPIES: usize = 50;

/// The most bytes of text displayed with a hit; a longer text is cut to a snippet.
pub const MAX_SNIPPET_BYTES: usize = 1_200;
/// The most bytes of a title displayed.
pub const MAX_TITLE_BYTES: usize = 400;

/// The most titles and the most facet values suggested for what was typed.
pub const MAX_SUGGESTED: usize = 5;
/// The longest facet value suggested, in bytes.
pub const MAX_SUGGESTED_BYTES: usize = 200;
/// The most bytes of a text that an explanation includes.
pub const MAX_READ_BYTES: usize = 16 << 10;
/// The most distinct words of the query in an explanation's table of partners. The shares of further
/// words are only summed.
pub const MAX_QUERY_PARTNERS: usize = 64;
/// The most distinct words of the record in it. The model reads no more than about that many.
pub const MAX_RECORD_PARTNERS: usize = 256;

/// The fewest records of a collection in which queries are looked for on which the engines disagree.
/// With fewer, the first ten of any ranking are a good part of all, and it cannot be told what is near.
pub const MIN_EXPLORED: u32 = 30;

/// The longest name of a collection, in characters.
pub const MAX_NAME: usize = 64;

/// How many records of two rankings are interleaved in a blind comparison.
pub const INTERLEAVED: usize = 10;
/// The most queries in a tally.
pub const MAX_TALLY: u32 = 100_000;
/// A difference counts as more than chance if p is below this.
pub const SIGNIFICANT: f64 = 0.05;
/// How many decided queries a forecast looks ahead. A share that would need more is too near to a
/// half.
pub const MAX_FORESEEN: u32 = 1_000;
/// The most hits of each ranking that are pooled to be graded.
pub const MAX_POOLED: u32 = 30;
/// The highest grade of a judgement.
pub const MAX_GRADE: u8 = 2;
/// The most queries of a collection with judgements.
pub const MAX_JUDGED_QUERIES: u32 = 1_000;
/// The most judgements of a collection.
pub const MAX_JUDGEMENTS: u32 = 50_000;
/// The longest id of a record that can be judged, in bytes.
pub const MAX_JUDGED_ID: usize = 1_000;
