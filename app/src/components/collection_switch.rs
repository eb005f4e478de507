//! Which collection is searched, and links to the others. The links keep the query and the mode;
//! filters belong to a collection.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::{HtmlDetailsElement, HtmlElement};

use super::live::live;
use super::outside::close_outside;
use crate::address::Address;
use crate::functions::names;
use crate::json::resource;
use crate::paths::path_of;
use crate::state::SearchState;

/// The menu while it is open.
const OPEN: &str = "details.switch-menu[open]";

/// The name, with a menu if there are other collections.
#[component]
pub fn CollectionSwitch(
    /// The current address.
    address: Address,
) -> impl IntoView {
    let names = resource(|| (), |()| names());
    let details = NodeRef::<leptos::html::Details>::new();
    close_outside(OPEN);
    let on_key = move |event: KeyboardEvent| {
        let open = details.get_untracked().filter(HtmlDetailsElement::open);
        if let Some(open) = open.filter(|_| event.key() == "Escape") {
            event.prevent_default();
            open.set_open(false);
            focus_summary(&open);
        }
    };
    let menu = move || {
        // Without the names, the page is still of use.
        let names = names.get()?.unwrap_or_default();
        let own = address.collection.get();
        let current = own.or(names.default)?;
        let others = names.all.into_iter().filter(|name| *name != current);
        let others: Vec<String> = others.collect();
        let label = view! {
            <span class="switch-label">"Collection"</span>
            <span class="switch-name" dir="auto">
                {current.clone()}
            </span>
        };
        let shown = if others.is_empty() {
            view! { <p class="switch">{label}</p> }.into_any()
        } else {
            let links = others
                .into_iter()
                .map(|name| view! { <Other address name /> });
            view! {
                <details node_ref=details class="switch switch-menu" on:keydown=on_key>
                    <summary>{label}</summary>
                    <ul class="switch-others" aria-label="Search in another collection">
                        {links.collect_view()}
                    </ul>
                </details>
            }
            .into_any()
        };
        Some(shown)
    };
    view! { <Suspense>{live(menu)}</Suspense> }
}

fn focus_summary(details: &HtmlDetailsElement) {
    let summary = details.query_selector("summary").ok().flatten();
    let summary = summary.and_then(|summary| summary.dyn_into::<HtmlElement>().ok());
    let _ = summary.map(|summary| summary.focus());
}

#[component]
fn Other(address: Address, name: String) -> impl IntoView {
    let path = path_of(Some(&name));
    let href = move || elsewhere(&address.state.read()).href(&path);
    view! {
        <li>
            <a href=href dir="auto">
                {name}
            </a>
        </li>
    }
}

/// The search as it can be asked of another collection.
fn elsewhere(state: &SearchState) -> SearchState {
    SearchState {
        filters: Vec::new(),
        sort: None,
        ..state.searching(&state.q)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn query_and_mode_are_kept_for_another_collection() {
        let state = SearchState::read("q=milk&mode=text&filter=city%3AOslo&sort=year&limit=20");
        assert_eq!(elsewhere(&state).href("/c/b"), "/c/b?q=milk&mode=text");
    }
}
