//! A question that was not answered: what went wrong, what to do, and a way to retry.

use std::time::Duration;

use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::later::later;
use crate::answers::{Answers, Question};
use crate::paths::path_of;
use crate::problem::Problem;

/// The delay between an answer and the next attempt while the server is starting.
const PATIENCE: Duration = Duration::from_secs(2);

/// The panel. While the server is starting, it retries until the server is ready.
#[component]
pub fn ErrorPanel(
    /// Where to retry.
    answers: Answers,
    /// The question.
    question: Question,
    /// What went wrong.
    problem: Problem,
) -> impl IntoView {
    let starting = problem.code == "starting";
    if starting {
        // A pending attempt is waited for, however long it takes: asking again would cancel it.
        Effect::new(move || {
            if answers.is_waiting() {
                return;
            }
            later(PATIENCE, move || answers.retry());
        });
    }
    let (title, advice) = words(&problem.code);
    let (state, path) = (&question.state, question.path());
    let retry = move |event: MouseEvent| {
        event.prevent_default();
        answers.retry();
    };
    let unfiltered = (problem.code == "bad_query" && !state.filters.is_empty())
        .then(|| state.without_filters().href(&path));
    let again = state.href(&path);
    let retriable = !matches!(problem.code.as_str(), "bad_query" | "not_found");
    view! {
        <section class="notice notice-problem" role="alert">
            <h2 class="notice-title">{title}</h2>
            <p class="notice-message">{problem.message}</p>
            <p>{advice}</p>
            <p class="notice-ways">
                {unfiltered
                    .map(|href| {
                        view! {
                            <a class="button-quiet" href=href>
                                "Search without the filter"
                            </a>
                        }
                    })}
                {retriable
                    .then(|| {
                        view! {
                            <a class="button" href=again on:click=retry>
                                "Try again"
                            </a>
                        }
                    })}
                {(!retriable)
                    .then(|| {
                        view! {
                            <a class="button-quiet" href=path_of(None)>
                                "Start over"
                            </a>
                        }
                    })}
            </p>
        </section>
    }
}

/// What happened and what to do, by the problem's code.
fn words(code: &str) -> (&'static str, &'static str) {
    match code {
        "bad_query" => (
            "This search is not valid",
            "Change the query, the mode or the filter.",
        ),
        "not_found" => (
            "Not found here",
            "It may have been removed since the link was made.",
        ),
        "unauthorized" => (
            "This needs a key",
            "Sign in with a key of this service, then try again.",
        ),
        "rate_limited" => (
            "Too many requests",
            "More came from here than the server answers. Wait a moment, then try again.",
        ),
        "overloaded" => (
            "The server is busy",
            "It is receiving more searches than it can answer. Wait a moment, then try again.",
        ),
        "starting" => (
            "The server is starting",
            "It is loading its model and its indexes, which takes a moment. The results \
             will appear as soon as it is ready.",
        ),
        "unreachable" => (
            "The server cannot be reached",
            "Check the connection, then try again.",
        ),
        _ => (
            "Something went wrong",
            "Try again. If it happens again, the server's log says why.",
        ),
    }
}
