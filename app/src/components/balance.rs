//! The balance between the two rankings where both rank: how much meaning counts.

use leptos::prelude::*;

use crate::address::Address;
use crate::limits::BALANCE;

/// The balance, a slider of the search form; nothing in a mode with one ranking.
#[component]
pub fn Balance(
    /// What the URL asks.
    address: Address,
    /// Called when it was moved.
    #[prop(into)]
    on_change: Callback<()>,
) -> impl IntoView {
    let is_hybrid = Memo::new(move |_| address.state.read().is_hybrid());
    let slider = move || {
        let state = address.state.get_untracked();
        let value = state.balance.unwrap_or_else(|| BALANCE.into());
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
                    aria-label="How much meaning counts beside words, from 0 to 1"
                    on:change=move |_| on_change.run(())
                />
                <span class="balance-meaning">"Meaning"</span>
            </label>
        }
    };
    view! { <Show when=move || is_hybrid.get()>{slider()}</Show> }
}
