//! The query as the model reads it.

use leptos::prelude::*;
use parallax::vocabulary::{Token, Tokens};

use super::stage;
use crate::numbers::{counted, milliseconds, thousands};

/// The stage.
pub fn tokens(tokens: Tokens) -> AnyView {
    let said = format!(
        "The model reads {}; each is one of the {} pieces of its vocabulary. Splitting took {}.",
        counted(tokens.tokens.len() as u32, "token"),
        thousands(tokens.vocabulary),
        milliseconds(tokens.took),
    );
    let marks = tokens.tokens.iter().any(|token| token.special).then_some(
        "The pale tokens are markers that the model adds at both ends of every text. ## means that \
         a piece continues a word.",
    );
    let unknown = tokens.tokens.iter().any(|token| token.unknown).then_some(
        "[UNK] stands for text that is not in the vocabulary; the model cannot tell such texts \
         apart.",
    );
    let cut = tokens.cut.then_some(
        "The query is longer than the model reads; the rest is only used by search by words.",
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
