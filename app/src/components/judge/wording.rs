//! The words for rankings and results. No sentence claims more than the test allows.

use parallax::vocabulary::limits::MAX_FORESEEN;
use parallax::vocabulary::{Mode, Ranker, Side, Standing};

use super::asked::Asked;
use crate::numbers::{counted, thousands};

/// What a way to rank is called.
pub fn name(ranker: &str) -> String {
    let Ok(ranker) = ranker.parse::<Ranker>() else {
        return ranker.to_owned();
    };
    let mut name = String::from(match ranker.mode {
        Mode::Neural => "By meaning",
        Mode::Text => "By words",
        Mode::Hybrid => "By both",
    });
    if let Some(balance) = ranker.balance {
        name.push_str(&format!(", {:.0} % meaning", balance * 100.0));
    }
    if let Some(collection) = &ranker.collection {
        name.push_str(", in ");
        name.push_str(collection);
    }
    name
}

/// The class of the colour of a way to rank.
pub fn colour(ranker: &str) -> &'static str {
    match ranker.parse::<Ranker>().map(|ranker| ranker.mode) {
        Ok(Mode::Neural) => "by-meaning",
        Ok(Mode::Text) => "by-words",
        Ok(Mode::Hybrid) => "by-both",
        Err(_) => "",
    }
}

/// The names of both sides.
pub struct Names {
    pub a: String,
    pub b: String,
}

impl Names {
    /// Those of the two rankings that are compared.
    pub fn of_both(asked: &Asked) -> Self {
        Self {
            a: name(&asked.a),
            b: name(&asked.b),
        }
    }

    /// The name of a side.
    pub fn of(&self, side: Side) -> &str {
        match side {
            Side::A => &self.a,
            Side::B => &self.b,
        }
    }
}

/// Which side won a query, by how many picks.
pub fn verdict(names: &Names, winner: Option<Side>, picks: (u32, u32)) -> String {
    match (winner, picks) {
        (Some(Side::A), (a, b)) => format!("{} wins this query, {a} to {b}", names.a),
        (Some(Side::B), (a, b)) => format!("{} wins this query, {b} to {a}", names.b),
        (None, (0, 0)) => "A tie: nothing was picked".into(),
        (None, (a, _)) => format!("A tie: {} from each", counted(a, "pick")),
    }
}

/// What the tally means, sentence by sentence.
pub fn told(names: &Names, standing: &Standing) -> Vec<String> {
    let tally = standing.tally;
    let decided = tally.decided();
    let ahead = match tally.a.cmp(&tally.b) {
        std::cmp::Ordering::Greater => Some((Side::A, tally.a)),
        std::cmp::Ordering::Less => Some((Side::B, tally.b)),
        std::cmp::Ordering::Equal => None,
    };
    let Some((side, won)) = ahead else {
        return vec![
            if decided == 0 {
                "No query is decided yet."
            } else {
                "Neither ranking is ahead. At this share, more queries would not settle it."
            }
            .into(),
        ];
    };
    let name = names.of(side);
    let chance = format!(
        "{name} is ahead in {} of {}. If neither ranking were better, a result at least as uneven \
         as this would occur in {} of cases (sign test, {}).",
        thousands(won),
        queries(decided, ""),
        percent(standing.p),
        p(standing.p)
    );
    let meaning = if standing.is_decided() {
        format!(
            "This is unlikely to be chance. {name} is the better ranking for queries like these."
        )
    } else {
        match standing.needed {
            Some(needed) => format!(
                "This may well be chance. If the share stays the same, {} would settle it.",
                queries(needed - decided, "more ")
            ),
            None => format!(
                "This may well be chance. At this share, not even {} would settle it.",
                queries(MAX_FORESEEN, "")
            ),
        }
    };
    vec![chance, meaning]
}

fn queries(number: u32, more: &str) -> String {
    let plural = if number == 1 { "query" } else { "queries" };
    format!("{} {more}decided {plural}", thousands(number))
}

/// `p = 0.031`; values that would be rounded to 0 are only bounded.
fn p(p: f64) -> String {
    match p {
        p if p < 0.001 => "p < 0.001".into(),
        p if p < 0.1 => format!("p = {p:.3}"),
        p => format!("p = {p:.2}"),
    }
}

fn percent(p: f64) -> String {
    match p * 100.0 {
        share if share < 0.1 => "less than 0.1 %".into(),
        share if share < 10.0 => format!("{share:.1} %"),
        share => format!("{share:.0} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parallax::vocabulary::Tally;

    fn names() -> Names {
        Names {
            a: name("neural"),
            b: name("text"),
        }
    }

    fn told_of(a: u32, b: u32, p: f64, needed: Option<u32>) -> String {
        let tally = Tally { a, b, ties: 1 };
        told(&names(), &Standing { tally, p, needed }).join(" ")
    }

    #[test]
    fn rankings_have_names() {
        assert_eq!(name("hybrid"), "By both");
        assert_eq!(name("hybrid:0.25@books"), "By both, 25 % meaning, in books");
        assert_eq!(name("nonsense"), "nonsense");
        assert_eq!(colour("hybrid:0.25"), "by-both");
    }

    #[test]
    fn a_verdict_says_who_won_by_how_many_picks() {
        assert_eq!(
            verdict(&names(), Some(Side::B), (1, 3)),
            "By words wins this query, 3 to 1"
        );
        assert_eq!(verdict(&names(), None, (2, 2)), "A tie: 2 picks from each");
        assert_eq!(verdict(&names(), None, (0, 0)), "A tie: nothing was picked");
    }

    #[test]
    fn nothing_is_claimed_before_it_is_settled() {
        assert_eq!(told_of(0, 0, 1.0, None), "No query is decided yet.");
        assert!(told_of(4, 4, 1.0, None).contains("would not settle it"));
        let open = told_of(1, 4, 0.375, Some(20));
        assert!(
            open.contains("By words is ahead in 4 of 5 decided queries"),
            "{open}"
        );
        assert!(
            open.contains("38 % of cases (sign test, p = 0.38)"),
            "{open}"
        );
        assert!(
            open.contains("15 more decided queries would settle it"),
            "{open}"
        );
        let settled = told_of(9, 0, 0.003_9, Some(9));
        assert!(settled.contains("p = 0.004"), "{settled}");
        assert!(settled.contains("unlikely to be chance"), "{settled}");
        let near = told_of(52, 50, 0.92, None);
        assert!(near.contains("not even 1,000 decided queries"), "{near}");
    }
}
