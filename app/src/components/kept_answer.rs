//! Offers a newer answer that waits because the reader is in the list.

use leptos::prelude::*;
use parallax::vocabulary::Mode;

use crate::answers::Answers;

/// The button; nothing if no answer waits.
#[component]
pub fn KeptAnswer(
    /// The answers.
    answers: Answers,
) -> impl IntoView {
    let mode = Memo::new(move |_| answers.kept_mode());
    let button = move || {
        let text = match mode.get()? {
            Mode::Neural => "Show the ranking by meaning",
            _ => "Show the ranking by both",
        };
        Some(view! {
            <button type="button" class="button kept-button" on:click=move |_| answers.show_kept()>
                {text}
            </button>
        })
    };
    view! {
        <div class="kept" aria-live="polite">
            {button}
        </div>
    }
}
