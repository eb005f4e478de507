//! Queries to a collection, and their answers.

use std::collections::HashSet;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use std::time::Duration;

use crate::analysis::is_blank;
use crate::error::{Error, Result};
use crate::filter::{FacetValue, Filter};
use crate::record::{FacetField, Markup, Plain, Record};
pub use crate::text::{Correction, Lookup};

/// How deep each ranking is read for fusion. It is fixed so that paging never reorders hits.
pub const FUSION_DEPTH: usize = 100;

/// The longest query accepted. The encoder reads 256 tokens of it, some 1,200 characters.
pub const MAX_QUERY_CHARS: usize = 2_000;
/// The most distinct phrases, exclusions and fields in a query. Each costs a pass over the records
/// that contain it.
pub const MAX_CONDITIONS: usize = 32;
/// The most words in one of them, for the same reason.
pub const MAX_PHRASE_WORDS: usize = 32;
/// The most hits in one answer.
pub const MAX_LIMIT: usize = 100;
/// How deep a ranking can be paged.
pub const MAX_DEPTH: usize = 1_000;
/// The most hits whose nearest sentence is determined, because each sentence must be encoded.
pub const MAX_SENTENCE_HITS: usize = 20;
/// The most records per page when a collection is read in full.
pub const MAX_PAGE_RECORDS: usize = 1_000;
/// The most bytes of records per page, as JSON. A single record may be larger.
pub const MAX_PAGE_BYTES: usize = 8 << 20;
/// The most facet values returned with their counts. Further values are only counted.
pub const MAX_FACET_VALUES: usize = 200;
/// How many copies of a hit are listed; all are counted.
pub const MAX_COPIES: usize = 50;

/// The most bytes of text displayed with a hit; a longer text is cut to a snippet.
pub const MAX_SNIPPET_BYTES: usize = 1_200;
/// The most bytes of a title displayed.
pub const MAX_TITLE_BYTES: usize = 400;
/// The query that matches everything.
pub const ANYTHING: &str = "*";

/// A query to a collection.
#[derive(Debug, Clone)]
pub struct Query {
    /// The text to search for, as typed by the user.
    pub text: String,
    /// Which engines rank.
    pub mode: Mode,
    /// The maximum number of hits, up to [`MAX_LIMIT`].
    pub limit: usize,
    /// How many hits to skip; together with the limit, at most [`MAX_DEPTH`].
    pub offset: usize,
    /// Conditions that every hit must meet.
    pub filters: Vec<Filter>,
    /// The facet to sort hits by instead of ranking them: for queries without text, and in mode
    /// `text`.
    pub sort: Option<Sort>,
    /// How neighbours are searched.
    pub route: Route,
    /// Whether identical records are collapsed into one hit.
    pub collapse: bool,
    /// The facets whose values are counted.
    pub facets: Vec<String>,
    /// How the two rankings are combined in mode `hybrid`.
    pub fusion: Fusion,
    /// Whether quotes, hyphens and colons are operators; otherwise they are plain text.
    pub operators: bool,
    /// How words are looked up.
    pub lookup: Lookup,
    /// Whether to find the sentence nearest to the query in each hit, in modes that use meaning and
    /// for at most [`MAX_SENTENCE_HITS`] hits.
    pub sentences: bool,
}

impl Query {
    /// A query with the defaults: by meaning, the first ten hits.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            mode: Mode::Neural,
            limit: 10,
            offset: 0,
            filters: Vec::new(),
            sort: None,
            route: Route::Auto,
            collapse: true,
            facets: Vec::new(),
            fusion: Fusion::default(),
            operators: true,
            lookup: Lookup {
                prefix: false,
                correct: true,
            },
            sentences: false,
        }
    }

    /// Whether it has no text to search for: it is empty or `*`. If so, records are listed in
    /// order.
    pub fn is_open(&self) -> bool {
        is_blank(&self.text) || (self.operators && self.text.trim() == ANYTHING)
    }

    /// Checks that there is something to search for, and the limits above.
    ///
    /// # Errors
    /// [`Error::BadQuery`], naming the parameter and what it allows.
    pub fn check(&self) -> Result<()> {
        if is_blank(&self.text) {
            return Err(Error::BadQuery("the query is empty".into()));
        }
        self.check_limits()
    }

    /// Checks the limits above.
    ///
    /// # Errors
    /// As for [`Query::check`], except for an empty query.
    pub fn check_limits(&self) -> Result<()> {
        check_length("query", &self.text)?;
        if self.sentences && self.mode == Mode::Text {
            return Err(Error::BadQuery(
                "sentences are found by meaning, which mode text does not ask for: use neural or \
                 hybrid, or leave sentences out"
                    .into(),
            ));
        }
        if self.sentences && self.limit > MAX_SENTENCE_HITS {
            return Err(Error::BadQuery(format!(
                "limit is {}; with sentences it must be between 1 and {MAX_SENTENCE_HITS}",
                self.limit
            )));
        }
        if let Fusion::Weighted { meaning } = self.fusion
            && !(0.0..=1.0).contains(&meaning)
        {
            let given = if meaning.is_nan() {
                "not a number".to_owned()
            } else {
                meaning.to_string()
            };
            return Err(Error::BadQuery(format!(
                "balance is {given}; it must be between 0 (words alone) and 1 (meaning alone)"
            )));
        }
        let mut asked = HashSet::new();
        if let Some(twice) = self.facets.iter().find(|facet| !asked.insert(*facet)) {
            return Err(Error::BadQuery(format!(
                "facets names '{twice}' twice; name it only once"
            )));
        }
        check_page(self.limit, self.offset)
    }
}

/// Checks that a text is not longer than a query may be.
///
/// # Errors
/// [`Error::BadQuery`] that refers to the text as `what`.
pub fn check_length(what: &str, text: &str) -> Result<()> {
    let length = text.chars().count();
    if length > MAX_QUERY_CHARS {
        return Err(Error::BadQuery(format!(
            "the {what} has {length} characters; at most {MAX_QUERY_CHARS} are allowed"
        )));
    }
    Ok(())
}

/// Checks the requested part of a ranking.
///
/// # Errors
/// [`Error::BadQuery`], naming the parameter and what it allows.
pub fn check_page(limit: usize, offset: usize) -> Result<()> {
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(Error::BadQuery(format!(
            "limit is {limit}; it must be between 1 and {MAX_LIMIT}"
        )));
    }
    if offset.saturating_add(limit) > MAX_DEPTH {
        return Err(Error::BadQuery(format!(
            "offset + limit is {}; it must be at most {MAX_DEPTH}",
            offset.saturating_add(limit)
        )));
    }
    Ok(())
}

/// A sort order: a facet, ascending or, with a `-` before its field, descending. If a record has
/// several values, the first in this order counts. Records without a value come last, and ties are
/// in order of number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort {
    /// The facet's field.
    pub field: String,
    /// Whether the largest value comes first.
    pub descending: bool,
}

impl FromStr for Sort {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        let (descending, field) = match text.strip_prefix('-') {
            Some(field) => (true, field),
            None => (false, text),
        };
        // A name that begins with a hyphen must be escaped by a backslash, as in a filter.
        let field = match field.strip_prefix('\\') {
            Some(literal) if literal.starts_with('-') => literal,
            _ => field,
        };
        if field.is_empty() {
            return Err(Error::BadQuery(format!(
                "sort is '{text}': name a facet to sort by, as in year or, falling, -year"
            )));
        }
        Ok(Self {
            field: field.to_owned(),
            descending,
        })
    }
}

/// Which engines rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// By meaning: cosine similarity of vectors.
    Neural,
    /// By words: BM25.
    Text,
    /// Both, fused.
    Hybrid,
}

impl Mode {
    /// All modes.
    pub const ALL: [Self; 3] = [Self::Neural, Self::Text, Self::Hybrid];

    /// Its name in URLs, JSON and options.
    pub fn name(self) -> &'static str {
        match self {
            Self::Neural => "neural",
            Self::Text => "text",
            Self::Hybrid => "hybrid",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Mode {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|mode| mode.name() == text)
            .ok_or_else(|| {
                let names = Self::ALL.map(Self::name).join(", ");
                Error::BadQuery(format!("unknown mode '{text}'; the modes are {names}"))
            })
    }
}

/// How two rankings are combined.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fusion {
    /// A weighted sum of scores, in units of the score of each engine's tenth best hit: see
    /// [`crate::fusion::Scale`].
    Weighted {
        /// The weight of meaning, 0 to 1; the rest is the weight of words.
        meaning: f32,
    },
    /// `Σ 1 / (60 + rank)`, which depends only on ranks.
    ReciprocalRank,
}

impl Default for Fusion {
    /// Equal weights: chosen by leave-one-out on benchmarks (benches/QUALITY.md).
    fn default() -> Self {
        Self::Weighted { meaning: 0.5 }
    }
}

/// How neighbours are searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// The graph where it works well, otherwise the exact scan.
    Auto,
    /// The graph, whether it is faster or not: for measuring it.
    Graph,
    /// The exact scan.
    Exact,
}

/// The answer of a collection.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The requested hits, best first.
    pub hits: Vec<Hit>,
    /// The number of answers: the records described by [`Counted`] that pass the filters, with
    /// identical ones counted individually. There may be further hits, because some record is
    /// always nearest.
    pub total: u32,
    /// Which records are counted.
    pub counted: Counted,
    /// How neighbours were searched, if they were.
    pub route: Option<Route>,
    /// Counts of the requested facets, in the requested order.
    pub facets: Vec<FacetCounts>,
    /// Whether anything is near enough to the query to be an answer, in modes that use meaning and
    /// if the collection is large enough to tell. If `false`, the hits are just the nearest of
    /// records that do not fit.
    pub fits: Option<bool>,
    /// Words of the query that no record contains, and the words used instead.
    pub corrections: Vec<Correction>,
    /// Whether the mode uses meaning but the model cannot read any of the query, such as an emoji
    /// or a script it never learned. If so, only words were used.
    pub unread: bool,
    /// How long each stage took.
    pub timings: Timings,
}

/// Which records are counted as answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// Those that contain a word of the query.
    Matching,
    /// Those near enough in meaning to fit, and those that contain every word of the query.
    Answers,
    /// The same, but only the nearest records found by the graph were considered, so there may be
    /// more.
    AtLeast,
    /// All: there is no basis for telling which are answers.
    All,
}

impl Counted {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Matching => "matching",
            Self::Answers => "answers",
            Self::AtLeast => "at_least",
            Self::All => "all",
        }
    }
}

/// The number of records for each value of a facet. Conditions on the facet itself are ignored, so
/// that alternative values are counted too. Conditions within `or`, `and` and `not` apply, because
/// removing them would change the meaning of the filter.
#[derive(Debug, Clone, PartialEq)]
pub struct FacetCounts {
    /// The facet.
    pub facet: FacetField,
    /// Which records were counted: the same as in the answer's total.
    pub counted: Counted,
    /// Values with their number of records, most frequent first, at most [`MAX_FACET_VALUES`].
    /// Values with equal counts are in order.
    pub values: Vec<(FacetValue, u32)>,
    /// The number of further values.
    pub more: u32,
}

/// A record in an answer.
#[derive(Debug, Clone)]
pub struct Hit {
    /// The record.
    pub record: Record,
    /// The score it was ranked by: cosine, BM25 score or fused score, depending on the mode; 0 if
    /// records are listed in order.
    pub score: f32,
    /// Its rank by meaning, if that engine was used and found it.
    pub neural: Option<Signal>,
    /// Its rank by words, if that engine was used and found it.
    pub text: Option<Signal>,
    /// The percentage of pairs of unrelated texts in the collection that are less similar than the
    /// query and this record.
    pub percentile: Option<f32>,
    /// The part of the record's title that is displayed, from its beginning.
    pub title: Range<usize>,
    /// The part of the record's text that is displayed. A text of more than [`MAX_SNIPPET_BYTES`]
    /// is cut, around the passage if there is one.
    pub snippet: Range<usize>,
    /// Where the query's words appear in what is displayed, in modes that use words.
    pub highlights: Highlights,
    /// For a long text, the byte range in the record's text of the part that best shows why it was
    /// found: the nearest passage or, by words, the fragment with most of the words, as far as it
    /// is displayed.
    pub passage: Option<Range<usize>>,
    /// The byte range in the record's text of the sentence nearest to the query, if requested and
    /// if the text or its passage has more than one sentence.
    pub sentence: Option<Range<usize>>,
    /// Whether only a part of the record is encoded, because its text is too long.
    pub read_in_part: bool,
    /// Identical records that also pass the filters and are collapsed into this hit.
    pub copies: Copies,
}

impl Hit {
    /// The hit with title and text as in their source, including markup, and with all ranges
    /// converted. This is for programs, which have the original fields. The displayed parts remain
    /// bounded: one that is mostly markup is left without it.
    pub fn as_written(mut self) -> Self {
        let Markup { title, text } = std::mem::take(&mut self.record.markup);
        if let Some((title, shown)) = title.and_then(|title| written(title, &self.title)) {
            let highlights = self.highlights.title.iter_mut();
            highlights.for_each(|range| *range = title.origin(range.clone()));
            self.title = shown;
            self.record.title = title.into_original();
        }
        if let Some((text, shown)) = text.and_then(|text| written(text, &self.snippet)) {
            let parts = self.passage.iter_mut().chain(&mut self.sentence);
            let places = self.highlights.text.iter_mut().chain(parts);
            places.for_each(|range| *range = text.origin(range.clone()));
            self.snippet = shown;
            self.record.text = text.into_original();
        }
        self
    }
}

/// The part of the original that a part of a text came from. A part that reaches to the ends of the
/// text also reaches to the ends of the original.
fn written(text: Plain, shown: &Range<usize>) -> Option<(Plain, Range<usize>)> {
    const MOST: usize = 4 * MAX_SNIPPET_BYTES;
    let origin = text.origin(shown.clone());
    let start = if shown.start == 0 { 0 } else { origin.start };
    let to_the_end = shown.end == text.text().len();
    let end = if to_the_end {
        text.original().len()
    } else {
        origin.end
    };
    (end - start <= MOST).then_some((text, start..end))
}

/// Records with exactly the same contents.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Copies {
    /// How many there are.
    pub count: u32,
    /// The first of them, up to [`MAX_COPIES`].
    pub records: Vec<Copy>,
}

/// One of these records.
#[derive(Debug, Clone, PartialEq)]
pub struct Copy {
    /// Its id.
    pub id: String,
    /// Its facets, which may differ.
    pub facets: Vec<(String, String)>,
}

/// One engine's result for a hit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Signal {
    /// Rank in that engine's results, from 1.
    pub rank: u32,
    /// Cosine or BM25 score.
    pub score: f32,
}

/// Byte ranges of matched words, relative to the whole title and text. Only displayed ones are
/// included.
#[derive(Debug, Clone, Default)]
pub struct Highlights {
    /// In the title.
    pub title: Vec<Range<usize>>,
    /// In the text.
    pub text: Vec<Range<usize>>,
}

/// How long an answer's stages took; zero for stages that were not needed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Timings {
    /// Encoding the query, or finding its vector in the cache.
    pub encode: Duration,
    /// Ranking by meaning.
    pub neural: Duration,
    /// Ranking by words.
    pub text: Duration,
    /// Fusing the two.
    pub fusion: Duration,
    /// Reading the hits' records and highlighting words.
    pub fetch: Duration,
    /// The whole answer.
    pub total: Duration,
}
