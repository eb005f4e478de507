//! Going from one search to another on the same page, and which entries of the browser's history
//! that makes: a question that is submitted adds one, and refining it replaces that. Typing
//! replaces it too, for as long as nothing is submitted: then the entry becomes again what it was,
//! so that Back leads to the question before, not to half a word.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsValue;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use crate::address::Address;
use crate::state::{SearchState, path_of};

/// An entry of the history that typing has replaced.
#[derive(Clone)]
struct Typed {
    /// What the entry was.
    before: SearchState,
    /// What it is now.
    now: SearchState,
}

/// The ways to another search.
#[derive(Clone, Copy)]
pub struct Navigation {
    address: Address,
    entry: StoredValue<Option<Typed>>,
    /// Makes a link the current entry; the flag says whether to scroll to the top.
    replace: Callback<(String, bool)>,
}

impl Navigation {
    /// From the page of an address.
    pub fn from(address: Address) -> Self {
        let navigate = use_navigate();
        let replace = Callback::new(move |(href, scroll): (String, bool)| {
            let options = NavigateOptions {
                replace: true,
                scroll,
                ..NavigateOptions::default()
            };
            navigate(&href, options);
        });
        Self {
            address,
            entry: StoredValue::new(None),
            replace,
        }
    }

    /// Goes to a search that was submitted.
    pub fn ask(self, state: &SearchState) {
        let history = window().history();
        if let Ok(history) = history {
            if let Some(typed) = self.typed() {
                let before = self.href(&typed.before);
                let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&before));
            }
            let href = self.href(state);
            let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&href));
        }
        self.entry.set_value(None);
        // The entry exists already: the router adds none for an address that it has seen last.
        self.replace.run((self.href(state), true));
    }

    /// Goes to the same search with other options.
    pub fn refine(self, state: &SearchState) {
        if let Some(typed) = self.typed() {
            self.entry.set_value(Some(Typed {
                now: state.clone(),
                ..typed
            }));
        }
        self.replace.run((self.href(state), false));
    }

    /// Goes to a search that is being typed.
    pub fn type_on(self, state: &SearchState) {
        let before = match self.typed() {
            Some(typed) => typed.before,
            None => self.address.state.get_untracked(),
        };
        self.entry.set_value(Some(Typed {
            before,
            now: state.clone(),
        }));
        self.replace.run((self.href(state), false));
    }

    /// The current entry, if typing has replaced it: not if the reader has gone elsewhere since.
    fn typed(self) -> Option<Typed> {
        let typed = self.entry.get_value()?;
        (typed.now == *self.address.state.read_untracked()).then_some(typed)
    }

    fn href(self, state: &SearchState) -> String {
        state.href(&path_of(
            self.address.collection.read_untracked().as_deref(),
        ))
    }
}
