//! The mode switch: radio buttons in the search form, one for each mode of the engine and one to
//! compare them.

use leptos::prelude::*;
use parallax::vocabulary::Mode;

use crate::address::Address;
use crate::state::COMPARE;

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
    let choice = move |(name, label, hint): (&'static str, &'static str, &'static str)| {
        view! {
            <label class=format!("mode mode-{name}")>
                <input
                    type="radio"
                    name="mode"
                    value=name
                    checked=name == current
                    on:change=move |_| on_change.run(())
                />
                <span class="mode-label">{label}</span>
                <span class="mode-hint">{hint}</span>
            </label>
        }
    };
    let modes = Mode::ALL.map(|mode| (mode.name(), label(mode), hint(mode)));
    let compare = (COMPARE, "Compare", "all three side by side");
    view! {
        <fieldset class="modes">
            <legend class="sr-only">"How to search"</legend>
            {modes.into_iter().chain([compare]).map(choice).collect_view()}
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
