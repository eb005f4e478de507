//! People do not know which words a record uses. "Affordable notebook for students" has no word
//! in common with the laptop they want.

use parallax::Mode;

use super::found;

const QUERY: &str = "affordable notebook for students";

#[test]
fn a_budget_laptop_is_found_by_meaning_and_not_by_words() {
    assert_eq!(found(QUERY, Mode::Neural)[0], "Budget laptop");
    assert!(!found(QUERY, Mode::Text).contains(&"Budget laptop".to_owned()));
}

#[test]
fn hybrid_finds_it_too() {
    assert_eq!(found(QUERY, Mode::Hybrid)[0], "Budget laptop");
}
