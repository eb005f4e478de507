//! What is said of a change and of how far the rankings move.

use parallax::vocabulary::{Change, Changed, Shift};

use crate::wording::corrected;

/// What a change is called.
pub fn name(change: Change) -> &'static str {
    match change {
        Change::Typo => "Typo",
        Change::Synonym => "Synonym",
        Change::Exclusion => "Excluded word",
        Change::Negation => "Negated word",
        Change::Order => "Another order",
        Change::Dropped => "Dropped word",
    }
}

/// What the change is, and how the engines read it.
pub fn note(changed: &Changed) -> String {
    let Changed { word, instead, .. } = changed;
    let instead = instead.as_deref().unwrap_or_default();
    match changed.change {
        Change::Typo => match corrected(&changed.corrections) {
            Some(told) => format!("{told} Search by meaning alone uses the query as typed."),
            None => "No word was corrected.".into(),
        },
        Change::Synonym => format!(
            "Of the words in this collection, the model finds \u{201c}{instead}\u{201d} most similar \
             to \u{201c}{word}\u{201d}."
        ),
        Change::Exclusion => {
            format!(
                "The hyphen is an operator: records that contain \u{201c}{word}\u{201d} are excluded \
                 in every mode."
            )
        }
        Change::Negation => format!(
            "This is not an operator: search by words looks for \u{201c}{word}\u{201d} as before, and \
             the model reads it as part of the text."
        ),
        Change::Order => {
            format!(
                "\u{201c}{word}\u{201d} comes first. Search by words ignores the order; the model reads \
                 the words in order."
            )
        }
        Change::Dropped => {
            format!("Without \u{201c}{word}\u{201d}, the word that most records contain.")
        }
    }
}

/// How far a ranking moves, with two decimals.
pub fn moved(shift: &Shift) -> String {
    format!("{:.2}", shift.moved)
}

/// How many of the first ten stay.
pub fn kept(shift: &Shift) -> String {
    match shift.overlap {
        0 => "none kept".into(),
        some => format!("{some} kept"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parallax::vocabulary::{Correction, Lists, Moved};

    #[test]
    fn a_typo_says_what_it_was_read_as() {
        let shift = Shift {
            overlap: 6,
            rbo: 0.617,
            moved: 0.383,
        };
        let mut changed = Changed {
            change: Change::Typo,
            word: "solar".into(),
            instead: Some("sloar".into()),
            query: "sloar panels".into(),
            corrections: Vec::new(),
            lists: Lists::default(),
            moved: Moved {
                meaning: shift,
                words: shift,
                both: shift,
            },
        };
        assert_eq!(note(&changed), "No word was corrected.");
        changed.corrections.push(Correction {
            word: "sloar".into(),
            range: 0..5,
            instead: "solar".into(),
        });
        assert!(note(&changed).contains("\u{201c}solar\u{201d} was looked for"));
        assert_eq!(
            (moved(&shift), kept(&shift)),
            ("0.38".into(), "6 kept".into())
        );
    }
}
