//! A facet's button and panel. On a phone, the panel is a sheet at the bottom of the screen.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use parallax::vocabulary::{Counted, FacetCounts, FacetKind};

use super::locale::Locale;
use super::range::Range;
use super::values::{All, Values};
use crate::address::Address;
use crate::components::live::live;
use crate::numbers::label;

/// A facet of the collection.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Facet {
    /// Its field.
    pub field: String,
    /// What its values are.
    pub kind: FacetKind,
}

impl Facet {
    /// The facet that was counted.
    pub fn of(counts: &FacetCounts) -> Self {
        Self {
            field: counts.field.clone(),
            kind: counts.kind,
        }
    }
}

/// The button and the panel.
#[component]
pub fn Panel(
    /// The current address.
    address: Address,
    /// The facet.
    facet: Facet,
    /// Its newest counts.
    counts: Memo<Option<FacetCounts>>,
    /// Its values in the whole collection.
    all: Memo<All>,
    /// The field whose panel is open.
    open: RwSignal<Option<String>>,
    /// How numbers and dates are written.
    locale: Locale,
    /// Called when something is chosen.
    on_change: Callback<()>,
) -> impl IntoView {
    let Facet { field, kind } = facet;
    let details = NodeRef::<leptos::html::Details>::new();
    let name = label(&field);
    let is_open = move || {
        let details = details.get_untracked();
        details.is_some_and(|details| details.has_attribute("open"))
    };
    let toggled = {
        let field = field.clone();
        move |_| {
            let was_open = open.read_untracked().as_deref() == Some(&*field);
            if is_open() {
                open.set(Some(field.clone()));
            } else if was_open {
                open.set(None);
            }
        }
    };
    let close = move || {
        if let Some(details) = details.get_untracked() {
            let _ = details.remove_attribute("open");
            if let Ok(Some(button)) = details.query_selector("summary") {
                focus(button);
            }
        }
    };
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" && is_open() {
            event.prevent_default();
            event.stop_propagation();
            close();
        }
    };
    let active = {
        let field = field.clone();
        move || {
            let active = address.state.read().selected(&field).len() as u32;
            (active > 0).then(|| {
                view! {
                    <span class="facet-active">
                        {locale.count(active)} <span class="sr-only">" chosen"</span>
                    </span>
                }
            })
        }
    };
    // Without JavaScript, the search button would start a new search instead of filtering the
    // similar records.
    let like = move || address.state.read().like.clone();
    let note = move || counts.read().as_ref().map(|counts| note(counts.counted));
    let controls = if kind.has_ranges() {
        view! { <Range address field kind counts locale on_change /> }.into_any()
    } else {
        view! { <Values address field counts all locale on_change /> }.into_any()
    };
    view! {
        <details node_ref=details class="facet" name="facet" on:toggle=toggled on:keydown=on_key>
            <summary class="facet-button">
                <span dir="auto">{name.clone()}</span>
                {active}
            </summary>
            <div class="facet-panel" role="group" aria-label=name>
                {controls}
                <p class="facet-note">{live(note)}</p>
                <p class="facet-done">
                    <button
                        type="submit"
                        class="button-quiet without-js"
                        name=move || like().map(|_| "like")
                        value=like
                    >
                        "Apply"
                    </button>
                    <button
                        type="button"
                        class="button-quiet with-js facet-close"
                        on:click=move |_| close()
                    >
                        "Done"
                    </button>
                </p>
            </div>
        </details>
    }
    .into_any()
}

/// Which records are counted.
fn note(counted: Counted) -> &'static str {
    match counted {
        Counted::Matching => "Counts are of matching records.",
        Counted::Answers => "Counts are of the records that match well.",
        Counted::AtLeast => "Counts are of the good matches that were found; there may be more.",
        Counted::All => "Counts are of all records.",
    }
}

fn focus(element: web_sys::Element) {
    use leptos::wasm_bindgen::JsCast;
    if let Ok(element) = element.dyn_into::<web_sys::HtmlElement>() {
        let _ = element.focus();
    }
}
