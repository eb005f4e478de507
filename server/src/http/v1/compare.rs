//! Comparing the rankings of a query, with all parameters in the URL or in a body.

use axum::Json;
use axum::extract::State;
use parallax::vocabulary::{Comparison, SearchRequest};
use serde_json::json;

use super::search::request_and_filters;
use crate::http::body::Members;
use crate::http::error::Failure;
use crate::http::extract::{JsonBody, PathParams, QueryParams};
use crate::http::openapi::{About, Routes, Tag, filters};
use crate::service::{Reader, Service};

const PATH: &str = "/v1/collections/{name}/compare";

/// `…/compare`.
pub fn routes() -> Routes {
    let about = |id| {
        About::new(
            Tag::Search,
            id,
            "Compare the rankings of a query by meaning, by words and by both.",
        )
        .more(
            "Returns the records that are among the first of any ranking, at most 20 of each, with \
             the place of each record in all three.",
        )
        .answers::<Comparison>()
    };
    let members = json!({"filter": filters()});
    let example = json!({"q": "milk company", "limit": 5});
    Routes::new()
        .get(PATH, by_url, about("compare").query::<SearchRequest>())
        .post(
            PATH,
            by_body,
            about("compareByBody").body_with::<SearchRequest>("CompareBody", members, example),
        )
}

async fn by_url(
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
    QueryParams(request): QueryParams<SearchRequest>,
) -> Result<Json<Comparison>, Failure> {
    let compared = service.compare_with(Some(name), request, Vec::new(), Reader::Program);
    Ok(Json(compared.await?))
}

/// The URL's parameters as members of an object; `filter` may combine conditions.
async fn by_body(
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
    JsonBody(Members(body)): JsonBody<Members>,
) -> Result<Json<Comparison>, Failure> {
    let (request, filters) = request_and_filters(body)?;
    let compared = service.compare_with(Some(name), request, filters, Reader::Program);
    Ok(Json(compared.await?))
}
