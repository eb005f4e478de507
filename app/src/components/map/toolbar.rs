//! The buttons over the map: closer, further, the whole, and two ways to choose an area.

use leptos::prelude::*;

use super::camera::View;
use super::chart::Chart;
use super::lasso::polygon;
use super::stage::CLOSER;

const PLUS: &str = "M10 4v12M4 10h12";
const MINUS: &str = "M4 10h12";
const WHOLE: &str = "M4 8V4h4M12 4h4v4M16 12v4h-4M8 16H4v-4";
const LASSO: &str = "M6 12.5C3.8 11.7 2.5 10 3 8c.7-2.7 4-4.5 7.5-4.5S17 5.3 17 8s-3 \
                     4.7-6.5 4.7c-1 0-2-.1-2.8-.3M7.5 12.3c0 1-.7 1.7-1.7 1.7s-1.5-.7-1.3-1.5\
                     M6.5 14c.3 1.3-.2 2.5-1.5 3";
const FRAME: &str = "M4 5h12v10H4zM7 8.5h6M7 11.5h4";

/// The buttons.
#[component]
pub fn Toolbar(
    /// The map.
    chart: Chart,
) -> impl IntoView {
    let draws = move || if chart.draws.get() { "true" } else { "false" };
    let in_view = move |_| {
        let seen = chart.camera.get_untracked().seen();
        if let Some(shape) = polygon(&seen) {
            chart.shape.set(shape);
        }
    };
    view! {
        <div class="map-tools" role="group" aria-label="View of the map">
            {tool("Zoom in", PLUS, move || chart.zoom(CLOSER))}
            {tool("Zoom out", MINUS, move || chart.zoom(1.0 / CLOSER))}
            {tool("The whole map", WHOLE, move || chart.go(View::WHOLE))}
            <button
                type="button"
                class="map-tool map-tool-apart"
                aria-pressed=draws
                aria-label="Draw around records"
                title="Draw around records"
                on:click=move |_| chart.draws.update(|draws| *draws = !*draws)
            >
                {icon(LASSO)}
            </button>
            <button
                type="button"
                class="map-tool"
                aria-label="List the records in view"
                title="List the records in view"
                on:click=in_view
            >
                {icon(FRAME)}
            </button>
        </div>
    }
    .into_any()
}

fn tool(label: &'static str, drawing: &'static str, does: impl Fn() + 'static) -> AnyView {
    view! {
        <button type="button" class="map-tool" aria-label=label title=label on:click=move |_| does()>
            {icon(drawing)}
        </button>
    }
    .into_any()
}

fn icon(drawing: &'static str) -> impl IntoView {
    view! {
        <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
            <path d=drawing />
        </svg>
    }
}
