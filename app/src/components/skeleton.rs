//! A placeholder for the results before they arrive.

use leptos::prelude::*;

/// How many cards the first screen shows.
const CARDS: usize = 8;

/// Grey cards, of the size that the cards of hits have.
#[component]
pub fn Skeleton() -> impl IntoView {
    let card = |_| {
        view! {
            <li class="card">
                <span class="logo skeleton-box"></span>
                <span class="card-head">
                    <span class="skeleton-line w-2/5"></span>
                </span>
                <span class="evidence">
                    <span class="skeleton-line w-1/2"></span>
                </span>
                <span class="card-body">
                    <span class="skeleton-line w-full"></span>
                    <span class="skeleton-line w-full"></span>
                    <span class="skeleton-line w-3/4"></span>
                </span>
                <span class="card-actions">
                    <span class="skeleton-line w-2/5"></span>
                </span>
            </li>
        }
    };
    view! {
        <ol class="cards skeleton" aria-hidden="true">
            {(0..CARDS).map(card).collect_view()}
        </ol>
    }
}
