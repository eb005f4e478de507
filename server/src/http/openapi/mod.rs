//! The description of the API, as an OpenAPI 3.1 document. It is made of the list of routes that the
//! router is made of, and of the types that requests are read into and answers written from.

mod about;
mod errors;
mod filters;
mod routes;
mod schemas;
#[cfg(test)]
mod tests;

use axum::Extension;
use axum::body::Bytes;
use axum::http::{HeaderValue, header};
use parallax::vocabulary::{Hit, Witness};
use serde_json::{Map, Value, json};

pub use self::about::{About, TAGS, Tag};
pub use self::filters::filters;
pub use self::routes::{Described, Routes};
use self::schemas::Schemas;
pub use self::schemas::reference;

/// What the document says of the API as a whole.
const ABOUT: &str = "Parallax searches collections of records by meaning, by words, or by both, and \
                     shows how each hit got its rank. Every error has the same shape, with a code \
                     that will not change and a message that says what to do. Unknown parameters \
                     and fields are refused. Ranges are bytes of UTF-8 texts.";

/// The document.
pub fn document(routes: Vec<Described>) -> Value {
    let mut schemas = Schemas::default();
    let mut paths: Map<String, Value> = Map::new();
    for Described {
        method,
        path,
        about,
    } in routes
    {
        let (operation, of_operation) = about.operation(&method, &path);
        schemas.merge(of_operation);
        let methods = paths.entry(path).or_insert_with(|| json!({}));
        methods[method.as_str().to_ascii_lowercase()] = operation;
    }
    let (name, error) = errors::schema();
    schemas.named(&name, error);
    filters::add_to(&mut schemas);
    // Generic types do not add what they are made of.
    schemas.of::<Hit>();
    schemas.of::<Witness>();
    let tags = TAGS
        .iter()
        .map(|(_, name, description)| json!({"name": name, "description": description}));
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Parallax",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Search by meaning, by words, or by both.",
            "description": ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "tags": tags.collect::<Vec<Value>>(),
        "paths": paths,
        "components": {
            "schemas": schemas.finish(),
            "responses": errors::responses(),
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key of the service, as `Authorization: Bearer KEY`. \
                                    Without any key, the service can be written to only from its \
                                    own machine.",
                },
            },
        },
    })
}

/// The route of the document.
pub fn routes() -> Routes {
    Routes::new().get(
        "/openapi.json",
        |Extension(Text(document)): Extension<Text>| async move {
            let json = HeaderValue::from_static("application/json");
            ([(header::CONTENT_TYPE, json)], document)
        },
        About::new(Tag::Service, "openapi", "This document.")
            .sends("application/json", "The document.")
            .failing_only(&[400]),
    )
}

/// The document as it is sent.
#[derive(Clone)]
pub struct Text(Bytes);

/// Gives the document to its route.
pub fn serving(document: &Value) -> Extension<Text> {
    Extension(Text(document.to_string().into()))
}
