//! The list of collections.

use leptos::prelude::*;
use parallax::vocabulary::CollectionInfo;

use super::collection_row::{Ask, CollectionRow};
use crate::json::Resource;
use crate::problem::Problem;
use crate::writing::{Offer, Writing};

/// The collections, as last fetched from the server.
pub type Collections = Resource<Result<Vec<CollectionInfo>, Problem>>;

/// Whether there is a collection with the name that is typed.
pub fn is_taken(collections: Collections, name: RwSignal<String>) -> Memo<bool> {
    Memo::new(move |_| {
        let collections = collections.get().and_then(Result::ok);
        let name = name.read();
        collections.is_some_and(|all| all.iter().any(|info| info.name == name.trim()))
    })
}

#[derive(Clone, PartialEq)]
enum Face {
    Waiting,
    Problem(Problem),
    Empty,
    List,
}

/// The list, or why it is unavailable.
#[component]
pub fn CollectionList(
    /// The collections.
    collections: Collections,
    /// Whether the visitor may change them.
    writing: Writing,
    /// Called with what a visitor wants to do with a collection.
    on_ask: Callback<Ask>,
) -> impl IntoView {
    // The old list stays while it is refetched.
    view! {
        <Transition>
            <Listed collections writing on_ask />
        </Transition>
    }
    .into_any()
}

#[component]
fn Listed(collections: Collections, writing: Writing, on_ask: Callback<Ask>) -> impl IntoView {
    // Both are read at once, so that the server waits for both.
    let face = Memo::new(move |_| match (collections.get(), writing.offer()) {
        (None, _) | (_, Offer::Unknown) => Face::Waiting,
        (Some(Err(problem)), _) => Face::Problem(problem),
        (Some(Ok(all)), _) if all.is_empty() => Face::Empty,
        (Some(Ok(_)), _) => Face::List,
    });
    let all = Memo::new(move |_| {
        let all = collections.get().and_then(Result::ok);
        all.unwrap_or_default()
    });
    move || match face.get() {
        Face::Waiting => ().into_any(),
        Face::Problem(problem) => unavailable(problem),
        Face::Empty => {
            view! { <p class="collections-none">"There is no collection yet."</p> }.into_any()
        }
        // A row stays where it is, with the focus in it, while the others change.
        Face::List => view! {
            <ul class="collections" aria-labelledby="collections-title">
                <For each=move || all.get() key=|info| (info.id, info.name.clone()) let:info>
                    <CollectionRow first=info all writing on_ask />
                </For>
            </ul>
        }
        .into_any(),
    }
}

fn unavailable(problem: Problem) -> AnyView {
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
    .into_any()
}
