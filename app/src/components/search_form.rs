//! The search form. It is a plain GET form, so it works without JavaScript. With JavaScript, the
//! same fields become the same state without a page load: what is typed is answered while it is
//! typed, and mode and filters apply as soon as they are chosen.
//!
//! The fields are not bound to signals: on hydration, binding would overwrite what was typed
//! before. They are updated when the URL changes.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use parallax::vocabulary::CollectionInfo;
use web_sys::{HtmlFormElement, HtmlInputElement};

use super::balance::Balance;
use super::collection_switch::CollectionSwitch;
use super::facets::FacetBar;
use super::mode_switch::ModeSwitch;
use super::query_field::QueryField;
use super::query_field::options::Choice;
use crate::address::Address;
use crate::answers::Answers;
use crate::browser::{query_of, remember_query, was_changed};
use crate::json::Resource;
use crate::navigation::Navigation;
use crate::problem::Problem;
use crate::state::{PAGE, SearchState};

/// The id of the form, for fields outside it.
pub const FORM: &str = "search-form";

/// The search form.
#[component]
pub fn SearchForm(
    /// The current address.
    address: Address,
    /// The answers to what is typed.
    answers: Answers,
    /// The ways to other searches.
    navigation: Navigation,
    /// The collection, for its facets.
    info: Resource<Result<CollectionInfo, Problem>>,
) -> impl IntoView {
    let form = NodeRef::<leptos::html::Form>::new();
    let field = NodeRef::<leptos::html::Input>::new();

    // Filtering keeps the similar records; a new query leaves them.
    let chosen = move |keep_like: bool| {
        let chosen = read(&form.get_untracked()?)?;
        let now = address.state.read_untracked();
        let keep = keep_like || chosen.q.is_empty();
        Some(SearchState {
            like: now.like.clone().filter(|_| keep),
            limit: PAGE,
            ..chosen
        })
    };
    let refine = Callback::new(move |keep_like: bool| {
        let Some(chosen) = chosen(keep_like) else {
            return;
        };
        let now = address.state.get_untracked();
        // A query that is still being typed stays unfinished.
        let unfinished = now.unfinished && !chosen.lists() && chosen.like.is_none();
        let state = SearchState {
            unfinished,
            ..chosen
        };
        answers.stop_typing();
        if state.q == now.q {
            navigation.refine(&state);
        } else {
            navigation.type_on(&state);
        }
    });
    let ask = move |state: &SearchState| {
        answers.stop_typing();
        remember_query(&state.q);
        if *state == address.state.get_untracked() && !navigation.is_typed() {
            answers.ask_again();
        } else {
            navigation.ask(state);
        }
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(chosen) = chosen(false) {
            ask(&chosen);
        }
    };
    let type_on = Callback::new(move |()| {
        let Some(chosen) = chosen(false) else {
            return;
        };
        // A space ends the last word.
        let text = field.get_untracked().map(|field| field.value());
        let ended = text.is_some_and(|text| text.ends_with(char::is_whitespace));
        answers.type_on(SearchState {
            unfinished: !ended && !chosen.lists(),
            like: None,
            ..chosen
        });
    });
    let choose = Callback::new(move |choice: Choice| {
        let query = match &choice {
            Choice::Ask(query) | Choice::Narrow { query, .. } => query,
            Choice::Forget => return,
        };
        if let Some(field) = field.get_untracked() {
            field.set_value(query);
        }
        let Some(chosen) = chosen(false) else {
            return;
        };
        match &choice {
            Choice::Narrow { field, value, .. } => ask(&chosen.with_filter(field, value)),
            _ => ask(&chosen),
        }
    });

    Effect::new(move |ran_before: Option<()>| {
        let state = address.state.get();
        let (Some(form), Some(field)) = (form.get(), field.get()) else {
            return;
        };
        if ran_before.is_some() {
            // What is in the field may have a space at the end, and the cursor anywhere.
            if field.value().trim() != state.q {
                field.set_value(&state.q);
            }
            choose_mode(&form, &state.mode);
            set_balance(&form, &state.share_of_meaning());
        } else if was_changed(&form) {
            // Typed or chosen before the page was alive.
            if field.value().trim() == state.q {
                refine.run(true);
            } else {
                type_on.run(());
            }
        }
    });

    view! {
        <form
            node_ref=form
            id=FORM
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
                <QueryField address field on_type=type_on on_choose=choose />
                <button type="submit" class="search-button">
                    "Search"
                </button>
            </div>
            <div class="search-options">
                <ModeSwitch address on_change=move |()| refine.run(false) />
                <Balance address on_change=move |()| refine.run(false) />
                <div class="search-within">
                    <FacetBar address answers info on_change=move |()| refine.run(true) />
                    <CollectionSwitch address />
                </div>
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

fn into_input(value: leptos::wasm_bindgen::JsValue) -> Option<HtmlInputElement> {
    use leptos::wasm_bindgen::JsCast;
    value.dyn_into().ok()
}
