//! The list of collections.

use leptos::prelude::*;
use parallax::vocabulary::CollectionInfo;

use super::collection_row::CollectionRow;
use crate::problem::Problem;

/// The collections, as last fetched from the server.
pub type Collections = Resource<Result<Vec<CollectionInfo>, Problem>>;

/// The list, or why it is unavailable.
#[component]
pub fn CollectionList(
    /// The collections.
    collections: Collections,
    /// Called with the collection to delete.
    #[prop(into)]
    on_delete: Callback<CollectionInfo>,
) -> impl IntoView {
    let drawn = move || {
        let drawn = match collections.get()? {
            Err(problem) => unavailable(problem).into_any(),
            Ok(all) if all.is_empty() => {
                view! { <p class="collections-none">"There is no collection yet."</p> }.into_any()
            }
            Ok(all) => {
                let rows = all
                    .into_iter()
                    .map(|info| view! { <CollectionRow info on_delete /> });
                view! {
                    <ul class="collections" aria-labelledby="collections-title">
                        {rows.collect_view()}
                    </ul>
                }
                .into_any()
            }
        };
        Some(drawn)
    };
    // The old list stays while it is refetched.
    view! { <Transition>{drawn}</Transition> }
}

fn unavailable(problem: Problem) -> impl IntoView {
    view! {
        <section class="notice notice-problem" role="alert">
            <h2 class="notice-title">"The collections cannot be listed"</h2>
            <p class="notice-message">{problem.message}</p>
            <p class="notice-ways">
                <a class="button" href="/collections" rel="external">
                    "Try again"
                </a>
            </p>
        </section>
    }
}
