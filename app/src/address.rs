//! The reader's current location, as signals: the collection from the path and the search from
//! the query.

use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_params_map};

use crate::paths::path_of;
use crate::state::SearchState;

/// The search page's address.
#[derive(Clone, Copy)]
pub struct Address {
    /// The collection; `None` is the default one.
    pub collection: Memo<Option<String>>,
    /// The search.
    pub state: Memo<SearchState>,
}

impl Address {
    /// The address of the page this is called from.
    pub fn here() -> Self {
        let params = use_params_map();
        let search = use_location().search;
        Self {
            collection: Memo::new(move |_| params.read().get("collection")),
            // From the raw query: the router's own map decodes each value twice.
            state: Memo::new(move |_| SearchState::read(&search.read())),
        }
    }

    /// The path of this collection's search page.
    pub fn path(&self) -> String {
        path_of(self.collection.read().as_deref())
    }
}
