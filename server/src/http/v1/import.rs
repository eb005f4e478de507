//! Importing files: the preview, the upload in one request, and the resulting tasks. A client may
//! name its upload, so that it can send it again without importing it twice, and withdraw it at any
//! time.

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::response::sse::Event;
use axum::routing::{delete, get, post};
use axum::{Extension, Json, Router};
use http_body_util::BodyExt;
use parallax::vocabulary::{FieldRoles, Preview, Started, Task, TaskState};
use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt;
use tokio::sync::watch;

use super::upload::{self, check_name};
use crate::http::error::Failure;
use crate::http::extract::{Named, PathParams};
use crate::http::parameters::parameters;
use crate::http::streams::Streams;
use crate::preview;
use crate::problem::internal;
use crate::sample;
use crate::service::Service;
use crate::tasks::{Incoming, NotBegun, Plan, Start, empty, unwritable};

/// How much of the beginning of a file a preview accepts.
const MAX_PREVIEW_BYTES: usize = 1 << 20;

/// The import routes, for callers that may write.
pub fn router() -> Router<Service> {
    Router::new()
        .route("/v1/preview", post(preview))
        .layer(DefaultBodyLimit::max(MAX_PREVIEW_BYTES))
        .route("/v1/collections/{name}/import", post(import))
        .route("/v1/collections/{name}/sample", post(import_sample))
        .route("/v1/tasks/{id}", delete(cancel))
        .merge(upload::router())
}

/// The routes for watching imports, for everyone.
pub fn tasks_router() -> Router<Service> {
    Router::new()
        .route("/v1/tasks", get(tasks))
        .route("/v1/tasks/{id}", get(task))
        .route("/v1/tasks/{id}/events", get(events))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PreviewOf {
    name: String,
    /// Whether only the beginning of the file is sent.
    #[serde(default)]
    cut: bool,
}

async fn preview(
    State(service): State<Service>,
    RawQuery(query): RawQuery,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Preview>, Failure> {
    let PreviewOf { name, cut } = parameters(query.as_deref())?;
    let beginning = body?;
    let preview = service.manage(move |_| preview::preview(&name, beginning, cut));
    Ok(Json(preview.await?))
}

/// The parameters of an import, from its URL.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ImportOf {
    file: String,
    #[serde(default)]
    replace: bool,
    passages: Option<bool>,
    id: Option<String>,
    title: Option<String>,
    #[serde(default)]
    text: Vec<String>,
    question: Option<String>,
    answer: Option<String>,
    url: Option<String>,
    image: Option<String>,
    #[serde(default)]
    facet: Vec<String>,
    #[serde(default)]
    weight: Vec<String>,
    language: Option<String>,
    upload: Option<String>,
}

async fn import(
    State(service): State<Service>,
    path: Named,
    RawQuery(query): RawQuery,
    body: Body,
) -> Result<(StatusCode, Json<Started>), Failure> {
    let Path(name) = path?;
    let asked: ImportOf = parameters(query.as_deref())?;
    asked.upload.as_deref().map_or(Ok(()), check_name)?;
    let plan = Plan {
        collection: name,
        file: asked.file,
        adds: false,
        replace: asked.replace,
        passages: asked.passages.unwrap_or(true),
        upload: asked.upload,
        fields: FieldRoles {
            id: asked.id,
            title: asked.title,
            texts: asked.text,
            question: asked.question,
            answer: asked.answer,
            url: asked.url,
            image: asked.image,
            facets: asked.facet,
            weights: asked.weight,
            language: asked.language,
        },
        bytes: body.size_hint().exact(),
        sha256: None,
        at_once: true,
    };
    send(&service, plan, body).await
}

/// Imports a body: creates its upload, writes it, and returns its task.
async fn send(
    service: &Service,
    plan: Plan,
    mut body: Body,
) -> Result<(StatusCode, Json<Started>), Failure> {
    let (entry, is_new) = match upload::begin(service, plan).await {
        Ok(begun) => begun,
        Err(refused) => {
            upload::drain(&mut body).await;
            return Err(refused);
        }
    };
    if !is_new && entry.state() != TaskState::Receiving {
        upload::drain(&mut body).await;
        let task = entry.task();
        return Ok((StatusCode::ACCEPTED, Json(Started { task })));
    }
    match upload::receive(service, &entry, Start::Beginning, body).await {
        Ok(task) => Ok((StatusCode::ACCEPTED, Json(Started { task }))),
        Err(NotBegun::Problem(problem)) => Err(problem.into()),
        // A part that begins at the beginning is at no other offset.
        Err(NotBegun::Offset(_)) => Err(internal().into()),
    }
}

/// The parameters of an import of the sample.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SampleOf {
    upload: Option<String>,
}

/// Imports the bundled sample as a new collection.
async fn import_sample(
    State(service): State<Service>,
    path: Named,
    RawQuery(query): RawQuery,
) -> Result<(StatusCode, Json<Started>), Failure> {
    let Path(name) = path?;
    let SampleOf { upload } = parameters(query.as_deref())?;
    upload.as_deref().map_or(Ok(()), check_name)?;
    let exists = service.manage({
        let name = name.clone();
        move |opened| Ok(opened.catalogue.names()?.contains(&name))
    });
    if exists.await? {
        let message = format!("there is a collection '{name}' already");
        return Err(Failure::new("conflict", message));
    }
    let plan = Plan {
        collection: name,
        file: sample::FILE.to_owned(),
        passages: true,
        upload,
        bytes: Some(sample::STARTUPS.len() as u64),
        at_once: true,
        ..Plan::default()
    };
    send(&service, plan, Body::from(sample::STARTUPS)).await
}

/// Writes a snapshot to disk as it arrives.
pub(super) async fn receive(mut body: Body, incoming: &Incoming, most: u64) -> Result<(), Failure> {
    let path = incoming.path();
    let mut file = tokio::fs::File::create(&path).await.map_err(unwritable)?;
    let mut received = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| {
            let message = "the upload was interrupted and nothing was imported; send it again";
            Failure::too_slow(&error).unwrap_or_else(|| Failure::bad_request(message))
        })?;
        let Ok(bytes) = frame.into_data() else {
            continue;
        };
        received += bytes.len() as u64;
        if received > most {
            let message = format!("the snapshot is larger than {most} bytes");
            return Err(Failure::new("too_large", message));
        }
        file.write_all(&bytes).await.map_err(unwritable)?;
    }
    if received == 0 {
        return Err(empty().into());
    }
    Ok(file.flush().await.map_err(unwritable)?)
}

#[derive(Serialize)]
struct Tasks {
    tasks: Vec<Task>,
}

async fn tasks(State(service): State<Service>) -> Result<Json<Tasks>, Failure> {
    let tasks = service.manage(|opened| Ok(opened.tasks.all())).await?;
    Ok(Json(Tasks { tasks }))
}

async fn task(State(service): State<Service>, path: Named) -> Result<Json<Task>, Failure> {
    let Path(id) = path?;
    let task = watch(&service, &id)?.borrow().clone();
    Ok(Json(task))
}

async fn cancel(State(service): State<Service>, path: Named) -> Result<Json<Task>, Failure> {
    let Path(id) = path?;
    let id = number(&id)?;
    let cancelled = service.manage(move |opened| Ok(opened.tasks.cancel(id)));
    Ok(Json(cancelled.await??))
}

/// Streams the states of a task until it ends.
async fn events(
    State(service): State<Service>,
    Extension(streams): Extension<Streams>,
    PathParams(id): PathParams<String>,
) -> Result<Response, Failure> {
    let mut watch = watch(&service, &id)?;
    streams.open(|events| async move {
        loop {
            let task = watch.borrow_and_update().clone();
            let data = serde_json::to_string(&task).unwrap_or_default();
            let sent = events.send(Event::default().data(data)).await;
            let over = task.state.is_over();
            if sent.is_err() || over || watch.changed().await.is_err() {
                return;
            }
        }
    })
}

fn watch(service: &Service, id: &str) -> Result<watch::Receiver<Task>, Failure> {
    Ok(service.opened()?.tasks.watch(number(id)?)?)
}

fn number(id: &str) -> Result<u64, Failure> {
    id.parse()
        .map_err(|_| Failure::bad_request(format!("'{id}' is not a task number")))
}
