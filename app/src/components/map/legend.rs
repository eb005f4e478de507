//! What the colours of the points mean. A value of the legend can be lit, so that the other points
//! step back.

use std::sync::Arc;

use leptos::prelude::*;
use parallax::vocabulary::{NO_VALUE, OTHER_VALUE};
use web_sys::HtmlSelectElement;

use super::address::PLAIN;
use super::chart::{Chart, Coloured};
use super::palette::{key, slot};
use super::points::classes;
use crate::browser::{map_colours, map_legend};
use crate::numbers::{label, thousands};
use crate::problem::Problem;

/// The choice of the facet, and the legend.
#[component]
pub fn Legend(
    /// The map.
    chart: Chart,
    /// The facets that can colour it.
    facets: Vec<String>,
) -> impl IntoView {
    let problem = RwSignal::new(None::<Problem>);
    colours(chart, problem);
    if facets.is_empty() {
        return ().into_any();
    }
    let select = NodeRef::<leptos::html::Select>::new();
    let choose = move |_| {
        let value = select
            .get_untracked()
            .map(|select: HtmlSelectElement| select.value());
        chart.lit.set(None);
        chart.colour.set(value.filter(|facet| facet != PLAIN));
    };
    let now = chart.colour.get_untracked();
    let options = facets.into_iter().map(|facet| {
        let chosen = now.as_deref() == Some(&*facet);
        let name = label(&facet);
        view! {
            <option value=facet selected=chosen>
                {name}
            </option>
        }
    });
    let options = options.collect_view();
    let list = move || {
        let coloured = chart.coloured.read();
        coloured.as_ref().map(|coloured| entries(chart, coloured))
    };
    view! {
        <section class="map-part with-js" aria-labelledby="map-colours">
            <div class="map-colour">
                <label for="map-colour" id="map-colours">
                    "Colour by"
                </label>
                <select id="map-colour" node_ref=select on:change=choose>
                    {options}
                    <option value=PLAIN selected=now.is_none()>
                        "Nothing"
                    </option>
                </select>
            </div>
            {list}
            {move || problem.get().map(|problem| view! { <p class="map-note">{problem.message}</p> })}
        </section>
    }
    .into_any()
}

fn entries(chart: Chart, coloured: &Coloured) -> impl IntoView + use<> {
    let legend = &coloured.legend;
    let values = legend.classes.iter().map(|class| {
        let value = class.value.clone();
        (class.class, value, class.records, true)
    });
    let rest = [
        (OTHER_VALUE, "other values", legend.other),
        (NO_VALUE, "no value", legend.none),
    ];
    let rest = rest.into_iter().filter(|(_, _, records)| *records > 0);
    let rest = rest.map(|(class, name, records)| (class, name.to_owned(), records, false));
    let entries = values.chain(rest).map(|(class, value, records, own)| {
        let slot = slot(class);
        let pressed = move || {
            if chart.lit.get() == Some(slot) {
                "true"
            } else {
                "false"
            }
        };
        let toggle = move |_| {
            chart
                .lit
                .update(|lit| *lit = (*lit != Some(slot)).then_some(slot));
        };
        view! {
            <li>
                <button type="button" class="map-entry" aria-pressed=pressed on:click=toggle>
                    <span class=key(slot) aria-hidden="true"></span>
                    <bdi class="map-entry-value" class:is-rest=!own>
                        {value}
                    </bdi>
                    <span class="map-count">{thousands(records)}</span>
                </button>
            </li>
        }
    });
    view! {
        <ul class="map-legend" aria-label="Legend: press a value to see it alone">
            {entries.collect_view()}
        </ul>
    }
}

/// Asks for the colours of the chosen facet, once the points are there. The old ones stay until then.
fn colours(chart: Chart, problem: RwSignal<Option<Problem>>) {
    Effect::new(move || {
        let Some(count) = chart.points.read().as_ref().map(|points| points.count()) else {
            return;
        };
        problem.set(None);
        let Some(facet) = chart.colour.get() else {
            chart.coloured.set(None);
            return;
        };
        leptos::task::spawn_local(async move {
            let collection = chart.collection.get_value();
            let found = coloured(&collection, &facet, count).await;
            // Another facet may have been chosen meanwhile, or the page left.
            if chart.colour.try_get_untracked().flatten().as_deref() != Some(&*facet) {
                return;
            }
            match found {
                Ok(coloured) => chart.coloured.set(Some(Arc::new(coloured))),
                Err(failure) => {
                    chart.coloured.set(None);
                    problem.set(Some(failure));
                }
            }
        });
    });
}

async fn coloured(collection: &str, facet: &str, count: usize) -> Result<Coloured, Problem> {
    let legend = map_legend(collection, facet).await?;
    let bytes = map_colours(collection, facet).await?;
    let classes = classes(&bytes, count)?;
    Ok(Coloured { legend, classes })
}
