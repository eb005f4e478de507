//! Importing files: the preview, the upload, and the resulting tasks.

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use http_body_util::BodyExt;
use parallax::vocabulary::{FieldRoles, Preview, Started, Task};
use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt;
use tokio::sync::{mpsc, watch};
use tokio_stream::{Stream, StreamExt, wrappers::ReceiverStream};

use super::Named;
use crate::http::error::Failure;
use crate::http::parameters::parameters;
use crate::preview;
use crate::service::Service;
use crate::tasks::{Incoming, Plan};

/// The largest upload, in bytes as sent.
const MAX_UPLOAD_BYTES: u64 = 8 << 30;

/// How much of the beginning of a file a preview accepts.
const MAX_PREVIEW_BYTES: usize = 1 << 20;

/// The import routes, for callers that may write.
pub fn router() -> Router<Service> {
    Router::new()
        .route("/v1/preview", post(preview))
        .layer(DefaultBodyLimit::max(MAX_PREVIEW_BYTES))
        .route("/v1/collections/{name}/import", post(import))
        .route("/v1/tasks/{id}", delete(cancel))
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
}

async fn import(
    State(service): State<Service>,
    path: Named,
    RawQuery(query): RawQuery,
    body: Body,
) -> Result<(StatusCode, Json<Started>), Failure> {
    let Path(name) = path?;
    let asked: ImportOf = parameters(query.as_deref())?;
    let (incoming, exists) = {
        let name = name.clone();
        service
            .manage(move |opened| {
                parallax::catalogue::check_name(&name)?;
                let exists = opened.catalogue.names()?.contains(&name);
                let incoming = opened
                    .tasks
                    .receive()
                    .map_err(parallax::Error::io(opened.catalogue.folder()))?;
                Ok((incoming, exists))
            })
            .await?
    };
    receive(body, &incoming).await?;
    let plan = Plan {
        collection: name,
        file: asked.file,
        adds: exists && !asked.replace,
        replace: asked.replace,
        passages: asked.passages.unwrap_or(true),
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
    };
    let task = service.manage(move |opened| opened.tasks.queue(incoming, plan));
    Ok((StatusCode::ACCEPTED, Json(Started { task: task.await? })))
}

/// Writes a body to disk as it arrives.
async fn receive(mut body: Body, incoming: &Incoming) -> Result<(), Failure> {
    let path = incoming.path();
    let mut file = tokio::fs::File::create(&path).await.map_err(unwritable)?;
    let mut received = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| {
            Failure::bad_request(
                "the upload was interrupted and nothing was imported; send it again",
            )
        })?;
        let Ok(bytes) = frame.into_data() else {
            continue;
        };
        received += bytes.len() as u64;
        if received > MAX_UPLOAD_BYTES {
            let message = format!(
                "the file is larger than {MAX_UPLOAD_BYTES} bytes; import it with `parallax index`"
            );
            return Err(Failure::new("too_large", message));
        }
        file.write_all(&bytes).await.map_err(unwritable)?;
    }
    if received == 0 {
        return Err(Failure::bad_request("the file is empty"));
    }
    file.flush().await.map_err(unwritable)
}

fn unwritable(error: std::io::Error) -> Failure {
    tracing::error!(%error, "cannot write an upload");
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Failure::new(
            "no_space",
            "the server's disk is full; nothing was imported",
        ),
        _ => Failure::new(
            "internal",
            "the upload cannot be written; see the server's log",
        ),
    }
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
    let task = cancelled.await??.borrow().clone();
    Ok(Json(task))
}

/// Streams the states of a task until it ends.
async fn events(
    State(service): State<Service>,
    path: Named,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Failure> {
    let Path(id) = path?;
    let mut watch = watch(&service, &id)?;
    let (told, states) = mpsc::channel(1);
    tokio::spawn(async move {
        loop {
            let task = watch.borrow_and_update().clone();
            let over = task.state.is_over();
            // Sending fails if the client is gone.
            if told.send(task).await.is_err() || over || watch.changed().await.is_err() {
                return;
            }
        }
    });
    let states = ReceiverStream::new(states);
    let events = states.map(|task| {
        let data = serde_json::to_string(&task).unwrap_or_default();
        Ok(Event::default().data(data))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

fn watch(service: &Service, id: &str) -> Result<watch::Receiver<Task>, Failure> {
    Ok(service.opened()?.tasks.watch(number(id)?)?)
}

fn number(id: &str) -> Result<u64, Failure> {
    id.parse()
        .map_err(|_| Failure::bad_request(format!("'{id}' is not a task number")))
}
