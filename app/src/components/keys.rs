//! The keys of the page, and a dialog that lists them.
//!
//! `/` focuses the search field where there is one, `?` opens the dialog. In the list of results,
//! the arrow keys go from one result to the next, and Enter opens the one that has the focus.

use leptos::ev::{KeyboardEvent, keydown};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlInputElement};

use super::dialog::{close, open};
use super::microphone::SpeechChoice;
use super::place::element_id;

/// Where keys write, instead of doing anything else.
const TYPING: &str = "input:not([type=radio], [type=checkbox], [type=range]), textarea, select, \
                      [contenteditable]";

/// Where the arrow keys mean something else.
const OWN_KEYS: &str =
    "input, select, textarea, summary, [role=slider], [role=tab], [role=listbox]";

/// What each key does, in the order of the dialog.
const KEYS: [(&[&str], &str); 6] = [
    (&["/"], "go to the search field"),
    (&["↓", "↑"], "go through suggestions, or through results"),
    (&["Enter"], "search, take a suggestion, or open a result"),
    (&["Esc"], "close suggestions, or leave the field"),
    (&["Tab"], "go to the next link or control"),
    (&["?"], "show these keys"),
];

/// The button that opens the dialog, and the dialog.
#[component]
pub fn Keys() -> impl IntoView {
    let dialog = NodeRef::<leptos::html::Dialog>::new();
    Effect::new(move || {
        let listener = window_event_listener(keydown, move |event| {
            if event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented()
            {
                return;
            }
            let done = match event.key().as_str() {
                "/" if !is_typing() => focus_field(),
                "?" if !is_typing() => {
                    open(dialog);
                    true
                }
                "ArrowDown" => step(&event, 1),
                "ArrowUp" => step(&event, -1),
                "Enter" => open_result(&event),
                _ => false,
            };
            if done {
                event.prevent_default();
            }
        });
        on_cleanup(move || listener.remove());
    });
    let line = |(keys, what): (&'static [&'static str], &'static str)| {
        let keys = keys.iter().map(|key| view! { <kbd>{*key}</kbd> " " });
        view! {
            <div class="keys-line">
                <dt>{keys.collect_view()}</dt>
                <dd>{what}</dd>
            </div>
        }
    };
    view! {
        <button type="button" class="keys-button with-js" on:click=move |_| open(dialog)>
            "Keys "
            <kbd>"?"</kbd>
        </button>
        <dialog node_ref=dialog class="keys" aria-labelledby="keys-title">
            <h2 id="keys-title">"Keys"</h2>
            <dl>{KEYS.map(line).into_iter().collect_view()}</dl>
            <SpeechChoice />
            <button type="button" class="button-quiet" on:click=move |_| close(dialog)>
                "Close"
            </button>
        </dialog>
    }
}

/// Focuses a result, by its place in the list. Returns whether there is one.
pub fn focus_result(place: usize) -> bool {
    let result = document().get_element_by_id(&element_id(place));
    let result = result.and_then(|result| result.dyn_into::<HtmlElement>().ok());
    result.is_some_and(|result| result.focus().is_ok())
}

/// Whether the reader is typing, or in a dialog.
fn is_typing() -> bool {
    let active = document().active_element();
    let within = active.is_some_and(|active| active.matches(TYPING).unwrap_or(false));
    within || matches!(document().query_selector("dialog[open]"), Ok(Some(_)))
}

/// Focuses the search field. Returns whether there is one.
fn focus_field() -> bool {
    let field = document().get_element_by_id("q");
    let Some(field) = field.and_then(|field| field.dyn_into::<HtmlInputElement>().ok()) else {
        return false;
    };
    let _ = field.focus();
    field.select();
    true
}

/// Moves the focus from the result that it is in to another one. Returns whether it moved.
fn step(event: &KeyboardEvent, by: i32) -> bool {
    let Some(place) = place_of(event) else {
        return false;
    };
    let next = usize::try_from(place + by);
    next.is_ok_and(focus_result)
}

/// Opens the result that has the focus by its first link. Returns whether it has one.
fn open_result(event: &KeyboardEvent) -> bool {
    let target = target(event).filter(|target| target.id().starts_with("result-"));
    let link = target.and_then(|result| {
        let titled = result.query_selector("h2 a, h3 a").ok().flatten();
        titled.or_else(|| result.query_selector("a[href]").ok().flatten())
    });
    let link = link.and_then(|link| link.dyn_into::<HtmlElement>().ok());
    link.as_ref().map(HtmlElement::click).is_some()
}

/// The place of the result that has the focus or contains it, unless the keys mean something else
/// there.
fn place_of(event: &KeyboardEvent) -> Option<i32> {
    let target = target(event)?;
    if target.closest(OWN_KEYS).ok()?.is_some() {
        return None;
    }
    let result = target.closest("li[id^=result-]").ok()??;
    result.id().strip_prefix("result-")?.parse().ok()
}

fn target(event: &KeyboardEvent) -> Option<Element> {
    event.target()?.dyn_into().ok()
}
