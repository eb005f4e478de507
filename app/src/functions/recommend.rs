//! Recommendations, and answers to questions.

use leptos::prelude::*;
use leptos::server_fn::Http;
use leptos::server_fn::codec::GetUrl;
use parallax::vocabulary::{Recommendations, Reply};
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use super::ssr;
use crate::json::InJson;
use crate::problem::Problem;

/// What recommendations are made from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// The ids of liked records.
    #[serde(default)]
    pub like: Vec<String>,
    /// Those of disliked records.
    #[serde(default)]
    pub dislike: Vec<String>,
    /// A text to be near; may be empty.
    #[serde(default)]
    pub text: String,
    /// The maximum number of records.
    pub limit: u32,
}

/// Recommended records, and the examples they are recommended from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recommended {
    /// The collection.
    pub collection: String,
    /// The liked records, in the order given.
    pub liked: Vec<Example>,
    /// The disliked records.
    pub disliked: Vec<Example>,
    /// The recommendations, or why there are none.
    pub recommended: Result<Recommendations, Problem>,
}

/// A record that is given as an example.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    /// Its id.
    pub id: String,
    /// Its title; may be empty.
    pub title: String,
    /// Whether the collection has no such record.
    #[serde(default)]
    pub missing: bool,
}

/// Recommends records.
///
/// # Errors
/// As for [`super::search`]. What is wrong with the examples is part of the answer.
#[server(prefix = "/fn", endpoint = "recommend", protocol = Http<GetUrl, InJson>)]
pub async fn recommend(
    /// The collection; `None` is the default one.
    collection: Option<String>,
    /// The examples.
    asked: Asked,
) -> Result<Recommended, Problem> {
    let context = ssr::Context::take()?;
    let answer = context.backend.recommend(collection, asked).await;
    let answer = context.with_status(answer)?;
    if let Err(problem) = &answer.recommended {
        context.set_page_status(problem);
    }
    Ok(answer)
}

/// Answers a question from a collection of questions and answers.
///
/// # Errors
/// As for [`super::search`].
#[server(prefix = "/fn", endpoint = "ask", protocol = Http<GetUrl, InJson>)]
pub async fn ask(
    /// The collection; `None` is the default one.
    collection: Option<String>,
    /// The question.
    question: String,
) -> Result<Reply, Problem> {
    let context = ssr::Context::take()?;
    let reply = context.backend.ask(collection, question).await;
    context.with_status(reply)
}
