//! A BM25 score: what each word of the query added, the missing words struck out, and sliders for
//! the two parameters.

use std::cell::Cell;

use leptos::ev::Event;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use parallax::vocabulary::limits::MAX_K1;
use parallax::vocabulary::{MissingWord, TermExplanation, WordsExplanation};
use web_sys::HtmlInputElement;

use super::retuned::back_to_usual;
use super::waterfall::{Kind, Part, waterfall};
use super::{Shown, digits};
use crate::state::SearchState;
use crate::wording;

thread_local! {
    /// The slider that was moved last. Its panel is drawn anew with the list, so the new slider
    /// takes the focus.
    static MOVED: Cell<Option<&'static str>> = const { Cell::new(None) };
}

/// The part of a panel about the score by words.
pub fn by_words(words: WordsExplanation, shown: &Shown) -> AnyView {
    let WordsExplanation {
        score,
        rank,
        terms,
        missing,
        k1,
        b,
    } = words;
    let heading = match terms.is_empty() {
        true => "Not found by words".to_owned(),
        false => [&wording::by_words(rank), ": BM25 ", &digits(score, 2)].concat(),
    };
    let parts = terms.iter().map(term).chain(missing.iter().map(lacking));
    let parts: Vec<Part> = parts.collect();
    let drawn = (!parts.is_empty()).then(|| waterfall(parts, ("BM25", score), 2));
    let sliders = shown.state.counts_words().then(|| {
        let shown = shown.clone();
        view! { <Sliders k1 b shown /> }.into_any()
    });
    view! {
        <h3 class="why-heading">{heading}</h3>
        <p class="why-hint">
            "Each word adds its rarity times its frequency, divided by the frequency plus a norm that \
             grows with the length of the record."
        </p>
        {drawn}
        {sliders}
    }
    .into_any()
}

fn term(term: &TermExplanation) -> Part {
    let stands = match term.term == term.word {
        true => String::new(),
        false if term.guessed => ["read as ", &term.term, "; "].concat(),
        false => ["as ", &term.term, "; "].concat(),
    };
    let boost = match (term.boost - 1.0).abs() < 0.005 {
        true => String::new(),
        false => [&digits(term.boost, 2), " \u{d7} "].concat(),
    };
    let frequency = term.frequency.to_string();
    let fields = term.fields.iter();
    let fields = fields.map(|of| format!("{} {}\u{d7}", of.field, of.occurrences));
    let fields: Vec<String> = fields.collect();
    let note = [
        stands.as_str(),
        &boost,
        "rarity ",
        &digits(term.idf, 2),
        " \u{d7} ",
        &frequency,
        " / (",
        &frequency,
        " + norm ",
        &digits(term.norm, 2),
        "); ",
        &fields.join(", "),
    ]
    .concat();
    Part::new(term.word.clone(), term.contribution, Kind::Words).noted(note)
}

fn lacking(missing: &MissingWord) -> Part {
    let note = match missing.unknown {
        true => "in no record".to_owned(),
        false => {
            let most = digits(missing.most, 2);
            ["not in this record; could add up to ", &most].concat()
        }
    };
    Part {
        what: missing.word.clone(),
        note: Some(note),
        adds: None,
        kind: Kind::Words,
    }
}

/// The sliders for k1 and b. Without JavaScript they are a form with a button.
#[component]
fn Sliders(
    /// The present k1.
    k1: f32,
    /// The present b.
    b: f32,
    /// Where the panel is shown.
    shown: Shown,
) -> impl IntoView {
    let Shown {
        state,
        path,
        own_path,
        id,
        alone,
    } = shown.clone();
    let kept = state.with_usual_bm25();
    let kept = kept.explaining((!alone).then_some(id.as_str()));
    let kept = kept.parameters().into_iter().map(|(name, value)| {
        view! { <input type="hidden" name=name value=value /> }
    });
    let kept = kept.collect_view();
    let action = if alone { own_path } else { path };
    let navigate = use_navigate();
    let shown = StoredValue::new(shown);
    let moved = Callback::new(move |(name, value): (&'static str, String)| {
        let href = shown.with_value(|shown| {
            let mut state = shown.state.clone();
            match name {
                "k1" => state.k1 = Some(value),
                _ => state.b = Some(value),
            }
            // Reading it again leaves out what is the default.
            let state = SearchState::read(state.href("").as_str());
            shown.href(&state)
        });
        MOVED.set(Some(name));
        let options = NavigateOptions {
            replace: true,
            scroll: false,
            ..NavigateOptions::default()
        };
        navigate(&href, options);
    });
    let usual = (!state.has_usual_bm25()).then(|| {
        let href = shown.with_value(|shown| shown.href(&state.with_usual_bm25()));
        view! {
            <a class="card-link" href=href data-noscroll="">
                {back_to_usual()}
            </a>
        }
    });
    view! {
        <form class="why-sliders" method="get" action=action>
            {kept}
            <Slider
                name="k1"
                label="k1: how much repeated words keep adding"
                value=k1
                most=MAX_K1
                moved
            />
            <Slider
                name="b"
                label="b: how strongly long records are penalised"
                value=b
                most=1.0
                moved
            />
            <p class="why-sliders-foot">
                <button type="submit" class="button-quiet without-js">
                    "Rank again"
                </button>
                {usual}
            </p>
        </form>
    }
    .into_any()
}

#[component]
fn Slider(
    name: &'static str,
    label: &'static str,
    value: f32,
    most: f32,
    moved: Callback<(&'static str, String)>,
) -> impl IntoView {
    let slider = NodeRef::<leptos::html::Input>::new();
    Effect::new(move || {
        if let Some(slider) = slider.get()
            && MOVED.get() == Some(name)
        {
            MOVED.set(None);
            let _ = slider.focus();
        }
    });
    let value = value.to_string();
    let said = RwSignal::new(value.clone());
    view! {
        <label class="why-slider">
            // Not an output: a label names the first control in it, and that must be the slider.
            <span>
                {label} " " <span class="why-number" aria-hidden="true">
                    {said}
                </span>
            </span>
            <input
                node_ref=slider
                type="range"
                name=name
                min="0"
                max=most.to_string()
                step="0.05"
                value=value.clone()
                // After a link back to other parameters, a slider that was moved follows.
                prop:value=value
                autocomplete="off"
                on:input=move |event| said.set(value_of(&event))
                on:change=move |event| moved.run((name, value_of(&event)))
            />
        </label>
    }
    .into_any()
}

fn value_of(event: &Event) -> String {
    let input = event.target().map(JsCast::dyn_into::<HtmlInputElement>);
    input
        .and_then(Result::ok)
        .map_or_else(String::new, |input| input.value())
}
