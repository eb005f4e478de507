//! Judging a search: a blind comparison of two ways to rank, which works without JavaScript, and
//! grades of relevance, which are kept by the server. `asked.rs` is the state in the address,
//! `blind.rs` the comparison, whose parts `form.rs`, `list.rs`, `revealed.rs` and `tally.rs` draw,
//! `grade.rs` the grading, of which `graded.rs` draws one hit, `plain.rs` what both show of a record,
//! and `wording.rs` has the words for results.

mod asked;
mod blind;
mod form;
mod grade;
mod graded;
mod list;
mod plain;
mod revealed;
mod tally;
mod wording;

use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_params_map};

use crate::paths::page_path;
use asked::Asked;
use blind::Blind;
use grade::Grade;

/// Both tasks, and links from one to the other.
#[component]
pub fn JudgeView() -> impl IntoView {
    let params = use_params_map();
    let search = use_location().search;
    let collection = Memo::new(move |_| params.read().get("collection"));
    let asked = Memo::new(move |_| Asked::read(&search.read()));
    let path = Memo::new(move |_| page_path(collection.read().as_deref(), "judge"));
    let grades = Memo::new(move |_| asked.read().grade);
    let task = move |grade: bool, class: Option<&'static str>, text: &'static str| {
        view! {
            <a
                class=class
                href=move || asked.read().task(&path.read(), grade)
                aria-current=move || (grades.get() == grade).then_some("page")
            >
                {text}
            </a>
        }
    };
    let told = move || match grades.get() {
        false => {
            "Two rankings of your query, mixed into one list. Pick the records you would want to \
             find. Only then does the page show which ranking each came from, so what you expect \
             of a ranking cannot influence you."
        }
        true => {
            "Mark the records that are relevant to a query. The judgements become a benchmark of \
             your own search, with which every mode can be measured."
        }
    };
    let drawn = move || match grades.get() {
        false => view! { <Blind asked collection path /> }.into_any(),
        true => view! { <Grade asked collection path /> }.into_any(),
    };
    view! {
        <p class="judge-lead">{told}</p>
        <nav class="judge-tasks" aria-label="Ways to judge">
            {task(false, None, "Blind comparison")} {task(true, Some("in-folder"), "Relevance")}
        </nav>
        {drawn}
    }
    .into_any()
}
