//! The query as the model reads it.

use leptos::prelude::*;
use parallax::vocabulary::{Token, Tokens};

use super::stage;
use crate::numbers::{counted, milliseconds, thousands};

/// The stage.
pub fn tokens(tokens: Tokens) -> AnyView {
    let unknown = tokens.tokens.iter().filter(|token| token.unknown).count();
    let said = format!(
        "The model reads {}, each one of the {} pieces of its vocabulary. They were found in {}.",
        counted(tokens.tokens.len() as u32, "token"),
        thousands(tokens.vocabulary),
        milliseconds(tokens.took),
    );
    let marks = tokens.tokens.iter().any(|token| token.special).then_some(
        "The pale ones are marks that the model puts at both ends of every text. ## means that a \
         piece continues a word.",
    );
    let unknown = (unknown > 0).then(|| {
        let (what, verb) = match unknown {
            1 => ("one of them", "stands"),
            _ => ("some of them", "stand"),
        };
        format!(
            "[UNK] is what the model reads where its vocabulary has nothing: {what} {verb} for \
             text that it cannot tell from other such text."
        )
    });
    let cut = tokens.cut.then_some(
        "The query is longer than the model reads: the rest of it only counts by words.",
    );
    let chips = tokens.tokens.into_iter().map(chip).collect_view();
    let body = view! {
        <p>{said}</p>
        <ol class="walk-tokens" aria-label="Tokens, in order">
            {chips}
        </ol>
        <p class="walk-note">{marks} " " {unknown} " " {cut}</p>
    };
    stage(
        "tokens",
        "by-meaning",
        "From text to tokens",
        body.into_any(),
    )
}

fn chip(token: Token) -> AnyView {
    let class = match (token.special, token.unknown) {
        (_, true) => "walk-token walk-token-unknown",
        (true, false) => "walk-token walk-token-special",
        (false, false) => "walk-token",
    };
    view! {
        <li class=class>
            <bdi class="walk-piece">{token.piece}</bdi>
            <span class="sr-only">", number "</span>
            <span class="walk-id">{token.id}</span>
        </li>
    }
    .into_any()
}
