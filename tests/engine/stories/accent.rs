//! Not every keyboard has accents: "creme brulee" and "crème brûlée" are the same dessert.

use parallax::Mode;

use super::{ask, found};

#[test]
fn accents_do_not_matter_either_way() {
    for query in ["creme brulee", "CRÈME BRÛLÉE", "Cre\u{300}me"] {
        assert_eq!(found(query, Mode::Text), ["Crème brûlée torch"], "{query}");
    }
}

#[test]
fn the_words_are_marked_as_they_are_written() {
    let answer = ask("creme brulee", Mode::Text);
    let hit = &answer.hits[0];
    let marked: Vec<&str> = hit
        .highlights
        .title
        .iter()
        .map(|range| &hit.record.title[range.clone()])
        .collect();
    assert_eq!(marked, ["Crème", "brûlée"]);
}
