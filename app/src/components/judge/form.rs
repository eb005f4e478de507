//! The form for a query and the two ways to rank it.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use parallax::vocabulary::Tally;
use web_sys::HtmlFormElement;

use super::asked::{Asked, tally_fields};
use super::wording::name;

/// The ways to rank that are offered for one collection.
const RANKERS: [&str; 5] = ["neural", "text", "hybrid", "hybrid:0.25", "hybrid:0.75"];

/// Hands a form that is submitted to the page.
pub fn submitted(go: Callback<HtmlFormElement>) -> impl Fn(SubmitEvent) + Clone + 'static {
    move |event: SubmitEvent| {
        event.prevent_default();
        go.run(event_target::<HtmlFormElement>(&event));
    }
}

/// The tally as hidden fields.
pub fn hidden_tally(pair: String, tally: Signal<Tally>) -> AnyView {
    let fields = move || {
        let fields = tally_fields(&pair, tally.get()).into_iter();
        let fields =
            fields.map(|(name, value)| view! { <input type="hidden" name=name value=value /> });
        fields.collect_view()
    };
    fields.into_any()
}

/// The form. `others` are the other collections, which can be compared with this one.
#[component]
pub fn AskForm(
    /// What is asked now.
    asked: Asked,
    /// The page's path.
    path: String,
    /// The names of the other collections.
    others: Vec<String>,
    /// Queries to try.
    examples: Vec<String>,
    /// The tally so far.
    tally: Signal<Tally>,
    /// Whether the query of the address is to be asked again.
    keeps_query: bool,
    /// Goes where the form leads.
    go: Callback<HtmlFormElement>,
) -> impl IntoView {
    let q = if keeps_query {
        asked.q.clone()
    } else {
        String::new()
    };
    let tried = (!keeps_query || asked.q.is_empty()).then(|| {
        let links = examples.into_iter().filter(|example| *example != asked.q);
        let links = links.map(|example| {
            let (asked, path, q) = (asked.clone(), path.clone(), example.clone());
            let href = move || asked.asking(&path, &q, tally.get());
            view! {
                <li>
                    <a class="example" href=href>
                        {example}
                    </a>
                </li>
            }
        });
        view! {
            <ul class="example-list judge-examples" aria-label="Queries to try">
                {links.collect_view()}
            </ul>
        }
    });
    let label = if keeps_query || asked.q.is_empty() {
        "Query"
    } else {
        "Next query"
    };
    view! {
        <form class="judge-form" method="get" action=path autocomplete="off" on:submit=submitted(go)>
            {hidden_tally(asked.pair(), tally)}
            <div class="judge-rankers">
                {choice("a", "Compare", &asked.a, &others)}
                {choice("b", "against", &asked.b, &others)}
            </div>
            <div class="judge-ask">
                <label>
                    <span>{label}</span>
                    <input type="search" name="q" value=q required maxlength="2000" dir="auto" />
                </label>
                <button type="submit" class="button">
                    "Show one mixed list"
                </button>
            </div>
        </form>
        {tried}
    }
    .into_any()
}

fn choice(field: &'static str, label: &'static str, chosen: &str, others: &[String]) -> AnyView {
    let mut rankers: Vec<String> = RANKERS.map(str::to_owned).into();
    rankers.extend(others.iter().map(|other| ["hybrid@", other].concat()));
    if !rankers.iter().any(|ranker| ranker == chosen) {
        rankers.push(chosen.to_owned());
    }
    let options = rankers.into_iter().map(|ranker| {
        let selected = ranker == chosen;
        view! {
            <option value=ranker.clone() selected=selected>
                {name(&ranker)}
            </option>
        }
    });
    view! {
        <label class="judge-ranker">
            <span>{label}</span>
            <select name=field>{options.collect_view()}</select>
        </label>
    }
    .into_any()
}
