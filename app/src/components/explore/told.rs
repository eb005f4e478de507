//! What is said of the examples and of the search for them.

use parallax::vocabulary::limits::MIN_EXPLORED;
use parallax::vocabulary::{Compared, Example, Exploration, Mined, Witness};

use crate::numbers::{counted, thousands};
use crate::wording::{place_by_meaning, place_by_words, similarity};

/// How many queries were tried.
pub fn tried_told(mined: &Mined) -> String {
    let records = counted(mined.records, "record");
    let seconds = format!("{:.1} s", mined.seconds);
    if mined.tried < mined.drawn {
        return format!(
            "{} of {} queries were tried over {records} before the time limit of {seconds} was reached.",
            thousands(mined.tried),
            thousands(mined.drawn),
        );
    }
    let queries = counted(mined.tried, "query").replace("querys", "queries");
    let were = if mined.tried == 1 { "was" } else { "were" };
    format!("{queries} {were} tried over {records}, in {seconds}.")
}

/// Whether it is being looked for now, and what has changed since. Empty if there is nothing to say.
pub fn state_told(found: &Exploration) -> String {
    let changes = match found.changes_since {
        0 => None,
        1 => Some("1 record has been written or deleted since.".to_owned()),
        some => Some(format!(
            "{} records have been written or deleted since.",
            thousands(some)
        )),
    };
    let mining = match (found.mining, found.mined.is_some()) {
        (true, true) => Some("Queries are being tried again; these are the earlier ones."),
        (true, false) => {
            Some("Queries are being tried for the first time, which takes a few seconds.")
        }
        (false, false) if found.records < MIN_EXPLORED => None,
        (false, false) => Some("No queries have been tried: the server's log says why."),
        (false, true) => None,
    };
    let parts = [changes, mining.map(str::to_owned)];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(" ")
}

/// A record's place by meaning, and how similar it is.
pub fn by_meaning(record: &Compared<Witness>) -> String {
    let place = place_by_meaning(record);
    match record.hit.similarity {
        Some(cosine) => format!("{place}, {}", similarity(cosine)),
        None => place,
    }
}

/// A record's place by words, and which of them it contains, if not all.
pub fn by_words(record: &Compared<Witness>, example: &Example) -> String {
    let place = place_by_words(record);
    let words = example.words.len();
    if record.by_words.is_none() {
        return place;
    }
    match record.contains.len() {
        held if held < words => format!("{place}, contains only {}", record.contains.join(", ")),
        _ if words > 1 => format!("{place}, contains all words"),
        _ => place,
    }
}

/// How much the two lists have in common, and how many records contain each word.
pub fn facts(example: &Example) -> String {
    let overlap = match example.overlap {
        0 => "None of the first 10 in common".to_owned(),
        some => format!("{some} of the first 10 in common"),
    };
    let words = example.words.iter().map(|word| {
        let records = counted(word.records, "record");
        format!("\u{201c}{}\u{201d} in {records}", word.word)
    });
    let words: Vec<String> = words.collect();
    format!("{overlap} · {}", words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use parallax::vocabulary::{Source, WordCount};

    fn example(words: &[(&str, u32)], contains: &[&str], by_words: Option<u32>) -> Example {
        Example {
            query: "goat milk".into(),
            source: Source::Phrase,
            clarity: 0.5,
            overlap: 0,
            matching: 14,
            words: words
                .iter()
                .map(|(word, records)| WordCount {
                    word: (*word).into(),
                    records: *records,
                })
                .collect(),
            fits: None,
            record: Compared {
                by_meaning: Some(1),
                by_words,
                by_both: None,
                contains: contains.iter().map(|word| (*word).to_owned()).collect(),
                hit: Witness {
                    id: "7".into(),
                    title: "A".into(),
                    similarity: Some(0.6123),
                    bm25: None,
                },
            },
            instead: None,
        }
    }

    #[test]
    fn places_are_said_with_what_they_come_from() {
        let words = [("goat", 4), ("milk", 1_200)];
        let none = example(&words, &[], None);
        assert_eq!(by_meaning(&none.record), "#1 by meaning, similarity 0.612");
        assert_eq!(by_words(&none.record, &none), "contains none of the words");
        let one = example(&words, &["milk"], Some(40));
        assert_eq!(
            by_words(&one.record, &one),
            "#40 by words, contains only milk"
        );
        let all = example(&words, &["goat", "milk"], Some(1));
        assert_eq!(
            by_words(&all.record, &all),
            "#1 by words, contains all words"
        );
        assert_eq!(
            facts(&all),
            "None of the first 10 in common · \u{201c}goat\u{201d} in 4 records, \u{201c}milk\u{201d} in 1,200 records"
        );
    }

    #[test]
    fn it_is_told_what_was_tried_and_what_has_changed() {
        let mined = Mined {
            records: 340,
            drawn: 300,
            tried: 300,
            seconds: 2.31,
            ..Mined::default()
        };
        assert_eq!(
            tried_told(&mined),
            "300 queries were tried over 340 records, in 2.3 s."
        );
        let over = Mined {
            tried: 120,
            seconds: 10.0,
            ..mined.clone()
        };
        assert!(tried_told(&over).starts_with("120 of 300 queries were tried"));
        let mut found = Exploration {
            collection: "a".into(),
            records: 341,
            mining: false,
            mined: Some(mined),
            changes_since: 0,
        };
        assert_eq!(state_told(&found), "");
        found.changes_since = 1;
        assert_eq!(
            state_told(&found),
            "1 record has been written or deleted since."
        );
        found.mining = true;
        assert!(state_told(&found).contains("tried again"));
    }
}
