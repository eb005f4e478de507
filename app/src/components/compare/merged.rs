//! The rankings as one list, for a narrow screen: the first of each, then the second of each, every
//! record once, with its place in all of them.

use leptos::prelude::*;

use super::row::CompareRow;
use super::rows::{Row, Shown};

/// The list.
#[component]
pub fn Merged(
    /// What is shown.
    shown: Memo<Shown>,
) -> impl IntoView {
    let rows = Memo::new(move |_| shown.read().merged.clone());
    let drawn = |row: Row| {
        let place = row.place;
        view! {
            <li class="compare-row">
                <CompareRow row place />
            </li>
        }
    };
    view! {
        <section class="compare-merged" aria-labelledby="compare-merged">
            <h2 class="sr-only" id="compare-merged">
                "All rankings in one list"
            </h2>
            <ol class="compare-rows">
                <For each=move || rows.get() key=Row::key let:row>
                    {drawn(row)}
                </For>
            </ol>
        </section>
    }
    .into_any()
}
