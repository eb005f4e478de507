//! One change in detail: for each ranking, which records it moves.

use leptos::prelude::*;
use parallax::vocabulary::{Changed, Lab, Shift};

use super::Place;
use super::slope::{Slope, slope};
use super::told::{kept, moved, name};

/// The drawings, and what to do with the changed query.
pub fn detail(lab: &Lab, changed: &Changed, place: &Place) -> AnyView {
    let compare = place.compare(&changed.query);
    let again = place.lab(&changed.query);
    let (before, after) = (&lab.lists, &changed.lists);
    let of = &changed.moved;
    let slopes = [
        (
            "meaning",
            "By meaning",
            &of.meaning,
            &before.meaning,
            &after.meaning,
        ),
        ("words", "By words", &of.words, &before.words, &after.words),
        ("both", "By both", &of.both, &before.both, &after.both),
    ];
    let slopes = slopes.map(|(class, heading, shift, before, after)| {
        ranking(
            class,
            heading,
            shift,
            &Slope::of(before, after, &lab.records),
        )
    });
    view! {
        <section class="lab-detail" id="lab-detail" aria-labelledby="lab-detail-heading" tabindex="-1">
            <h2 id="lab-detail-heading">
                {name(changed.change)} ": \u{201c}" <bdi>{changed.query.clone()}</bdi> "\u{201d}"
            </h2>
            <p class="lab-hint">
                "On the left the ranking of the query as it was, on the right that of the changed query."
            </p>
            <div class="lab-slopes">{slopes.into_iter().collect_view()}</div>
            <p class="lab-ways">
                <a class="card-link" href=compare>
                    "Compare its rankings"
                </a>
                <a class="card-link" href=again>
                    "Change it again"
                </a>
            </p>
        </section>
    }
    .into_any()
}

fn ranking(class: &'static str, heading: &'static str, shift: &Shift, drawn: &Slope) -> AnyView {
    let id = ["lab-slope-", class].concat();
    let labelled = id.clone();
    let told = format!("moved by {}, {} in the first 10", moved(shift), kept(shift));
    view! {
        <section class=["lab-slope lab-", class].concat() aria-labelledby=labelled>
            <h3 class=["by-", class].concat() id=id>
                {heading}
            </h3>
            <p class="lab-told">{told}</p>
            {slope(drawn)}
        </section>
    }
    .into_any()
}
