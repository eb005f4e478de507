//! The counts of all facets for the answer on the page, as its own request: the hits do not wait
//! for it.
//!
//! The first counts are sent with the page. Later, the browser asks for them only while a panel is
//! open, because nobody sees them otherwise.

use leptos::prelude::*;
use parallax::vocabulary::{CollectionInfo, EVERY_FACET, FacetCounts, SearchRequest};
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::answers::request;
use crate::functions::facets;
use crate::problem::Problem;
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
pub struct Counts(Resource<Result<Vec<FacetCounts>, Problem>>);

impl Counts {
    /// The counts for the search in the address. `open` is the field whose panel is open. After a
    /// problem they are asked for again with the next search, or once the collection is reachable.
    pub fn of(
        address: Address,
        info: Resource<Result<CollectionInfo, Problem>>,
        open: RwSignal<Option<String>>,
    ) -> Self {
        let attempt = RwSignal::new(0);
        let failed = RwSignal::new(false);
        let asked = Memo::new(move |before: Option<&Asked>| {
            let collection = address.collection.get();
            let attempt = attempt.get();
            let state = address.state.read();
            let wanted = open.read().is_some() || failed.get_untracked();
            let same = |before: &&Asked| {
                !wanted && before.collection == collection && before.attempt == attempt
            };
            before.filter(same).cloned().unwrap_or_else(|| Asked {
                request: counting(&state, EVERY_FACET, "", LISTED, BUCKETS),
                collection,
                attempt,
            })
        });
        let found = Resource::new(
            move || asked.get(),
            |asked| facets(asked.collection, asked.request),
        );
        Effect::new(move || {
            let is_error = found.read().as_ref().is_some_and(Result::is_err);
            failed.set(is_error);
        });
        Effect::new(move || {
            let reachable = info.read().as_ref().is_some_and(Result::is_ok);
            if reachable && failed.get_untracked() {
                attempt.update(|attempt| *attempt += 1);
            }
        });
        Self(found)
    }

    /// The newest counts; none if they are not known. Read them under a `Transition`.
    pub fn get(self) -> Vec<FacetCounts> {
        self.0.get().and_then(Result::ok).unwrap_or_default()
    }
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
