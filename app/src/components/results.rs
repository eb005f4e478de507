//! Everything below the form, depending on the newest answer.
//!
//! Which view is shown and its content are separate signals, so that a new answer updates the
//! list in place instead of redrawing it.

use leptos::prelude::*;
use parallax::vocabulary::CollectionInfo;

use super::compare::compare_view;
use super::error_panel::ErrorPanel;
use super::examples::Examples;
use super::kept_answer::KeptAnswer;
use super::live::live;
use super::nothing_found::NothingFound;
use super::result_list::ResultList;
use super::skeleton::Skeleton;
use super::status::Status;
use crate::address::Address;
use crate::answers::{Answers, Outcome, Question};
use crate::json::Resource;
use crate::problem::Problem;

#[derive(Clone, PartialEq)]
enum Face {
    Waiting,
    Idle(CollectionInfo),
    Problem(Question, Problem),
    Nothing,
    List,
    Compare,
}

/// The results. Use this under a `Suspense`.
#[component]
pub fn Results(
    /// The current address.
    address: Address,
    /// The answers.
    answers: Answers,
    /// The collection.
    info: Resource<Result<CollectionInfo, Problem>>,
) -> impl IntoView {
    let found = Memo::new(move |_| answers.found());
    let compared = Memo::new(move |_| answers.compared());
    let waiting = Memo::new(move |_| answers.is_waiting());
    let outdated = Memo::new(move |_| answers.is_outdated());
    let face = Memo::new(move |_| {
        let Some(answer) = answers.latest() else {
            return Face::Waiting;
        };
        // After a failed retry the panel stays as it is, so that nothing is announced twice.
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
            Outcome::Compared(compared) if compared.records.is_empty() => Face::Nothing,
            Outcome::Compared(_) => Face::Compare,
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
        Face::Compare => compare_view(address, compared, found),
    };
    view! {
        <Status found compared waiting />
        <section
            class="results"
            aria-label="Results"
            aria-busy=move || if outdated.get() { "true" } else { "false" }
            // A pointer that only rests while the list changes below it does not move.
            on:pointermove=move |_| answers.point(true)
            on:pointerleave=move |_| answers.point(false)
            on:focusin=move |_| answers.focus(true)
            on:focusout=move |_| answers.focus(false)
        >
            {live(drawn)}
            // Within the list: whoever points at it has not left.
            <KeptAnswer answers />
        </section>
    }
}
