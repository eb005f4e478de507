//! A query to a collection.

use std::collections::HashSet;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::limits::{
    MAX_BUCKETS, MAX_DEPTH, MAX_FACET_VALUES, MAX_K1, MAX_LIMIT, MAX_QUERY_CHARS, MAX_SENTENCE_HITS,
};
use super::{BadQuery, Filter, Mode, SearchRequest};

/// The query that matches everything.
pub const ANYTHING: &str = "*";

/// Instead of a facet's field: every facet of the collection.
pub const EVERY_FACET: &str = "*";

/// The default share of meaning in a hybrid ranking: chosen by leave-one-out on benchmarks
/// (benches/QUALITY.md).
pub const BALANCE: f32 = 0.5;

/// The weight of late interaction in a ranking by meaning; the rest is that of the cosine. The
/// benchmarks choose 0.4 or 0.5 when one is left out, and gain almost as much with less
/// (benches/QUALITY.md). The smaller weight is safer where a query and the records that it means
/// share no word.
pub const LATE_SHARE: f32 = 0.3;

/// The default k1 of BM25: how quickly repeated occurrences of a word stop counting.
pub const K1: f32 = 1.5;

/// The default b of BM25: how strongly long records are penalised.
pub const B: f32 = 0.75;

/// A query to a collection.
#[derive(Debug, Clone)]
pub struct Query {
    /// The text to search for, as typed by the user.
    pub text: String,
    /// A vector to search for, in mode `neural` and without a text. It need not have unit length.
    pub vector: Option<Vec<f32>>,
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
    /// The facets whose values are counted; [`EVERY_FACET`] for all, unless a facet is named so.
    pub facets: Vec<String>,
    /// What is told about each of them.
    pub facet_options: FacetOptions,
    /// Whether all records that match are counted, rather than at most
    /// [`super::limits::MAX_COUNTED`].
    pub exact_total: bool,
    /// How the two rankings are combined in mode `hybrid`.
    pub fusion: Fusion,
    /// Whether the scores of similar records count in mode `hybrid`, where both words and meaning
    /// are weighed. Chosen like the weights.
    pub neighbours: bool,
    /// The weight of late interaction in mode `neural`: of how similar the words of a record are to
    /// those of the query, one by one. The rest is that of the cosine; 0 leaves only the cosine.
    pub late_share: f32,
    /// k1 of BM25, from 0 to [`MAX_K1`]: at 0, a word counts the same however often it occurs.
    pub k1: f32,
    /// b of BM25, from 0 (the length of a record does not count) to 1.
    pub b: f32,
    /// Whether quotes, hyphens and colons are operators; otherwise they are plain text.
    pub operators: bool,
    /// How words are looked up.
    pub lookup: Lookup,
    /// Whether to find the sentence nearest to the query in each hit, in modes that use meaning and
    /// for at most [`MAX_SENTENCE_HITS`] hits.
    pub sentences: bool,
}

impl Query {
    /// A query with the defaults: by both, the first ten hits.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            vector: None,
            mode: Mode::default(),
            limit: 10,
            offset: 0,
            filters: Vec::new(),
            sort: None,
            route: Route::Auto,
            collapse: true,
            facets: Vec::new(),
            facet_options: FacetOptions::default(),
            exact_total: false,
            fusion: Fusion::default(),
            neighbours: true,
            late_share: LATE_SHARE,
            k1: K1,
            b: B,
            operators: true,
            lookup: Lookup {
                prefix: false,
                correct: true,
            },
            sentences: false,
        }
    }

    /// Checks the limits of [`super::limits`].
    ///
    /// # Errors
    /// [`BadQuery`], naming the parameter and what it allows.
    pub fn check_limits(&self) -> Result<(), BadQuery> {
        check_length("query", &self.text)?;
        if self.sentences && self.mode == Mode::Text {
            return Err(BadQuery(
                "sentences are found by meaning, which mode text does not ask for: use neural or \
                 hybrid, or leave sentences out"
                    .into(),
            ));
        }
        if self.sentences && self.limit > MAX_SENTENCE_HITS {
            return Err(BadQuery(format!(
                "limit is {}; with sentences it must be between 1 and {MAX_SENTENCE_HITS}",
                self.limit
            )));
        }
        if let Fusion::Weighted { meaning } = self.fusion
            && !(0.0..=1.0).contains(&meaning)
        {
            return Err(BadQuery(format!(
                "balance is {}; it must be between 0 (words alone) and 1 (meaning alone)",
                given(meaning)
            )));
        }
        if !(0.0..=1.0).contains(&self.late_share) {
            return Err(BadQuery(format!(
                "late_share is {}; it must be between 0 (the cosine alone) and 1",
                self.late_share
            )));
        }
        if !(0.0..=MAX_K1).contains(&self.k1) {
            return Err(BadQuery(format!(
                "k1 is {}; it must be between 0 and {MAX_K1}",
                given(self.k1)
            )));
        }
        if !(0.0..=1.0).contains(&self.b) {
            return Err(BadQuery(format!(
                "b is {}; it must be between 0 (length does not count) and 1",
                given(self.b)
            )));
        }
        let mut asked = HashSet::new();
        if let Some(twice) = self.facets.iter().find(|facet| !asked.insert(*facet)) {
            return Err(BadQuery(format!(
                "facets names '{twice}' twice; name it only once"
            )));
        }
        self.facet_options.check()?;
        check_page(self.limit, self.offset)
    }
}

/// A number as a message names it.
fn given(number: f32) -> String {
    match number.is_nan() {
        true => "not a number".to_owned(),
        false => number.to_string(),
    }
}

/// What is told about a facet whose values are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetOptions {
    /// The most values, up to [`MAX_FACET_VALUES`].
    pub values: usize,
    /// The prefix of these values, ignoring case and accents.
    pub prefix: String,
    /// Into how many intervals numbers and dates are divided, up to [`MAX_BUCKETS`]; 0 for no
    /// histogram.
    pub buckets: usize,
}

impl Default for FacetOptions {
    fn default() -> Self {
        Self {
            values: MAX_FACET_VALUES,
            prefix: String::new(),
            buckets: 0,
        }
    }
}

impl FacetOptions {
    fn check(&self) -> Result<(), BadQuery> {
        check_length("facet_prefix", &self.prefix)?;
        if !(1..=MAX_FACET_VALUES).contains(&self.values) {
            return Err(BadQuery(format!(
                "facet_values is {}; it must be between 1 and {MAX_FACET_VALUES}",
                self.values
            )));
        }
        if self.buckets > MAX_BUCKETS {
            return Err(BadQuery(format!(
                "histogram is {}; it must be at most {MAX_BUCKETS}",
                self.buckets
            )));
        }
        Ok(())
    }
}

/// Checks that a text is not longer than a query may be.
///
/// # Errors
/// [`BadQuery`] that refers to the text as `what`.
pub fn check_length(what: &str, text: &str) -> Result<(), BadQuery> {
    let length = text.chars().count();
    if length > MAX_QUERY_CHARS {
        return Err(BadQuery(format!(
            "the {what} has {length} characters; at most {MAX_QUERY_CHARS} are allowed"
        )));
    }
    Ok(())
}

/// Checks the requested part of a ranking.
///
/// # Errors
/// [`BadQuery`], naming the parameter and what it allows.
pub fn check_page(limit: usize, offset: usize) -> Result<(), BadQuery> {
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(BadQuery(format!(
            "limit is {limit}; it must be between 1 and {MAX_LIMIT}"
        )));
    }
    if offset.saturating_add(limit) > MAX_DEPTH {
        return Err(BadQuery(format!(
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
    type Err = BadQuery;

    fn from_str(text: &str) -> Result<Self, BadQuery> {
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
            return Err(BadQuery(format!(
                "sort is '{text}': name a facet to sort by, as in year or, falling, -year"
            )));
        }
        Ok(Self {
            field: field.to_owned(),
            descending,
        })
    }
}

/// How two rankings are combined.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fusion {
    /// A weighted sum of scores, in units of the score of each engine's tenth best hit.
    Weighted {
        /// The weight of meaning, 0 to 1; the rest is the weight of words.
        meaning: f32,
    },
    /// `Σ 1 / (60 + rank)`, which depends only on ranks.
    ReciprocalRank,
}

impl Fusion {
    /// The share of meaning; `None` if only ranks count.
    pub fn balance(self) -> Option<f32> {
        match self {
            Self::Weighted { meaning } => Some(meaning),
            Self::ReciprocalRank => None,
        }
    }
}

impl Default for Fusion {
    fn default() -> Self {
        Self::Weighted { meaning: BALANCE }
    }
}

/// How neighbours are searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Route {
    /// The graph where it works well, otherwise the exact scan.
    Auto,
    /// The graph, if filters and depth permit: for measuring it.
    Graph,
    /// The exact scan.
    Exact,
}

/// How words are looked up.
#[derive(Debug, Clone, Copy, Default)]
pub struct Lookup {
    /// Whether the last word may be unfinished.
    pub prefix: bool,
    /// Whether misspelt words that no record contains are replaced by the word that was probably
    /// meant. Searches by meaning alone correct nothing.
    pub correct: bool,
}

impl TryFrom<&SearchRequest> for Query {
    type Error = BadQuery;

    /// Parses mode, filters, order and fusion. The limits are not checked here.
    fn try_from(request: &SearchRequest) -> Result<Self, BadQuery> {
        // A form sends an empty order if none is chosen.
        let sort = request.sort.as_deref();
        let sort = sort.filter(|text| !text.trim().is_empty());
        Ok(Self {
            mode: request.mode.parse()?,
            limit: request.limit as usize,
            offset: request.offset as usize,
            filters: Filter::from_texts(&request.filter)?,
            sort: sort.map(str::parse).transpose()?,
            facets: request.facets.clone(),
            facet_options: FacetOptions {
                values: request.facet_values as usize,
                prefix: request.facet_prefix.clone(),
                buckets: request.histogram as usize,
            },
            exact_total: request.track_total_hits,
            collapse: request.collapse,
            fusion: fusion(request)?,
            neighbours: request.neighbours,
            late_share: match request.late_interaction {
                true => LATE_SHARE,
                false => 0.0,
            },
            k1: request.k1.unwrap_or(K1),
            b: request.b.unwrap_or(B),
            lookup: Lookup {
                prefix: request.prefix,
                correct: request.correct,
            },
            sentences: request.sentences,
            ..Self::new(&request.q)
        })
    }
}

fn fusion(request: &SearchRequest) -> Result<Fusion, BadQuery> {
    let weighted = || match request.balance {
        Some(meaning) => Fusion::Weighted { meaning },
        None => Fusion::default(),
    };
    match request.fusion.as_deref() {
        None | Some("weighted") => Ok(weighted()),
        Some("rrf") if request.balance.is_some() => Err(BadQuery(
            "balance weights scores, which fusion=rrf does not use; give only one of the two"
                .into(),
        )),
        Some("rrf") => Ok(Fusion::ReciprocalRank),
        Some(other) => Err(BadQuery(format!(
            "unknown fusion '{other}'; it must be weighted or rrf"
        ))),
    }
}
