//! The heading of a panel that takes another's place. What was focused there is gone, so the
//! focus comes here, and a screen reader says what is new.

use leptos::prelude::*;

/// The heading.
#[component]
pub fn PanelHeading(children: Children) -> impl IntoView {
    let heading = NodeRef::<leptos::html::H3>::new();
    Effect::new(move || {
        if let Some(heading) = heading.get() {
            let _ = heading.focus();
        }
    });
    view! {
        <h3 node_ref=heading class="notice-title" tabindex="-1">
            {children()}
        </h3>
    }
}
