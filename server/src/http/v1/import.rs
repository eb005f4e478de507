//! Importing files: the preview, the upload, and the resulting tasks. A client may name its upload,
//! so that it can send it again without importing it twice, and withdraw it at any time.

use axum::body::{Body, Bytes};
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::response::sse::Event;
use axum::routing::{delete, get, post};
use axum::{Extension, Json, Router};
use http_body_util::BodyExt;
use parallax::vocabulary::{FieldRoles, Preview, Started, Task, Withdrawn};
use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt;
use tokio::sync::watch;

use crate::http::error::Failure;
use crate::http::extract::{Named, PathParams};
use crate::http::parameters::parameters;
use crate::http::streams::Streams;
use crate::preview;
use crate::sample;
use crate::service::Service;
use crate::tasks::{Incoming, Plan, Queued};

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
        .route("/v1/collections/{name}/sample", post(import_sample))
        .route("/v1/tasks/{id}", delete(cancel))
        .route("/v1/uploads/{upload}", delete(withdraw))
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

/// The longest name of an upload.
const MAX_UPLOAD_NAME: usize = 64;

/// Checks the name that a client gives to an upload.
fn check_upload(upload: &str) -> Result<(), Failure> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if (1..=MAX_UPLOAD_NAME).contains(&upload.len()) && upload.chars().all(plain) {
        return Ok(());
    }
    Err(Failure::bad_request(format!(
        "the name of an upload has 1 to {MAX_UPLOAD_NAME} characters: letters from A to Z, digits, \
         '-' and '_'"
    )))
}

async fn import(
    State(service): State<Service>,
    path: Named,
    RawQuery(query): RawQuery,
    body: Body,
) -> Result<(StatusCode, Json<Started>), Failure> {
    let Path(name) = path?;
    let asked: ImportOf = parameters(query.as_deref())?;
    asked.upload.as_deref().map_or(Ok(()), check_upload)?;
    let (incoming, exists) = begin(&service, &name).await?;
    receive(body, &incoming).await?;
    let plan = Plan {
        collection: name,
        file: asked.file,
        adds: exists && !asked.replace,
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
    };
    queue(&service, incoming, plan).await
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
    upload.as_deref().map_or(Ok(()), check_upload)?;
    let (incoming, exists) = begin(&service, &name).await?;
    if exists {
        let message = format!("there is a collection '{name}' already");
        return Err(Failure::new("conflict", message));
    }
    receive(Body::from(sample::STARTUPS), &incoming).await?;
    let plan = Plan {
        collection: name,
        file: sample::FILE.to_owned(),
        adds: false,
        replace: false,
        passages: true,
        upload,
        fields: FieldRoles::default(),
    };
    queue(&service, incoming, plan).await
}

/// A place for an upload into a collection, and whether that exists.
async fn begin(service: &Service, name: &str) -> Result<(Incoming, bool), Failure> {
    let name = name.to_owned();
    let begun = service.manage(move |opened| {
        parallax::catalogue::check_name(&name)?;
        let exists = opened.catalogue.names()?.contains(&name);
        let incoming = opened
            .tasks
            .receive()
            .map_err(parallax::Error::io(opened.catalogue.folder()))?;
        Ok((incoming, exists))
    });
    Ok(begun.await?)
}

async fn queue(
    service: &Service,
    incoming: Incoming,
    plan: Plan,
) -> Result<(StatusCode, Json<Started>), Failure> {
    let queued = service.manage(move |opened| opened.tasks.queue(incoming, plan));
    match queued.await? {
        Queued::Task(task) => Ok((StatusCode::ACCEPTED, Json(Started { task }))),
        Queued::Withdrawn => Err(Failure::new(
            "conflict",
            "the upload was withdrawn; nothing was imported",
        )),
        Queued::NameTaken(task) => Err(Failure::new(
            "conflict",
            format!(
                "the upload has the name of an earlier one, of '{}' into '{}'; nothing was \
                 imported; give it a name of its own",
                task.file, task.collection
            ),
        )),
    }
}

/// Writes a body to disk as it arrives.
pub(super) async fn receive(mut body: Body, incoming: &Incoming) -> Result<(), Failure> {
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

/// Withdraws an upload: cancels its task or, if it has none yet, makes sure that it gets none.
async fn withdraw(State(service): State<Service>, path: Named) -> Result<Json<Withdrawn>, Failure> {
    let Path(upload) = path?;
    check_upload(&upload)?;
    let withdrawn = service.manage(move |opened| Ok(opened.tasks.withdraw(&upload)));
    Ok(Json(Withdrawn {
        task: withdrawn.await?,
    }))
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
