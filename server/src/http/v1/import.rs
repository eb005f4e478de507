//! Importing files: the preview, the upload, and the resulting tasks. A client may name its upload,
//! so that it can send it again without importing it twice, and withdraw it at any time.

use std::convert::Infallible;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use http_body_util::BodyExt;
use parallax::vocabulary::{FieldRoles, Preview, Started, Task, Withdrawn};
use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt;
use tokio::sync::{mpsc, watch};
use tokio_stream::{Stream, StreamExt, wrappers::ReceiverStream};
use utoipa::ToSchema;

use crate::http::error::Failure;
use crate::http::extract::Named;
use crate::http::openapi::{About, Routes, Tag};
use crate::http::parameters::parameters;
use crate::preview;
use crate::sample;
use crate::service::Service;
use crate::tasks::{Incoming, Plan, Queued};

/// The largest upload, in bytes as sent.
const MAX_UPLOAD_BYTES: u64 = 8 << 30;

/// How much of the beginning of a file a preview accepts.
const MAX_PREVIEW_BYTES: usize = 1 << 20;

/// The import routes, for callers that may write.
pub fn routes() -> Routes {
    let about = |id, summary| About::new(Tag::Imports, id, summary);
    Routes::new()
        .post(
            "/v1/preview",
            preview,
            about(
                "preview",
                "What the fields of a file would be used for, and why.",
            )
            .query::<PreviewOf>()
            .file("The beginning of the file, up to 1 MiB.")
            .answers::<Preview>(),
        )
        .layered(|router| router.layer(DefaultBodyLimit::max(MAX_PREVIEW_BYTES)))
        .post(
            "/v1/collections/{name}/import",
            import,
            about("import", "Import a file.")
                .more(
                    "Creates the collection if there is none with this name; otherwise adds to it, \
                     or replaces it with `replace=true`.",
                )
                .query::<ImportOf>()
                .file("The file.")
                .answers_with::<Started>(StatusCode::ACCEPTED, "It is queued.")
                .failing(&[409, 507]),
        )
        .post(
            "/v1/collections/{name}/sample",
            import_sample,
            about(
                "importSample",
                "Import the bundled sample as a new collection.",
            )
            .query::<SampleOf>()
            .answers_with::<Started>(StatusCode::ACCEPTED, "It is queued.")
            .failing(&[409, 507]),
        )
        .delete(
            "/v1/tasks/{id}",
            cancel,
            about("cancelTask", "Cancel an import.").answers::<Task>(),
        )
        .delete(
            "/v1/uploads/{upload}",
            withdraw,
            about(
                "withdrawUpload",
                "Withdraw an upload that has a name, at any time.",
            )
            .answers::<Withdrawn>(),
        )
}

/// The routes for watching imports, for everyone.
pub fn task_routes() -> Routes {
    let about = |id, summary| About::new(Tag::Imports, id, summary);
    Routes::new()
        .get(
            "/v1/tasks",
            tasks,
            about("tasks", "List the imports.").answers::<Tasks>(),
        )
        .get(
            "/v1/tasks/{id}",
            task,
            about("task", "An import and its progress.").answers::<Task>(),
        )
        .get(
            "/v1/tasks/{id}/events",
            events,
            about("taskEvents", "Follow an import until it is over.").sends(
                "text/event-stream",
                "An event for each change; its data is the task.",
            ),
        )
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PreviewOf {
    /// The name of the file.
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
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ImportOf {
    /// The name of the file.
    file: String,
    /// Whether an existing collection is replaced.
    #[serde(default)]
    replace: bool,
    /// Whether long texts are encoded passage by passage; true if absent.
    passages: Option<bool>,
    /// The field that identifies a record.
    id: Option<String>,
    /// The field of the heading.
    title: Option<String>,
    /// A field of texts; may be repeated.
    #[serde(default)]
    text: Vec<String>,
    /// The field of a question, instead of a heading.
    question: Option<String>,
    /// The field of its answer.
    answer: Option<String>,
    /// The field of a link.
    url: Option<String>,
    /// The field of a picture's address.
    image: Option<String>,
    /// A field to filter by, as `field` or `field:kind`; may be repeated.
    #[serde(default)]
    facet: Vec<String>,
    /// The weight of words in a field, as `field=weight`; may be repeated.
    #[serde(default)]
    weight: Vec<String>,
    /// The language of the texts: a code, or `none`; detected if absent.
    language: Option<String>,
    /// A name for the upload, so that it can be sent again without being imported twice.
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
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SampleOf {
    /// A name for the upload.
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

/// The imports of the server.
#[derive(Serialize, ToSchema)]
struct Tasks {
    /// Those that are known.
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
