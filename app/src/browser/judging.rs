//! The API calls that keep judgements of relevance and take them back.

use form_urlencoded::Serializer;
use parallax::vocabulary::{Judgement, Progress};
use serde_json::json;

use super::calls::of_collection;
use super::request::{Body, ask};
use crate::problem::Problem;

/// Keeps a judgement.
///
/// # Errors
/// Those of the API, and `unreachable`.
pub async fn judge(collection: &str, judgement: &Judgement) -> Result<Progress, Problem> {
    let body = json!(judgement).to_string();
    ask("POST", &address(collection), Body::Json(&body)).await
}

/// Takes a judgement back.
///
/// # Errors
/// Those of the API, and `unreachable`.
pub async fn take_back(collection: &str, q: &str, id: &str) -> Result<Progress, Problem> {
    let mut query = Serializer::new(String::new());
    query.append_pair("q", q).append_pair("id", id);
    let address = [&address(collection), "?", &query.finish()].concat();
    ask("DELETE", &address, Body::None).await
}

/// The address of a collection's judgements as a benchmark.
pub fn judgements_address(collection: &str) -> String {
    [&address(collection), "/export"].concat()
}

fn address(collection: &str) -> String {
    [&of_collection(collection), "/judgements"].concat()
}
