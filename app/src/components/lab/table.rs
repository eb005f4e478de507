//! All changes at once: the changed query, and how far each ranking moves.

use leptos::prelude::*;
use parallax::vocabulary::{Change, Changed, Lab, Shift};

use super::Place;
use super::bar::bar;
use super::told::{kept, moved, name, note};

/// The table.
pub fn table(lab: &Lab, chosen: Change, place: &Place) -> AnyView {
    let rows = lab
        .changes
        .iter()
        .map(|changed| row(lab, changed, chosen, place));
    view! {
        <table class="lab-table">
            <caption class="sr-only">"How far each ranking moves, by change"</caption>
            <thead>
                <tr>
                    <th scope="col">"Change"</th>
                    <th scope="col" class="by-meaning">
                        "Meaning"
                    </th>
                    <th scope="col" class="by-words">
                        "Words"
                    </th>
                    <th scope="col" class="by-both">
                        "Both"
                    </th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
    .into_any()
}

fn row(lab: &Lab, changed: &Changed, chosen: Change, place: &Place) -> AnyView {
    let change = changed.change;
    let is_chosen = change == chosen;
    let class = if is_chosen {
        "lab-row lab-row-chosen"
    } else {
        "lab-row"
    };
    let href = place.change(&lab.query, change.name());
    let of = &changed.moved;
    view! {
        <tr class=class>
            <th scope="row">
                <a class="lab-change" href=href aria-current=is_chosen.then_some("true")>
                    {name(change)}
                </a>
                <bdi class="lab-query">{changed.query.clone()}</bdi>
                <span class="lab-note">{note(changed)}</span>
            </th>
            {cell(&of.meaning, "lab-cell lab-meaning")}
            {cell(&of.words, "lab-cell lab-words")}
            {cell(&of.both, "lab-cell lab-both")}
        </tr>
    }
    .into_any()
}

fn cell(shift: &Shift, class: &'static str) -> AnyView {
    view! {
        <td class=class>
            <span class="lab-moved">{moved(shift)}</span>
            {bar(shift.moved)}
            <span class="lab-kept">{kept(shift)}</span>
        </td>
    }
    .into_any()
}
