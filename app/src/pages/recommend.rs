//! Records similar to those that the reader likes, and away from those that the reader does not like.
//! The examples are in the address, so everything works without JavaScript.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use parallax::vocabulary::{ANYTHING, Answer, SearchRequest};
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::components::recommend::gathered::Gathered;
use crate::components::recommend::given::{Given, TextForm};
use crate::components::recommend::recommendation::Recommendations;
use crate::components::recommend::start::Start;
use crate::components::recommend::wanted::Wanted;
use crate::components::refusal::refusal;
use crate::components::tab_title::TabTitle;
use crate::functions::recommend::{Recommended, recommend};
use crate::functions::search;
use crate::json::resource;
use crate::numbers::counted;
use crate::paths::{page_path, path_of};
use crate::problem::Problem;

/// How many records are offered to begin with.
const FIRST: u32 = 8;

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Shown {
    /// Nothing is given yet: the first records of the collection.
    First(Answer),
    /// What is recommended.
    Recommended(Recommended),
}

impl Shown {
    async fn of(collection: Option<String>, wanted: &Wanted) -> Result<Self, Problem> {
        if wanted.is_empty() {
            let request = SearchRequest {
                limit: FIRST,
                ..SearchRequest::new(ANYTHING)
            };
            return search(collection, request).await.map(Self::First);
        }
        let recommended = recommend(collection, wanted.asked()).await;
        recommended.map(Self::Recommended)
    }

    fn collection(&self) -> &str {
        match self {
            Self::First(answer) => &answer.collection,
            Self::Recommended(recommended) => &recommended.collection,
        }
    }

    /// What a screen reader is told.
    fn said(&self) -> String {
        match self {
            Self::Recommended(Recommended {
                recommended: Ok(found),
                ..
            }) => counted(found.answer.hits.len() as u32, "recommendation"),
            _ => String::new(),
        }
    }
}

/// The page.
#[component]
pub fn RecommendPage() -> impl IntoView {
    let address = Address::here();
    let location = use_location();
    // While navigating away, the address is that of the next page; keep the last one.
    let wanted = Memo::new(move |before: Option<&Wanted>| {
        let left = !location.pathname.read().ends_with("/recommend");
        let before = before.filter(|_| left).cloned();
        before.unwrap_or_else(|| Wanted::read(&location.search.read()))
    });
    let found = resource(
        move || (address.collection.get(), wanted.get()),
        |(collection, wanted)| async move {
            let shown = Shown::of(collection.clone(), &wanted).await;
            (collection, wanted, shown)
        },
    );
    let gathered = Gathered::here();
    let said = RwSignal::new(String::new());
    let heading = NodeRef::<leptos::html::H1>::new();
    Effect::new(move |ran_before: Option<()>| {
        if let Some((_, _, Ok(shown))) = &*found.read() {
            gathered.show(shown.collection());
            said.set(shown.said());
        }
        // The link that was followed may be gone, and the focus with it.
        if ran_before.is_some() {
            request_animation_frame(move || keep_focus(heading));
        }
    });
    let drawn = move || {
        let (collection, wanted, shown) = found.get()?;
        let path = page_path(collection.as_deref(), "recommend");
        let search_path = path_of(collection.as_deref());
        Some(match shown {
            Ok(Shown::First(first)) => view! { <Start first path search_path /> }.into_any(),
            Ok(Shown::Recommended(found)) => recommended(found, wanted, path, search_path),
            Err(problem) => refusal("There are no recommendations", problem, search_path),
        })
    };
    let back = move || address.path();
    view! {
        <TabTitle text="Recommendations · Parallax" />
        <div class="recommend-page">
            <p>
                <a class="record-back" href=back>
                    "Search this collection"
                </a>
            </p>
            <h1 node_ref=heading tabindex="-1">
                "Recommendations"
            </h1>
            <p class="sr-only" role="status">
                {said}
            </p>
            <TextForm address wanted />
            // The old recommendations stay until the new ones are there.
            <Transition>{drawn}</Transition>
        </div>
    }
}

/// Gives the focus to the heading, if it was lost.
fn keep_focus(heading: NodeRef<leptos::html::H1>) {
    let active = document().active_element();
    let lost = active.is_none_or(|active| active.tag_name().eq_ignore_ascii_case("body"));
    if let Some(heading) = heading.try_get_untracked().flatten().filter(|_| lost) {
        let _ = heading.focus();
    }
}

fn recommended(found: Recommended, wanted: Wanted, path: String, search_path: String) -> AnyView {
    let Recommended {
        liked,
        disliked,
        recommended,
        ..
    } = found;
    let examples: Vec<_> = liked.iter().chain(&disliked).cloned().collect();
    let missing = examples.iter().filter(|example| example.missing).count() as u32;
    let missing = (missing > 0).then(|| {
        let said = match missing {
            1 => "One example is no longer in the collection and is left out.".to_owned(),
            _ => format!("{missing} examples are no longer in the collection and are left out."),
        };
        view! { <p class="recommend-note">{said}</p> }
    });
    let listed = match recommended {
        Err(problem) => nothing(problem, &path),
        Ok(found) if found.answer.hits.is_empty() => {
            view! { <p class="recommend-note">"The collection has no other records."</p> }
                .into_any()
        }
        Ok(found) => {
            let shown = found.answer.hits.len() as u32;
            let more = wanted.more().filter(|_| shown == wanted.limit);
            let more = more.map(|more| {
                view! {
                    <p class="more">
                        <a class="button-quiet" href=more.href(&path)>
                            "Show more"
                        </a>
                    </p>
                }
            });
            view! {
                <p class="recommend-note">
                    {counted(shown, "record")}
                    ", nearest first. The numbers are cosines: 1 for the same text, about 0.1 for \
                     unrelated ones. They are followed by the words that both records contain."
                </p>
                <Recommendations
                    hits=found.answer.hits
                    reasons=found.reasons
                    examples
                    wanted=wanted.clone()
                    path=path.clone()
                    search_path=search_path.clone()
                />
                {more}
            }
            .into_any()
        }
    };
    view! {
        <Given liked disliked wanted path search_path />
        {missing}
        {listed}
    }
    .into_any()
}

/// Examples from which nothing can be recommended.
fn nothing(problem: Problem, path: &str) -> AnyView {
    view! {
        <section class="notice notice-problem" role="alert">
            <h2 class="notice-title">"Nothing can be recommended from these examples"</h2>
            <p class="notice-message">{problem.message}</p>
            <p>"Remove an example above, add one that you like, or enter a text."</p>
            <p class="notice-ways">
                <a class="button-quiet" href=path.to_owned()>
                    "Start over"
                </a>
            </p>
        </section>
    }
    .into_any()
}
