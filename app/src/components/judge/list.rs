//! The list of a blind comparison, whose records can be picked.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use parallax::vocabulary::{Interleaved, PlainRecord, Tally};
use web_sys::{Event, HtmlFormElement};

use super::asked::Asked;
use super::form::{hidden_tally, submitted};
use super::plain::{plain, whole};
use crate::numbers::counted;

/// The list.
#[component]
pub fn BlindList(
    /// What is asked.
    asked: Asked,
    /// The page's path.
    path: String,
    /// The path of the search page.
    search_path: String,
    /// The list.
    interleaved: Interleaved,
    /// The tally so far.
    tally: Signal<Tally>,
    /// Goes where the form leads.
    go: Callback<HtmlFormElement>,
) -> impl IntoView {
    let Interleaved {
        seed,
        list,
        records,
    } = interleaved;
    if records.is_empty() {
        return view! {
            <p class="judge-none" role="status">
                "One of the two rankings has no hits for this query, so there is nothing to compare."
            </p>
        }
        .into_any();
    }
    let picked = RwSignal::new(0_u32);
    let form = NodeRef::<leptos::html::Form>::new();
    let count = move |form: &HtmlFormElement| {
        let checked = form.query_selector_all("input[name=pick]:checked");
        picked.set(checked.map_or(0, |checked| checked.length()));
    };
    // What was picked before the page was alive counts too.
    Effect::new(move || {
        if let Some(form) = form.get() {
            count(&form);
        }
    });
    let changed = move |event: Event| {
        let form = event.current_target();
        if let Some(form) = form.and_then(|form| form.dyn_into::<HtmlFormElement>().ok()) {
            count(&form);
        }
    };
    let said = move || counted(picked.get(), "record") + " picked";
    let hits = (1..).zip(&records);
    let hits = hits.map(|(place, record)| hit(place, record, &search_path));
    view! {
        <form
            node_ref=form
            class="judge-list"
            method="get"
            action=path
            autocomplete="off"
            on:submit=submitted(go)
            on:change=changed
        >
            {hidden_tally(asked.pair(), tally)} <input type="hidden" name="q" value=asked.q />
            <input type="hidden" name="a" value=asked.a />
            <input type="hidden" name="b" value=asked.b />
            <input type="hidden" name="seed" value=seed.to_string() />
            <input type="hidden" name="list" value=list />
            <fieldset>
                <legend class="judge-legend">"Pick all records that you would want to find."</legend>
                <ol class="judge-hits">{hits.collect_view()}</ol>
            </fieldset>
            <div class="judge-submit">
                <button type="submit" class="button">
                    "Show which ranking wins"
                </button>
                <span class="judge-picked with-js" role="status">
                    {said}
                </span>
            </div>
        </form>
    }
    .into_any()
}

fn hit(place: u32, record: &PlainRecord, search_path: &str) -> AnyView {
    let name_id = format!("judge-{place}");
    view! {
        <li class="judge-hit">
            <label class="judge-pick">
                <input
                    type="checkbox"
                    name="pick"
                    value=place.to_string()
                    aria-labelledby=name_id.clone()
                />
                <span class="judge-record">{plain(record, name_id)}</span>
            </label>
            {whole(record, search_path)}
        </li>
    }
    .into_any()
}
