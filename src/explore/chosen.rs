//! Chooses what is shown: the clearest examples of each kind that differ from one another.

use std::collections::HashSet;

use super::kinds::Kind;
use super::tried::{Sorted, Tried};
use crate::vocabulary::{Example, Mined};

/// The most examples of a kind.
const SHOWN: usize = 6;

/// Sorts the examples among the queries tried into their groups.
pub fn fill(mined: &mut Mined, tried: Vec<Tried>) {
    let all = tried.into_iter().filter_map(|tried| tried.example);
    let mut all: Vec<Sorted> = all.collect();
    // The sort is stable, so that equally clear ones stay in the order drawn.
    all.sort_by(|a, b| b.example.clarity.total_cmp(&a.example.clarity));
    mined.meaning_finds = clearest(&all, Kind::MeaningFinds);
    mined.words_find = clearest(&all, Kind::WordsFind);
    mined.both_struggle = clearest(&all, Kind::BothStruggle);
}

/// The clearest of a kind, given clearest first: no two with a term or a record in common.
fn clearest(all: &[Sorted], kind: Kind) -> Vec<Example> {
    let mut terms: HashSet<&str> = HashSet::new();
    let mut records: HashSet<&str> = HashSet::new();
    let mut chosen = Vec::new();
    for sorted in all.iter().filter(|sorted| sorted.kind == kind) {
        let id = sorted.example.record.hit.id.as_str();
        let mut own = sorted.terms.iter();
        if own.any(|term| terms.contains(term.as_str())) || records.contains(id) {
            continue;
        }
        terms.extend(sorted.terms.iter().map(String::as_str));
        records.insert(id);
        chosen.push(sorted.example.clone());
        if chosen.len() == SHOWN {
            break;
        }
    }
    chosen
}
