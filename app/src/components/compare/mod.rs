//! The rankings of one query side by side: by meaning and by words, joined by lines between the same
//! record, and by both, which follows the balance. On a narrow screen, the rankings are one list.

mod column;
pub mod line;
mod merged;
mod row;
mod rows;
mod weigh;

use leptos::prelude::*;

use super::corrected::Corrected;
use super::facets::Conditions;
use super::lab_link::lab_link;
use super::no_fit::NoFit;
use super::share::Share;
use super::timing::Timing;
use crate::address::Address;
use crate::answers::{Compared, Found};
use crate::components::live::live;
use crate::lazy::lazy_part;
use crate::numbers::counted;
use crate::wording::difference;
use column::Column;
use line::Lines;
use merged::Merged;
use rows::{Ranking, Shown};
use weigh::Weigh;

lazy_part! {
    /// The view of the newest comparison.
    compare_view(
        address: Address,
        compared: Memo<Option<Compared>>,
        found: Memo<Option<Found>>
    ) from compare_panel => view! { <CompareView address compared found /> }
}

/// The rankings of the newest answer.
#[component]
fn CompareView(
    /// The current address.
    address: Address,
    /// The newest comparison.
    compared: Memo<Option<Compared>>,
    /// What is said about its answer as a whole.
    found: Memo<Option<Found>>,
) -> impl IntoView {
    let shown = Memo::new(move |before: Option<&Shown>| {
        let compared = compared.read();
        compared
            .as_ref()
            .map(|compared| Shown::of(compared, before))
            .unwrap_or_default()
    });
    let told = move || {
        let compared = compared.read();
        compared
            .as_ref()
            .map(|compared| difference(&compared.comparison))
    };
    let matching = move || {
        let compared = compared.read();
        compared.as_ref().map(|compared| {
            let matching = counted(compared.comparison.matching, "record");
            let verb = if compared.comparison.matching == 1 {
                "contains"
            } else {
                "contain"
            };
            format!("{matching} {verb} a word of the query.")
        })
    };
    let lab = move || {
        let compared = compared.read();
        compared
            .as_ref()
            .and_then(|compared| lab_link(&compared.question))
    };
    view! {
        <Conditions found />
        <Corrected found />
        <NoFit found />
        <div class="compare">
            <div class="compare-grid">
                <div class="compare-head">
                    <p class="compare-told">{live(told)}</p>
                    <div class="summary">
                        <p class="summary-line">{live(matching)}</p>
                        <Timing found />
                        {lab}
                        <Share found />
                    </div>
                </div>
                <Weigh address compared />
                <Column ranking=Ranking::Meaning shown />
                <Lines shown />
                <Column ranking=Ranking::Words shown />
                <Column ranking=Ranking::Both shown />
                <Merged shown />
            </div>
        </div>
    }
    .into_any()
}
