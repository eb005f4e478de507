//! The field for a collection's name.

use leptos::prelude::*;

/// The field. The browser refuses to submit a name that no collection can have.
#[component]
pub fn NameField(
    /// The field's id.
    id: &'static str,
    /// Its label.
    label: &'static str,
    /// What is typed into it, and at first its contents.
    name: RwSignal<String>,
) -> impl IntoView {
    let hint = format!("{id}-hint");
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <input
                id=id
                name="name"
                type="text"
                required
                maxlength="64"
                pattern="[A-Za-z0-9][A-Za-z0-9_\\-]{0,63}"
                title="Letters from A to Z, digits, '-' and '_', at most 64, a letter or digit first"
                aria-describedby=hint.clone()
                spellcheck="false"
                autocapitalize="off"
                value=name.get_untracked()
                on:input:target=move |event| name.set(event.target().value())
            />
            <p id=hint class="hint">
                "Letters from A to Z, digits, “-” and “_”."
            </p>
        </div>
    }
    .into_any()
}
