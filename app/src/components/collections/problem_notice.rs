//! A change that was refused: why, what to do, and a retry button if that may help.

use leptos::prelude::*;

use super::key_form::KeyForm;
use super::panel_heading::PanelHeading;
use crate::browser::kept_key;
use crate::problem::Problem;

/// The notice. If the server requires a key, it asks for one.
#[component]
pub fn ProblemNotice(
    /// What did not happen.
    #[prop(into)]
    title: String,
    /// Why.
    problem: Problem,
    /// Tries it again.
    #[prop(into)]
    retry: Callback<()>,
) -> impl IntoView {
    let code = problem.code.as_str();
    // Another key may be good for what this tab's key is not.
    let has_key = RwSignal::new(false);
    if code == "forbidden" {
        Effect::new(move || has_key.set(kept_key().is_some()));
    }
    let advice = advice(code);
    let advice = move || {
        let advice = match has_key.get() {
            true => Some("Another key may allow it."),
            false => advice,
        };
        advice.map(|advice| view! { <p>{advice}</p> })
    };
    let needs_key = code == "unauthorized";
    let key = move || (needs_key || has_key.get()).then(|| view! { <KeyForm on_key=retry /> });
    let again = matches!(
        code,
        "unreachable" | "overloaded" | "rate_limited" | "starting" | "internal"
    );
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

/// What to do, by the problem's code; `None` if its message already says it.
fn advice(code: &str) -> Option<&'static str> {
    match code {
        "unauthorized" => Some(
            "Changes need the server's API key. It is kept in this tab until the tab is closed.",
        ),
        "forbidden" => Some(
            "Changes are not accepted from here. Make them on the machine the server runs on, in \
             the browser or on the command line.",
        ),
        "overloaded" | "starting" | "rate_limited" => Some("Wait a moment, then try again."),
        "unreachable" => Some("Check the connection and the file, then try again."),
        "internal" => Some("Try again. If it happens again, the server's log says why."),
        _ => None,
    }
}
