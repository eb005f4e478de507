//! A collection as a map in two dimensions. Without JavaScript, the page lists its regions and the hits
//! of a query.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate, use_params_map};
use parallax::vocabulary::MapState;

use crate::components::map::address::MapAddress;
use crate::components::map::{FoundHits, MapBody, NoMap};
use crate::components::tab_title::TabTitle;
use crate::functions::{NamedMap, hits_on_map, map};
use crate::json::{Resource, resource};
use crate::paths::{page_path, path_of};
use crate::problem::Problem;
use crate::state::LONGEST;

/// The page.
#[component]
pub fn MapPage() -> impl IntoView {
    let params = use_params_map();
    let search = use_location().search;
    let collection = Memo::new(move |_| params.read().get("collection"));
    let address = Memo::new(move |_| MapAddress::read(&search.read()));
    let q = Memo::new(move |_| address.read().q.clone());
    let path = move || page_path(collection.read().as_deref(), "map");

    let found = resource(move || collection.get(), map);
    let hits: Resource<FoundHits> = resource(
        move || (collection.get(), q.get()),
        |(collection, q)| async move {
            match q.is_empty() {
                true => Ok(None),
                false => hits_on_map(collection, q).await.map(Some),
            }
        },
    );
    let navigate = use_navigate();
    let go = Callback::new(move |(to, replace): (MapAddress, bool)| {
        let options = NavigateOptions {
            replace,
            scroll: false,
            ..NavigateOptions::default()
        };
        navigate(&to.href(&untrack(path)), options);
    });
    let replace = Callback::new(move |(colour, view)| {
        let now = address.get_untracked();
        let to = MapAddress {
            colour,
            view: Some(view),
            ..now.clone()
        };
        if to.href("") != now.href("") {
            go.run((to, true));
        }
    });
    let field = NodeRef::<leptos::html::Input>::new();
    let ask = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(field) = field.get_untracked() {
            let q = field.value().trim().to_owned();
            let now = address.get_untracked();
            match q == now.q {
                true => hits.refetch(),
                false => go.run((MapAddress { q, ..now }, false)),
            }
        }
    };
    // Back and Forward bring back other queries.
    Effect::new(move |ran_before: Option<()>| {
        let q = q.get();
        if let (Some(field), true) = (field.get_untracked(), ran_before.is_some())
            && field.value().trim() != q
        {
            field.set_value(&q);
        }
    });
    let looked = StoredValue::new(0u32);
    let look = Callback::new(move |()| found.refetch());
    let body = move || {
        let search_path = path_of(collection.get_untracked().as_deref());
        found.get().map(|found| match found {
            Err(problem) => refused(problem, search_path).into_any(),
            Ok(NamedMap { collection, map }) => match map.state {
                MapState::Ready => view! {
                    <MapBody collection path=search_path map address replace hits />
                }
                .into_any(),
                _ => view! { <NoMap map path=search_path looked look /> }.into_any(),
            },
        })
    };
    let name = move || {
        let found = found.get()?.ok()?;
        Some(view! {
            " of "
            <bdi>{found.collection}</bdi>
        })
    };
    let now = address.get_untracked();
    view! {
        <TabTitle text="Map · Parallax" />
        <div class="map-page">
            <div class="map-head">
                <h1>"Map" <Transition>{name}</Transition></h1>
                <form class="map-form" role="search" method="get" action=path on:submit=ask>
                    {now
                        .colour
                        .map(|colour| view! { <input type="hidden" name="colour" value=colour /> })}
                    <label for="q" class="sr-only">
                        "Search on the map"
                    </label>
                    <input
                        node_ref=field
                        id="q"
                        name="q"
                        type="search"
                        placeholder="Search on the map"
                        value=now.q
                        maxlength=LONGEST
                        autocomplete="off"
                        enterkeyhint="search"
                    />
                    <button type="submit" class="button">
                        "Search"
                    </button>
                </form>
            </div>
            <Transition>{body}</Transition>
        </div>
    }
}

fn refused(problem: Problem, back: String) -> impl IntoView {
    view! {
        <section class="notice notice-problem" role="alert">
            <h2 class="notice-title">"This map cannot be shown"</h2>
            <p class="notice-message">{problem.message}</p>
            <p class="notice-ways">
                <a class="button" href=back>
                    "Go to the search"
                </a>
            </p>
        </section>
    }
}
