//! What is written and drawn over the points: names of regions, the rings of hits, the query, the
//! shape, and the title of the point that is pointed at. Everything is in one group, which moves with
//! the map; only another scale draws it anew.

use std::time::Duration;

use leptos::prelude::*;

use super::chart::Chart;
use super::labels::{placed, shortened};
use super::lasso::path;
use super::together::Hit;
use crate::components::later::later;
use crate::wording::name_of;

/// How long a point is pointed at before its title is asked for.
const POINTING: Duration = Duration::from_millis(60);
/// How many letters of a title are written on the map.
const LETTERS: usize = 60;

/// The overlay. Lists beside it say the same, so it is hidden from screen readers.
#[component]
pub fn Overlay(
    /// The map.
    chart: Chart,
    /// The line that the pointer is drawing.
    lines: ReadSignal<Vec<(f64, f64)>>,
) -> impl IntoView {
    let scale = Memo::new(move |_| chart.camera.read().scale());
    let zoom = Memo::new(move |_| chart.camera.read().view.zoom);
    let moved = move || {
        let (left, top) = chart.camera.read().origin();
        format!("translate({left:.2} {top:.2})")
    };
    // Before that, nothing has a place.
    let measured = Memo::new(move |_| chart.camera.read().width > 0.0);
    let names = move || -> Vec<AnyView> {
        if !measured.get() {
            return Vec::new();
        }
        let regions = chart.regions.get_value();
        let names = placed(&regions, scale.get(), zoom.get());
        let names = names.into_iter().map(|label| {
            let class = if label.large {
                "map-name map-name-large"
            } else {
                "map-name"
            };
            view! {
                <text class=class x=label.x y=label.y>
                    {label.text}
                </text>
            }
            .into_any()
        });
        names.collect()
    };
    let rings = move || -> Vec<AnyView> {
        if !measured.get() {
            return Vec::new();
        }
        let (hits, scale) = (chart.hits.get(), scale.get());
        hits.iter().map(|hit| ring(hit, scale)).collect()
    };
    let query = move || {
        let place = chart.query.get().filter(|_| measured.get())?;
        let (x, y) = (
            f64::from(place.x) * scale.get(),
            f64::from(place.y) * scale.get(),
        );
        let cross = format!("M{x:.1} {y:.1}m-9 0h18m-9 -9v18");
        Some(view! {
            <path class="map-query-line" d=cross.clone() />
            <path class="map-query" d=cross />
            <text class="map-query-name" x=x y=y - 16.0>
                "your query"
            </text>
        })
    };
    let shape = move || {
        let shape = chart.shape.read();
        (!shape.is_empty())
            .then(|| view! { <path class="map-shape" d=path(&shape, scale.get()) /> })
    };
    let line = move || {
        let (lines, scale) = (lines.read(), scale.get());
        let drawn = lines
            .iter()
            .map(|(x, y)| format!("{:.1} {:.1}", x * scale, y * scale));
        let drawn: Vec<String> = drawn.collect();
        (drawn.len() > 1)
            .then(|| view! { <path class="map-shape" d=["M", &drawn.join("L")].concat() /> })
    };
    let at = move |index: u32| {
        let points = chart.points.read();
        let (x, y) = points.as_ref()?.at(index)?;
        let scale = scale.get();
        Some((x * scale, y * scale))
    };
    let marked = move |point: RwSignal<Option<u32>>, class: &'static str| {
        let (x, y) = at(point.get()?)?;
        Some(view! { <circle class=class cx=x cy=y r="9" /> })
    };
    let title = titles(chart);
    let told = move || {
        let (index, title) = title.get()?;
        if chart.pointed.get() != Some(index) {
            return None;
        }
        let (x, y) = at(index)?;
        let camera = chart.camera.get();
        // Towards the middle, so that it is not cut.
        let anchor = match x + camera.origin().0 {
            x if x < camera.width * 0.3 => "start",
            x if x > camera.width * 0.7 => "end",
            _ => "middle",
        };
        let above = y + camera.origin().1 > 60.0;
        let y = if above { y - 18.0 } else { y + 30.0 };
        Some(view! {
            <text class="map-told" text-anchor=anchor x=x y=y>
                {title}
            </text>
        })
    };
    let middle = move || {
        let camera = chart.camera.read();
        let (x, y) = (camera.width / 2.0, camera.height / 2.0);
        format!("M{x} {y}m-14 0h10m8 0h10m-14 -14v10m0 8v10")
    };
    view! {
        <svg class="map-overlay" aria-hidden="true">
            <g transform=moved>
                {shape} {line} {rings} {names} {query} {move || marked(chart.chosen, "map-chosen")}
                {move || marked(chart.pointed, "map-pointed")} {told}
            </g>
            <path class="map-middle" d=middle />
        </svg>
        <p class="sr-only" role="status">
            {move || title.get().map(|(_, title)| title)}
        </p>
    }
    .into_any()
}

fn ring(hit: &Hit, scale: f64) -> AnyView {
    let class = ["map-hit map-hit-", hit.kind()].concat();
    let (x, y) = (f64::from(hit.x) * scale, f64::from(hit.y) * scale);
    view! { <circle class=class cx=x cy=y r="6" /> }.into_any()
}

/// The title of the point that is pointed at, with its index, once it is known.
fn titles(chart: Chart) -> RwSignal<Option<(u32, String)>> {
    let title = RwSignal::new(None);
    Effect::new(move || {
        let Some(index) = chart.pointed.get() else {
            title.set(None);
            return;
        };
        later(POINTING, move || {
            leptos::task::spawn_local(async move {
                let found = chart.record(index).await;
                if chart.pointed.try_get_untracked() != Some(Some(index)) {
                    return;
                }
                let text = found.map(|found| {
                    let name = name_of(&found.title, &found.id);
                    let name = shortened(name.trim(), LETTERS);
                    let hits = chart.hits.get_untracked();
                    let hit = hits.iter().find(|hit| hit.index == index);
                    let ranks = hit.map(|hit| [" \u{b7} ", &hit.told()].concat());
                    (index, [name, ranks.unwrap_or_default()].concat())
                });
                title.set(text);
            });
        });
    });
    title
}
