//! The search by words: what was read of the postings of each.

use leptos::prelude::*;
use parallax::vocabulary::{TermSearched, WordSearched, WordsWalk};

use super::stage;
use crate::components::why::digits;
use crate::numbers::{counted, thousands};

/// How many terms of a word are listed.
const TERMS: usize = 4;

/// The stage.
pub fn postings(walk: WordsWalk) -> AnyView {
    if walk.words.is_empty() {
        let body = view! { <p>"The query has no word that could be looked up."</p> };
        return stage("postings", "by-words", "Postings", body.into_any());
    }
    let terms = || walk.words.iter().flat_map(|word| &word.terms);
    let postings: u32 = terms().map(|term| term.postings).sum();
    let added: u32 = terms().map(|term| term.added).sum();
    let said = format!(
        "For each term, the index has a list of the records that contain it, in blocks of {}. A \
         block is skipped if none of its records can be among the best {}.",
        walk.block, walk.wanted
    );
    let summary = format!(
        "Of {}, {} were added up. {} could be among the best, and {} of them were scored exactly. \
         {} contain a word of the query.",
        counted(postings, "posting"),
        thousands(added),
        counted(walk.candidates, "record"),
        thousands(walk.scored),
        counted(walk.matching, "record"),
    );
    let formula = format!(
        "A record\u{2019}s score is the sum, over the words, of idf \u{d7} frequency / (frequency + \
         norm); the norm is k1 \u{d7} (1 \u{2212} b + b \u{d7} length / average length), with k1 = \
         {}, b = {} and an average length of {} terms.",
        walk.k1,
        walk.b,
        digits(walk.average_length, 1),
    );
    let rows = walk.words.into_iter().map(row).collect_view();
    let body = view! {
        <p>{said}</p>
        <div class="walk-table" tabindex="0" role="region" aria-label="Words and their postings">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Word"</th>
                        <th scope="col">"Looked up as"</th>
                        <th scope="col" class="walk-number">"Records"</th>
                        <th scope="col" class="walk-number">"idf"</th>
                        <th scope="col" class="walk-number">"Blocks read"</th>
                        <th scope="col" class="walk-number">"Postings added up"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <p>{summary}</p>
        <p class="walk-note">{formula}</p>
    };
    stage("postings", "by-words", "Postings", body.into_any())
}

fn row(word: WordSearched) -> AnyView {
    let sum = |of: fn(&TermSearched) -> u32| -> u32 { word.terms.iter().map(of).sum() };
    let (blocks, read) = (sum(|term| term.blocks), sum(|term| term.read));
    let (postings, added) = (sum(|term| term.postings), sum(|term| term.added));
    let more = word.terms.len().saturating_sub(TERMS);
    let listed = word.terms.iter().take(TERMS);
    let mut listed: Vec<String> = listed.map(|term| term.term.clone()).collect();
    if more > 0 {
        listed.push(format!("{more} more"));
    }
    let listed = match listed.is_empty() {
        true => "no record contains it".to_owned(),
        false => listed.join(", "),
    };
    let what = match word.is_title {
        true => view! { "the whole query, as a title" }.into_any(),
        false => view! { <bdi>{word.word}</bdi> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row">{what}</th>
            <td>
                <bdi>{listed}</bdi>
            </td>
            <td class="walk-number">{thousands(word.records)}</td>
            <td class="walk-number">{digits(word.idf, 2)}</td>
            <td class="walk-number">{of(read, blocks)}</td>
            <td class="walk-number">{of(added, postings)}</td>
        </tr>
    }
    .into_any()
}

fn of(part: u32, whole: u32) -> String {
    format!("{} of {}", thousands(part), thousands(whole))
}
