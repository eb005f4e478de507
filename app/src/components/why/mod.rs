//! Why a hit has its rank: a link on every card, the panel that it opens, and the parts that panel
//! and page have in common. The link works without JavaScript: the answer then includes the
//! explanation, and the card opens in place.
//!
//! All engines are drawn alike: a score is a sum, so it is a waterfall of its parts; and a text
//! is tinted word by word with what each adds.

mod by_both;
mod by_meaning;
mod by_words;
mod late;
mod panel;
mod retuned;
mod tinted;
mod waterfall;

use leptos::prelude::*;
pub use panel::WhyPanel;
use parallax::vocabulary::Explanation;
pub use retuned::Retuned;

use super::place::element_id;
use crate::answers::{Explained, Found};
use crate::components::live::live;
use crate::lazy::lazy_part;
use crate::paths::why_path;
use crate::problem::Problem;
use crate::state::SearchState;

lazy_part! {
    /// The panel of an explanation.
    panel_of(explanation: Result<Explanation, Problem>, shown: Shown) from why_panel
        => view! { <WhyPanel explanation shown /> }
}

/// The link and, once requested, the panel below it.
#[component]
pub fn Why(
    /// The record.
    id: String,
    /// Its name.
    name: String,
    /// The hit's place in the list, from 1.
    place: usize,
    /// The newest answer.
    found: Memo<Option<Found>>,
) -> impl IntoView {
    let of_this = id.clone();
    let explained: Memo<Option<Box<Explained>>> = Memo::new(move |_| {
        let found = found.read();
        let explained = found.as_ref()?.explained.as_ref()?;
        (explained.id == of_this).then(|| explained.clone())
    });
    let open = move || explained.read().is_some();
    let of_this = id.clone();
    let href = move || {
        let found = found.read();
        let found = found.as_ref()?;
        let asked = (!open()).then_some(of_this.as_str());
        let href = found.state().explaining(asked).href(&found.question.path());
        Some(format!("{href}#{}", element_id(place)))
    };
    let label = format!("Why this rank: {name}");
    let panel = move || {
        let explained = explained.get()?;
        let found = found.read_untracked();
        let found = found.as_ref()?;
        let shown = Shown {
            state: found.state().clone(),
            path: found.question.path(),
            own_path: why_path(found.question.collection.as_deref(), &id),
            id: id.clone(),
            alone: false,
        };
        Some(panel_of(explained.explanation, shown))
    };
    view! {
        <div class="why">
            <a
                class="card-link"
                href=href
                aria-label=label
                aria-expanded=move || if open() { "true" } else { "false" }
                data-noscroll=""
            >
                "Why this rank"
            </a>
            {live(panel)}
        </div>
    }
    .into_any()
}

/// Where an explanation is shown, for the links in it.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The search.
    pub state: SearchState,
    /// The path of the search page.
    pub path: String,
    /// The path of the explanation's own page.
    pub own_path: String,
    /// The record.
    pub id: String,
    /// Whether it is shown on its own page.
    pub alone: bool,
}

impl Shown {
    /// The address of the same explanation for another search.
    fn href(&self, state: &SearchState) -> String {
        match self.alone {
            true => state.explaining(None).href(&self.own_path),
            false => state.explaining(Some(&self.id)).href(&self.path),
        }
    }
}

/// The indexes of the largest numbers, largest first. There are few of them, and sorting would add
/// more code to the page than this.
fn largest(numbers: &[f32], most: usize) -> Vec<usize> {
    let mut found: Vec<usize> = Vec::with_capacity(most);
    for _ in 0..most.min(numbers.len()) {
        let mut best: Option<(usize, f32)> = None;
        for (at, &number) in numbers.iter().enumerate() {
            let is_better = best.is_none_or(|(_, best)| number > best);
            if is_better && !found.contains(&at) {
                best = Some((at, number));
            }
        }
        found.extend(best.map(|(at, _)| at));
    }
    found
}

/// A number with these decimals, with a minus sign in front of a negative one.
pub fn digits(number: f32, decimals: usize) -> String {
    let text = format!("{:.decimals$}", number.abs());
    let is_zero = text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    match number < 0.0 && !is_zero {
        true => ["\u{2212}", &text].concat(),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_come_first_and_equal_ones_in_order() {
        let numbers = [1.0, 3.0, -2.0, 3.0, 2.0];
        assert_eq!(largest(&numbers, 3), [1, 3, 4]);
        assert_eq!(largest(&numbers, 9), [1, 3, 4, 0, 2]);
        assert_eq!(largest(&[], 2), [0usize; 0]);
    }

    #[test]
    fn a_minus_stands_before_numbers_below_zero_only() {
        assert_eq!(digits(0.1266, 3), "0.127");
        assert_eq!(digits(-0.1266, 2), "\u{2212}0.13");
        assert_eq!(digits(-0.0001, 3), "0.000");
        assert_eq!(digits(12.0, 0), "12");
    }
}
