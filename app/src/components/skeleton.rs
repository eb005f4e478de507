//! A placeholder for the results before they arrive.

use leptos::prelude::*;

/// Three grey cards.
#[component]
pub fn Skeleton() -> impl IntoView {
    let card = |_| {
        view! {
            <div class="skeleton-card">
                <span class="skeleton-logo"></span>
                <span class="skeleton-line w-2/5"></span>
                <span class="skeleton-line w-full"></span>
                <span class="skeleton-line w-4/5"></span>
            </div>
        }
    };
    view! {
        <div class="skeleton" aria-hidden="true">
            {(0..3).map(card).collect_view()}
        </div>
    }
}
