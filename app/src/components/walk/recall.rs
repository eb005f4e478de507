//! The recall of the graph around the query, measured when asked for.

use leptos::prelude::*;
use parallax::vocabulary::{MeasuredRecall, RecallFigures, Walkthrough};

use super::nearest::why_scanned;
use super::{Shown, stage};
use crate::numbers::{milliseconds, thousands};
use crate::problem::Problem;

/// What was measured, if that was asked for.
pub type Measured = Option<Result<MeasuredRecall, Problem>>;

/// The stage.
pub fn recall(walked: &Walkthrough, shown: &Shown, measured: Measured) -> AnyView {
    let parts = walked.nearest.iter().flat_map(|nearest| &nearest.parts);
    let largest = parts.max_by_key(|part| part.vectors);
    let min = walked
        .nearest
        .as_ref()
        .map_or(0, |nearest| nearest.graph_min_records);
    let scanned = largest.and_then(|part| part.scanned_because);
    let body = match (measured, scanned) {
        (Some(Ok(measured)), _) => figures(&measured),
        (Some(Err(problem)), _) => {
            view! { <p class="walk-problem">{problem.message}</p> }.into_any()
        }
        (None, Some(reason)) => {
            let why = why_scanned(reason, min);
            view! {
                <p>
                    "There is nothing to measure: the exact scan finds all of the nearest records. "
                    {why}
                </p>
            }
            .into_any()
        }
        (None, None) if walked.nearest.is_none() => {
            view! { <p>"There is nothing to measure: this query is only searched by words."</p> }
                .into_any()
        }
        (None, None) => unmeasured(shown),
    };
    stage("recall", "by-meaning", "What the graph misses", body)
}

fn unmeasured(shown: &Shown) -> AnyView {
    let href = format!("{}&measure=true#recall", shown.state.href(&shown.path));
    view! {
        <p>
            "A walk over a graph may miss some of the nearest records. This server can measure how \
             many: it searches with the graph and with the exact scan, for this query and for fifty \
             others, each half-way between the query and one of its nearest records."
        </p>
        <p>
            <a class="button-quiet" href=href>
                "Measure the recall"
            </a>
        </p>
    }
    .into_any()
}

fn figures(measured: &MeasuredRecall) -> AnyView {
    if let Some(reason) = measured.scanned_because {
        let why = why_scanned(reason, measured.graph_min_records);
        return view! { <p>"There is nothing to measure. " {why}</p> }.into_any();
    }
    let rows = [
        ("This query", measured.query),
        ("Queries around it", measured.around),
    ];
    let rows = rows
        .into_iter()
        .filter_map(|(what, of)| Some(row(what, of?)));
    let rows = rows.collect_view();
    let said = format!(
        "Recall at 10 is the share of the true nearest ten that the graph finds, among {} vectors. \
         The times are medians.",
        thousands(measured.vectors)
    );
    view! {
        <p>{said}</p>
        <div class="walk-table" tabindex="0" role="region" aria-label="Measured recall">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Measured on"</th>
                        <th scope="col" class="walk-number">"Queries"</th>
                        <th scope="col" class="walk-number">"Recall at 10"</th>
                        <th scope="col" class="walk-number">"Lowest"</th>
                        <th scope="col" class="walk-number">"All ten found"</th>
                        <th scope="col" class="walk-number">"Graph"</th>
                        <th scope="col" class="walk-number">"Exact scan"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(what: &'static str, of: RecallFigures) -> AnyView {
    view! {
        <tr>
            <th scope="row">{what}</th>
            <td class="walk-number">{of.queries}</td>
            <td class="walk-number">{format!("{:.3}", of.recall_at_10)}</td>
            <td class="walk-number">{format!("{:.1}", of.least)}</td>
            <td class="walk-number">{of.perfect}</td>
            <td class="walk-number">{milliseconds(of.graph)}</td>
            <td class="walk-number">{milliseconds(of.scan)}</td>
        </tr>
    }
    .into_any()
}
