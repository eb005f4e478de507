//! Shown before the first search: a description of the collection, and queries to try.

use leptos::prelude::*;
use parallax::vocabulary::{ANYTHING, CollectionInfo};

use crate::address::Address;
use crate::numbers::counted;

/// The collection in a sentence, and its example queries in the chosen mode.
#[component]
pub fn Examples(
    /// The current address.
    address: Address,
    /// The collection.
    info: CollectionInfo,
) -> impl IntoView {
    let CollectionInfo {
        name,
        records,
        examples,
        ..
    } = info;
    let links = examples.into_iter().map(|example| {
        let q = example.clone();
        let href = move || address.state.read().searching(&q).href(&address.path());
        view! {
            <li>
                <a class="example" href=href>
                    {example}
                </a>
            </li>
        }
    });
    let links = links.collect_view();
    let browse = move || {
        let all = address.state.read().searching(ANYTHING);
        all.href(&address.path())
    };
    let some = !links.is_empty();
    view! {
        <div class="idle">
            {some
                .then(|| {
                    view! {
                        <h2 class="idle-title">"Try one of these"</h2>
                        <ul class="example-list">{links}</ul>
                    }
                })}
            <p class="idle-count">
                <strong>{counted(records, "record")}</strong>
                " to search, in the collection “"
                {name}
                "”."
            </p>
            {(records > 0)
                .then(|| {
                    view! {
                        <p class="idle-browse">
                            <a class="button-quiet" href=browse>
                                "Browse all"
                            </a>
                        </p>
                    }
                })}
        </div>
    }
}
