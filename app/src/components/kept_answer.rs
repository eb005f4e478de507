//! Offers a newer answer that waits because the reader is in the list.

use leptos::prelude::*;
use parallax::vocabulary::Mode;

use super::keys::focus_result;
use super::live::live;
use crate::answers::Answers;

/// The button; nothing if no answer waits.
#[component]
pub fn KeptAnswer(
    /// The answers.
    answers: Answers,
) -> impl IntoView {
    let mode = Memo::new(move |_| answers.kept_mode());
    let show = move |_| {
        answers.show_kept();
        // This button disappears with its answer.
        request_animation_frame(|| {
            focus_result(1);
        });
    };
    let button = move || {
        let text = match mode.get()? {
            Mode::Neural => "Show the ranking by meaning",
            _ => "Show the ranking by both",
        };
        Some(view! {
            <button type="button" class="button kept-button" on:click=show>
                {text}
            </button>
        })
    };
    view! {
        <div class="kept" aria-live="polite">
            {live(button)}
        </div>
    }
}
