//! The API calls that the collections page makes.

use std::time::Duration;

use form_urlencoded::byte_serialize;
use leptos::prelude::{document, set_timeout};
use leptos::wasm_bindgen::JsCast;
use parallax::vocabulary::{
    CollectionInfo, FieldRoles, Preview, Settings, SettingsCost, Started, Task, Withdrawn,
};
use serde::Deserialize;
use serde_json::json;
use web_sys::{File, HtmlAnchorElement, Url};

use super::request::{Body, ask, fetch_file, read, send};
use super::upload::upload;
use crate::problem::Problem;

/// How much of a file is previewed before it is imported.
const PREVIEW_BYTES: f64 = 262_144.0;

/// How long the browser may take to begin saving a download.
const READ_WITHIN: Duration = Duration::from_secs(60);

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
    ask("POST", &address, Body::File(&start)).await
}

/// Imports the bundled sample.
///
/// # Errors
/// Those of the API, and `unreachable`.
pub async fn import_sample(address: &str) -> Result<Task, Problem> {
    let started: Started = ask("POST", address, Body::None).await?;
    Ok(started.task)
}

/// Fetches the progress of an import.
///
/// # Errors
/// Those of the API, and `unreachable`.
pub async fn task(id: u64) -> Result<Task, Problem> {
    ask("GET", &format!("/api/v1/tasks/{id}"), Body::None).await
}

/// The import of a named upload; `None` if the server has none.
///
/// # Errors
/// Those of the API, and `unreachable`.
pub async fn task_of(upload: &str) -> Result<Option<Task>, Problem> {
    #[derive(Deserialize)]
    struct Tasks {
        tasks: Vec<Task>,
    }
    let Tasks { tasks } = ask("GET", "/api/v1/tasks", Body::None).await?;
    let mut tasks = tasks.into_iter();
    Ok(tasks.find(|task| task.upload.as_deref() == Some(upload)))
}

/// Withdraws a named upload. Returns its import, now cancelled, if the server had one already.
///
/// # Errors
/// Those of the API, and `unreachable`.
pub async fn withdraw(upload: &str) -> Result<Option<Task>, Problem> {
    let address = format!("/api/v1/uploads/{upload}");
    let withdrawn: Withdrawn = ask("DELETE", &address, Body::None).await?;
    Ok(withdrawn.task)
}

/// Deletes a collection, unless another one has taken its place.
///
/// # Errors
/// Those of the API, and `unreachable`.
pub async fn delete_collection(name: &str, id: u64) -> Result<(), Problem> {
    let address = format!("{}?id={id}", of_collection(name));
    send("DELETE", &address, Body::None).await.map(drop)
}

/// Renames a collection.
///
/// # Errors
/// Those of the API, and `unreachable`.
pub async fn rename_collection(name: &str, to: &str) -> Result<(), Problem> {
    let address = format!("{}/rename", of_collection(name));
    let body = json!({ "to": to }).to_string();
    send("POST", &address, Body::Json(&body)).await.map(drop)
}

/// What can be changed about a collection.
///
/// # Errors
/// Those of the API, and `unreachable`.
pub async fn settings(name: &str) -> Result<Settings, Problem> {
    ask("GET", &settings_address(name), Body::None).await
}

/// What it costs to give the fields of a collection other roles.
///
/// # Errors
/// Those of the API, and `unreachable`.
pub async fn settings_cost(name: &str, roles: &FieldRoles) -> Result<SettingsCost, Problem> {
    let address = format!("{}?estimate=true", settings_address(name));
    let body = json!(roles).to_string();
    ask("POST", &address, Body::Json(&body)).await
}

/// Gives the fields of a collection other roles, in the background.
///
/// # Errors
/// Those of the API, and `unreachable`.
pub async fn change_settings(name: &str, roles: &FieldRoles) -> Result<(), Problem> {
    let body = json!(roles).to_string();
    let address = settings_address(name);
    send("POST", &address, Body::Json(&body)).await.map(drop)
}

fn settings_address(name: &str) -> String {
    format!("{}/settings", of_collection(name))
}

/// Restores a collection from a snapshot, and reports how many bytes of it have been sent, and of
/// how many.
///
/// # Errors
/// Those of the API, and `unreachable`.
pub async fn restore(
    name: &str,
    replace: bool,
    file: &File,
    told: Box<dyn Fn(f64, f64)>,
) -> Result<CollectionInfo, Problem> {
    let address = format!("{}/restore?replace={replace}", of_collection(name));
    read(&upload("POST", &address, file, told).await?)
}

/// The address of a collection's snapshot.
pub fn snapshot_address(name: &str) -> String {
    format!("{}/snapshot", of_collection(name))
}

/// Downloads a collection's snapshot with the API key, which a link cannot send.
///
/// # Errors
/// Those of the API, and `unreachable`.
pub async fn download_snapshot(name: &str) -> Result<(), Problem> {
    let unsaved = || Problem {
        code: "internal".into(),
        message: "The browser cannot save the file.".into(),
    };
    let file = fetch_file(&snapshot_address(name)).await?;
    let address = Url::create_object_url_with_blob(&file).map_err(|_| unsaved())?;
    let link = document().create_element("a");
    let link: Option<HtmlAnchorElement> = link.ok().and_then(|link| link.dyn_into().ok());
    let saved = link.map(|link| {
        link.set_href(&address);
        link.set_download(&format!("{name}.parallax"));
        link.click();
    });
    // Not at once: some browsers begin to read it later.
    set_timeout(
        move || {
            let _ = Url::revoke_object_url(&address);
        },
        READ_WITHIN,
    );
    saved.ok_or_else(unsaved)
}

/// The address of a collection.
pub(super) fn of_collection(name: &str) -> String {
    let name: String = byte_serialize(name.as_bytes()).collect();
    format!("/api/v1/collections/{name}")
}
