//! The reply to a question: the answer and the pair it comes from, or that it is not known, and the
//! other questions that are near.

use leptos::prelude::*;
use parallax::vocabulary::{Hit, Reply, Unknown};

use super::ask_form::asking;
use crate::record_address::record_path;
use crate::wording::{name_of, similarity};

/// The cosine from which two questions are the same.
const IDENTICAL: f32 = 0.999;

/// The reply.
#[component]
pub fn ReplyPanel(
    /// The reply.
    reply: Reply,
    /// The path of the page.
    path: String,
    /// The path of the search page.
    search_path: String,
) -> impl IntoView {
    let told = told(&reply);
    let Reply {
        answer,
        nearest,
        others,
        ..
    } = reply;
    let (heading, answered) = match answer {
        Some(answer) => {
            let source = nearest.as_ref().map(|pair| source(pair, &search_path));
            let answered = view! {
                <blockquote class="answer" dir="auto">
                    {answer}
                </blockquote>
                {source}
            };
            ("Answer", Some(answered.into_any()))
        }
        None => ("The answer is not known here", None),
    };
    let known = answered.is_some();
    let near = match known {
        true => others,
        false => nearest.into_iter().chain(others).collect(),
    };
    let title = match known {
        true => "Other questions near this one",
        false => "Questions that may be similar",
    };
    let items = near.into_iter().map(|pair| item(pair, &path, &search_path));
    let items = items.collect_view();
    let near = (!items.is_empty()).then(|| {
        view! {
            <section class="record-part" aria-labelledby="near-title">
                <h2 id="near-title">{title}</h2>
                <ol class="near-questions">{items}</ol>
            </section>
        }
    });
    view! {
        <section class="reply" class:is-unknown=!known aria-labelledby="reply-title">
            <h2 id="reply-title" class="reply-title">
                {heading}
            </h2>
            {answered}
            <p class="reply-told">{told}</p>
        </section>
        {near}
    }
    .into_any()
}

/// How near the nearest question is, and what follows from that.
pub fn told(reply: &Reply) -> String {
    let Some(nearest) = &reply.nearest else {
        return "There is no question to compare it with.".into();
    };
    let near = similarity(nearest.score);
    let needed = format!("{:.3}", reply.needed);
    match reply.unknown {
        None if nearest.score >= IDENTICAL => {
            "The collection contains exactly this question.".into()
        }
        None => format!(
            "It is similar enough to count as the same question: {near}; at least {needed} is needed \
             in this collection."
        ),
        Some(Unknown::NothingNear) => format!(
            "No question is similar enough to be the same: the nearest has {near}; at least {needed} \
             is needed in this collection."
        ),
        Some(Unknown::SeveralNear) => format!(
            "Several questions with different answers are about equally near, the nearest with \
             {near}, so it is not clear which one is meant."
        ),
    }
}

/// The question that the answer belongs to, with a link to the record.
fn source(pair: &Hit, search_path: &str) -> AnyView {
    let name = name_of(&pair.title, &pair.id);
    view! {
        <p class="reply-source">
            "The answer to " <a href=record_path(search_path, &pair.id) rel="external">
                <bdi>{name}</bdi>
            </a>
        </p>
    }
    .into_any()
}

/// A question that is near; the link asks it.
fn item(pair: Hit, path: &str, search_path: &str) -> AnyView {
    let name = name_of(&pair.title, &pair.id);
    let asked = asking(path, &name);
    let record = record_path(search_path, &pair.id);
    let label = ["The record of ", &name].concat();
    view! {
        <li>
            <a class="near-question" href=asked dir="auto">
                {name}
            </a>
            <span class="near-ways">
                <span class="evidence-part evidence-neural">{similarity(pair.score)}</span>
                <a class="card-link" href=record rel="external" aria-label=label>
                    "Record"
                </a>
            </span>
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wording::tests::hit;
    use parallax::vocabulary::Timings;

    fn reply(score: f32, unknown: Option<Unknown>) -> Reply {
        let mut nearest = hit(Some(1), None);
        nearest.score = score;
        Reply {
            collection: "faq".into(),
            answer: unknown.is_none().then(|| "So.".into()),
            unknown,
            needed: 0.475,
            nearest: Some(nearest),
            others: Vec::new(),
            timings: Timings::default(),
        }
    }

    #[test]
    fn how_near_it_is_is_said_in_words() {
        assert!(told(&reply(1.0, None)).contains("exactly this question"));
        let near = told(&reply(0.78, None));
        assert!(
            near.contains("similarity 0.780") && near.contains("0.475"),
            "{near}"
        );
        let far = told(&reply(0.2, Some(Unknown::NothingNear)));
        assert!(
            far.starts_with("No question") && far.contains("0.200"),
            "{far}"
        );
        let several = told(&reply(0.8, Some(Unknown::SeveralNear)));
        assert!(several.contains("not clear which"), "{several}");
        let none = Reply {
            nearest: None,
            ..reply(0.0, Some(Unknown::NothingNear))
        };
        assert!(told(&none).contains("no question"));
    }
}
