//! The search form. It is a plain GET form, so it works without JavaScript. With JavaScript, the
//! same fields become the same state without a page load, and mode and filters apply as soon as
//! they are chosen.
//!
//! The fields are not bound to signals: on hydration, binding would overwrite what was typed
//! before. They are updated when the URL changes.

use leptos::ev::{Event, KeyboardEvent, SubmitEvent};
use leptos::prelude::*;
use parallax::vocabulary::{BALANCE, CollectionInfo};
use web_sys::{FormData, HtmlFormElement, HtmlInputElement};

use super::balance::Balance;
use super::facets::FacetBar;
use super::mode_switch::ModeSwitch;
use crate::address::{Address, use_go};
use crate::browser::query_of;
use crate::problem::Problem;
use crate::state::{LONGEST, PAGE, SearchState};

/// The search form.
#[component]
pub fn SearchForm(
    /// The current address.
    address: Address,
    /// The collection, for its facets.
    info: Resource<Result<CollectionInfo, Problem>>,
) -> impl IntoView {
    let form = NodeRef::<leptos::html::Form>::new();
    let field = NodeRef::<leptos::html::Input>::new();
    let go = use_go(address);

    // Filtering keeps the similar records; a new query leaves them.
    let apply = Callback::new(move |keep_like: bool| {
        let Some(chosen) = form.get_untracked().and_then(|form| read(&form)) else {
            return;
        };
        let like = address.state.read_untracked().like.clone();
        let keep = keep_like || chosen.q.is_empty();
        go(&SearchState {
            like: like.filter(|_| keep),
            limit: PAGE,
            ..chosen
        });
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        apply.run(false);
    };

    Effect::new(move |ran_before: Option<()>| {
        let state = address.state.get();
        let (Some(form), Some(field)) = (form.get(), field.get()) else {
            return;
        };
        let mode = FormData::new_with_form(&form)
            .ok()
            .and_then(|form| form.get("mode").as_string());
        if ran_before.is_some() {
            field.set_value(&state.q);
            choose_mode(&form, &state.mode);
            let balance = state.balance.unwrap_or_else(|| BALANCE.to_string());
            set_balance(&form, &balance);
        } else if mode.is_some_and(|mode| mode != state.mode) {
            // The mode was chosen before hydration.
            apply.run(false);
        }
    });
    focus_on_slash(field);

    view! {
        <form
            node_ref=form
            class="search"
            role="search"
            method="get"
            action=move || address.path()
            // The URL alone determines what is chosen. Otherwise, after Back, the browser would
            // restore the choices the page was left with, next to the results of others.
            autocomplete="off"
            on:submit=submit
        >
            <div class="search-field">
                <label for="q" class="sr-only">
                    "Search for"
                </label>
                <svg class="search-icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
                    <path d="M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5L20 20" />
                </svg>
                <input
                    node_ref=field
                    id="q"
                    name="q"
                    type="search"
                    maxlength=LONGEST
                    value=address.state.get_untracked().q
                    placeholder="What are you looking for?"
                    enterkeyhint="search"
                    on:keydown=leave_on_escape
                />
                <button type="submit" class="search-button">
                    "Search"
                </button>
            </div>
            <div class="search-options">
                <ModeSwitch address on_change=move |()| apply.run(false) />
                <Balance address on_change=move |()| apply.run(false) />
                <FacetBar address info on_change=move |()| apply.run(true) />
            </div>
        </form>
    }
}

/// The state of the form's fields, read the way the server would read it.
fn read(form: &HtmlFormElement) -> Option<SearchState> {
    Some(SearchState::read(&query_of(form)?))
}

fn choose_mode(form: &HtmlFormElement, mode: &str) {
    let Ok(radios) = form.query_selector_all("input[name=mode]") else {
        return;
    };
    for at in 0..radios.length() {
        if let Some(radio) = radios.get(at).and_then(|radio| into_input(radio.into())) {
            radio.set_checked(radio.value() == mode);
        }
    }
}

fn set_balance(form: &HtmlFormElement, balance: &str) {
    let slider = form.query_selector("input[name=balance]");
    if let Some(slider) = slider
        .ok()
        .flatten()
        .and_then(|slider| into_input(slider.into()))
    {
        slider.set_value(balance);
    }
}

fn leave_on_escape(event: KeyboardEvent) {
    if event.key() == "Escape" {
        // Otherwise the browser would clear the field.
        event.prevent_default();
        if let Some(field) = target(&event) {
            let _ = field.blur();
        }
    }
}

/// `/` focuses the field, unless the reader is typing elsewhere.
fn focus_on_slash(field: NodeRef<leptos::html::Input>) {
    const TYPING: &str = "input:not([type=radio]), textarea, select, [contenteditable]";
    Effect::new(move || {
        let listener = window_event_listener(leptos::ev::keydown, move |event| {
            let with_modifier = event.ctrl_key() || event.meta_key() || event.alt_key();
            let typing = document()
                .active_element()
                .is_some_and(|element| element.matches(TYPING).unwrap_or(false));
            if event.key() != "/" || with_modifier || typing {
                return;
            }
            if let Some(field) = field.get_untracked() {
                event.prevent_default();
                let _ = field.focus();
                field.select();
            }
        });
        on_cleanup(move || listener.remove());
    });
}

fn target(event: &Event) -> Option<HtmlInputElement> {
    into_input(event.target()?.into())
}

fn into_input(value: leptos::wasm_bindgen::JsValue) -> Option<HtmlInputElement> {
    use leptos::wasm_bindgen::JsCast;
    value.dyn_into().ok()
}
