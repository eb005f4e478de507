//! The headline above the form before the first search. Afterwards, the page's heading is
//! visible to screen readers only.

use leptos::either::Either;
use leptos::prelude::*;

use crate::answers::Answers;

/// The headline.
#[component]
pub fn Hero(
    /// The answers: the headline leaves with the first key.
    answers: Answers,
) -> impl IntoView {
    let idle = Memo::new(move |_| answers.is_idle());
    move || {
        if idle.get() {
            Either::Left(view! {
                <div class="hero">
                    <h1>
                        "Search by what it " <span class="by-meaning">"means"</span>
                        ", or by the " <span class="by-words">"words"</span> " it uses."
                    </h1>
                    <p>
                        "Describe what you are after in your own words. Every result says why it \
                         is there."
                    </p>
                </div>
            })
        } else {
            Either::Right(view! { <h1 class="sr-only">"Search results"</h1> })
        }
    }
}
