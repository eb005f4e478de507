//! Importing files: the preview, the upload in one request, and the resulting tasks. A client may
//! name its upload, so that it can send it again without importing it twice, and withdraw it at any
//! time.

use axum::body::{Body, Bytes};
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::response::sse::Event;
use axum::{Extension, Json};
use parallax::vocabulary::{FieldRoles, Preview, Started, Task, TaskState};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use utoipa::ToSchema;

use super::upload::{self, Sent, check_file, check_name};
use crate::http::error::Failure;
use crate::http::extract::{PathParams, QueryParams};
use crate::http::openapi::{About, Routes, Tag};
use crate::http::streams::Streams;
use crate::preview;
use crate::problem::internal;
use crate::sample;
use crate::service::Service;
use crate::tasks::{Holder, NotBegun, Plan, Start};

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
        .merge(upload::routes())
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
    QueryParams(PreviewOf { name, cut }): QueryParams<PreviewOf>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Preview>, Failure> {
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

async fn import(
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
    QueryParams(asked): QueryParams<ImportOf>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Started>), Failure> {
    asked.upload.as_deref().map_or(Ok(()), check_name)?;
    check_file("file", &asked.file)?;
    let sent = Sent::new(&headers, body);
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
        bytes: sent.bytes,
        sha256: None,
        at_once: true,
    };
    send(&service, plan, upload::holder(&headers), sent).await
}

/// Imports a body: creates its upload, writes it, and returns its task.
async fn send(
    service: &Service,
    plan: Plan,
    holder: Holder,
    mut sent: Sent,
) -> Result<(StatusCode, Json<Started>), Failure> {
    let (entry, is_new) = match upload::begin(service, plan, holder).await {
        Ok(begun) => begun,
        Err(refused) => {
            sent.refuse();
            return Err(refused);
        }
    };
    if !is_new && entry.state() != TaskState::Receiving {
        upload::drain(&mut sent.body).await;
        let task = entry.task();
        return Ok((StatusCode::ACCEPTED, Json(Started { task })));
    }
    match upload::receive(service, &entry, Start::Beginning, sent).await {
        Ok(task) => Ok((StatusCode::ACCEPTED, Json(Started { task }))),
        Err(NotBegun::Problem(problem)) => Err(problem.into()),
        // A part that begins at the beginning is at no other offset.
        Err(NotBegun::Offset(_)) => Err(internal().into()),
    }
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
    PathParams(name): PathParams<String>,
    QueryParams(SampleOf { upload }): QueryParams<SampleOf>,
    headers: HeaderMap,
) -> Result<(StatusCode, Json<Started>), Failure> {
    upload.as_deref().map_or(Ok(()), check_name)?;
    let exists = service.manage({
        let name = name.clone();
        move |opened| Ok(opened.all()?.contains(&name))
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
    let sent = Sent::new(&HeaderMap::new(), Body::from(sample::STARTUPS));
    send(&service, plan, upload::holder(&headers), sent).await
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

async fn task(
    State(service): State<Service>,
    PathParams(id): PathParams<String>,
) -> Result<Json<Task>, Failure> {
    let task = watch(&service, &id)?.borrow().clone();
    Ok(Json(task))
}

async fn cancel(
    State(service): State<Service>,
    PathParams(id): PathParams<String>,
) -> Result<Json<Task>, Failure> {
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
