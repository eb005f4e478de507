//! A collection as a map: every record a point, drawn with WebGL (`renderer.rs`) on a canvas
//! (`stage.rs`, `drawing.rs`), with names and hits as SVG over it (`overlay.rs`), and the same content as lists
//! beside and below it. `chart.rs` is what they share. Where the map is, and what is near what, is
//! computed by `camera.rs`, `grid.rs`, `labels.rs`, `lasso.rs` and `gestures.rs`, which know no browser.

pub mod address;
mod camera;
mod card;
mod chart;
mod drawing;
mod entry;
mod gestures;
mod grid;
mod hits;
mod inside;
mod labels;
mod lasso;
mod legend;
mod missing;
mod overlay;
mod pace;
mod palette;
mod points;
mod regions;
mod renderer;
mod stage;
mod together;
mod told;
mod toolbar;

use std::sync::Arc;
use std::time::Duration;

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use parallax::vocabulary::{MapHits, MapView};

use self::address::{MapAddress, PLAIN};
use self::camera::View;
use self::card::Card;
use self::chart::Chart;
use self::hits::HitLists;
use self::inside::InsideList;
use self::legend::Legend;
use self::points::Points;
use self::regions::Regions;
use self::stage::Stage;
use self::together::together;
use self::told::{renewed, size, trust};
use self::toolbar::Toolbar;
use super::later::later;
use crate::browser::map_points;
use crate::json::Resource;
use crate::problem::Problem;

pub use self::hits::FoundHits;
pub use self::missing::NoMap;

/// How long the map rests before the address follows it.
const REST: Duration = Duration::from_millis(400);

/// A map that is ready.
#[component]
pub fn MapBody(
    /// The collection's name in the API.
    collection: String,
    /// The path of its search page.
    path: String,
    /// The map.
    map: MapView,
    /// The address.
    address: Memo<MapAddress>,
    /// Puts another colour and view into the address, in place of those in it.
    replace: Callback<(Option<String>, View)>,
    /// The hits of the query.
    hits: Resource<FoundHits>,
) -> impl IntoView {
    let answered = Memo::new(move |before: Option<&MapHits>| {
        // The old hits stay until the new ones are there.
        match hits.get() {
            Some(Ok(found)) => found.unwrap_or_default(),
            Some(Err(_)) => MapHits::default(),
            None => before.cloned().unwrap_or_default(),
        }
    });
    // A query that was asked while the map was still being computed is asked once more.
    Effect::new(move |asked_again: Option<bool>| {
        let asked_again = asked_again.unwrap_or_default();
        let failed = matches!(hits.get(), Some(Err(_)));
        if failed && !asked_again {
            hits.refetch();
        }
        failed || asked_again
    });
    let all = Memo::new(move |_| Arc::new(together(&answered.read())));
    let query = Memo::new(move |_| answered.read().query);
    let now = address.get_untracked();
    let colour = match now.colour.as_deref() {
        Some(PLAIN) => None,
        Some(facet) => Some(facet.to_owned()),
        None => map.facets.first().cloned(),
    };
    let usual = map.facets.first().cloned();
    let chart = Chart::of((collection, path), map.regions.clone(), all, query);
    chart.colour.set(colour);
    if let Some(view) = now.view {
        chart.camera.update(|camera| *camera = camera.seeing(view));
    }
    follow(chart, address, usual, replace);
    let problem = RwSignal::new(None::<Problem>);
    Effect::new(move || {
        leptos::task::spawn_local(async move {
            let Some(collection) = chart.collection.try_get_value() else {
                return;
            };
            let points = map_points(&collection).await;
            match points.and_then(|bytes| Points::read(&bytes)) {
                Ok(points) => chart.points.set(Some(Arc::new(points))),
                Err(failure) => problem.set(Some(failure)),
            }
        });
    });
    let label = format!("Map of {}", size(&map));
    let blind = move || {
        let text = match problem.get() {
            Some(problem) => problem.message,
            None if chart.blind.get() => {
                "This browser cannot draw the map, because WebGL 2 is missing \
                 or turned off. The lists have the same content."
                    .to_owned()
            }
            None => return None,
        };
        Some(view! { <p class="map-blind" role="alert">{text}</p> })
    };
    let escape = move |event: KeyboardEvent| {
        if event.key() == "Escape" && chart.leave() {
            event.prevent_default();
        }
    };
    // Stays in the page: only changes to an existing live region are announced.
    let said = move || match hits.get() {
        Some(Ok(Some(found))) => hits::told(&found),
        Some(Err(_)) => "This query was not answered.".to_owned(),
        _ => String::new(),
    };
    let lists = move || hits.get().map(|found| view! { <HitLists chart found /> });
    view! {
        <div class="map-grid">
            <div
                class="map-frame with-js"
                class:is-blind=move || chart.blind.get()
                on:keydown=escape
            >
                <Stage chart label />
                <Toolbar chart />
                <Card chart />
                {blind}
                <p class="map-keys" id="map-keys">
                    "Drag to move, scroll or pinch to zoom. Keys: arrows move, "
                    <kbd>"+"</kbd> " and " <kbd>"\u{2212}"</kbd> " zoom, " <kbd>"0"</kbd>
                    " shows all, " <kbd>"Enter"</kbd> " opens the record nearest to the middle."
                </p>
            </div>
            <div class="map-side">
                <InsideList chart />
                <Transition>
                    <p class="sr-only" role="status">
                        {said}
                    </p>
                    {lists}
                </Transition>
                <Legend chart facets=map.facets.clone() />
            </div>
            <section class="map-caution" aria-labelledby="map-caution">
                <h2 id="map-caution">"How to read it"</h2>
                <p>
                    "Each point is a record; points that are near each other have similar meanings. But \
                     distances mislead: the model compares records in hundreds of dimensions, and a map \
                     has two, so some similar records are far apart here, and some neighbours have little \
                     in common. The size and direction of a gap have no meaning. "
                    {trust(&map)}
                </p>
                <p>{size(&map)} {renewed(&map)}</p>
            </section>
        </div>
        <Regions chart regions=map.regions.clone() />
    }
    .into_any()
}

/// Keeps the address at what is seen, and goes where Back and Forward lead.
fn follow(
    chart: Chart,
    address: Memo<MapAddress>,
    usual: Option<String>,
    replace: Callback<(Option<String>, View)>,
) {
    let usual = StoredValue::new(usual);
    let view = Memo::new(move |_| chart.camera.read().view);
    let spelled = move || {
        let colour = chart.colour.get();
        match usual.with_value(|usual| *usual == colour) {
            true => None,
            false => Some(colour.unwrap_or_else(|| PLAIN.to_owned())),
        }
    };
    // What was put into the address last.
    let written = StoredValue::new(address.get_untracked().view.and_then(View::written));
    Effect::new(move |ran_before: Option<()>| {
        let (colour, view) = (spelled(), view.get());
        if ran_before.is_some() {
            later(REST, move || {
                written.set_value(view.written());
                replace.run((colour, view));
            });
        }
    });
    let elsewhere = Memo::new(move |_| address.read().view);
    Effect::new(move |ran_before: Option<()>| {
        let to = elsewhere.get();
        let own = written.with_value(|written| *written == to.and_then(View::written));
        if ran_before.is_some() && !own {
            chart.go(to.unwrap_or(View::WHOLE));
        }
    });
}
