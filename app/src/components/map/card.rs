//! The card of a point that was chosen: its title, its value of the facet that colours the map, and the
//! ways on.

use leptos::prelude::*;
use parallax::vocabulary::MapRecord;

use super::chart::Chart;
use crate::numbers::label;
use crate::record_address::record_path;
use crate::state::SearchState;
use crate::wording::name_of;

/// The card; nothing while no point is chosen.
#[component]
pub fn Card(
    /// The map.
    chart: Chart,
) -> impl IntoView {
    // The record of the chosen point, once it is known; `None` inside if there is none any more.
    let record = RwSignal::new(None::<(u32, Option<MapRecord>)>);
    Effect::new(move || {
        let Some(index) = chart.chosen.get() else {
            record.set(None);
            return;
        };
        leptos::task::spawn_local(async move {
            let found = chart.record(index).await;
            if chart.chosen.try_get_untracked() == Some(Some(index)) {
                record.set(Some((index, found)));
            }
        });
    });
    let card = move || {
        let (index, found) = record.get()?;
        let body = match found {
            Some(found) => known(chart, index, &found).into_any(),
            None => {
                view! { <p>"This record cannot be shown. It may have been removed since the map was \
                             computed."</p> }
                .into_any()
            }
        };
        Some(view! {
            <div class="map-card">
                {body}
                <button
                    type="button"
                    class="map-close"
                    aria-label="Close the card"
                    on:click=move |_| chart.chosen.set(None)
                >
                    <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
                        <path d="M2 2l8 8M10 2l-8 8" />
                    </svg>
                </button>
            </div>
        })
    };
    view! {
        <div class="map-card-place" aria-live="polite">
            {card}
        </div>
    }
    .into_any()
}

fn known(chart: Chart, index: u32, found: &MapRecord) -> impl IntoView + use<> {
    let path = chart.path.get_value();
    let similar = SearchState::default().similar_to(&found.id).href(&path);
    let value = move || {
        chart.value(index).map(|(facet, value)| {
            view! {
                <p class="map-card-value">
                    {label(&facet)} ": " <bdi>{value}</bdi>
                </p>
            }
        })
    };
    let ranks = move || {
        let hits = chart.hits.get();
        let hit = hits.iter().find(|hit| hit.index == index)?;
        Some(view! { <p class=["map-card-value by-", hit.kind()].concat()>{hit.told()}</p> })
    };
    view! {
        <p class="map-card-title" dir="auto">
            {name_of(&found.title, &found.id)}
        </p>
        {value}
        {ranks}
        <p class="map-card-ways">
            <a href=record_path(&path, &found.id) rel="external">
                "Open the record"
            </a>
            <a href=similar>"Similar records"</a>
        </p>
    }
}
