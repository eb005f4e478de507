//! How much meaning counts in the ranking by both. The slider belongs to the search form, so that
//! without JavaScript its button asks the same question with another balance.

use std::time::Duration;

use leptos::ev::Event;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use parallax::vocabulary::BALANCE;

use crate::address::Address;
use crate::answers::Compared;
use crate::components::live::live;
use crate::components::search_form::FORM;
use crate::numbers::{is_number, real};
use crate::paths::path_of;
use crate::state::SearchState;

/// How long the slider must rest before the rankings are fused anew.
const REST: Duration = Duration::from_millis(80);

/// The slider, and what each ranking counts in the answer shown.
#[component]
pub fn Weigh(
    /// The current address.
    address: Address,
    /// The newest comparison.
    compared: Memo<Option<Compared>>,
) -> impl IntoView {
    let slider = NodeRef::<leptos::html::Input>::new();
    let navigate = use_navigate();
    let go = move |balance: String| {
        // The reader may have left the comparison in the meantime.
        let Some(state) = address.state.try_get_untracked() else {
            return;
        };
        if !state.compares() {
            return;
        }
        let state = SearchState {
            balance: (!is_number(&balance, BALANCE)).then_some(balance),
            ..state
        };
        let path = path_of(address.collection.get_untracked().as_deref());
        let options = NavigateOptions {
            replace: true,
            scroll: false,
            ..NavigateOptions::default()
        };
        navigate(&state.href(&path), options);
    };
    let mut weigh = debounce(REST, go.clone());
    let input = move |event: Event| weigh(event_target_value(&event));
    Effect::new(move |ran_before: Option<()>| {
        let balance = address.state.read().share_of_meaning();
        let Some(slider) = slider.get() else {
            return;
        };
        if real(&slider.value()) == real(&balance) {
            return;
        }
        if ran_before.is_none() {
            // It was moved before the page came to life.
            go(slider.value());
        } else if !slider.matches(":active").unwrap_or(false) {
            // After Back, it follows the address; while it is moved, it leads.
            slider.set_value(&balance);
        }
    });
    let counts = move || {
        let compared = compared.read();
        let balance = compared.as_ref()?.comparison.balance?;
        let meaning = (balance * 100.0).round() as u32;
        Some(format!(
            "meaning {meaning}%, words {}%",
            100_u32.saturating_sub(meaning)
        ))
    };
    view! {
        <div class="compare-weigh">
            <label class="compare-weigh-label">
                <span class="compare-by-words">"Words"</span>
                <input
                    node_ref=slider
                    type="range"
                    name="balance"
                    form=FORM
                    min="0"
                    max="1"
                    step="0.05"
                    value=address.state.read_untracked().share_of_meaning()
                    aria-label="How much meaning counts compared with words, from 0 to 1"
                    on:input=input
                />
                <span class="compare-by-meaning">"Meaning"</span>
            </label>
            <p class="compare-weigh-told">{live(counts)}</p>
            <button type="submit" form=FORM class="button-quiet without-js">
                "Apply"
            </button>
        </div>
    }
    .into_any()
}
