//! A fused score: what each engine and the similar records added, and what balance would turn the
//! order with the next hit.

use leptos::prelude::*;
use parallax::vocabulary::{FusionExplanation, NextHit};

use super::waterfall::{Kind, Part, waterfall};
use super::{Shown, digits};
use crate::state::SearchState;
use crate::wording::{added, name_of};

/// The part of a panel about a fused score.
pub fn by_both(fusion: FusionExplanation, shown: &Shown) -> AnyView {
    let meaning = added(fusion.rank_meaning, "by meaning");
    let words = added(fusion.rank_words, "by words");
    let mut parts = vec![
        Part::new(meaning, fusion.from_meaning, Kind::Meaning),
        Part::new(words, fusion.from_words, Kind::Words),
    ];
    if !fusion.neighbours.is_empty() {
        let titles = fusion.neighbours.iter().map(|near| near.title.as_str());
        let titles: Vec<&str> = titles.collect();
        let similar = Part::new("By similar records", fusion.from_neighbours, Kind::Other);
        parts.push(similar.noted(titles.join(" \u{b7} ")));
    }
    let heading = ["Fused score ", &digits(fusion.score, 4)].concat();
    let next = fusion.next.map(|hit| next(hit, fusion.balance, shown));
    view! {
        <h3 class="why-heading">{heading}</h3>
        {waterfall(parts, ("Fused score", fusion.score), 4)}
        {next}
    }
    .into_any()
}

fn next(hit: NextHit, balance: Option<f32>, shown: &Shown) -> AnyView {
    let NextHit {
        id,
        title,
        score,
        from_words,
        from_meaning,
        from_neighbours,
        turns_at,
    } = hit;
    let name = name_of(&title, &id);
    let similar = match from_neighbours > 0.0 {
        true => [" + ", &digits(from_neighbours, 4), " by similar records"].concat(),
        false => String::new(),
    };
    let sum = [
        digits(from_meaning, 4).as_str(),
        " by meaning + ",
        &digits(from_words, 4),
        " by words",
        &similar,
        " = ",
        &digits(score, 4),
    ]
    .concat();
    let turn = balance.map(|balance| turn(turns_at, balance, shown));
    view! {
        <p class="why-next">
            "Next: " <bdi class="why-name">{name}</bdi> ", " {sum} "." {turn}
        </p>
    }
    .into_any()
}

/// What balance turns the order, with a link that does.
fn turn(turns_at: Option<f32>, balance: f32, shown: &Shown) -> AnyView {
    let Some(at) = turns_at else {
        let weighs_both = 0.0 < balance && balance < 1.0;
        let said = " No balance between words and meaning would make the two change places.";
        return weighs_both.then_some(said).into_any();
    };
    let side = match at > balance {
        true => " It comes first if meaning counts more than ",
        false => " It comes first if meaning counts less than ",
    };
    let link = beyond(at, balance).map(|balance| {
        let state = SearchState {
            balance: Some(balance.clone()),
            ..shown.state.clone()
        };
        let text = ["Rank with balance ", &balance].concat();
        view! {
            " "
            <a class="why-turn" href=shown.href(&state) data-noscroll="">
                {text}
            </a>
        }
    });
    view! {
        {side}
        <span class="why-number">{digits(at, 3)}</span>
        ", now "
        {digits(balance, 2)}
        "."
        {link}
    }
    .into_any()
}

/// The nearest balance in hundredths beyond the one at which the order turns, if there is one
/// before the end, where only one engine would count.
fn beyond(at: f32, balance: f32) -> Option<String> {
    let hundredths = f64::from(at) * 100.0;
    let hundredths = match at > balance {
        true => hundredths.floor() + 1.0,
        false => hundredths.ceil() - 1.0,
    };
    let inside = hundredths > 0.0 && hundredths < 100.0;
    inside.then(|| digits(hundredths as f32 / 100.0, 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_balance_of_the_link_lies_beyond_the_turn() {
        assert_eq!(beyond(0.623, 0.5).as_deref(), Some("0.63"));
        assert_eq!(beyond(0.377, 0.5).as_deref(), Some("0.37"));
        assert_eq!(beyond(0.75, 0.5).as_deref(), Some("0.76"));
        assert_eq!(beyond(0.995, 0.5), None);
        assert_eq!(beyond(0.004, 0.5), None);
    }
}
