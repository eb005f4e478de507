//! A ranking as a list. Its rows have a fixed height, so that lines can be drawn between lists
//! without measuring them.

use leptos::prelude::*;

use super::row::CompareRow;
use super::rows::{Ranking, Row, Shown};
use crate::components::live::live;

/// The list.
#[component]
pub fn Column(
    /// The ranking.
    ranking: Ranking,
    /// What is shown.
    shown: Memo<Shown>,
) -> impl IntoView {
    let rows = Memo::new(move |_| shown.read().rows(ranking).to_vec());
    let class = ranking.class();
    let heading_id = format!("compare-{class}");
    let labelled = heading_id.clone();
    let empty = move || {
        rows.read().is_empty().then(|| {
            view! { <p class="compare-empty">"No records in this ranking."</p> }
        })
    };
    view! {
        <section class=format!("compare-column compare-column-{class}") aria-labelledby=labelled>
            <h2 class="compare-heading" id=heading_id>
                {ranking.heading()}
            </h2>
            <ol class="compare-rows">
                <For each=move || rows.get() key=Row::key let:row>
                    {drawn(&row, rows, shown)}
                </For>
            </ol>
            {live(empty)}
        </section>
    }
    .into_any()
}

/// A row. Its place and its way there change while it stays.
fn drawn(row: &Row, rows: Memo<Vec<Row>>, shown: Memo<Shown>) -> AnyView {
    let id = row.id.clone();
    let (first, twin) = (row.place, row.twin);
    let now = Memo::new(move |_| {
        let rows = rows.read();
        let row = rows.iter().find(|row| row.id == id);
        row.map_or((first, 0, false), |row| (row.place, row.moved, row.is_new))
    });
    let class = move || {
        let (_, moved, is_new) = now.get();
        let mut class = String::from("compare-row");
        if let Some(twin) = twin {
            class.push_str(&format!(" twin-{twin}"));
        }
        if moved != 0 || is_new {
            let turn = if shown.read().turn {
                " compare-turn"
            } else {
                " compare-turn-back"
            };
            class.push_str(turn);
            let from = match moved {
                0 => " compare-new".to_owned(),
                up @ 1.. => format!(" compare-from-below-{up}"),
                down => format!(" compare-from-above-{}", -down),
            };
            class.push_str(&from);
        }
        class
    };
    let place = move || now.get().0;
    view! {
        <li class=class>
            <CompareRow row=row.clone() place=Signal::derive(place) />
        </li>
    }
    .into_any()
}
