//! The balance between the two rankings in hybrid mode: how much meaning counts.

use leptos::prelude::*;

use crate::address::Address;

/// The balance slider in the search form; nothing in a mode with only one ranking.
#[component]
pub fn Balance(
    /// The current address.
    address: Address,
    /// Called when the slider is moved.
    #[prop(into)]
    on_change: Callback<()>,
) -> impl IntoView {
    let is_hybrid = Memo::new(move |_| address.state.read().is_hybrid());
    let slider = move || {
        let value = address.state.read_untracked().share_of_meaning();
        view! {
            <label class="balance">
                <span class="balance-words">"Words"</span>
                <input
                    type="range"
                    name="balance"
                    min="0"
                    max="1"
                    step="0.1"
                    value=value
                    aria-label="How much meaning counts compared with words, from 0 to 1"
                    on:change=move |_| on_change.run(())
                />
                <span class="balance-meaning">"Meaning"</span>
            </label>
        }
    };
    view! { <Show when=move || is_hybrid.get()>{slider()}</Show> }
}
