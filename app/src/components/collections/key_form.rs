//! Asks for the API key if the server requires one.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::browser::keep_key;

/// The field and its button.
#[component]
pub fn KeyForm(
    /// Called once a key has been entered.
    on_key: Callback<()>,
) -> impl IntoView {
    let field = NodeRef::<leptos::html::Input>::new();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(field) = field.get_untracked() {
            keep_key(field.value().trim());
            on_key.run(());
        }
    };
    view! {
        <form class="key-form" on:submit=submit>
            <label>
                <span>"API key"</span>
                <input
                    node_ref=field
                    type="password"
                    required
                    autocomplete="off"
                    spellcheck="false"
                />
            </label>
            <button type="submit" class="button">
                "Use this key"
            </button>
        </form>
    }
}
