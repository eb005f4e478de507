//! A similarity, split exactly over the words of both texts.

use leptos::prelude::*;
use parallax::vocabulary::{MeaningExplanation, MeaningSplit, WordShare};

use super::tinted::{Text, Tinted, Word};
use super::waterfall::{Kind, Part, waterfall};
use super::{digits, largest};
use crate::wording;

/// How many words have a line of their own.
const LINES: usize = 12;

/// The part of a panel about the similarity.
pub fn by_meaning(meaning: MeaningExplanation) -> AnyView {
    let MeaningExplanation {
        cosine,
        rank,
        query_text,
        record_text,
        split: of,
    } = meaning;
    let heading = [
        &wording::by_meaning(rank),
        ": similarity ",
        &digits(cosine, 3),
    ]
    .concat();
    let drawn = match of {
        Some(of) => split(of, cosine, query_text, record_text),
        None => view! {
            <p class="why-hint">
                "This similarity cannot be split by word: the record was imported with its own vector, or \
                 the model does not average over words."
            </p>
        }
        .into_any(),
    };
    view! {
        <h3 class="why-heading">{heading}</h3>
        {drawn}
    }
    .into_any()
}

fn split(split: MeaningSplit, cosine: f32, query_text: String, record_text: String) -> AnyView {
    let query = summed(&split.query_words);
    let record = summed(&split.record_words);
    let mut parts = lines(&query);
    let marks = Part::new("[CLS] and [SEP]", split.special, Kind::Other);
    parts.push(
        marks.noted(
            "Two marks that the model puts around every text: they belong to no word.".into(),
        ),
    );
    let pairs = split.pairs.iter().map(|pair| {
        let words = [pair.query.as_str(), " \u{2013} ", &pair.record].concat();
        view! {
            <li>
                <span dir="auto">{words}</span>
                " "
                <span class="why-number">{digits(pair.share, 3)}</span>
            </li>
        }
    });
    let pairs = pairs.collect_view();
    let partners = split.partners;
    let text = |label, text, words: Vec<WordShare>, names| Text {
        label,
        text,
        words: words.into_iter().map(word).collect(),
        names,
    };
    let texts = [
        text("Your query", query_text, split.query_words, partners.query),
        text(
            "The record",
            record_text,
            split.record_words,
            partners.record,
        ),
    ];
    view! {
        <p class="why-hint">
            "What each of your words shares with the record\u{2019}s: a share of the similarity, not a cause."
        </p>
        {waterfall(parts, ("Similarity", cosine), 3)}
        <Tinted texts table=partners.shares />
        <Legend />
        <p class="why-pairs-label">"The strongest pairs of words"</p>
        <ul class="why-pairs">{pairs}</ul>
        <details class="why-all">
            <summary>"Every word with its share, as a table"</summary>
            <div class="why-tables">{table("Your word", query)} {table("The record\u{2019}s word", record)}</div>
        </details>
    }
    .into_any()
}

/// The line that says what the tints mean.
#[component]
fn Legend() -> impl IntoView {
    view! {
        <p class="why-legend">
            <span class="why-word share-1">"adds little"</span>
            " "
            <span class="why-word share-5">"adds more"</span>
            " "
            <span class="why-word share-9">"adds most"</span>
            " "
            <span class="why-word share-5 is-below">"counts against it"</span>
        </p>
    }
    .into_any()
}

fn word(of: WordShare) -> Word {
    Word {
        at: of.at,
        share: of.share,
        partner: of.partner.map(|at| at as usize),
    }
}

/// The distinct words, in order, with the shares of all their occurrences.
fn summed(words: &[WordShare]) -> Vec<(String, f32)> {
    let mut partners: Vec<u32> = Vec::new();
    let mut summed: Vec<(String, f32)> = Vec::new();
    let mut rest = (0u32, 0.0f32);
    for word in words {
        let Some(partner) = word.partner else {
            rest = (rest.0 + 1, rest.1 + word.share);
            continue;
        };
        let known = partners.iter().position(|&known| known == partner);
        match known.and_then(|at| summed.get_mut(at)) {
            Some((_, share)) => *share += word.share,
            None => {
                partners.push(partner);
                summed.push((word.word.clone(), word.share));
            }
        }
    }
    if rest.0 > 0 {
        summed.push((["Other words (", &rest.0.to_string(), ")"].concat(), rest.1));
    }
    summed
}

/// The words as parts of the sum; of many, those that add least are one part.
fn lines(words: &[(String, f32)]) -> Vec<Part> {
    let part = |(word, share): &(String, f32)| Part::new(word.clone(), *share, Kind::Meaning);
    if words.len() <= LINES {
        return words.iter().map(part).collect();
    }
    let sizes: Vec<f32> = words.iter().map(|(_, share)| share.abs()).collect();
    let strongest = largest(&sizes, LINES);
    let is_listed = |at: usize| strongest.contains(&at);
    let mut parts = Vec::with_capacity(LINES + 1);
    let (mut others, mut sum) = (0u32, 0.0);
    for (at, word) in words.iter().enumerate() {
        if is_listed(at) {
            parts.push(part(word));
        } else {
            others += 1;
            sum += word.1;
        }
    }
    let others = ["Other words (", &others.to_string(), ")"].concat();
    parts.push(Part::new(others, sum, Kind::Meaning));
    parts
}

fn table(head: &'static str, words: Vec<(String, f32)>) -> AnyView {
    let rows = words.into_iter().map(|(word, share)| {
        view! {
            <tr>
                <th scope="row" dir="auto">
                    {word}
                </th>
                <td>{digits(share, 4)}</td>
            </tr>
        }
    });
    view! {
        <table>
            <thead>
                <tr>
                    <th scope="col">{head}</th>
                    <th scope="col">"Share"</th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(word: &str, share: f32, partner: Option<u32>) -> WordShare {
        WordShare {
            word: word.into(),
            share,
            at: 0..word.len(),
            partner,
            range: None,
        }
    }

    #[test]
    fn a_word_stands_once() {
        let words = [
            share("Milk", 0.25, Some(0)),
            share("of", 0.5, Some(1)),
            share("milk", 0.25, Some(0)),
            share("x", 0.125, None),
        ];
        let summed = summed(&words);
        let expected = [("Milk", 0.5), ("of", 0.5), ("Other words (1)", 0.125)];
        let expected = expected.map(|(word, share)| (word.to_owned(), share));
        assert_eq!(summed, expected);
    }

    #[test]
    fn of_many_words_the_strongest_have_lines_and_all_add_up() {
        let words: Vec<(String, f32)> = (0..20)
            .map(|at| (at.to_string(), at as f32 / 32.0))
            .collect();
        let parts = lines(&words);
        assert_eq!(parts.len(), LINES + 1);
        assert_eq!(parts[0].what, "8");
        let sum = |parts: &[Part]| parts.iter().filter_map(|part| part.adds).sum::<f32>();
        assert_eq!(sum(&parts), 190.0 / 32.0);
        assert_eq!(lines(&words[..3]).len(), 3);
    }
}
