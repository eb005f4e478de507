//! Why a hit has its rank: each engine's score as the sum of its parts, drawn as bars.

use leptos::prelude::*;
use parallax::vocabulary::{
    Explanation, FusionExplanation, LateExplanation, MeaningExplanation, MeaningSplit,
    WordsExplanation,
};

use crate::problem::Problem;
use crate::wording::{added, by_meaning, by_words};

/// The panel.
#[component]
pub fn WhyPanel(
    /// The explanation, or why there is none.
    explanation: Result<Explanation, Problem>,
) -> impl IntoView {
    let drawn = match explanation {
        Ok(explanation) => view! {
            {explanation.fusion.map(fusion)}
            {explanation.late_interaction.map(late_interaction)}
            {explanation.meaning.map(meaning)}
            {words(explanation.words)}
        }
        .into_any(),
        Err(problem) => view! { <p>{problem.message}</p> }.into_any(),
    };
    view! {
        <section class="why-panel" aria-label="Why it has this rank">
            {drawn}
        </section>
    }
}

fn fusion(fusion: FusionExplanation) -> impl IntoView {
    let parts = [
        (
            "by meaning",
            fusion.rank_meaning,
            fusion.from_meaning,
            "why-bar-neural",
        ),
        (
            "by words",
            fusion.rank_words,
            fusion.from_words,
            "why-bar-text",
        ),
    ];
    let own = fusion.from_meaning.max(fusion.from_words);
    let largest = own.max(fusion.from_neighbours);
    let bars = parts.map(|(how, rank, share, kind)| bar(added(rank, how), share, largest, 4, kind));
    let neighbours = (!fusion.neighbours.is_empty()).then(|| {
        let titles = fusion.neighbours.iter().map(|near| near.title.as_str());
        let titles: Vec<&str> = titles.collect();
        view! {
            {bar(
                "By similar records".into(),
                fusion.from_neighbours,
                largest,
                4,
                "why-bar-special",
            )}
            <li class="why-note">{titles.join(" \u{b7} ")}</li>
        }
    });
    view! {
        <h3 class="why-heading">{format!("Fused score {:.4}", fusion.score)}</h3>
        <ul class="why-bars">{bars.into_iter().collect_view()} {neighbours}</ul>
    }
}

/// A score by meaning with late interaction: its two parts, and the pairs of similar words.
fn late_interaction(late: LateExplanation) -> impl IntoView {
    let largest = late.from_meaning.max(late.from_words);
    let meaning = bar(
        "From the similarity of the texts".into(),
        late.from_meaning,
        largest,
        4,
        "why-bar-neural",
    );
    let words = bar(
        "From the similarity of single words".into(),
        late.from_words,
        largest,
        4,
        "why-bar-special",
    );
    let most = late.words.iter().map(|pair| pair.added);
    let most = most.fold(0.0, f32::max);
    let some = !late.words.is_empty();
    let rows = late.words.into_iter().map(|pair| {
        view! {
            <tr>
                <th scope="row">{pair.query}</th>
                <td>{pair.record}</td>
                <td>{format!("{:.2}", pair.similarity)}</td>
                <td>{format!("{:.2}", pair.weight)}</td>
                <td>
                    {format!("{:.4}", pair.added)}
                    {track(pair.added, most, "why-bar-special")}
                </td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let table = some.then(|| {
        table(
            [
                "Your word",
                "Most similar word",
                "Similarity",
                "Weight",
                "Adds",
            ],
            rows,
        )
    });
    view! {
        <h3 class="why-heading">{format!("Score {:.4}", late.score)}</h3>
        <ul class="why-bars">{meaning} {words}</ul>
        {table}
    }
}

fn meaning(meaning: MeaningExplanation) -> impl IntoView {
    let heading = format!(
        "{}: similarity {:.3}",
        by_meaning(meaning.rank),
        meaning.cosine
    );
    let split = match meaning.split {
        Some(of) => split(of, meaning.cosine).into_any(),
        None => view! {
            <p class="why-note">
                "This similarity cannot be split by word: the record was imported with its own vector, or \
                 the model does not average over words."
            </p>
        }
        .into_any(),
    };
    view! {
        <h3 class="why-heading">{heading}</h3>
        {split}
    }
}

fn split(split: MeaningSplit, cosine: f32) -> impl IntoView {
    let shares = split.pairs.iter().map(|pair| pair.share);
    let rest = cosine - split.special - shares.clone().sum::<f32>();
    let largest = shares.fold(split.special.max(rest), f32::max);
    let special = bar(
        "[CLS] and [SEP]".into(),
        split.special,
        largest,
        3,
        "why-bar-special",
    );
    let pairs = split.pairs.into_iter().map(|pair| {
        let what = format!("{} \u{2013} {}", pair.query, pair.record);
        bar(what, pair.share, largest, 3, "why-bar-neural")
    });
    let pairs = pairs.collect_view();
    let rest = bar("All other pairs".into(), rest, largest, 3, "why-bar-neural");
    view! {
        <p class="why-note">
            "Your words and the record\u{2019}s: each pair\u{2019}s share of the similarity, not a cause. \
             [CLS] and [SEP] are markers around every text that the model reads."
        </p>
        <ul class="why-bars">{special} {pairs} {rest}</ul>
    }
}

fn words(words: WordsExplanation) -> impl IntoView {
    let found = !words.terms.is_empty();
    let heading = if found {
        format!("{}: BM25 {:.2}", by_words(words.rank), words.score)
    } else {
        "Not found by words".to_owned()
    };
    let terms = words.terms.iter().map(|term| term.contribution);
    let largest = terms.fold(0.0, f32::max);
    let rows = words.terms.into_iter().map(|term| {
        let fields = term.fields.iter();
        let fields = fields.map(|of| format!("{} {}\u{d7}", of.field, of.occurrences));
        let fields: Vec<String> = fields.collect();
        view! {
            <tr>
                <th scope="row">{term.word}</th>
                <td>{format!("{:.2}", term.idf)}</td>
                <td>
                    {term.frequency}
                    <span class="why-fields">{fields.join(", ")}</span>
                </td>
                <td>{format!("{:.2}", term.norm)}</td>
                <td>
                    {format!("{:.2}", term.contribution)}
                    {track(term.contribution, largest, "why-bar-text")}
                </td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let table = found.then(|| {
        table(
            ["Word", "Rarity (idf)", "Frequency", "Length norm", "Adds"],
            rows,
        )
    });
    view! {
        <h3 class="why-heading">{heading}</h3>
        {table}
    }
}

/// A table of the parts of a score.
fn table(heads: [&'static str; 5], rows: impl IntoView + 'static) -> impl IntoView {
    let heads = heads.map(|head| view! { <th scope="col">{head}</th> });
    view! {
        <div class="why-table">
            <table>
                <thead>
                    <tr>{heads.into_iter().collect_view()}</tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

/// A line with a label, a number and a bar.
fn bar(
    what: String,
    share: f32,
    largest: f32,
    decimals: usize,
    kind: &'static str,
) -> impl IntoView {
    view! {
        <li class="why-bar">
            <span class="why-what">{what}</span>
            <span class="why-share">{format!("{share:.decimals$}")}</span>
            {track(share, largest, kind)}
        </li>
    }
}

/// The bar itself, which only repeats the number next to it. It is an SVG because its length
/// needs no inline style, which the page's content security policy forbids.
fn track(share: f32, largest: f32, kind: &'static str) -> impl IntoView {
    let width = match largest > 0.0 {
        true => (share / largest).clamp(0.0, 1.0) * 100.0,
        false => 0.0,
    };
    view! {
        <svg class=format!("why-track {kind}") aria-hidden="true">
            <rect width=format!("{width:.1}%") height="100%" rx="3" />
        </svg>
    }
}
