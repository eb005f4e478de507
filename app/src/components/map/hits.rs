//! The hits of the query as two lists, one for each engine. Pointing at one shows where it is.

use leptos::either::Either;
use leptos::prelude::*;
use parallax::vocabulary::{MapHit, MapHits};

use super::chart::Chart;
use super::entry::entry;
use crate::numbers::counted;
use crate::problem::Problem;

/// How many hits of a list are shown at once.
const FIRST: usize = 10;

/// What was found for a query; nothing without one.
pub type FoundHits = Result<Option<MapHits>, Problem>;

/// How many hits are on the map.
pub fn told(hits: &MapHits) -> String {
    format!(
        "{} by meaning and {} by words are on the map.",
        counted(hits.meaning.len() as u32, "record"),
        counted(hits.words.len() as u32, "record")
    )
}

/// The lists.
#[component]
pub fn HitLists(
    /// The map, if it can be drawn.
    chart: Chart,
    /// What was found.
    found: FoundHits,
) -> impl IntoView {
    let hits = match found {
        Ok(None) => return ().into_any(),
        Ok(Some(hits)) => hits,
        Err(problem) => {
            return view! {
                <section class="map-part" role="alert">
                    <h2>"This query was not answered"</h2>
                    <p class="map-note">{problem.message}</p>
                </section>
            }
            .into_any();
        }
    };
    let said = told(&hits);
    let place = hits.query;
    let nowhere = place
        .is_none()
        .then_some(" The query itself has no place on it.");
    let show = place.map(|place| {
        view! {
            <button
                type="button"
                class="map-link with-js"
                on:click=move |_| chart.show(place.x, place.y)
            >
                "Go to the query"
            </button>
        }
    });
    view! {
        <section class="map-part map-hits" aria-labelledby="map-hits">
            <h2 id="map-hits">"Hits of this query"</h2>
            <p class="map-note">
                {said}
                {nowhere}
            </p>
            {show}
            <div class="map-lists">
                <HitList chart title="By meaning" kind="meaning" hits=hits.meaning />
                <HitList chart title="By words" kind="words" hits=hits.words />
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn HitList(
    chart: Chart,
    title: &'static str,
    kind: &'static str,
    hits: Vec<MapHit>,
) -> impl IntoView {
    let empty = match kind {
        "words" => "No record on the map contains a word of the query.",
        _ => "The model cannot read this query.",
    };
    let rest = hits
        .get(FIRST..)
        .map(<[MapHit]>::to_vec)
        .unwrap_or_default();
    let more = rest.len() as u32;
    let list = |hits: &[MapHit]| {
        let hits = hits
            .iter()
            .map(|hit| entry(chart, Some(hit.rank), hit.index, &hit.id, &hit.title));
        view! { <ol class="map-list">{hits.collect_view()}</ol> }
    };
    let lists = match hits.is_empty() {
        true => Either::Left(view! { <p class="map-note">{empty}</p> }),
        false => Either::Right(view! {
            {list(&hits[..hits.len().min(FIRST)])}
            {(more > 0)
                .then(|| {
                    view! {
                        <details class="map-more">
                            <summary>{format!("{more} more")}</summary>
                            {list(&rest)}
                        </details>
                    }
                })}
        }),
    };
    view! {
        <section class="map-hit-list" aria-label=title>
            <h3 class=["by-", kind].concat()>{title}</h3>
            {lists}
        </section>
    }
    .into_any()
}
