//! The query lab: what a small change of a query does to each ranking. Everything is a link or a plain
//! form, so that it works without JavaScript.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use parallax::vocabulary::Lab;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::components::lab::{CHANGE, Place, lab_view};
use crate::components::lab_link::lab_path;
use crate::components::tab_title::TabTitle;
use crate::functions::{collection, query_lab};
use crate::json::resource;
use crate::paths::page_path;
use crate::problem::Problem;
use crate::state::LONGEST;

/// What the page is asked for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Asked {
    /// The collection; `None` is the default one.
    collection: Option<String>,
    /// The query; empty if there is none yet.
    q: String,
}

/// What is shown for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Content {
    /// The changes of the query.
    Lab(Lab),
    /// Queries to begin with.
    Examples(Vec<String>),
}

/// The page.
#[component]
pub fn LabPage() -> impl IntoView {
    let address = Address::here();
    let location = use_location();
    // While navigating away, the address is that of the next page; keep the last query.
    let asked = Memo::new(move |before: Option<&Asked>| {
        let left = !location.pathname.read().ends_with("/lab");
        before.filter(|_| left).cloned().unwrap_or_else(|| Asked {
            collection: address.collection.get(),
            q: address.state.read().q.clone(),
        })
    });
    let change = Memo::new(move |_| change_in(&location.search.read()));
    let found = resource(
        move || asked.get(),
        |asked| async move {
            let found = content(&asked).await;
            (asked, found)
        },
    );
    let drawn = move || {
        found
            .get()
            .map(|(asked, found)| answered(asked, found, change))
    };
    view! {
        <TabTitle text="Query lab · Parallax" />
        <div class="lab-page">
            <h1>"Query lab"</h1>
            <p class="lab-lead">
                "What a typo, a synonym, a negation, another order or a dropped word does to the rankings \
                 by " <span class="by-meaning">"meaning"</span> ", by "
                <span class="by-words">"words"</span> " and by " <span class="by-both">"both"</span> "."
            </p>
            {move || form(asked.get())}
            // The old answer stays until the new one is there.
            <Transition>{drawn}</Transition>
        </div>
    }
}

async fn content(asked: &Asked) -> Result<Content, Problem> {
    let name = asked.collection.clone();
    if asked.q.is_empty() {
        let info = collection(name).await?;
        return Ok(Content::Examples(info.examples));
    }
    query_lab(name, asked.q.clone()).await.map(Content::Lab)
}

/// The form, for the query in the address.
fn form(asked: Asked) -> AnyView {
    let action = page_path(asked.collection.as_deref(), "lab");
    view! {
        <form class="lab-form" method="get" action=action role="search">
            <label for="lab-q" class="sr-only">
                "Query to change"
            </label>
            <input
                id="lab-q"
                name="q"
                type="search"
                value=asked.q
                maxlength=LONGEST
                placeholder="A query of a few words"
                autocomplete="off"
                dir="auto"
            />
            <button type="submit" class="button">
                "Try changes"
            </button>
        </form>
    }
    .into_any()
}

fn answered(asked: Asked, found: Result<Content, Problem>, change: Memo<String>) -> AnyView {
    match found {
        Ok(Content::Lab(lab)) => {
            let drawn = move || {
                let place = Place {
                    collection: asked.collection.clone(),
                    change: change.get(),
                };
                lab_view(&lab, &place)
            };
            drawn.into_any()
        }
        Ok(Content::Examples(examples)) => {
            let links = examples.into_iter().map(|q| {
                let href = lab_path(asked.collection.as_deref(), &q);
                view! {
                    <li>
                        <a class="chip" href=href>
                            {q}
                        </a>
                    </li>
                }
            });
            let links = links.collect_view();
            let some = !links.is_empty();
            some.then(|| {
                view! {
                    <ul class="lab-examples" aria-label="Queries to try">
                        {links}
                    </ul>
                }
            })
            .into_any()
        }
        Err(problem) => view! {
            <div class="notice notice-problem" role="alert">
                <p class="notice-message">{problem.message}</p>
            </div>
        }
        .into_any(),
    }
}

/// The change that is shown in detail, as in the address.
fn change_in(search: &str) -> String {
    let search = search.strip_prefix('?').unwrap_or(search);
    let mut given = form_urlencoded::parse(search.as_bytes());
    let change = given.find(|(name, _)| name == CHANGE);
    change
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_change_is_read_from_the_address() {
        assert_eq!(change_in("?q=a&change=typo"), "typo");
        assert_eq!(change_in("?q=a"), "");
    }
}
