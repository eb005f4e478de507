//! Looks for the queries on which the engines disagree when a collection has been imported, and says
//! how that went.

use std::sync::atomic::AtomicBool;

use parallax::vocabulary::Mined;
use parallax::{Catalogue, Result};

/// Tries queries in a collection that was just imported, and describes that in a sentence. `None` if
/// there are too few records, or if it was cancelled.
///
/// # Errors
/// If the collection cannot be opened.
pub fn explored(
    catalogue: &Catalogue,
    name: &str,
    cancelled: &AtomicBool,
) -> Result<Option<String>> {
    let mined = catalogue.collection(name)?.explore_now(cancelled);
    let mined = mined.filter(|mined| mined.tried > 0);
    Ok(mined.map(|mined| told(&mined)))
}

fn told(mined: &Mined) -> String {
    let Mined {
        drawn,
        tried,
        seconds,
        ..
    } = mined;
    let groups = [
        &mined.meaning_finds,
        &mined.words_find,
        &mined.both_struggle,
    ];
    let found: usize = groups.into_iter().map(Vec::len).sum();
    let tried = match tried == drawn {
        true => format!("{tried} queries were"),
        false => format!("{tried} of {drawn} queries were"),
    };
    format!(
        "{tried} tried in {seconds:.1} s, to find some on which meaning and words disagree; \
         the page Explore shows {found}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_when_the_time_was_over() {
        let mined = Mined {
            drawn: 300,
            tried: 300,
            seconds: 2.34,
            ..Mined::default()
        };
        assert!(told(&mined).starts_with("300 queries were tried in 2.3 s"));
        let over = Mined {
            tried: 120,
            ..mined
        };
        assert!(told(&over).starts_with("120 of 300 queries were tried"));
    }
}
