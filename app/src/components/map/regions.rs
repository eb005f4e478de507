//! The regions of the map as a list, for those who cannot see it: their words, their sizes, and a
//! search for the words.

use leptos::prelude::*;
use parallax::vocabulary::MapRegion;

use super::chart::Chart;
use crate::numbers::counted;
use crate::state::SearchState;

/// The list. The map shows the same names.
#[component]
pub fn Regions(
    /// The map.
    chart: Chart,
    /// All regions.
    regions: Vec<MapRegion>,
) -> impl IntoView {
    if regions.is_empty() {
        return ().into_any();
    }
    let (mut large, mut parts): (Vec<_>, Vec<_>) =
        regions.into_iter().partition(|region| region.level == 0);
    // A small map has regions of one level only.
    if large.is_empty() {
        std::mem::swap(&mut large, &mut parts);
    }
    let list = |mut regions: Vec<MapRegion>| {
        regions.sort_by_key(|region| std::cmp::Reverse(region.records));
        let regions = regions.iter().map(|region| entry(chart, region));
        view! { <ul class="map-regions-list">{regions.collect_view()}</ul> }
    };
    let finer = (!parts.is_empty()).then(|| {
        let said = counted(parts.len() as u32, "smaller region");
        view! {
            <details class="map-more">
                <summary>{said}</summary>
                {list(parts)}
            </details>
        }
    });
    view! {
        <section class="map-regions" aria-labelledby="map-regions">
            <h2 id="map-regions">"Regions"</h2>
            <p class="map-note">
                "Groups of records that are near each other, named by words that are much more frequent \
                 in them than elsewhere. Select a name to search for its words."
            </p>
            {list(large)}
            {finer}
        </section>
    }
    .into_any()
}

fn entry(chart: Chart, region: &MapRegion) -> impl IntoView + use<> {
    let (x, y) = (region.x, region.y);
    let words = region.words.join(" ");
    let href = SearchState::default()
        .searching(&words)
        .href(&chart.path.get_value());
    let name = region.words.join(", ");
    let shown = ["Show ", &name, " on the map"].concat();
    let show = move |_| {
        chart.show(x, y);
        if let Some(stage) = document().query_selector(".map-stage").ok().flatten() {
            stage.scroll_into_view_with_bool(true);
        }
    };
    view! {
        <li>
            <a href=href dir="auto">
                {name}
            </a>
            <span class="map-count">{counted(region.records, "record")}</span>
            <button type="button" class="map-link with-js" aria-label=shown on:click=show>
                "Show"
            </button>
        </li>
    }
}
