//! The reader's current location, as signals: the collection from the path and the search from
//! the query.

use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_params_map};

use crate::paths::{page_in, path_of};
use crate::state::SearchState;

/// The search page's address.
#[derive(Clone, Copy)]
pub struct Address {
    /// The collection; `None` is the default one.
    pub collection: Memo<Option<String>>,
    /// The search.
    pub state: Memo<SearchState>,
    /// Whether the reader is going to another page, whose code the browser is loading. Until it is
    /// there, this page stays as it is.
    pub leaving: Memo<bool>,
}

impl Address {
    /// The address of the page this is called from.
    pub fn here() -> Self {
        let params = use_params_map();
        let location = use_location();
        let page = page_in(&location.pathname.read_untracked()).to_owned();
        let leaving = Memo::new(move |_| page_in(&location.pathname.read()) != page);
        Self {
            collection: Memo::new(move |_| params.read().get("collection")),
            state: Memo::new(move |before: Option<&SearchState>| match before {
                Some(before) if leaving.get() => before.clone(),
                // From the raw query: the router's own map decodes each value twice.
                _ => SearchState::read(&location.search.read()),
            }),
            leaving,
        }
    }

    /// The path of this collection's search page.
    pub fn path(&self) -> String {
        path_of(self.collection.read().as_deref())
    }
}
