//! What a page shows instead of its content if there is none: why, and where to go on.

use leptos::prelude::*;

use crate::problem::Problem;

/// The notice, with a button to the search.
pub fn refusal(title: &'static str, problem: Problem, search_path: String) -> AnyView {
    view! {
        <section class="notice notice-problem" role="alert">
            <h2 class="notice-title">{title}</h2>
            <p class="notice-message">{problem.message}</p>
            <p class="notice-ways">
                <a class="button-quiet" href=search_path>
                    "Go to the search"
                </a>
            </p>
        </section>
    }
    .into_any()
}
