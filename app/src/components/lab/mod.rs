//! The query lab: the changes that can be made to a query, how far each ranking moves, and one of them
//! in detail.

mod bar;
mod detail;
mod slope;
mod table;
mod told;

use leptos::prelude::*;
use parallax::vocabulary::Lab;

use crate::components::lab_link::lab_path;
use crate::paths::path_of;
use crate::record_address::collection_api_path;
use crate::state::{COMPARE, SearchState};
use detail::detail;
use table::table;

/// The name of the URL's parameter for the change shown in detail.
pub const CHANGE: &str = "change";

/// Where the lab is, for the links in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// The collection; `None` is the default one.
    pub collection: Option<String>,
    /// The name of the change shown in detail; the first if there is none with this name.
    pub change: String,
}

impl Place {
    /// The link to a change in detail.
    fn change(&self, q: &str, name: &str) -> String {
        let path = lab_path(self.collection.as_deref(), q);
        [&path, "&", CHANGE, "=", name, "#lab-detail"].concat()
    }

    /// The link to the comparison of a query.
    fn compare(&self, q: &str) -> String {
        SearchState::default()
            .searching(q)
            .in_mode(COMPARE)
            .href(&path_of(self.collection.as_deref()))
    }

    /// The link to the lab for another query.
    fn lab(&self, q: &str) -> String {
        lab_path(self.collection.as_deref(), q)
    }
}

/// The changes of a query.
pub fn lab_view(lab: &Lab, place: &Place) -> AnyView {
    let chosen = lab.changes.iter();
    let chosen = chosen
        .clone()
        .find(|changed| changed.change.name() == place.change);
    let Some(chosen) = chosen.or(lab.changes.first()) else {
        return view! {
            <p class="lab-hint">
                "There is nothing to change in this query: it needs a word of four letters or more, or \
                 several words."
            </p>
        }
        .into_any();
    };
    let api = collection_api_path(&lab.collection, "lab");
    let json = SearchState::default().searching(&lab.query).href(&api);
    let compare = place.compare(&lab.query);
    view! {
        <p class="lab-hint">
            "How far each ranking moves: 0 if it stays the same, 1 if none of its records remain. "
            "It is 1 minus the rank-biased overlap of the first " {lab.depth} ", in which the first ranks \
            count most."
        </p>
        {table(lab, chosen.change, place)}
        {detail(lab, chosen, place)}
        <p class="lab-ways">
            <a class="card-link" href=compare>
                "Compare the rankings of the query itself"
            </a>
            <a class="card-link" href=json rel="external">
                "JSON"
            </a>
        </p>
    }
    .into_any()
}
