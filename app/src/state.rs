//! The page's state, which is kept only in its URL. Reading and writing it are pure functions,
//! the same on the server and in the browser, and compatible with the URL that a browser without
//! JavaScript makes from the search form.
//!
//! Nothing is validated here. Invalid values are passed to the engine as typed, so that its
//! message can say what is wrong.

mod chosen;

use form_urlencoded::{Serializer, parse};
use parallax::vocabulary::limits::{MAX_DEPTH, MAX_LIMIT};
use parallax::vocabulary::{ANYTHING, B, BALANCE, Condition, K1, Mode};
use serde::{Deserialize, Serialize};

pub use chosen::ends;
use chosen::{Chosen, any_of, values_of};

use crate::numbers::is_number;

/// How many hits a page starts with, and how many "Show more" adds.
pub const PAGE: u32 = 10;
/// The longest query that can be typed. The engine's own limit is lower, with a message that the
/// query is too long; a much longer address would be refused unread.
pub const LONGEST: u32 = 5_000;

/// The mode of the page that shows the rankings of both engines side by side. It is not a mode of the
/// engine.
pub const COMPARE: &str = "compare";

/// The most hits on a page.
pub const MOST: u32 = MAX_LIMIT as u32;
/// The last place that is shown.
const DEEPEST: u32 = MAX_DEPTH as u32;

/// The name of the form fields that each choose a value of a facet, as `field:value`. Several
/// values of one field become one condition that any of them meets.
pub const PICK: &str = "pick";
/// The prefix of the form fields for the lower end of a range. The rest is the facet's name.
pub const LEAST: &str = "min.";
/// The same for the upper end.
pub const MOST_OF: &str = "max.";

/// A search as spelled in the URL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchState {
    /// The query; empty before the first search.
    pub q: String,
    /// The mode's name.
    pub mode: String,
    /// Conditions, each `field:value`.
    pub filters: Vec<String>,
    /// The facet to sort records by; a leading `-` means descending.
    pub sort: Option<String>,
    /// The record whose similar records are shown instead of search results.
    pub like: Option<String>,
    /// The maximum number of hits.
    pub limit: u32,
    /// The place of the first hit shown, from 1.
    pub from: u32,
    /// Whether words that no record contains are left as typed, not corrected.
    pub as_typed: bool,
    /// The record whose rank is explained.
    pub explain: Option<String>,
    /// In mode `hybrid`, the share of meaning from 0 to 1 as typed, if it is not the default.
    pub balance: Option<String>,
    /// Whether the last word is still being typed, so that longer words count too.
    pub unfinished: bool,
    /// Whether words alone are asked, for an answer that is shown until the one by meaning is
    /// there. Not in the URL: links lead to the search itself.
    pub words_first: bool,
    /// Where words count, k1 of BM25 as typed, if it is not the default.
    pub k1: Option<String>,
    /// The same for b.
    pub b: Option<String>,
}

impl Default for SearchState {
    fn default() -> Self {
        Self {
            q: String::new(),
            mode: Mode::default().name().into(),
            filters: Vec::new(),
            sort: None,
            like: None,
            limit: PAGE,
            from: 1,
            as_typed: false,
            explain: None,
            balance: None,
            unfinished: false,
            words_first: false,
            k1: None,
            b: None,
        }
    }
}

impl SearchState {
    /// Reads a URL's query, with or without its question mark. An empty value counts as missing,
    /// because a form sends its empty fields too.
    pub fn read(query: &str) -> Self {
        let mut state = Self::default();
        let query = query.strip_prefix('?').unwrap_or(query);
        let given = parse(query.as_bytes()).filter(|(_, value)| !value.trim().is_empty());
        let mut chosen = Chosen::default();
        for (name, value) in given {
            let value = value.trim();
            match &*name {
                "q" => state.q = value.into(),
                "mode" => state.mode = value.into(),
                "filter" if !state.filters.iter().any(|f| f == value) => {
                    state.filters.push(value.into());
                }
                "sort" => state.sort = Some(value.into()),
                "like" => state.like = Some(value.into()),
                "explain" => state.explain = Some(value.into()),
                "correct" => state.as_typed = value == "false",
                "balance" if !is_number(value, BALANCE) => state.balance = Some(value.into()),
                "prefix" => state.unfinished = value == "true",
                "k1" if !is_number(value, K1) => state.k1 = Some(value.into()),
                "b" if !is_number(value, B) => state.b = Some(value.into()),
                "limit" => state.limit = value.parse().unwrap_or(0),
                "from" => state.from = value.parse().unwrap_or(1).max(1),
                PICK => chosen.pick(value),
                name => chosen.bound(name, value),
            }
        }
        for filter in chosen.filters() {
            if !state.filters.contains(&filter) {
                state.filters.push(filter);
            }
        }
        // Only where both rankings are fused is there a balance, and only lists and word searches can
        // be sorted. The form may send both anyway.
        if !weighs(&state.mode) {
            state.balance = None;
        }
        if !state.can_be_sorted() {
            state.sort = None;
        }
        if state.lists() || state.like.is_some() {
            state.unfinished = false;
        }
        if !state.counts_words() {
            state = state.with_usual_bm25();
        }
        state
    }

    /// The address of this state under a path.
    pub fn href(&self, path: &str) -> String {
        let mut query = Serializer::new(String::new());
        query.extend_pairs(self.parameters());
        let query = query.finish();
        if query.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{query}")
        }
    }

    /// The state as URL parameters. Default values are left out.
    pub fn parameters(&self) -> Vec<(&'static str, String)> {
        let mut query = Vec::new();
        let mut add = |name, value: &str| query.push((name, value.to_owned()));
        if !self.q.is_empty() {
            add("q", &self.q);
        }
        if self.mode != Mode::default().name() {
            add("mode", &self.mode);
        }
        for filter in &self.filters {
            add("filter", filter);
        }
        if let Some(sort) = &self.sort {
            add("sort", sort);
        }
        if let Some(like) = &self.like {
            add("like", like);
        }
        if self.as_typed {
            add("correct", "false");
        }
        if let Some(balance) = &self.balance {
            add("balance", balance);
        }
        if self.unfinished {
            add("prefix", "true");
        }
        if let Some(k1) = &self.k1 {
            add("k1", k1);
        }
        if let Some(b) = &self.b {
            add("b", b);
        }
        if self.from != 1 {
            add("from", &self.from.to_string());
        }
        if self.limit != PAGE {
            add("limit", &self.limit.to_string());
        }
        if let Some(explain) = &self.explain {
            add("explain", explain);
        }
        query
    }

    /// Whether nothing has been searched for yet.
    pub fn is_idle(&self) -> bool {
        self.q.is_empty() && self.like.is_none() && self.filters.is_empty() && self.sort.is_none()
    }

    /// Whether records are listed in order, without a query.
    pub fn lists(&self) -> bool {
        (self.q.is_empty() || self.q == ANYTHING) && self.like.is_none()
    }

    /// Whether the order can be chosen.
    pub fn can_be_sorted(&self) -> bool {
        self.lists() || (self.mode == Mode::Text.name() && self.like.is_none())
    }

    /// The share of meaning, as the slider for it has it.
    pub fn share_of_meaning(&self) -> String {
        let balance = self.balance.clone();
        balance.unwrap_or_else(|| BALANCE.to_string())
    }

    /// Whether both engines rank.
    pub fn is_hybrid(&self) -> bool {
        self.mode == Mode::Hybrid.name()
    }

    /// Whether the rankings are shown side by side. Records in a fixed order have none.
    pub fn compares(&self) -> bool {
        self.mode == COMPARE && !self.lists() && self.like.is_none()
    }

    /// Whether meaning counts, so that an answer takes longer than one by words.
    pub fn asks_for_meaning(&self) -> bool {
        self.mode != Mode::Text.name() && !self.lists() && self.like.is_none()
    }

    /// Whether an answer by words can be shown before that one.
    pub fn can_show_words_first(&self) -> bool {
        let is_list = self.is_hybrid() || self.mode == Mode::Neural.name();
        is_list && self.asks_for_meaning()
    }

    /// The same search, answered by words alone for now.
    pub fn by_words_first(&self) -> Self {
        Self {
            words_first: true,
            ..self.clone()
        }
    }

    /// The search itself, if this one is answered by words alone for now.
    pub fn whole(&self) -> Self {
        Self {
            words_first: false,
            ..self.clone()
        }
    }

    /// Whether words are scored, by BM25.
    pub fn counts_words(&self) -> bool {
        self.is_hybrid() || (self.mode == Mode::Text.name() && self.like.is_none())
    }

    /// Whether k1 and b of BM25 are the default.
    pub fn has_usual_bm25(&self) -> bool {
        self.k1.is_none() && self.b.is_none()
    }

    /// The same search with the default k1 and b of BM25.
    pub fn with_usual_bm25(&self) -> Self {
        Self {
            k1: None,
            b: None,
            ..self.clone()
        }
    }

    /// A new search for `q` in the same mode and with the same filters.
    pub fn searching(&self, q: &str) -> Self {
        let mut state = Self {
            q: q.trim().to_owned(),
            like: None,
            as_typed: false,
            unfinished: false,
            ..self.first_page()
        };
        state.sort = state.sort.take().filter(|_| state.can_be_sorted());
        state
    }

    /// The same search in another mode.
    pub fn in_mode(&self, mode: &str) -> Self {
        let mut state = Self {
            mode: mode.to_owned(),
            balance: self.balance.clone().filter(|_| weighs(mode)),
            ..self.first_page()
        };
        state.sort = state.sort.take().filter(|_| state.can_be_sorted());
        match state.counts_words() {
            true => state,
            false => state.with_usual_bm25(),
        }
    }

    /// The records similar to a given one. The query is kept for going back.
    pub fn similar_to(&self, id: &str) -> Self {
        Self {
            like: Some(id.to_owned()),
            sort: None,
            unfinished: false,
            ..self.first_page()
        }
    }

    /// The same search with every word as typed.
    pub fn as_typed(&self) -> Self {
        Self {
            as_typed: true,
            ..self.first_page()
        }
    }

    /// The search, without similar records.
    pub fn without_like(&self) -> Self {
        Self {
            like: None,
            ..self.first_page()
        }
    }

    /// With this value as the field's only condition.
    pub fn with_filter(&self, field: &str, value: &str) -> Self {
        let mut state = self.first_page();
        state.filters.retain(|filter| !selects_of(filter, field));
        state
            .filters
            .push(Condition::equals(field, value).to_string());
        state
    }

    /// With a value added to the field's selection or, if it is in it, removed.
    pub fn toggled(&self, field: &str, value: &str) -> Self {
        let mut values = self.selected(field);
        match values.iter().position(|selected| selected == value) {
            Some(at) => {
                values.remove(at);
            }
            None => values.push(value.to_owned()),
        }
        self.selecting(field, values)
    }

    /// With a selection of values as the field's only one.
    fn selecting(&self, field: &str, values: Vec<String>) -> Self {
        let mut state = self.first_page();
        let own = state.selection(field).map(|(at, _)| at);
        let filter = any_of(field, values);
        match (own, filter) {
            (Some(at), Some(filter)) => state.filters[at] = filter,
            (Some(at), None) => {
                state.filters.remove(at);
            }
            (None, Some(filter)) => state.filters.push(filter),
            (None, None) => {}
        }
        state
    }

    /// The values of a field that are selected: any of them is enough.
    pub fn selected(&self, field: &str) -> Vec<String> {
        self.selection(field)
            .map(|(_, values)| values)
            .unwrap_or_default()
    }

    /// The first condition that selects values of a field, by its index, and these values.
    pub fn selection(&self, field: &str) -> Option<(usize, Vec<String>)> {
        let mut filters = self.filters.iter().enumerate();
        filters.find_map(|(at, filter)| Some((at, values_of(filter, field)?)))
    }

    /// The ends of the range that a field is limited to, as typed; empty where it has no end.
    pub fn range(&self, field: &str) -> (String, String) {
        let ends = match &*self.selected(field) {
            [value] => ends(value),
            _ => None,
        };
        ends.unwrap_or_default()
    }

    /// Without one condition.
    pub fn without_filter(&self, filter: &str) -> Self {
        let mut state = self.first_page();
        state.filters.retain(|other| other != filter);
        state
    }

    /// With one condition instead of another.
    pub fn replacing(&self, filter: &str, with: &str) -> Self {
        let mut state = self.first_page();
        for own in state.filters.iter_mut().filter(|own| *own == filter) {
            *own = with.to_owned();
        }
        state
    }

    /// Without any condition.
    pub fn without_filters(&self) -> Self {
        Self {
            filters: Vec::new(),
            ..self.first_page()
        }
    }

    /// With more hits, if more can be shown on this page.
    pub fn more(&self) -> Option<Self> {
        let deepest = DEEPEST.saturating_sub(self.from - 1).min(MOST);
        (self.limit < deepest).then(|| Self {
            limit: self.limit.saturating_add(PAGE).min(deepest),
            ..self.clone()
        })
    }

    /// With earlier hits before those of this page, or a page of them if there would be too many.
    pub fn earlier(&self) -> Option<Self> {
        let added = (self.from - 1).min(PAGE);
        let limit = self.limit.saturating_add(added);
        (added > 0).then(|| Self {
            from: self.from - added,
            limit: if limit <= MOST {
                limit
            } else {
                added.max(PAGE)
            },
            explain: None,
            ..self.clone()
        })
    }

    /// The page that begins with a place, if hits are shown so far.
    pub fn at(&self, from: u32) -> Option<Self> {
        (from <= DEEPEST).then(|| Self {
            from,
            limit: PAGE.min(DEEPEST + 1 - from),
            explain: None,
            ..self.clone()
        })
    }

    /// Whether a value is one of those that a field is filtered by.
    pub fn chooses(&self, field: &str, value: &str) -> bool {
        self.selected(field)
            .iter()
            .any(|selected| selected == value)
    }

    /// The same search with a record's rank explained, or with none.
    pub fn explaining(&self, id: Option<&str>) -> Self {
        Self {
            explain: id.map(str::to_owned),
            ..self.clone()
        }
    }

    fn first_page(&self) -> Self {
        Self {
            limit: PAGE,
            from: 1,
            explain: None,
            words_first: false,
            ..self.clone()
        }
    }
}

/// Whether the two rankings are weighed in a mode.
fn weighs(mode: &str) -> bool {
    mode == Mode::Hybrid.name() || mode == COMPARE
}

/// Whether a filter selects values of a field; one that excludes them does not.
fn selects_of(filter: &str, field: &str) -> bool {
    let condition = filter.parse::<Condition>();
    condition.is_ok_and(|condition| condition.field == field && !condition.negated)
}

#[cfg(test)]
mod tests;
