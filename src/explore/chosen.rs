//! Chooses what is shown: the clearest examples of each kind that differ from one another.

use std::collections::HashSet;

use super::kinds::Kind;
use super::tried::Tried;
use crate::vocabulary::{Example, Mined};

/// The most examples of a kind.
const SHOWN: usize = 6;

/// Sorts examples into their groups.
pub fn fill(mined: &mut Mined, mut all: Vec<Tried>) {
    mined.near_from = all.first().map(|tried| tried.near_from);
    // The sort is stable, so that equally clear ones stay in the order drawn.
    all.sort_by(|a, b| b.example.clarity.total_cmp(&a.example.clarity));
    mined.meaning_finds = clearest(&all, Kind::MeaningFinds);
    mined.words_find = clearest(&all, Kind::WordsFind);
    mined.both_struggle = clearest(&all, Kind::BothStruggle);
}

/// The clearest of a kind, given clearest first: no two with a term or a record in common.
fn clearest(all: &[Tried], kind: Kind) -> Vec<Example> {
    let mut terms: HashSet<&str> = HashSet::new();
    let mut records: HashSet<&str> = HashSet::new();
    let mut chosen = Vec::new();
    for tried in all.iter().filter(|tried| tried.kind == kind) {
        let id = tried.example.record.hit.id.as_str();
        let seen = tried.terms.iter().any(|term| terms.contains(term.as_str()));
        if seen || records.contains(id) {
            continue;
        }
        terms.extend(tried.terms.iter().map(String::as_str));
        records.insert(id);
        chosen.push(tried.example.clone());
        if chosen.len() == SHOWN {
            break;
        }
    }
    chosen
}
