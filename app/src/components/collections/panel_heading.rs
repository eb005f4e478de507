//! The heading of a panel that replaces another. The element that had the focus may be gone, so
//! the heading takes the focus, and a screen reader announces it.

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
