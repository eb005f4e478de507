//! One collection in the list.

use leptos::prelude::*;
use parallax::vocabulary::{CollectionInfo, GraphState};

use crate::numbers::{counted, size};
use crate::state::path_of;

/// Its name with a link to its search page, some facts about it, and a delete button.
#[component]
pub fn CollectionRow(
    /// The collection.
    info: CollectionInfo,
    /// Called to delete it.
    on_delete: Callback<CollectionInfo>,
) -> impl IntoView {
    let name = info.name.clone();
    let index = match info.graph {
        GraphState::Ready => "index ready",
        GraphState::Failed => "scanned in full, index failed",
        GraphState::NotNeeded => "scanned in full",
        // The exact scan answers until then.
        GraphState::Building => "searchable, index being built",
    };
    let facts = [
        counted(info.records, "record"),
        size(info.bytes),
        index.to_owned(),
    ];
    let first = info.default.then(|| {
        view! {
            <span class="collection-default" title="Used when no collection is named">
                "default"
            </span>
        }
    });
    let label = format!("Delete {name}");
    view! {
        <li class="collection">
            <div>
                <a class="collection-name" href=path_of(Some(&name))>
                    {name.clone()}
                </a>
                {first}
                <ul class="collection-facts" aria-label=format!("About {name}")>
                    {facts.map(|fact| view! { <li>{fact}</li> }).into_iter().collect_view()}
                </ul>
            </div>
            <button
                type="button"
                class="button-quiet with-js"
                aria-label=label
                on:click=move |_| on_delete.run(info.clone())
            >
                "Delete"
            </button>
        </li>
    }
}
