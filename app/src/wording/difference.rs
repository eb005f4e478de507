//! What differs between the rankings by meaning and by words, and why, from the facts of a
//! comparison alone.

use parallax::vocabulary::{Compared, Comparison, UNREAD};

use crate::numbers::{counted, thousands};

/// The most characters of a title that are quoted.
const LONGEST: usize = 60;

/// What differs, then the reasons.
pub fn difference(comparison: &Comparison) -> String {
    let lists = Lists::of(comparison);
    let parts = [
        Some(what(comparison, &lists)),
        without_words(&lists),
        decisive_word(comparison, &lists),
        as_typed(comparison),
        comparison
            .conditions
            .then(|| "The phrases, exclusions and fields in the query apply to all lists.".into()),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(" ")
}

/// A record's place by words.
pub fn place_by_words<H>(record: &Compared<H>) -> String {
    match record.by_words {
        Some(place) => format!("#{} by words", thousands(place)),
        None => "contains none of the words".into(),
    }
}

/// A record's place by meaning.
pub fn place_by_meaning<H>(record: &Compared<H>) -> String {
    match record.by_meaning {
        Some(place) => format!("#{} by meaning", thousands(place)),
        None => "not ranked by meaning".into(),
    }
}

/// The first records of the two rankings, best first.
struct Lists<'a> {
    meaning: Vec<&'a Compared>,
    words: Vec<&'a Compared>,
}

impl<'a> Lists<'a> {
    fn of(comparison: &'a Comparison) -> Self {
        let first = |place: fn(&Compared) -> Option<u32>| {
            let records = comparison.records.iter();
            let within = |record: &&Compared| place(record).is_some_and(|p| p <= comparison.limit);
            let mut first: Vec<&Compared> = records.filter(within).collect();
            first.sort_by_key(|record| place(record));
            first
        };
        Self {
            meaning: first(|record| record.by_meaning),
            words: first(|record| record.by_words),
        }
    }
}

/// How far the two agree.
fn what(comparison: &Comparison, lists: &Lists<'_>) -> String {
    let (meaning, words) = (lists.meaning.len(), lists.words.len());
    let overlap = comparison.overlap as usize;
    if comparison.unread {
        return UNREAD.into();
    }
    if words == 0 {
        let searched = thousands(comparison.searched);
        return format!(
            "None of these words occurs in the records ({searched}), so they are ranked by meaning \
             alone."
        );
    }
    if overlap == meaning && overlap == words {
        if overlap == 1 {
            return "Both find the same record.".into();
        }
        let same = lists.words.iter().zip(&lists.meaning);
        let same = same.into_iter().all(|(a, b)| std::ptr::eq(*a, *b));
        let order = if same { "the same" } else { "a different" };
        return format!("Both find the same {overlap} records, in {order} order.");
    }
    if words < meaning {
        let found = counted(words as u32, "record");
        let among = match (words, overlap) {
            (1, 1) => "which is".into(),
            (1, _) => "which is not".into(),
            (_, 0) => "none of them".into(),
            (_, overlap) if overlap == words => "all of them".into(),
            (_, overlap) => format!("{overlap} of them"),
        };
        return format!(
            "By words, only {found} can be found, {among} among the first {meaning} by meaning."
        );
    }
    match overlap {
        0 => format!("The two have none of their first {words} records in common."),
        _ => format!("The two agree on {overlap} of their first {words} records."),
    }
}

/// What only meaning can find.
fn without_words(lists: &Lists<'_>) -> Option<String> {
    if lists.words.is_empty() {
        return None;
    }
    let mut without = lists.meaning.iter().filter(|r| r.contains.is_empty());
    let first = without.next()?;
    let all = lists.meaning.len();
    let some = match without.count() + 1 {
        1 => format!("1 of the first {all} by meaning contains"),
        some if some == all => format!("All of the first {all} by meaning contain"),
        some => format!("{some} of the first {all} by meaning contain"),
    };
    let such = quoted(&first.hit.title).map(|title| format!(", such as {title}"));
    Some(format!(
        "{some} none of the words{}.",
        such.unwrap_or_default()
    ))
}

/// The word that most tells the two lists apart: more records contain it by words than by meaning. Of
/// such words, the rarest.
fn decisive_word(comparison: &Comparison, lists: &Lists<'_>) -> Option<String> {
    let holding = |list: &[&Compared], word: &str| {
        let contains = |record: &&&Compared| record.contains.iter().any(|held| held == word);
        list.iter().filter(contains).count()
    };
    let words = comparison.words.iter().filter_map(|count| {
        let by_words = holding(&lists.words, &count.word);
        let by_meaning = holding(&lists.meaning, &count.word);
        let more = by_words.checked_sub(by_meaning).filter(|more| *more > 0)?;
        Some((more, count, by_words, by_meaning))
    });
    let (_, count, by_words, by_meaning) =
        words.max_by_key(|(more, count, ..)| (*more, u32::MAX - count.records))?;
    let word = quoted(&count.word)?;
    let (first, nearest) = (lists.words.len(), lists.meaning.len());
    let rare = u64::from(count.records) * 100 <= u64::from(comparison.searched);
    let records = format!(
        "{}{} of {}",
        if rare { "rare here, " } else { "" },
        thousands(count.records),
        counted(comparison.searched, "record"),
    );
    let by_words = match by_words {
        all if all == first && first > 1 => format!("all of the first {first}"),
        some => format!("{some} of the first {first}"),
    };
    let by_meaning = match (by_meaning, nearest) {
        (_, 0) => String::new(),
        (0, _) => ", and none by meaning".into(),
        (some, _) => format!(", and {some} by meaning"),
    };
    Some(format!(
        "{word} ({records}) is in {by_words} by words{by_meaning}."
    ))
}

/// The words that only the ranking by words corrects.
fn as_typed(comparison: &Comparison) -> Option<String> {
    let typed = comparison.corrections.iter();
    let typed: Vec<String> = typed.filter_map(|c| quoted(&c.word)).collect();
    (!typed.is_empty() && !comparison.unread)
        .then(|| format!("By meaning, {} was read as typed.", typed.join(" and ")))
}

/// A text in quotes. It is isolated, so that one that runs from right to left leaves the rest of the
/// sentence in order.
fn quoted(text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let (cut, more) = match text.char_indices().nth(LONGEST) {
        Some((end, _)) => (&text[..end], "…"),
        None => (text, ""),
    };
    Some(format!(
        "\u{201c}\u{2068}{}{more}\u{2069}\u{201d}",
        cut.trim_end()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wording::tests::hit;
    use parallax::vocabulary::{Correction, Hit, Timings, WordCount};

    fn record(
        by_meaning: Option<u32>,
        by_words: Option<u32>,
        title: &str,
        contains: &[&str],
    ) -> Compared {
        Compared {
            by_meaning,
            by_words,
            by_both: None,
            contains: contains.iter().map(|&word| word.to_owned()).collect(),
            hit: Hit {
                title: title.into(),
                ..hit(by_meaning, by_words)
            },
        }
    }

    fn compared(words: &[(&str, u32)], records: Vec<Compared>) -> Comparison {
        let within = |place: Option<u32>| place.is_some_and(|place| place <= 10);
        let overlap = records
            .iter()
            .filter(|record| within(record.by_meaning) && within(record.by_words));
        let words = words.iter().map(|&(word, records)| WordCount {
            word: word.into(),
            records,
        });
        Comparison {
            collection: "startups".into(),
            limit: 10,
            balance: Some(0.5),
            searched: 40_474,
            matching: 120,
            overlap: overlap.count() as u32,
            words: words.collect(),
            conditions: false,
            corrections: Vec::new(),
            fits: None,
            unread: false,
            records,
            facets: Vec::new(),
            timings: Timings::default(),
        }
    }

    /// Without the marks that isolate a quoted text.
    fn said(comparison: &Comparison) -> String {
        difference(comparison).replace(['\u{2068}', '\u{2069}'], "")
    }

    fn both(range: std::ops::RangeInclusive<u32>, shift: u32) -> Vec<Compared> {
        let records = range.map(|place| {
            let by_words = Some((place + shift - 1) % 10 + 1);
            record(Some(place), by_words, "Milk", &["milk"])
        });
        records.collect()
    }

    #[test]
    fn the_same_records_are_said_to_be_the_same() {
        let words = [("milk", 120)];
        assert_eq!(
            said(&compared(&words, both(1..=10, 0))),
            "Both find the same 10 records, in the same order."
        );
        assert_eq!(
            said(&compared(&words, both(1..=10, 3))),
            "Both find the same 10 records, in a different order."
        );
        let one = vec![record(Some(1), Some(1), "Milk", &["milk"])];
        assert_eq!(said(&compared(&words, one)), "Both find the same record.");
    }

    #[test]
    fn what_each_finds_alone_is_named_with_its_evidence() {
        let mut records = Vec::new();
        for place in 1..=10 {
            let held: &[&str] = if place == 1 { &["find"] } else { &[] };
            records.push(record(Some(place), Some(800 + place), "UrbanSitter", held));
            let held = ["find", "tonight"];
            records.push(record(
                Some(5_000 + place),
                Some(place),
                "HotelTonight",
                &held,
            ));
        }
        let words = [("find", 4_000), ("tonight", 12)];
        assert_eq!(
            said(&compared(&words, records)),
            "The two have none of their first 10 records in common. 9 of the first 10 by meaning \
             contain none of the words, such as “UrbanSitter”. “tonight” (rare here, 12 of 40,474 \
             records) is in all of the first 10 by words, and none by meaning."
        );
    }

    #[test]
    fn of_words_that_tell_as_much_the_rarest_is_named() {
        let records = vec![
            record(Some(1), None, "A", &[]),
            record(Some(2), Some(1), "B", &["common", "rare"]),
            record(Some(30), Some(2), "C", &["common", "rare"]),
        ];
        let said = said(&compared(&[("common", 9_000), ("rare", 3)], records));
        assert!(said.contains("“rare” (rare here, 3 of 40,474 records) is in all of the first 2 by words, and 1 by meaning."), "{said}");
    }

    #[test]
    fn a_word_that_no_record_contains_leaves_only_meaning() {
        let records = vec![record(Some(1), None, "A", &[])];
        assert_eq!(
            said(&compared(&[("qzx", 0)], records)),
            "None of these words occurs in the records (40,474), so they are ranked by \
             meaning alone."
        );
    }

    #[test]
    fn few_records_by_words_are_counted() {
        let meaning = (2..=10).map(|place| record(Some(place), None, "", &[]));
        let with = |by_meaning| {
            let mut records = vec![record(Some(by_meaning), Some(1), "Milk", &["milk"])];
            records.extend(meaning.clone());
            said(&compared(&[("milk", 1)], records))
        };
        let found = with(1);
        assert!(
            found.starts_with(
                "By words, only 1 record can be found, which is among the first 10 by meaning."
            ),
            "{found}"
        );
        assert!(found.contains("9 of the first 10 by meaning contain none of the words."));
        assert!(with(812).contains("which is not among the first 9"));
    }

    #[test]
    fn a_misspelt_word_a_condition_and_an_unreadable_query_are_told() {
        let mut misspelt = compared(&[("solr", 30)], both(1..=10, 0));
        misspelt.corrections.push(Correction {
            word: "solr".into(),
            range: 0..4,
            instead: "solar".into(),
        });
        assert!(said(&misspelt).ends_with("By meaning, “solr” was read as typed."));

        let mut phrase = compared(&[("goat milk", 5)], both(1..=5, 0));
        phrase.conditions = true;
        assert!(said(&phrase).ends_with("apply to all lists."));

        let mut unread = compared(&[("👍", 5)], vec![record(None, Some(1), "A", &["👍"])]);
        unread.unread = true;
        assert!(said(&unread).starts_with(UNREAD));
        assert!(said(&unread).ends_with("is in 1 of the first 1 by words."));
    }

    #[test]
    fn a_long_title_is_cut_and_one_from_right_to_left_stays_in_its_quotes() {
        let long = "x".repeat(500);
        let records = vec![
            record(Some(1), None, &long, &[]),
            record(Some(2), Some(1), "\u{202e}evil", &["milk"]),
        ];
        let told = difference(&compared(&[("milk", 1)], records));
        assert!(told.chars().count() < 400, "{told}");
        assert_eq!(
            quoted("\u{202e}evil").as_deref(),
            Some("“\u{2068}\u{202e}evil\u{2069}”")
        );
    }

    #[test]
    fn places_are_true_ones() {
        let far = record(Some(12_345), Some(812), "A", &["milk"]);
        assert_eq!(place_by_words(&far), "#812 by words");
        assert_eq!(place_by_meaning(&far), "#12,345 by meaning");
        let none = record(Some(1), None, "A", &[]);
        assert_eq!(place_by_words(&none), "contains none of the words");
    }
}
