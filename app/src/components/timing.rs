//! How long the answer took, and how long each stage took.

use leptos::prelude::*;

use crate::answers::Found;
use crate::numbers::milliseconds;
use crate::wire::SearchResponse;

/// The total time, which expands to the time of each stage.
#[component]
pub fn Timing(
    /// The newest answer.
    found: Memo<Option<Found>>,
) -> impl IntoView {
    let total = move || {
        let found = found.read();
        let total = found.as_ref().map(|found| found.response.timings.total_ms);
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
            <summary>{total}</summary>
            <dl class="stages">{parts}</dl>
        </details>
    }
}

/// The stages that ran, and how neighbours were found.
fn stages(response: &SearchResponse) -> Vec<(&'static str, String)> {
    let timings = &response.timings;
    let taken = [
        ("Query to vector", timings.encode_ms),
        ("Ranking by meaning", timings.neural_ms),
        ("Ranking by words", timings.text_ms),
        ("Fusing the two", timings.fusion_ms),
        ("Reading records", timings.fetch_ms),
        ("In total", timings.total_ms),
    ];
    let route = match response.route.as_deref() {
        Some("exact") => Some("exact scan of every vector".to_owned()),
        Some("graph") => Some("graph of neighbours, scores exact".to_owned()),
        other => other.map(str::to_owned),
    };
    let taken = taken.into_iter().filter(|(_, ms)| *ms > 0.0);
    let taken = taken.map(|(name, ms)| (name, milliseconds(ms)));
    taken
        .chain(route.map(|route| ("Neighbours from", route)))
        .collect()
}
