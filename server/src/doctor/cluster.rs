//! The cluster that has the collections.

use std::path::Path;
use std::sync::Arc;

use parallax::Encoder;
use parallax::encoder::QueryEncoder;

use super::Check;
use crate::cluster::connect;
use crate::config::Qdrant;

const SUBJECT: &str = "cluster";

/// Whether the cluster answers, and its collections can be served.
pub fn check(settings: &Qdrant, model: &Path) -> Check {
    let Ok(encoder) = Encoder::load(model) else {
        return Check::warn(
            SUBJECT,
            "not looked at, because the model cannot be used",
            "mend the model first",
        );
    };
    let encoder = Arc::new(QueryEncoder::new(encoder));
    let collections = match connect(settings, encoder) {
        Ok(collections) => collections,
        Err(error) => {
            let remedy = "start the cluster, or correct `qdrant.url` or `qdrant.api_key_file`";
            return Check::error(SUBJECT, format!("{error:#}"), remedy);
        }
    };
    let names = match collections.names() {
        Ok(names) => names,
        Err(error) => {
            return Check::error(SUBJECT, error.to_string(), "see the logs of Qdrant");
        }
    };
    let opened = names.iter().map(|name| collections.collection(name));
    if let Some(error) = opened.filter_map(Result::err).next() {
        let remedy = "serve with the model of this collection, by --model";
        return Check::warn(SUBJECT, error.to_string(), remedy);
    }
    let found = match names.as_slice() {
        [] => "it answers, and has no collection of Parallax yet".to_owned(),
        names => format!(
            "it answers, and has these collections: {}",
            names.join(", ")
        ),
    };
    Check::ok(SUBJECT, found)
}
