//! Going from one search to another on the same page, and which entries of the browser's history
//! that makes: a question that is submitted adds one, and refining it replaces that. Typing
//! replaces it too, for as long as nothing is submitted: then the entry becomes again what it was,
//! so that Back leads to the question before, not to half a word.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use crate::address::Address;
use crate::paths::path_of;
use crate::state::SearchState;

/// An entry of the history that typing has replaced.
#[derive(Clone)]
struct Typed {
    /// What the entry was.
    before: SearchState,
    /// What it is now.
    now: SearchState,
}

/// Whether an entry of the history is added.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Entry {
    Added,
    Replaced,
}

/// The ways to another search.
#[derive(Clone, Copy)]
pub struct Navigation {
    address: Address,
    entry: StoredValue<Option<Typed>>,
    go: Callback<(String, Entry)>,
}

impl Navigation {
    /// From the page of an address.
    pub fn from(address: Address) -> Self {
        let navigate = use_navigate();
        let go = Callback::new(move |(href, entry): (String, Entry)| {
            let options = NavigateOptions {
                replace: entry == Entry::Replaced,
                // Another question begins at the top.
                scroll: entry == Entry::Added,
                ..NavigateOptions::default()
            };
            navigate(&href, options);
        });
        Self {
            address,
            entry: StoredValue::new(None),
            go,
        }
    }

    /// Goes to a search that was submitted.
    pub fn ask(self, state: &SearchState) {
        if let Some(typed) = self.typed() {
            self.go.run((self.href(&typed.before), Entry::Replaced));
        }
        self.entry.set_value(None);
        self.go.run((self.href(state), Entry::Added));
    }

    /// Goes to the same search with other options.
    pub fn refine(self, state: &SearchState) {
        if let Some(typed) = self.typed() {
            self.entry.set_value(Some(Typed {
                now: state.clone(),
                ..typed
            }));
        }
        self.go.run((self.href(state), Entry::Replaced));
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
        self.go.run((self.href(state), Entry::Replaced));
    }

    /// Whether the reader is already going to another page.
    pub fn is_leaving(self) -> bool {
        self.address.leaving.get_untracked()
    }

    /// Whether the address is a search that was typed but not submitted.
    pub fn is_typed(self) -> bool {
        self.typed().is_some()
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
