//! Which side won each query of a blind comparison, kept in this browser only. If it forbids storage,
//! nothing is kept, and the tally is in the address.

use parallax::vocabulary::{Side, Tally};

use super::storage::{local_storage, session_storage};

/// The prefix of the keys of tallies; the pair of rankings follows.
const TALLY: &str = "judged ";
/// The seed of the list that is being judged in this tab.
const JUDGING: &str = "judging";
/// How many queries are kept for each pair; beyond that, the oldest are forgotten.
const KEPT: usize = 2_000;

/// The tally of a pair of rankings; `None` if nothing can be kept.
pub fn kept_tally(pair: &str) -> Option<Tally> {
    let storage = local_storage()?;
    let kept = storage.get_item(&key(pair)).ok()?;
    Some(tally(&kept.unwrap_or_default()))
}

/// Keeps which side won a query, in place of what was kept of the same query.
pub fn keep_winner(pair: &str, q: &str, winner: Option<Side>) {
    let Some(storage) = local_storage() else {
        return;
    };
    let kept = storage.get_item(&key(pair)).ok().flatten();
    let kept = with(&kept.unwrap_or_default(), q, winner);
    let _ = storage.set_item(&key(pair), &kept);
}

/// Forgets the tally of a pair of rankings.
pub fn forget_tally(pair: &str) {
    let _ = local_storage().map(|storage| storage.remove_item(&key(pair)));
}

/// Notes which list is being judged. Only its outcome counts: not that of a link somebody sent.
pub fn keep_judging(seed: u32) {
    let _ = session_storage().map(|session| session.set_item(JUDGING, &seed.to_string()));
}

/// Whether this list is the one that is being judged.
pub fn is_judging(seed: u32) -> bool {
    let kept = session_storage().and_then(|session| session.get_item(JUDGING).ok().flatten());
    kept.and_then(|kept| kept.parse().ok()) == Some(seed)
}

fn key(pair: &str) -> String {
    [TALLY, pair].concat()
}

/// Each line is a query after a letter: a or b for the side that won, t for a tie.
fn tally(kept: &str) -> Tally {
    let mut tally = Tally::default();
    for line in kept.lines() {
        match line.as_bytes().first() {
            Some(b'a') => tally.a += 1,
            Some(b'b') => tally.b += 1,
            Some(b't') => tally.ties += 1,
            _ => {}
        }
    }
    tally
}

fn with(kept: &str, q: &str, winner: Option<Side>) -> String {
    // A query from an address may have line breaks.
    let q = q.replace(['\n', '\r'], " ");
    let letter = match winner {
        Some(Side::A) => 'a',
        Some(Side::B) => 'b',
        None => 't',
    };
    let others = kept.lines().filter(|line| line.get(1..) != Some(&*q));
    let mut lines: Vec<&str> = others.collect();
    let line = format!("{letter}{q}");
    lines.push(&line);
    lines[lines.len().saturating_sub(KEPT)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_counts_once_with_its_last_outcome() {
        let mut kept = String::new();
        for (q, winner) in [
            ("milk", Some(Side::A)),
            ("goats\nand sheep", None),
            ("milk", Some(Side::B)),
            ("été", Some(Side::A)),
        ] {
            kept = with(&kept, q, winner);
        }
        let expected = Tally {
            a: 1,
            b: 1,
            ties: 1,
        };
        assert_eq!(tally(&kept), expected);
        assert_eq!(tally("é\n\nx"), Tally::default());
    }

    #[test]
    fn only_so_many_are_kept() {
        let many: Vec<String> = (0..KEPT).map(|at| format!("a{at}")).collect();
        let kept = with(&many.join("\n"), "last", None);
        assert_eq!(tally(&kept).decided() as usize, KEPT - 1);
    }
}
