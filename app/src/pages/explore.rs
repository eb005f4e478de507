//! Queries on which search by meaning and search by words disagree most in a collection. While they are
//! being looked for, the page asks again by itself; without JavaScript, by a link.

use std::time::Duration;

use leptos::prelude::*;
use parallax::vocabulary::Exploration;

use crate::address::Address;
use crate::components::explore::{exploration, state_told};
use crate::components::later::later;
use crate::components::tab_title::TabTitle;
use crate::functions::explore;
use crate::json::{Resource, resource};
use crate::paths::page_path;
use crate::problem::Problem;

/// How long to wait before asking again.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// The collection asked, and what was found in it.
type Asked = (Option<String>, Result<Exploration, Problem>);

/// The page.
#[component]
pub fn ExplorePage() -> impl IntoView {
    let address = Address::here();
    let attempt = RwSignal::new(0_u32);
    let found = resource(
        move || (address.collection.get(), attempt.get()),
        |(collection, _)| async move {
            let found = explore(collection.clone()).await;
            (collection, found)
        },
    );
    view! {
        <TabTitle text="Explore · Parallax" />
        <div class="explore-page">
            // What was found stays until the new answer is there.
            <Transition>
                <Explored found attempt />
            </Transition>
        </div>
    }
}

/// What was found. Use this under a `Transition`.
#[component]
fn Explored(found: Resource<Asked>, attempt: RwSignal<u32>) -> impl IntoView {
    // The page is drawn again only if another answer says something else.
    let found = Memo::new(move |_| found.get());
    let mining = Memo::new(move |_| {
        let found = found.read();
        matches!(&*found, Some((_, Ok(found))) if found.mining)
    });
    Effect::new(move || {
        attempt.track();
        if mining.get() {
            later(PATIENCE, move || {
                attempt.try_update(|attempt| *attempt = attempt.wrapping_add(1));
            });
        }
    });
    let name = move || match &*found.read() {
        Some((_, Ok(found))) => Some(found.collection.clone()),
        _ => None,
    };
    let state = move || match &*found.read() {
        Some((_, Ok(found))) => state_told(found),
        _ => String::new(),
    };
    let again = move || {
        let (collection, _) = found.get().filter(|_| mining.get())?;
        let own_path = page_path(collection.as_deref(), "explore");
        Some(view! {
            <p class="without-js">
                <a class="button-quiet" href=own_path>
                    "Reload"
                </a>
            </p>
        })
    };
    let drawn = move || match &*found.read() {
        Some((collection, Ok(found))) => exploration(collection.as_deref(), found),
        Some((_, Err(problem))) => refused(problem),
        None => ().into_any(),
    };
    view! {
        <h1>"Explore " <bdi>{name}</bdi></h1>
        <p class="explore-state" role="status">
            {state}
        </p>
        {again}
        {drawn}
    }
    .into_any()
}

fn refused(problem: &Problem) -> AnyView {
    let message = problem.message.clone();
    view! {
        <div class="notice notice-problem" role="alert">
            <p class="notice-message">{message}</p>
        </div>
    }
    .into_any()
}
