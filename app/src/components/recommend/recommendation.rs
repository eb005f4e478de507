//! A recommended record, and why it was recommended.

use leptos::prelude::*;
use parallax::vocabulary::{Hit, Nearness, Reason};

use super::gathered::Gathered;
use super::wanted::Wanted;
use crate::components::logo::Logo;
use crate::components::result_card::away;
use crate::components::snippet::Snippet;
use crate::functions::recommend::Example;
use crate::marks::shown;
use crate::record_address::record_path;
use crate::wording::{also, name_of, similarity};

/// The records, in order.
#[component]
pub fn Recommendations(
    /// The records.
    hits: Vec<Hit>,
    /// Why each was recommended.
    reasons: Vec<Reason>,
    /// The records that were given.
    examples: Vec<Example>,
    /// The whole request.
    wanted: Wanted,
    /// The path of the page.
    path: String,
    /// The path of the search page.
    search_path: String,
) -> impl IntoView {
    let hits = hits.into_iter().zip(reasons);
    let cards = hits.map(|(hit, reason)| {
        let why = why(reason, &examples);
        view! { <li>{card(hit, why, &wanted, &path, &search_path)}</li> }
    });
    view! { <ol class="cards recommended">{cards.collect_view()}</ol> }.into_any()
}

fn card(hit: Hit, why: AnyView, wanted: &Wanted, path: &str, search_path: &str) -> AnyView {
    let name = match hit.title_cut {
        true => [&hit.title, "\u{2026}"].concat(),
        false => name_of(&hit.title, &hit.id),
    };
    let shown = shown(&hit.text, hit.passage.as_ref(), hit.snippet.as_ref());
    let tagline = shown.tagline.clone();
    let tagline = tagline.and_then(|at| hit.text.get(at).map(str::to_owned));
    let tagline = tagline.map(|text| {
        view! {
            <p class="card-tagline" dir="auto">
                {text}
            </p>
        }
    });
    let copies = hit.copies.as_ref().map(also);
    let copies = copies.map(|text| view! { <p class="card-note">{text}</p> });
    let more = add(&hit.id, &name, true, wanted, path);
    let less = add(&hit.id, &name, false, wanted, path);
    view! {
        <article class="card">
            <Logo name=name.clone() image=hit.image />
            <div class="card-head">
                <h2 class="card-title" dir="auto">
                    <a href=record_path(search_path, &hit.id) rel="external">
                        {name}
                    </a>
                </h2>
            </div>
            {why}
            <div class="card-body">
                {tagline}
                <Snippet
                    text=hit.text
                    ranges=Vec::new()
                    sentence=Signal::derive(|| None)
                    shown
                /> {copies}
            </div>
            <div class="card-actions">{more} {less} {hit.url.map(away)}</div>
        </article>
    }
    .into_any()
}

/// A link that adds a record as an example. With JavaScript it is gathered too.
pub fn add(id: &str, name: &str, liked: bool, wanted: &Wanted, path: &str) -> AnyView {
    let gathered = Gathered::here();
    let what = if liked {
        "More like this"
    } else {
        "Less like this"
    };
    let label = [what, ": ", name].concat();
    let href = wanted.with(id, liked).href(path);
    let (id, name) = (id.to_owned(), name.to_owned());
    view! {
        <a
            class="card-link"
            href=href
            aria-label=label
            on:click=move |_| gathered.gather(&id, &name, liked)
        >
            {what}
        </a>
    }
    .into_any()
}

/// Why a record was recommended: the liked record that is nearest to it, the text, the disliked record
/// that is nearest to it, and the words it shares with the first.
fn why(reason: Reason, examples: &[Example]) -> AnyView {
    let name = |nearest: &Nearness| {
        let example = examples.iter().find(|example| example.id == nearest.id);
        let title = example.map_or("", |example| &example.title);
        name_of(title, &nearest.id)
    };
    let near = |class: &'static str, said: &'static str, nearest: &Nearness| {
        let (name, similarity) = (name(nearest), similarity(nearest.cosine));
        view! {
            <li class=class>
                <span>
                    {said} " " <bdi class="reason-name">{name}</bdi> ", " {similarity}
                </span>
            </li>
        }
    };
    let liked = reason.liked.first();
    let liked = liked.map(|nearest| near("evidence-part evidence-neural", "Near", nearest));
    let text = reason.text.map(|cosine| {
        let said = ["Near your text, ", &similarity(cosine)].concat();
        view! { <li class="evidence-part evidence-neural">{said}</li> }
    });
    let disliked = reason.disliked.first();
    let disliked = disliked.map(|nearest| near("evidence-part reason-away", "Away from", nearest));
    let shared = (!reason.shared.is_empty()).then(|| {
        view! {
            <li class="evidence-part evidence-text" dir="auto">
                {reason.shared.join(", ")}
            </li>
        }
    });
    view! {
        <ul class="evidence reasons" aria-label="Why it is recommended">
            {liked}
            {text}
            {disliked}
            {shared}
        </ul>
    }
    .into_any()
}
