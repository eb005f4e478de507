//! How long the answer took, and how long each stage took.

use leptos::prelude::*;
use parallax::vocabulary::{Answer, Route};

use super::live::live;
use crate::answers::Found;
use crate::numbers::milliseconds;

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
    view! {
        <details class="timing">
            <summary>{live(total)}</summary>
            <dl class="stages">{live(parts)}</dl>
        </details>
    }
}

/// The stages that ran, and how neighbours were found.
fn stages(response: &Answer) -> Vec<(&'static str, String)> {
    let timings = &response.timings;
    let taken = [
        ("Query to vector", timings.encode),
        ("Ranking by meaning", timings.neural),
        ("Ranking by words", timings.text),
        ("Fusing the two", timings.fusion),
        ("Reading records", timings.fetch),
        ("In total", timings.total),
    ];
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
