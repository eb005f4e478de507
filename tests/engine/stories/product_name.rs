//! A name is not a meaning: to the encoder, two routers are much the same, but only one of them is
//! the one searched for.

use parallax::Mode;

use super::found;

#[test]
fn an_exact_product_name_is_first_by_words_and_by_both() {
    for (query, wanted) in [("QX-4417", "Router QX-4417"), ("qx 4471", "Router QX-4471")] {
        for mode in [Mode::Text, Mode::Hybrid] {
            assert_eq!(found(query, mode)[0], wanted, "{query} {mode}");
        }
    }
}
