//! The mode switch: three radio buttons in the search form.

use leptos::prelude::*;
use parallax::vocabulary::Mode;

use crate::address::Address;

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
                <span class="mode-label">{label(mode)}</span>
                <span class="mode-hint">{hint(mode)}</span>
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

fn label(mode: Mode) -> &'static str {
    match mode {
        Mode::Neural => "By meaning",
        Mode::Text => "By words",
        Mode::Hybrid => "By both",
    }
}

/// One line on what a mode does.
fn hint(mode: Mode) -> &'static str {
    match mode {
        Mode::Neural => "what you mean",
        Mode::Text => "the words you typed",
        Mode::Hybrid => "both rankings, fused",
    }
}
