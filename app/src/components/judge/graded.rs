//! One hit of a pool, with its grade.

use leptos::prelude::*;
use leptos::task::spawn_local;
use parallax::vocabulary::{Graded, Judgement, Progress};

use super::plain::{called, plain, whole};
use crate::browser;
use crate::components::collections::problem_notice::ProblemNotice;
use crate::problem::Problem;
use crate::writing::Writing;

/// What the grades are called, from 0.
const GRADES: [&str; 3] = ["Not", "Partly", "Yes"];

/// The hit.
#[component]
pub fn GradedHit(
    /// The hit.
    graded: Graded,
    /// Its place in the pool, from 1.
    place: usize,
    /// The collection's name.
    collection: String,
    /// The path of the search page.
    search_path: String,
    /// The query.
    q: String,
    /// Whether the visitor may judge. Read it under a `Suspense`.
    may_judge: Signal<bool>,
    /// Who may write.
    writing: Writing,
    /// How much has been judged, updated with every judgement.
    progress: RwSignal<Progress>,
) -> impl IntoView {
    let Graded { record, grade } = graded;
    let id = record.id.clone().unwrap_or_default();
    let name = called(&record);
    let grade = RwSignal::new(grade);
    let said = RwSignal::new("");
    let problem = RwSignal::new(None::<(Problem, Option<u8>)>);
    let keep = {
        let (collection, q, id) = (collection, q, id);
        Callback::new(move |chosen: Option<u8>| {
            let before = grade.get_untracked();
            grade.set(chosen);
            said.set("");
            let (collection, q, id) = (collection.clone(), q.clone(), id.clone());
            spawn_local(async move {
                let kept = match chosen {
                    Some(grade) => browser::judge(&collection, &Judgement { q, id, grade }).await,
                    None => browser::take_back(&collection, &q, &id).await,
                };
                // The reader may have gone elsewhere, or chosen another grade.
                let newest = grade.try_get_untracked() == Some(chosen);
                match kept {
                    Ok(now) => {
                        progress.try_set(now);
                        problem.try_set(None);
                        said.try_set(if chosen.is_some() {
                            "Saved"
                        } else {
                            "Taken back"
                        });
                    }
                    Err(why) if newest => {
                        grade.try_set(before);
                        problem.try_set(Some((why, chosen)));
                    }
                    Err(_) => {}
                }
            });
        })
    };
    let group = format!("grade-{place}");
    let name_id = format!("judge-{place}");
    let choice = {
        let group = group.clone();
        move |(value, text): (u8, &'static str)| {
            view! {
                <label class="judge-grade">
                    <input
                        type="radio"
                        name=group.clone()
                        value=value.to_string()
                        prop:checked=move || grade.get() == Some(value)
                        on:change=move |_| keep.run(Some(value))
                    />
                    <span>{text}</span>
                </label>
            }
        }
    };
    let graded = move |class: &'static str| {
        let told = grade.get().and_then(|grade| GRADES.get(usize::from(grade)));
        told.map(|told| view! { <p class=class>"Relevant: " {*told}</p> })
    };
    let choices = move || {
        if !may_judge.get() {
            return graded("judge-graded").into_any();
        }
        let choices = (0..).zip(GRADES).map(choice.clone()).collect_view();
        let legend = ["Is ", &name, " relevant?"].concat();
        let back = move || {
            grade.get().map(|_| {
                view! {
                    <button
                        type="button"
                        class="link-button judge-back"
                        on:click=move |_| keep.run(None)
                    >
                        "Take back"
                    </button>
                }
            })
        };
        view! {
            {graded("judge-graded without-js")}
            <fieldset class="judge-grades with-js">
                <legend class="sr-only">{legend}</legend>
                <span class="judge-question" aria-hidden="true">
                    "Relevant?"
                </span>
                {choices}
                {back}
                <span class="judge-kept" role="status">
                    {said}
                </span>
            </fieldset>
        }
        .into_any()
    };
    let refused = move || {
        problem.get().map(|(problem, chosen)| {
            let retry = move |()| {
                writing.got_key();
                keep.run(chosen);
            };
            view! { <ProblemNotice title="The judgement was not saved" problem retry /> }
        })
    };
    view! {
        <li class="judge-hit">
            <div class="judge-record">
                {plain(&record, name_id)} {choices} {refused}
            </div>
            {whole(&record, &search_path)}
        </li>
    }
    .into_any()
}
