//! A score by meaning that also counts how similar single words are: its two parts, and the words
//! that were compared.

use std::ops::Range;

use leptos::prelude::*;
use parallax::vocabulary::{LateExplanation, WordMeeting};

use super::digits;
use super::tinted::{Text, Tinted, Word};
use super::waterfall::{Kind, Part, waterfall};

/// How many words have a line of their own.
const LINES: usize = 12;

/// The part of a panel about a score with late interaction, for the texts of query and record.
pub fn late(late: LateExplanation, texts: (String, String)) -> AnyView {
    let LateExplanation {
        score,
        from_meaning,
        from_words,
        share,
        words,
    } = late;
    let of_texts = Part::new("Similarity of the texts", from_meaning, Kind::Meaning);
    let weight = ["counts ", &digits(1.0 - share, 2)].concat();
    let mut parts = vec![of_texts.noted(weight)];
    let shown: f32 = words.iter().take(LINES).map(|pair| pair.added).sum();
    let more = words.len().saturating_sub(LINES);
    parts.extend(words.iter().take(LINES).map(part));
    if more > 0 {
        let others = ["Other words (", &more.to_string(), ")"].concat();
        parts.push(Part::new(others, from_words - shown, Kind::Meaning));
    }
    let heading = ["Score ", &digits(score, 4)].concat();
    let hint = match words.is_empty() {
        true => {
            "Single words count among the nearest hundred records only. This is not one of them."
        }
        false => {
            "The similarity of the texts, and that of single words: each of your words with the most \
             similar word of the record. Rare words weigh more."
        }
    };
    let drawn = (!words.is_empty()).then(|| {
        let (texts, table) = tinted(&words, texts);
        view! {
            <p class="why-pairs-label">"Single words"</p>
            <Tinted texts table />
        }
    });
    view! {
        <h3 class="why-heading">{heading}</h3>
        <p class="why-hint">{hint}</p>
        {waterfall(parts, ("Score", score), 4)}
        {drawn}
    }
    .into_any()
}

fn part(pair: &WordMeeting) -> Part {
    let record = pair.record.as_deref().unwrap_or("no word");
    let what = [pair.query.as_str(), " \u{2013} ", record].concat();
    let note = [
        "similarity ",
        &digits(pair.similarity, 2),
        ", weight ",
        &digits(pair.weight, 2),
    ]
    .concat();
    Part::new(what, pair.added, Kind::Meaning).noted(note)
}

/// The two texts with the words that were compared, and what each pair added.
fn tinted(pairs: &[WordMeeting], (query, record): (String, String)) -> ([Text; 2], Vec<Vec<f32>>) {
    let mut asked = Words::default();
    let mut read = Words::default();
    let places = pairs.iter().map(|pair| {
        let of_query = asked.add(&pair.query, pair.query_at.as_ref(), pair.added);
        let spelled = pair.record.as_deref().unwrap_or_default();
        let of_record = read.add(spelled, pair.record_at.as_ref(), pair.added);
        Some((of_query?, of_record?, pair.added))
    });
    let places: Vec<Option<(usize, usize, f32)>> = places.collect();
    let mut table = vec![vec![0.0; read.names.len()]; asked.names.len()];
    for (row, at, added) in places.into_iter().flatten() {
        if let Some(share) = table.get_mut(row).and_then(|row| row.get_mut(at)) {
            *share += added;
        }
    }
    let texts = [
        asked.text("Your query", query),
        read.text("The record", record),
    ];
    (texts, table)
}

/// The distinct words of one text.
#[derive(Default)]
struct Words {
    names: Vec<String>,
    /// In the order of the text.
    words: Vec<Word>,
}

impl Words {
    /// Adds a share to the word at a place; returns its index.
    fn add(&mut self, name: &str, at: Option<&Range<usize>>, share: f32) -> Option<usize> {
        let at = at?;
        if let Some(known) = self.words.iter_mut().find(|word| word.at == *at) {
            known.share += share;
            return known.partner;
        }
        let partner = self.names.len();
        self.names.push(name.to_owned());
        let place = self.words.partition_point(|word| word.at.start < at.start);
        let word = Word {
            at: at.clone(),
            share,
            partner: Some(partner),
        };
        self.words.insert(place, word);
        Some(partner)
    }

    fn text(self, label: &'static str, text: String) -> Text {
        Text {
            label,
            text,
            words: self.words,
            names: self.names,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_was_matched_twice_is_tinted_once() {
        let pair = |query_at: Range<usize>, record_at: Option<Range<usize>>, added| WordMeeting {
            query: "q".into(),
            record: record_at.as_ref().map(|_| "r".into()),
            query_at: Some(query_at),
            record_at,
            similarity: 1.0,
            weight: 0.5,
            added,
        };
        let pairs = [
            pair(2..3, Some(0..1), 0.5),
            pair(0..1, Some(0..1), 0.25),
            pair(4..5, None, 0.0),
        ];
        let ([query, record], table) = tinted(&pairs, ("a b c".into(), "r".into()));
        let places: Vec<usize> = query.words.iter().map(|word| word.at.start).collect();
        assert_eq!(places, [0, 2, 4]);
        assert_eq!(record.words.len(), 1);
        assert_eq!(record.words[0].share, 0.75);
        assert_eq!(table, [[0.5], [0.25], [0.0]]);
    }
}
