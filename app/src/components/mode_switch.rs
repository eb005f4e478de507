//! The mode switch: three radio buttons in the search form.

use leptos::prelude::*;

use crate::address::Address;
use crate::mode::Mode;

/// The switch.
#[component]
pub fn ModeSwitch(
    /// The current address.
    address: Address,
    /// Called when another mode is chosen.
    #[prop(into)]
    on_change: Callback<()>,
) -> impl IntoView {
    let current = address.state.get_untracked().mode;
    let choice = move |mode: Mode| {
        view! {
            <label class=format!("mode mode-{}", mode.name())>
                <input
                    type="radio"
                    name="mode"
                    value=mode.name()
                    checked=mode.name() == current
                    on:change=move |_| on_change.run(())
                />
                <span class="mode-label">{mode.label()}</span>
                <span class="mode-hint">{mode.hint()}</span>
            </label>
        }
    };
    view! {
        <fieldset class="modes">
            <legend class="sr-only">"How to search"</legend>
            {Mode::ALL.map(choice).into_iter().collect_view()}
        </fieldset>
    }
}
