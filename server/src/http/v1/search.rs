//! Searching, with all parameters in the URL, or in a body, where filters may be combined and a vector
//! may take the place of the text. Several searches may be sent in one body.

use axum::Json;
use axum::extract::{DefaultBodyLimit, State};
use parallax::Filter;
use parallax::vocabulary::{Answer, Mode, SearchRequest};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::http::body::{Members, json_value};
use crate::http::error::Failure;
use crate::http::extract::{JsonBody, PathParams, QueryParams};
use crate::http::openapi::{About, Routes, Tag, filters, reference};
use crate::problem::problem;
use crate::service::{Further, Reader, Service};

/// The largest body: vectors take much more room than texts.
const MAX_BODY_BYTES: usize = 1 << 20;

/// The most searches in one body.
const MAX_SEARCHES: usize = 32;

const PATH: &str = "/v1/collections/{name}/search";

/// `…/search`.
pub fn routes() -> Routes {
    let about = |id| About::new(Tag::Search, id, "Search a collection.").answers::<Answer>();
    let members = json!({
        "filter": filters(),
        "vector": {
            "type": ["array", "null"],
            "items": {"type": "number"},
            "description": "A vector to search for instead of `q`, with as many components as those \
                            of the collection. Its length does not matter. The mode is then \
                            `neural`, and only the cosine ranks.",
        },
    });
    let example = json!({"q": "milk company", "filter": "city:Berlin", "limit": 3});
    let queries = json!({
        "type": "array",
        "items": reference("SearchBody"),
        "minItems": 1,
        "maxItems": MAX_SEARCHES,
        "description": "Bodies of a search.",
    });
    let several = json!({"queries": [{"q": "milk"}, {"q": "solar", "mode": "text"}]});
    Routes::new()
        .get(PATH, by_url, about("search").query::<SearchRequest>())
        .post(
            PATH,
            by_body,
            about("searchByBody").body_with::<SearchRequest>("SearchBody", members, example),
        )
        .post(
            "/v1/collections/{name}/search/batch",
            batch,
            About::new(
                Tag::Search,
                "searchBatch",
                "Answer several searches at once.",
            )
            .more(
                "Takes up to 32 bodies of a search. Each has an answer or an error of its own, in \
                     the same order.",
            )
            .body_with::<Searches>("Searches", json!({"queries": queries}), several)
            .answers::<Results>(),
        )
        .layered(|router| router.layer(DefaultBodyLimit::max(MAX_BODY_BYTES)))
}

async fn by_url(
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
    QueryParams(request): QueryParams<SearchRequest>,
) -> Result<Json<Answer>, Failure> {
    let response = service.search_with(Some(name), request, Vec::new(), Reader::Program);
    Ok(Json(response.await?))
}

/// The URL's parameters as members of an object; `filter` may combine conditions, and `vector` may
/// take the place of `q`.
async fn by_body(
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
    JsonBody(Members(body)): JsonBody<Members>,
) -> Result<Json<Answer>, Failure> {
    Ok(Json(answer(&service, name, body).await?))
}

/// Several searches.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Searches {
    /// Bodies of a search, at most 32.
    #[schema(value_type = Vec<Object>)]
    queries: Vec<Members>,
}

/// The answers to several searches.
#[derive(Serialize, ToSchema)]
struct Results {
    /// An answer or an error for each, in the order of the searches.
    results: Vec<OneResult>,
}

/// The answer to one of several searches, or its error.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum OneResult {
    Answer(Box<Answer>),
    Error(Failure),
}

async fn batch(
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
    JsonBody(Searches { queries }): JsonBody<Searches>,
) -> Result<Json<Results>, Failure> {
    if !(1..=MAX_SEARCHES).contains(&queries.len()) {
        return Err(Failure::bad_request(format!(
            "queries has {} searches; it must have 1 to {MAX_SEARCHES}",
            queries.len()
        )));
    }
    // One at a time, so that a caller with many searches takes no more of the pool than others.
    let mut results = Vec::with_capacity(queries.len());
    for Members(query) in queries {
        results.push(match answer(&service, name.clone(), query).await {
            Ok(answer) => OneResult::Answer(Box::new(answer)),
            Err(failure) => OneResult::Error(failure),
        });
    }
    Ok(Json(Results { results }))
}

async fn answer(
    service: &Service,
    collection: String,
    mut body: Map<String, Value>,
) -> Result<Answer, Failure> {
    let vector = body
        .shift_remove("vector")
        .filter(|vector| !vector.is_null());
    if vector.is_some() {
        let mode = body.entry("mode");
        mode.or_insert_with(|| Mode::Neural.name().into());
    }
    let (request, filters) = request_and_filters(body)?;
    let further = Further {
        filters,
        vector: vector.map(components).transpose()?,
    };
    let response = service.search_with(Some(collection), request, further, Reader::Program);
    Ok(response.await?)
}

fn components(vector: Value) -> Result<Vec<f32>, Failure> {
    serde_json::from_value(vector).map_err(|error| {
        Failure::bad_request(format!(
            "the body's vector: {error}; give a list of numbers"
        ))
    })
}

/// The request in a body, and its filters, which may be combined.
pub(super) fn request_and_filters(
    mut body: Map<String, Value>,
) -> Result<(SearchRequest, Vec<Filter>), Failure> {
    let filter = body.shift_remove("filter").unwrap_or_default();
    let filters = Filter::from_json(&filter).map_err(|error| problem(&error.into()))?;
    Ok((json_value(Value::Object(body))?, filters))
}
