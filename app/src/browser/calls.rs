//! The API calls that the collections page makes.

use form_urlencoded::byte_serialize;
use parallax::vocabulary::{Preview, Started, Task};
use web_sys::File;

use super::request::{ask, send};
use crate::problem::Problem;

/// How much of a file is previewed before it is imported.
const PREVIEW_BYTES: f64 = 262_144.0;

/// Previews how the beginning of a file would be read.
///
/// # Errors
/// Those of the API, and `unreachable`.
pub async fn preview(file: &File) -> Result<Preview, Problem> {
    let name: String = byte_serialize(file.name().as_bytes()).collect();
    let cut = file.size() > PREVIEW_BYTES;
    let address = format!("/api/v1/preview?name={name}&cut={cut}");
    let start = file
        .slice_with_f64_and_f64(0.0, PREVIEW_BYTES)
        .map_err(|_| Problem {
            code: "bad_query".into(),
            message: "The browser cannot read this file; choose it again.".into(),
        })?;
    ask("POST", &address, Some(&start)).await
}

/// Sends a file to be imported. Returns once the upload is complete.
///
/// # Errors
/// Those of the API, and `unreachable`.
pub async fn import(address: &str, file: &File) -> Result<Task, Problem> {
    let started: Started = ask("POST", address, Some(file)).await?;
    Ok(started.task)
}

/// Fetches the progress of an import.
///
/// # Errors
/// Those of the API, and `unreachable`.
pub async fn task(id: u64) -> Result<Task, Problem> {
    ask("GET", &format!("/api/v1/tasks/{id}"), None).await
}

/// Deletes a collection.
///
/// # Errors
/// Those of the API, and `unreachable`.
pub async fn delete_collection(name: &str) -> Result<(), Problem> {
    let name: String = byte_serialize(name.as_bytes()).collect();
    let address = format!("/api/v1/collections/{name}");
    send("DELETE", &address, None).await.map(drop)
}
