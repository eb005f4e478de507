//! The same list once it was judged: where each record came from.

use leptos::prelude::*;
use parallax::vocabulary::{PlainRecord, Revealed, Side};

use super::asked::Asked;
use super::plain::{plain, whole};
use super::wording::{Names, colour};

/// The list.
#[component]
pub fn RevealedList(
    /// What was asked.
    asked: Asked,
    /// The path of the search page.
    search_path: String,
    /// What came out.
    revealed: Revealed,
) -> impl IntoView {
    let Revealed {
        records,
        teams,
        places,
        picked,
        ..
    } = revealed;
    let names = Names::of_both(&asked);
    let rows = (1..).zip(records).zip(teams).zip(places);
    let rows = rows.map(|(((place, record), team), places)| {
        let is_picked = picked.contains(&place);
        let origin = origin(&asked, &names, team, places);
        row(place, &record, is_picked, origin, &search_path)
    });
    view! {
        <h3 class="judge-heading">"Where each record came from"</h3>
        <ol class="judge-hits">{rows.collect_view()}</ol>
    }
    .into_any()
}

fn row(
    place: u32,
    record: &PlainRecord,
    is_picked: bool,
    origin: AnyView,
    search_path: &str,
) -> AnyView {
    let picked = is_picked.then(|| view! { <span class="judge-was-picked">"picked"</span> });
    view! {
        <li class="judge-hit" class:is-picked=is_picked>
            <div class="judge-record">
                <span class="judge-origin">{origin} {picked}</span>
                {plain(record, format!("judge-{place}"))}
            </div>
            {whole(record, search_path)}
        </li>
    }
    .into_any()
}

/// The ranking that drafted the record, its place there, and its place in the other.
fn origin(
    asked: &Asked,
    names: &Names,
    team: Side,
    (in_a, in_b): (Option<u32>, Option<u32>),
) -> AnyView {
    let (own, other, ranker, other_name) = match team {
        Side::A => (in_a, in_b, &asked.a, &names.b),
        Side::B => (in_b, in_a, &asked.b, &names.a),
    };
    let own = own.map(|place| format!(" #{place}"));
    let other = match other {
        Some(place) => format!("{other_name} #{place}"),
        None => format!("{other_name}: not among the first ten"),
    };
    view! {
        <span class=["judge-team ", colour(ranker)].concat()>
            <bdi>{names.of(team).to_owned()}</bdi>
            {own}
        </span>
        <span class="judge-other">
            <bdi>{other}</bdi>
        </span>
    }
    .into_any()
}
