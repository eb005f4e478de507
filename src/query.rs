//! What is asked of a collection, and what it answers.

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

/// How deep each ranking is read for fusion. Fixed, so that paging never reorders.
pub const FUSION_DEPTH: usize = 100;

/// The longest query taken. The encoder reads 256 tokens of it, some 1,200 characters.
pub const MAX_QUERY_CHARS: usize = 2_000;
/// The most different phrases, exclusions and fields in a query: each costs a pass over the
/// records that hold it.
pub const MAX_CONDITIONS: usize = 32;
/// The most words in one of them, likewise.
pub const MAX_PHRASE_WORDS: usize = 32;
/// The most hits one answer holds.
pub const MAX_LIMIT: usize = 100;
/// How deep a ranking can be paged through.
pub const MAX_DEPTH: usize = 1_000;
/// The most hits whose nearest sentence is looked for: each sentence is encoded.
pub const MAX_SENTENCE_HITS: usize = 20;
/// The most records a page of a collection that is read through holds.
pub const MAX_PAGE_RECORDS: usize = 1_000;
/// The most bytes of records a page holds, as JSON; a single record may have more.
pub const MAX_PAGE_BYTES: usize = 8 << 20;
/// The most values of a facet that are told with their counts; of more, how many there are.
pub const MAX_FACET_VALUES: usize = 200;
/// How many copies of a hit are named; all are counted.
pub const MAX_COPIES: usize = 50;

/// How long a text is shown by a hit, in bytes: a longer one is cut to a snippet.
pub const MAX_SNIPPET_BYTES: usize = 1_200;
/// How long a title is shown, likewise.
pub const MAX_TITLE_BYTES: usize = 400;
/// The query that asks for anything.
pub const ANYTHING: &str = "*";

/// A question to a collection.
#[derive(Debug, Clone)]
pub struct Query {
    /// What is looked for, in the asker's words.
    pub text: String,
    /// Which engines rank.
    pub mode: Mode,
    /// How many hits at most, up to [`MAX_LIMIT`].
    pub limit: usize,
    /// How many hits to pass over; with the limit up to [`MAX_DEPTH`].
    pub offset: usize,
    /// What every hit must fulfil.
    pub filters: Vec<Filter>,
    /// The facet that hits stand in order of, in place of a ranking: where nothing is looked
    /// for, and in mode `text`.
    pub sort: Option<Sort>,
    /// How neighbours are looked for.
    pub route: Route,
    /// Whether identical records are one hit.
    pub collapse: bool,
    /// The facets whose values are counted.
    pub facets: Vec<String>,
    /// How the two rankings become one, in mode `hybrid`.
    pub fusion: Fusion,
    /// Whether quotes, hyphens and colons are operators; otherwise they are just text.
    pub operators: bool,
    /// How words are looked up.
    pub lookup: Lookup,
    /// Whether the sentence nearest to the query is looked for in each hit, in modes that
    /// read meaning: for at most [`MAX_SENTENCE_HITS`] hits.
    pub sentences: bool,
}

impl Query {
    /// A query as most people ask it: by meaning, the first ten.
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

    /// Whether it looks for nothing by itself: it is empty, or `*`. Then records are listed in
    /// order.
    pub fn is_open(&self) -> bool {
        is_blank(&self.text) || (self.operators && self.text.trim() == ANYTHING)
    }

    /// Checks that something is looked for, and the limits above.
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
    /// Those of [`Query::check`], but for an empty query.
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
                "limit is {}, with sentences allowed is 1 to {MAX_SENTENCE_HITS}",
                self.limit
            )));
        }
        if let Fusion::Weighted { meaning } = self.fusion
            && !(0.0..=1.0).contains(&meaning)
        {
            let given = if meaning.is_nan() {
                "no number".to_owned()
            } else {
                meaning.to_string()
            };
            return Err(Error::BadQuery(format!(
                "balance is {given}, allowed is 0 (words alone) to 1 (meaning alone)"
            )));
        }
        let mut asked = HashSet::new();
        if let Some(twice) = self.facets.iter().find(|facet| !asked.insert(*facet)) {
            return Err(Error::BadQuery(format!(
                "facets names '{twice}' twice: once is enough"
            )));
        }
        check_page(self.limit, self.offset)
    }
}

/// Checks that a text is not longer than a query may be.
///
/// # Errors
/// [`Error::BadQuery`], calling it by name.
pub fn check_length(what: &str, text: &str) -> Result<()> {
    let length = text.chars().count();
    if length > MAX_QUERY_CHARS {
        return Err(Error::BadQuery(format!(
            "the {what} has {length} characters, at most {MAX_QUERY_CHARS} are allowed"
        )));
    }
    Ok(())
}

/// Checks the part of a ranking that is asked for.
///
/// # Errors
/// [`Error::BadQuery`], naming the parameter and what it allows.
pub fn check_page(limit: usize, offset: usize) -> Result<()> {
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(Error::BadQuery(format!(
            "limit is {limit}, allowed is 1 to {MAX_LIMIT}"
        )));
    }
    if offset.saturating_add(limit) > MAX_DEPTH {
        return Err(Error::BadQuery(format!(
            "offset + limit is {}, rankings go {MAX_DEPTH} deep",
            offset.saturating_add(limit)
        )));
    }
    Ok(())
}

/// What records stand in order of: a facet, rising or, with a `-` before its field, falling.
/// Of several values of a record the one counts that comes first in this order; records without
/// a value come last, and those that are equal stand in order of number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort {
    /// The facet's field.
    pub field: String,
    /// Whether the greatest value comes first.
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
        // A name that begins with a hyphen stands behind a backslash, as in a filter.
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
    /// By meaning: cosine of vectors.
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

/// How two rankings become one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fusion {
    /// Scores in units of what each engine gives its tenth best hit, weighed: see
    /// [`crate::fusion::Scale`].
    Weighted {
        /// The share of meaning, 0 to 1; the rest is that of words.
        meaning: f32,
    },
    /// `Σ 1 / (60 + rank)`, which asks for ranks alone.
    ReciprocalRank,
}

impl Default for Fusion {
    /// Half and half: chosen on benchmarks, each left out in turn (benches/QUALITY.md).
    fn default() -> Self {
        Self::Weighted { meaning: 0.5 }
    }
}

/// How neighbours are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// The graph where it serves well, the exact scan elsewhere.
    Auto,
    /// The graph, filters and depth permitting: for measuring it.
    Graph,
    /// The exact scan.
    Exact,
}

/// What a collection answers.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The hits asked for, best first.
    pub hits: Vec<Hit>,
    /// How many records are answers: those that [`Counted`] says and that pass the filters,
    /// identical ones one by one. The hits may go on beyond them: something is always nearest.
    pub total: u32,
    /// Which records those are.
    pub counted: Counted,
    /// How neighbours were looked for, where they were.
    pub route: Option<Route>,
    /// Counts of the facets asked for, in the order asked.
    pub facets: Vec<FacetCounts>,
    /// Whether anything is near enough to the query to be an answer, in modes that read
    /// meaning and where the collection is large enough to tell. `false`: what was found is
    /// just the nearest of what does not fit.
    pub fits: Option<bool>,
    /// Words of the query that no record holds, and what was looked for instead.
    pub corrections: Vec<Correction>,
    /// Whether the mode asks for meaning and the model knows nothing of the query, such as an
    /// emoji or a script it never learned: then words alone have answered.
    pub unread: bool,
    /// How long each stage took.
    pub timings: Timings,
}

/// Which records are counted as answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// Those that hold a word of the query.
    Matching,
    /// Those near enough in meaning to fit, and those that hold every word of the query.
    Answers,
    /// The same, but nearness was only looked for among the nearest that the graph finds:
    /// there may be more.
    AtLeast,
    /// All: there is nothing to tell answers by.
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

/// How many records have each value of a facet. Conditions on the facet itself are left aside,
/// so that the other values one could choose are counted too; within `or`, `and` and `not` they
/// count, since what would be left without them is another filter.
#[derive(Debug, Clone, PartialEq)]
pub struct FacetCounts {
    /// The facet.
    pub facet: FacetField,
    /// Which records were counted: those of the answer's total.
    pub counted: Counted,
    /// Values with their number of records, most first, at most [`MAX_FACET_VALUES`]; values
    /// that as many records have stand in order.
    pub values: Vec<(FacetValue, u32)>,
    /// How many further values there are.
    pub more: u32,
}

/// A record in an answer.
#[derive(Debug, Clone)]
pub struct Hit {
    /// The record.
    pub record: Record,
    /// What it was ranked by: cosine, BM25 score, or fused score, as the mode has it; 0 where
    /// records are listed in order.
    pub score: f32,
    /// Its place by meaning, where that engine was asked and found it.
    pub neural: Option<Signal>,
    /// Its place by words, likewise.
    pub text: Option<Signal>,
    /// How many of a hundred pairs of unrelated texts in the collection are less near than
    /// the query and this record.
    pub percentile: Option<f32>,
    /// The part of the record's title that is shown, from its beginning.
    pub title: Range<usize>,
    /// The part of the record's text that is shown: a text of more than
    /// [`MAX_SNIPPET_BYTES`] is cut, around the passage where there is one.
    pub snippet: Range<usize>,
    /// Where the query's words stand in what is shown, in modes that read words.
    pub highlights: Highlights,
    /// Byte range in the record's text of the part that shows best why it was found, where
    /// the text is long: the passage that was nearest or, by words, the fragment that holds
    /// most of them, as far as it is shown.
    pub passage: Option<Range<usize>>,
    /// Byte range in the record's text of the sentence that is nearest to the query, where
    /// that was asked and the text, or its passage, has more than one.
    pub sentence: Option<Range<usize>>,
    /// Whether meaning reads a part of the record only, since its text is too long.
    pub read_in_part: bool,
    /// Records identical to this one that pass the filters too, hidden behind it.
    pub copies: Copies,
}

impl Hit {
    /// The hit with title and text as their source has them, markup and all, and with every
    /// place in them: as programs take it, which have the fields themselves. What is shown
    /// stays bounded: a part that is mostly markup is left without it.
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

/// The part of the original that a part of a text came from: to its ends, where that is.
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

/// Records that say the same to the letter.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Copies {
    /// How many there are.
    pub count: u32,
    /// The first of them, up to [`MAX_COPIES`].
    pub records: Vec<Copy>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Copy {
    /// Its id.
    pub id: String,
    /// Its facets, in which it may differ.
    pub facets: Vec<(String, String)>,
}

/// One engine's word on a hit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Signal {
    /// Place in that engine's ranking, from 1.
    pub rank: u32,
    /// Cosine, or BM25 score.
    pub score: f32,
}

/// Byte ranges of matched words in the whole title and the whole text, of those that are
/// shown.
#[derive(Debug, Clone, Default)]
pub struct Highlights {
    /// In the title.
    pub title: Vec<Range<usize>>,
    /// In the text.
    pub text: Vec<Range<usize>>,
}

/// How long an answer's stages took. A stage that was not needed took no time.
#[derive(Debug, Clone, Copy, Default)]
pub struct Timings {
    /// Query to vector, or finding it in the cache.
    pub encode: Duration,
    /// Ranking by meaning.
    pub neural: Duration,
    /// Ranking by words.
    pub text: Duration,
    /// Fusing the two.
    pub fusion: Duration,
    /// Reading the hits' records and marking words.
    pub fetch: Duration,
    /// All of it.
    pub total: Duration,
}
