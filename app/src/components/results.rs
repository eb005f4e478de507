//! Everything below the form: what the newest answer, or the lack of one, makes of it.
//!
//! Which of its faces is shown and what is on it are separate signals, so that an answer
//! after another changes the list in place instead of drawing it anew.

use leptos::prelude::*;

use super::error_panel::ErrorPanel;
use super::examples::Examples;
use super::nothing_found::NothingFound;
use super::result_list::ResultList;
use super::skeleton::Skeleton;
use super::status::Status;
use crate::address::Address;
use crate::answers::{Answers, Outcome, Question};
use crate::wire::{CollectionInfo, Problem};

#[derive(Clone, PartialEq)]
enum Face {
    Waiting,
    Idle(CollectionInfo),
    Problem(Question, Problem),
    Nothing,
    List,
}

/// The results. To be used under a `Suspense`.
#[component]
pub fn Results(
    /// What the URL asks.
    address: Address,
    /// What was answered.
    answers: Answers,
    /// The collection.
    info: Resource<Result<CollectionInfo, Problem>>,
) -> impl IntoView {
    let found = Memo::new(move |_| answers.found());
    let waiting = Memo::new(move |_| answers.is_waiting());
    let face = Memo::new(move |_| {
        let Some(answer) = answers.latest() else {
            return Face::Waiting;
        };
        // Asked once more in vain, the panel stays as it is: nobody is told twice.
        let question = Question {
            attempt: 0,
            ..answer.question
        };
        match answer.outcome {
            Outcome::Idle if waiting.get() => Face::Waiting,
            Outcome::Idle => match info.get() {
                None => Face::Waiting,
                Some(Ok(info)) => Face::Idle(info),
                Some(Err(problem)) => Face::Problem(question, problem),
            },
            Outcome::Failed(problem) => Face::Problem(question, problem),
            Outcome::Found { response, .. } if response.hits.is_empty() => Face::Nothing,
            Outcome::Found { .. } => Face::List,
        }
    });
    let drawn = move || match face.get() {
        Face::Waiting => view! { <Skeleton /> }.into_any(),
        Face::Idle(info) => view! { <Examples address info /> }.into_any(),
        Face::Problem(question, problem) => {
            view! { <ErrorPanel answers question problem /> }.into_any()
        }
        Face::Nothing => view! { <NothingFound found /> }.into_any(),
        Face::List => view! { <ResultList found /> }.into_any(),
    };
    view! {
        <Status found waiting />
        <section
            class="results"
            aria-label="Results"
            aria-busy=move || if waiting.get() { "true" } else { "false" }
        >
            {drawn}
        </section>
    }
}
