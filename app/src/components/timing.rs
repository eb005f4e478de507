//! How long the answer took, and how long each stage took.

use std::time::Duration;

use leptos::prelude::*;
use parallax::vocabulary::{Answer, Route, Timings};

use super::live::live;
use crate::answers::Found;
use crate::numbers::milliseconds;
use crate::paths::page_path;

/// The total time, which expands to the time of each stage.
#[component]
pub fn Timing(
    /// The newest answer.
    found: Memo<Option<Found>>,
) -> impl IntoView {
    let total = move || {
        let found = found.read();
        let total = found.as_ref().map(|found| found.response.timings.total);
        total.map(|total| format!("in {}", milliseconds(total)))
    };
    let parts = move || {
        let found = found.read();
        let stages = found
            .as_ref()
            .map(|found| stages(&found.response))
            .unwrap_or_default();
        let part =
            |(name, value)| view! { <div class="stage"><dt>{name}</dt><dd>{value}</dd></div> };
        stages.into_iter().map(part).collect_view()
    };
    let how = move || {
        let found = found.read();
        let found = found.as_ref()?;
        let state = found.state();
        let page = page_path(found.question.collection.as_deref(), "about");
        let href = state.explaining(None).href(&page);
        let ranks = !state.lists() && state.like.is_none();
        ranks.then(|| view! { <a class="card-link in-folder" href=href>"How this was found"</a> })
    };
    view! {
        <details class="timing">
            <summary>{live(total)}</summary>
            <dl class="stages">{live(parts)}</dl>
            {how}
        </details>
    }
}

/// Every stage and the total, with their times.
pub fn stages_of(timings: &Timings) -> [(&'static str, Duration); 6] {
    [
        ("Query to vector", timings.encode),
        ("Ranking by meaning", timings.neural),
        ("Ranking by words", timings.text),
        ("Fusing the two", timings.fusion),
        ("Reading records", timings.fetch),
        ("In total", timings.total),
    ]
}

/// The stages that ran, and how neighbours were found.
fn stages(response: &Answer) -> Vec<(&'static str, String)> {
    let taken = stages_of(&response.timings);
    let route = response.route.and_then(|route| match route {
        Route::Exact => Some("exact scan of every vector"),
        Route::Graph => Some("graph of neighbours, scores exact"),
        Route::Auto => None,
    });
    let taken = taken.into_iter().filter(|(_, time)| time.as_micros() > 0);
    let taken = taken.map(|(name, time)| (name, milliseconds(time)));
    taken
        .chain(route.map(|route| ("Neighbours from", route.to_owned())))
        .collect()
}
