//! How it works: the visitor's own query on its way through the engine, and the idea in a few
//! paragraphs and a drawing.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use parallax::vocabulary::Walkthrough;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::answers::request;
use crate::components::tab_title::TabTitle;
use crate::components::walk::{Measured, Shown, walk};
use crate::components::workflow::Workflow;
use crate::functions::{collection, follow, measure_recall};
use crate::json::resource;
use crate::paths::{page_path, path_of};
use crate::problem::Problem;
use crate::state::SearchState;

/// The parameter that asks for the recall to be measured.
const MEASURE: &str = "measure";

/// What the page is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Asked {
    collection: Option<String>,
    state: SearchState,
    measures: bool,
}

/// What the page shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
enum Told {
    /// Queries to try; none if there are none.
    Examples(Vec<String>),
    /// A query on its way through the engine.
    Walk(Box<Result<Walkthrough, Problem>>, Measured),
}

/// The page that explains how search works.
#[component]
pub fn AboutPage() -> impl IntoView {
    let address = Address::here();
    let search = use_location().search;
    let asked = Memo::new(move |_| Asked {
        collection: address.collection.get(),
        state: address.state.get(),
        measures: asks_to_measure(&search.read()),
    });
    let told = resource(
        move || asked.get(),
        |asked| async move {
            let told = tell(&asked).await;
            (asked, told)
        },
    );
    let drawn = move || told.get().map(|(asked, told)| drawn(asked, told));
    view! {
        <TabTitle text="How it works · Parallax" />
        <article class="prose walk">
            <h1>"How it works"</h1>
            <p class="lead">
                "Look at one thing from two places and you see how far away it is. Parallax looks \
                 at every record from two: what it " <span class="by-meaning">"means"</span>
                ", and the " <span class="by-words">"words"</span> " it uses."
            </p>
            // What is shown stays until the next is there.
            <Transition>{drawn}</Transition>
            <Idea />
        </article>
    }
}

async fn tell(asked: &Asked) -> Told {
    let name = asked.collection.clone();
    if asked.state.lists() {
        // The page is valid without them.
        let info = collection(name).await;
        return Told::Examples(info.map(|info| info.examples).unwrap_or_default());
    }
    let request = request(&asked.state);
    let walked = follow(name.clone(), request.clone()).await;
    let measured = match asked.measures && walked.is_ok() {
        true => Some(measure_recall(name, request).await),
        false => None,
    };
    Told::Walk(Box::new(walked), measured)
}

/// Whether an address asks for the recall to be measured.
fn asks_to_measure(query: &str) -> bool {
    let query = query.strip_prefix('?').unwrap_or(query);
    form_urlencoded::parse(query.as_bytes()).any(|(name, value)| name == MEASURE && value == "true")
}

fn drawn(asked: Asked, told: Told) -> AnyView {
    let path = page_path(asked.collection.as_deref(), "about");
    let search = path_of(asked.collection.as_deref());
    let shown = Shown {
        state: SearchState {
            like: None,
            ..asked.state.explaining(None)
        },
        search,
        path,
    };
    let form = form(&shown);
    let told = match told {
        Told::Examples(queries) => examples(queries, &shown),
        Told::Walk(walked, measured) => match *walked {
            Ok(walked) => {
                let results = shown.state.href(&shown.search);
                let walk = walk(walked, &shown, measured);
                view! {
                    <p>
                        <a href=results>"See the results of this query"</a>
                    </p>
                    {walk}
                }
                .into_any()
            }
            Err(problem) => view! {
                <section class="notice notice-problem" role="alert">
                    <h2 class="notice-title">"This query cannot be followed"</h2>
                    <p class="notice-message">{problem.message}</p>
                </section>
            }
            .into_any(),
        },
    };
    view! { {form} {told} }.into_any()
}

/// The form that asks for a query. It is a plain one, so the walk has an address.
fn form(shown: &Shown) -> AnyView {
    let q = match shown.state.lists() {
        true => String::new(),
        false => shown.state.q.clone(),
    };
    let path = shown.path.clone();
    view! {
        <form class="walk-form in-folder" method="get" action=path>
            <label for="walk-q">"Follow a query of your own through the engine"</label>
            <div class="walk-field">
                <input id="walk-q" name="q" type="search" value=q autocomplete="off" dir="auto" required />
                <button type="submit" class="button">
                    "Follow it"
                </button>
            </div>
        </form>
    }
    .into_any()
}

/// Queries to try.
fn examples(queries: Vec<String>, shown: &Shown) -> AnyView {
    if queries.is_empty() {
        return ().into_any();
    }
    let links = queries.into_iter().map(|example| {
        let href = shown.state.searching(&example).href(&shown.path);
        view! {
            <li>
                <a class="example" href=href>
                    {example}
                </a>
            </li>
        }
    });
    let links = links.collect_view();
    view! {
        <h2 class="idle-title in-folder">"Or one of these"</h2>
        <ul class="example-list walk-examples in-folder">{links}</ul>
    }
    .into_any()
}

/// The idea, in a few paragraphs and a drawing.
#[component]
fn Idea() -> impl IntoView {
    view! {
        <Workflow />
        <h2 class="by-meaning">"By meaning"</h2>
        <p>
            "A small language model, all-MiniLM-L6-v2, turns each record into 384 numbers, and \
             your query into 384 more. Texts that mean similar things get similar numbers, so \
             “pet hotel” finds the people who look after dogs without either word. The number \
             beside a result is the cosine of the two: 1 is the same text, unrelated texts \
             come to about 0.1. There is always a nearest record, even when none is near; \
             then the page says that nothing matches well. Among the nearest hundred, records \
             also gain if single words in them are similar to those of the query. In each \
             result the sentence nearest to your query is marked."
        </p>
        <h2 class="by-words">"By words"</h2>
        <p>
            "Search by words knows nothing of meaning. It counts: a record scores when it \
             holds the words you typed, more when they are rare and when it says little else \
             (BM25). Word endings are ignored, so “connections” finds “connected”. Use it for \
             names, numbers and anything you remember word for word."
        </p>
        <h2 class="by-both">"By both"</h2>
        <p>
            "Search by both, the default, runs the two and puts each score on a scale of its own: 0 is what unrelated \
             records get, 1 is what the tenth best gets. The two are added, and the slider \
             says how much each counts. The sum means nothing by itself, which is why you see \
             the two ranks instead; “Why this rank” shows what each added."
        </p>
        <p>
            "Your queries stay on this server: model, indexes and records are all here, and every \
             number and timing on the page is the one computed for your query. The only thing \
             that comes from elsewhere is a record\u{2019}s picture, if its address is on another \
             host: then your browser fetches it there, without telling that host which page \
             asked. The line at the bottom of every page turns such pictures off."
        </p>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recall_is_measured_only_if_asked_for() {
        assert!(asks_to_measure("?q=goat&measure=true"));
        assert!(!asks_to_measure("?q=measure%3Dtrue"));
        assert!(!asks_to_measure("measure=false"));
        assert!(!asks_to_measure(""));
    }
}
