//! Grading the hits of a query: the best of all three rankings, in an order that favours none.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use parallax::vocabulary::{Judgements, Pool, PoolRequest, Progress, Tally};
use serde::{Deserialize, Serialize};
use web_sys::HtmlFormElement;

use super::asked::Asked;
use super::form::submitted;
use super::graded::GradedHit;
use crate::browser;
use crate::components::collections::key_form::KeyForm;
use crate::functions::{collection as info_of, judgements_of, judging_pool};
use crate::json::resource;
use crate::numbers::{counted, thousands};
use crate::paths::path_of;
use crate::problem::Problem;
use crate::writing::{Offer, Writing};

/// How many hits of each ranking are graded.
const DEPTH: u32 = 10;

/// What the page has to show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Drawn {
    /// Before a query is asked: the collection's name, queries to try, and what has been judged.
    Start(String, Vec<String>, Judgements),
    /// The hits of a query.
    Pool(Pool),
}

async fn draw(collection: Option<String>, asked: &Asked) -> Result<Drawn, Problem> {
    if !asked.q.is_empty() {
        let request = PoolRequest {
            q: asked.q.clone(),
            depth: DEPTH,
        };
        return judging_pool(collection, request).await.map(Drawn::Pool);
    }
    let info = info_of(collection.clone()).await?;
    let judgements = judgements_of(collection).await?;
    Ok(Drawn::Start(info.name, info.examples, judgements))
}

/// The grading of hits.
#[component]
pub fn Grade(
    /// What is asked.
    asked: Memo<Asked>,
    /// The collection; `None` is the default one.
    collection: Memo<Option<String>>,
    /// The page's path.
    path: Memo<String>,
) -> impl IntoView {
    let writing = Writing::new();
    let drawn = resource(
        move || (collection.get(), asked.get()),
        |(collection, asked)| async move {
            let drawn = draw(collection, &asked).await;
            (asked, drawn)
        },
    );
    let navigate = use_navigate();
    let go = Callback::new(move |form: HtmlFormElement| {
        if let Some(query) = browser::query_of(&form) {
            let href = [&*path.read_untracked(), "?", &query].concat();
            navigate(&href, NavigateOptions::default());
        }
    });
    let page = move || {
        let (asked, drawn) = drawn.get()?;
        let path = path.get_untracked();
        let search_path = path_of(collection.read_untracked().as_deref());
        let q = asked.q.clone();
        let shown = match drawn {
            Ok(Drawn::Start(name, examples, judged)) => {
                start(&asked, &path, &name, examples, judged, writing)
            }
            Ok(Drawn::Pool(found)) => pool(found, search_path, writing),
            Err(problem) => view! {
                <div class="notice notice-problem" role="alert">
                    <p class="notice-message">{problem.message}</p>
                </div>
            }
            .into_any(),
        };
        Some(view! {
            <form class="judge-form" method="get" action=path autocomplete="off" on:submit=submitted(go)>
                <input type="hidden" name="task" value="grade" />
                <div class="judge-ask">
                    <label>
                        <span>"Query"</span>
                        <input type="search" name="q" value=q required maxlength="2000" dir="auto" />
                    </label>
                    <button type="submit" class="button">
                        "Find records to judge"
                    </button>
                </div>
            </form>
            {shown}
        })
    };
    view! {
        <div class="judge-grading">
            <Transition>{page}</Transition>
        </div>
    }
    .into_any()
}

fn start(
    asked: &Asked,
    path: &str,
    name: &str,
    examples: Vec<String>,
    judged: Judgements,
    writing: Writing,
) -> AnyView {
    let Judgements {
        allowed,
        progress,
        judged,
    } = judged;
    let tried = examples.into_iter().map(|example| {
        let href = asked.asking(path, &example, Tally::default());
        view! {
            <li>
                <a class="example" href=href>
                    {example}
                </a>
            </li>
        }
    });
    let rows = judged.iter().map(|judged| {
        let href = asked.asking(path, &judged.q, Tally::default());
        let relevant = judged.grades.iter().filter(|(_, grade)| *grade > 0);
        let told = format!(
            "{}, {} relevant",
            counted(judged.grades.len() as u32, "judgement"),
            thousands(relevant.count() as u32)
        );
        view! {
            <li class="judge-query">
                <a href=href>
                    <bdi>{judged.q.clone()}</bdi>
                </a>
                <span>{told}</span>
            </li>
        }
    });
    let rows = rows.collect_view();
    let listed = (progress.queries > 0).then(|| {
        view! {
            <h2 class="judge-heading">"Queries judged so far"</h2>
            <ul class="judge-queries">{rows}</ul>
        }
    });
    let progress = RwSignal::new(progress);
    view! {
        <ul class="example-list judge-examples" aria-label="Queries to try">
            {tried.collect_view()}
        </ul>
        {permission(allowed, writing)}
        {measured(name.to_owned(), progress)}
        {listed}
    }
    .into_any()
}

fn pool(pool: Pool, search_path: String, writing: Writing) -> AnyView {
    let Pool {
        collection,
        q,
        records,
        progress,
        allowed,
    } = pool;
    let progress = RwSignal::new(progress);
    let may_judge = Signal::derive(move || allowed && writing.is_offered());
    let told = match records.len() {
        0 => "Nothing was found to judge.".to_owned(),
        many => format!(
            "{}: the best {DEPTH} by meaning, by words and by both, in no particular order.",
            counted(many as u32, "record")
        ),
    };
    let hits = (1..).zip(records).map(|(place, graded)| {
        let (collection, search_path, q) = (collection.clone(), search_path.clone(), q.clone());
        view! { <GradedHit graded place collection search_path q may_judge writing progress /> }
    });
    let hits = hits.collect_view();
    view! {
        {permission(allowed, writing)}
        <h2 class="judge-heading">"For \u{201c}" <bdi>{q}</bdi> "\u{201d}"</h2>
        <p class="judge-told">{told}</p>
        <ol class="judge-hits">{hits}</ol>
        {measured(collection, progress)}
    }
    .into_any()
}

/// Why the visitor cannot judge here, and what would change that; nothing for who can.
fn permission(allowed: bool, writing: Writing) -> AnyView {
    if !allowed {
        return view! {
            <p class="judge-permission">
                "This server keeps no judgements. Its operator allows them with "
                <code>"parallax serve --judgements"</code> "."
            </p>
        }
        .into_any();
    }
    let offer = move || match writing.offer() {
        Offer::Unknown | Offer::Changes { .. } => None,
        Offer::Key => {
            let on_key = Callback::new(move |()| writing.got_key());
            Some(
                view! {
                    <div class="judge-permission">
                        <p>"To judge, give the server\u{2019}s API key."</p>
                        <KeyForm on_key />
                    </div>
                }
                .into_any(),
            )
        }
        Offer::Reading(why) => Some(
            view! { <p class="judge-permission">"You can only read: " {why} "."</p> }.into_any(),
        ),
    };
    view! {
        {offer}
        <p class="judge-permission without-js">"Judging needs JavaScript."</p>
    }
    .into_any()
}

/// How much has been judged, and how to measure by it.
fn measured(collection: String, progress: RwSignal<Progress>) -> AnyView {
    let told = move || {
        let Progress {
            queries,
            judgements,
        } = progress.get();
        let queries = match queries {
            1 => "1 query".to_owned(),
            many => format!("{} queries", thousands(many)),
        };
        format!("{queries}, {}", counted(judgements, "judgement"))
    };
    let command = format!("parallax eval {collection}");
    let href = browser::judgements_address(&collection);
    let ways = move || {
        (progress.get().judgements > 0).then(|| {
            view! {
                <p>
                    <a class="button-quiet" href=href.clone() download rel="external">
                        "Download as a benchmark"
                    </a>
                </p>
                <p>
                    "A ZIP archive in BEIR format, with all records and what was judged. Unpack it, and "
                    <code>{command.clone()}</code>
                    " measures each of the three modes. A record that was not judged counts as not relevant, \
                     so judge all hits of a query."
                </p>
            }
        })
    };
    view! {
        <section class="judge-progress" aria-label="What has been judged">
            <p class="judge-count" role="status">
                {told}
            </p>
            {ways}
        </section>
    }
    .into_any()
}
