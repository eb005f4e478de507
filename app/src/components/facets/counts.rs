//! The counts of all facets for the answer on the page, as its own request: the hits do not wait
//! for it.
//!
//! The first counts are sent with the page. Later, the browser asks for them only while a panel is
//! open, because nobody sees them otherwise. A search that fails has no counts; its panels show
//! those of the whole collection.

use leptos::prelude::*;
use parallax::vocabulary::{CollectionInfo, Counted, EVERY_FACET, FacetCounts, SearchRequest};
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::answers::{Answers, request};
use crate::functions::facets;
use crate::json::{Resource, resource};
use crate::problem::Problem;
use crate::settings::facet_kind;
use crate::state::SearchState;

/// How many values a panel lists.
pub const LISTED: u32 = 12;
/// How many bars a histogram has at most.
const BUCKETS: u32 = 16;

/// What is counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Asked {
    collection: Option<String>,
    request: SearchRequest,
    attempt: u32,
}

/// The counts.
#[derive(Clone, Copy)]
pub struct Counts {
    found: Resource<Result<Vec<FacetCounts>, Problem>>,
    info: Resource<Result<CollectionInfo, Problem>>,
}

impl Counts {
    /// The counts for the search in the address. `open` is the field whose panel is open. After a
    /// problem they are asked for again once both the collection and a search of it have answered.
    pub fn of(
        address: Address,
        answers: Answers,
        info: Resource<Result<CollectionInfo, Problem>>,
        open: RwSignal<Option<String>>,
    ) -> Self {
        let attempt = RwSignal::new(0);
        let failed = RwSignal::new(false);
        let asked = Memo::new(move |before: Option<&Asked>| {
            let collection = address.collection.get();
            let attempt = attempt.get();
            let state = address.state.read();
            let wanted = open.read().is_some();
            let same = |before: &&Asked| {
                !wanted && before.collection == collection && before.attempt == attempt
            };
            before.filter(same).cloned().unwrap_or_else(|| Asked {
                request: counting(&state, EVERY_FACET, "", LISTED, BUCKETS),
                collection,
                attempt,
            })
        });
        let found = resource(
            move || asked.get(),
            |asked| facets(asked.collection, asked.request),
        );
        Effect::new(move || {
            let is_error = found.read().as_ref().is_some_and(Result::is_err);
            failed.set(is_error);
        });
        Effect::new(move || {
            let known = info.read().as_ref().is_some_and(Result::is_ok);
            let answered = !answers.is_problem();
            if known && answered && failed.get_untracked() {
                attempt.update(|attempt| *attempt += 1);
            }
        });
        Self { found, info }
    }

    /// The newest counts, or if that request failed, those of the whole collection. Read them under
    /// a `Transition`.
    pub fn get(self) -> Vec<FacetCounts> {
        let found = self.found.get();
        // Read in any case: whatever waits for the counts waits for this too.
        let info = self.info.read();
        match (found, info.as_ref()) {
            (Some(Ok(found)), _) => found,
            (Some(Err(_)), Some(Ok(info))) => of_all(info),
            _ => Vec::new(),
        }
    }
}

/// The counts over all records of the collection.
fn of_all(info: &CollectionInfo) -> Vec<FacetCounts> {
    let listed = LISTED as usize;
    let facets = info.facets.iter().filter_map(|facet| {
        let values = &facet.values;
        let unlisted = values.len().saturating_sub(listed) as u32;
        Some(FacetCounts {
            kind: facet_kind(&facet.field, &info.fields)?.parse().ok()?,
            field: facet.field.clone(),
            counted: Counted::All,
            values: values.iter().take(listed).cloned().collect(),
            more: facet.more + unlisted,
            histogram: Vec::new(),
        })
    });
    facets.collect()
}

/// The request that counts a facet, or every facet, for the answer to a search: the values that
/// begin with a prefix, and intervals of numbers and dates. Similar records are not counted by
/// their similarity, so all that pass the filters are.
pub fn counting(
    state: &SearchState,
    facet: &str,
    prefix: &str,
    values: u32,
    intervals: u32,
) -> SearchRequest {
    let own = request(state);
    SearchRequest {
        q: match state.like {
            Some(_) => String::new(),
            None => own.q,
        },
        limit: 1,
        offset: 0,
        sort: None,
        facets: vec![facet.to_owned()],
        facet_values: values,
        facet_prefix: prefix.to_owned(),
        histogram: intervals,
        // Neither changes which records are answers.
        neighbours: false,
        late_interaction: false,
        ..own
    }
}
