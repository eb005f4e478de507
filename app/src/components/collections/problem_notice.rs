//! A change that was refused: why, what to do, and once more where that may help.

use leptos::prelude::*;

use super::key_form::KeyForm;
use super::panel_heading::PanelHeading;
use crate::wire::Problem;

/// The notice. Where the server wants a key, it asks for one.
#[component]
pub fn ProblemNotice(
    /// What did not happen.
    #[prop(into)]
    title: String,
    /// Why.
    problem: Problem,
    /// Tries it once more.
    #[prop(into)]
    retry: Callback<()>,
) -> impl IntoView {
    let code = problem.code.as_str();
    let advice = advice(code).map(|advice| view! { <p>{advice}</p> });
    let key = (code == "unauthorized").then(|| view! { <KeyForm on_key=retry /> });
    let again = matches!(code, "unreachable" | "overloaded" | "starting" | "internal");
    let again = again.then(|| {
        view! {
            <p class="notice-ways">
                <button type="button" class="button-quiet" on:click=move |_| retry.run(())>
                    "Try again"
                </button>
            </p>
        }
    });
    view! {
        <div class="notice notice-problem">
            <div role="alert">
                <PanelHeading>{title}</PanelHeading>
                <p class="notice-message">{problem.message}</p>
                {advice}
            </div>
            {key}
            {again}
        </div>
    }
}

/// What to do, by the problem's code; nothing where its message says it.
fn advice(code: &str) -> Option<&'static str> {
    match code {
        "unauthorized" => Some(
            "Changes need the server's API key. It is kept in this tab until the tab is closed.",
        ),
        "forbidden" => Some(
            "Changes are not taken from here. Make them on the machine the server runs on, in \
             the browser or on the command line.",
        ),
        "overloaded" | "starting" => Some("Wait a moment, then try again."),
        "unreachable" => Some("Check the connection and the file, then try again."),
        "internal" => Some("Try again. If it happens once more, the server's log says why."),
        _ => None,
    }
}
