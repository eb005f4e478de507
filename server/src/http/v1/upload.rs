//! Uploads in parts: an upload is created first, then its bytes are sent. If a connection breaks, the
//! client asks for the offset and goes on there. Imports of one request use the same code.

use std::error::Error;
use std::sync::Arc;

use axum::Json;
use axum::body::{Body, HttpBody};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use parallax::vocabulary::{NewUpload, Task, Upload, Withdrawn};
use parallax_app::Problem;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::http::body::skip;
use crate::http::error::Failure;
use crate::http::extract::{JsonBody, PathParams, QueryParams};
use crate::http::openapi::{About, Routes, Tag};
use crate::keys::{bearer, random_hex};
use crate::problem::internal;
use crate::service::Service;
use crate::tasks::{Entry, Holder, NotBegun, Part, Plan, Start, Tasks, empty};

const UPLOAD: &str = "/v1/uploads/{upload}";

/// The header that tells where the next part begins.
const OFFSET: &str = "upload-offset";

/// The header by which a client makes sure that it creates an upload only once.
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// The longest name of an upload.
const MAX_NAME: usize = 64;

/// The longest name of a file, in characters.
const MAX_FILE: usize = 255;

/// How much of a body is read that is not wanted, so that its sender gets the answer instead of a
/// broken connection.
const MAX_DRAINED: u64 = 64 << 20;

/// The routes of uploads, for callers that may write.
pub fn routes() -> Routes {
    let about = |id, summary| About::new(Tag::Imports, id, summary);
    let new = json!({"file": "books.csv", "bytes": 104_857_600});
    Routes::new()
        .post(
            "/v1/collections/{name}/uploads",
            create,
            about(
                "createUpload",
                "Begin an import whose file is sent in parts.",
            )
            .more(
                "If there is this upload already, it is answered with 200, and nothing is \
                     imported twice.",
            )
            .header(
                IDEMPOTENCY_KEY,
                "The name of the upload, by which it can be created again; made up if absent.",
            )
            .body::<NewUpload>(new)
            .answers::<Upload>()
            .answers_with::<Upload>(StatusCode::CREATED, "It is created.")
            .failing(&[409, 507]),
        )
        .get(
            UPLOAD,
            tell,
            about("upload", "How much of an upload has arrived.").answers::<Upload>(),
        )
        .patch(
            UPLOAD,
            append,
            about("appendToUpload", "Send the next part of an upload.")
                .more(
                    "With the last part, the import is queued. After a conflict, `upload-offset` \
                     of the answer tells where the next part begins.",
                )
                .query::<PartOf>()
                .file("The bytes of the file from the offset on.")
                .answers::<Upload>()
                .failing(&[409, 507]),
        )
        .delete(
            UPLOAD,
            withdraw,
            about("withdrawUpload", "Withdraw an upload, at any time.").answers::<Withdrawn>(),
        )
}

/// A body that has not been read, and what the headers say of it.
pub struct Sent {
    /// The body itself.
    pub body: Body,
    /// How many bytes it has, if that is announced.
    pub bytes: Option<u64>,
    /// Whether its sender waits to be told to send it.
    waits: bool,
}

impl Sent {
    /// The body of a request.
    pub fn new(headers: &HeaderMap, body: Body) -> Self {
        // The layer that limits its pauses hides how many bytes it has.
        let announced = headers.get(header::CONTENT_LENGTH);
        let announced = announced.and_then(|bytes| bytes.to_str().ok()?.parse::<u64>().ok());
        Self {
            bytes: announced.or_else(|| body.size_hint().exact()),
            waits: headers.contains_key(header::EXPECT),
            body,
        }
    }

    /// Reads on while its refusal is sent, so that its sender gets that instead of a broken
    /// connection.
    pub fn refuse(self) {
        if self.waits {
            return;
        }
        let mut body = self.body;
        tokio::spawn(async move { drain(&mut body).await });
    }
}

/// Whose request this is, which the guard has let in.
pub fn holder(headers: &HeaderMap) -> Holder {
    Holder::of(bearer(headers))
}

/// Checks the name of a file, which is shown with its task. `member` is what the request calls it.
pub fn check_file(member: &str, file: &str) -> Result<(), Failure> {
    let length = file.chars().count();
    if length > MAX_FILE {
        return Err(Failure::bad_request(format!(
            "{member} has {length} characters; the name of a file has at most {MAX_FILE}"
        )));
    }
    match file.chars().find(|&c| c.is_control() || is_of_direction(c)) {
        None => Ok(()),
        Some(c) => Err(Failure::bad_request(format!(
            "{member} contains U+{:04X}; the name of a file has neither control characters nor \
             such that change the direction of text",
            u32::from(c)
        ))),
    }
}

/// Whether a character does nothing but change the direction of text: a name with it may look like
/// another one.
fn is_of_direction(c: char) -> bool {
    let marks = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}');
    marks || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Checks the name of an upload.
pub fn check_name(upload: &str) -> Result<(), Failure> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if (1..=MAX_NAME).contains(&upload.len()) && upload.chars().all(plain) {
        return Ok(());
    }
    Err(Failure::bad_request(format!(
        "the name of an upload has 1 to {MAX_NAME} characters: letters from A to Z, digits, '-' \
         and '_'"
    )))
}

async fn create(
    State(service): State<Service>,
    PathParams(collection): PathParams<String>,
    headers: HeaderMap,
    JsonBody(new): JsonBody<NewUpload>,
) -> Result<Response, Failure> {
    if new.bytes == 0 {
        return Err(empty().into());
    }
    check_file("the body's file", &new.file)?;
    let name = match headers.get(IDEMPOTENCY_KEY) {
        Some(key) => key.to_str().unwrap_or_default().to_owned(),
        None => random_name()?,
    };
    check_name(&name)?;
    let plan = Plan {
        collection,
        file: new.file,
        fields: new.fields,
        adds: false,
        replace: new.replace,
        passages: new.passages,
        upload: Some(name),
        bytes: Some(new.bytes),
        sha256: new.sha256.as_deref().map(digest).transpose()?,
        at_once: false,
    };
    let (entry, is_new) = begin(&service, plan, holder(&headers)).await?;
    let upload = upload_of(&entry.task());
    let status = match is_new {
        true => StatusCode::CREATED,
        false => StatusCode::OK,
    };
    let place = HeaderValue::try_from(format!("/api/v1/uploads/{}", upload.id));
    let mut response = (status, told(upload)).into_response();
    if let Ok(place) = place {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

fn random_name() -> Result<String, Failure> {
    random_hex::<16>().map_err(|error| {
        tracing::error!("{error:#}");
        Failure::from(internal())
    })
}

fn digest(given: &str) -> Result<String, Failure> {
    let digest = given.to_ascii_lowercase();
    if digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(digest);
    }
    Err(Failure::bad_request(
        "the body's sha256 is not a SHA-256 in hexadecimal, which has 64 digits",
    ))
}

/// Creates the upload of a plan, or finds the one that there is, and says whether it is new.
pub async fn begin(
    service: &Service,
    mut plan: Plan,
    holder: Holder,
) -> Result<(Arc<Entry>, bool), Failure> {
    let begun = service.manage(move |opened| {
        parallax::catalogue::check_name(&plan.collection)?;
        let exists = opened.all()?.contains(&plan.collection);
        plan.adds = exists && !plan.replace;
        Ok(opened.tasks.create(&plan, &holder))
    });
    Ok(begun.await??)
}

/// How far an upload is.
async fn tell(
    State(service): State<Service>,
    PathParams(upload): PathParams<String>,
) -> Result<Response, Failure> {
    let entry = find(&service, &upload)?;
    Ok(told(upload_of(&entry.task())).into_response())
}

fn find(service: &Service, upload: &str) -> Result<Arc<Entry>, Failure> {
    check_name(upload)?;
    Ok(service.opened()?.tasks.upload(upload)?)
}

/// Withdraws an upload: cancels its task or, if it has none yet, makes sure that it gets none from
/// the same caller.
async fn withdraw(
    State(service): State<Service>,
    PathParams(upload): PathParams<String>,
    headers: HeaderMap,
) -> Result<Json<Withdrawn>, Failure> {
    check_name(&upload)?;
    let holder = holder(&headers);
    let withdrawn = service.manage(move |opened| Ok(opened.tasks.withdraw(&upload, &holder)));
    Ok(Json(Withdrawn {
        task: withdrawn.await??,
    }))
}

/// Where a part begins.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PartOf {
    /// The number of bytes before it, which is how many the server has.
    offset: u64,
}

/// Appends the body to an upload. If all of it has arrived already, this changes nothing, so that a
/// client may send the last part again if it did not get the answer.
async fn append(
    State(service): State<Service>,
    PathParams(upload): PathParams<String>,
    QueryParams(PartOf { offset }): QueryParams<PartOf>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    let entry = find(&service, &upload)?;
    let sent = Sent::new(&headers, body);
    match receive(&service, &entry, Start::At(offset), sent).await {
        Ok(task) => Ok(told(upload_of(&task)).into_response()),
        Err(NotBegun::Problem(problem)) => Err(problem.into()),
        Err(NotBegun::Offset(now)) => {
            let message = format!(
                "this part begins at byte {offset}, but the upload is at {now}; nothing of the \
                 part was kept; go on at {now}"
            );
            let failure = Failure::new("conflict", message);
            Ok(([(OFFSET, HeaderValue::from(now))], failure).into_response())
        }
    }
}

/// Writes a body to an upload, and returns its task. This goes on if the client leaves, so that
/// what has arrived of the body is kept or removed in order.
pub async fn receive(
    service: &Service,
    entry: &Arc<Entry>,
    start: Start,
    mut sent: Sent,
) -> Result<Task, NotBegun> {
    let (service, entry) = (service.clone(), Arc::clone(entry));
    let work = tokio::spawn(async move {
        let tasks = Arc::clone(&service.opened()?.tasks);
        let part = match tasks.begin(&entry, start, sent.bytes).await {
            Ok(Some(part)) => part,
            // All of it has arrived, perhaps just before the process ended last time.
            Ok(None) => {
                drain(&mut sent.body).await;
                return complete(&service, entry).await;
            }
            Err(error) => {
                sent.refuse();
                return Err(error);
            }
        };
        write(&tasks, part, start, &mut sent.body).await
    });
    work.await.unwrap_or_else(|_| Err(internal().into()))
}

async fn complete(service: &Service, entry: Arc<Entry>) -> Result<Task, NotBegun> {
    let completed = service.manage(move |opened| {
        let completed = opened.tasks.complete(&entry);
        Ok(completed.map(|()| entry.task()))
    });
    Ok(completed.await??)
}

/// Writes a body as a part of an upload, as far as it arrives.
async fn write(
    tasks: &Arc<Tasks>,
    mut part: Part,
    start: Start,
    body: &mut Body,
) -> Result<Task, NotBegun> {
    let at_once = start == Start::Beginning;
    let copied = copy(body, &mut part, at_once).await;
    // What was sent in parts goes on where it broke off.
    let keep = match &copied {
        Ok(()) => true,
        Err(problem) => !at_once && problem.code != "too_large",
    };
    let closed = part.close(keep).await;
    let (tasks, last) = (Arc::clone(tasks), at_once && copied.is_ok());
    // Not in the bounded pool of writers: what has arrived is recorded however busy that is.
    let stored = tokio::task::spawn_blocking(move || {
        let stored = closed.and_then(|()| tasks.received(&part, last));
        if at_once && (stored.is_err() || !last) {
            tasks.broke_off(&part);
        }
        stored
    });
    let stored = stored.await.map_err(|_| internal())?;
    if let Err(problem) = copied {
        // Then the client is still sending, and waits for its answer.
        if ["too_large", "no_space"].contains(&problem.code.as_str()) {
            drain(body).await;
        }
        return Err(problem.into());
    }
    Ok(stored?)
}

async fn copy(body: &mut Body, part: &mut Part, at_once: bool) -> Result<(), Problem> {
    loop {
        let frame = tokio::select! {
            frame = body.frame() => frame,
            problem = part.taken_over() => return Err(problem),
        };
        let Some(frame) = frame else {
            return Ok(());
        };
        let frame = frame.map_err(|error| broken_off(&error, at_once))?;
        if let Ok(bytes) = frame.into_data() {
            part.write(&bytes).await?;
        }
    }
}

/// What to tell whoever sent a body that did not arrive to its end, and what is kept of it.
pub fn broken_off(error: &(dyn Error + 'static), at_once: bool) -> Failure {
    let slow = Failure::too_slow(error);
    if at_once {
        let message = "the upload was interrupted and nothing was imported; send it again";
        return slow.unwrap_or_else(|| Failure::bad_request(message));
    }
    let (code, what) = match slow {
        Some(_) => ("too_slow", "the part stopped arriving"),
        None => ("bad_query", "the part was interrupted"),
    };
    let message = format!(
        "{what}; what had arrived of it is kept: ask for the upload's offset, and go on from there"
    );
    Failure::new(code, message)
}

/// Reads on to the end of a body that is not wanted, unless it is long.
pub async fn drain(body: &mut Body) {
    skip(body, MAX_DRAINED).await;
}

fn upload_of(task: &Task) -> Upload {
    // An import of an earlier version has neither.
    let bytes = task.bytes.unwrap_or(task.received);
    Upload {
        id: task.upload.clone().unwrap_or_default(),
        offset: task.received,
        bytes,
        task: task.clone(),
    }
}

fn told(upload: Upload) -> impl IntoResponse {
    let offset = HeaderValue::from(upload.offset);
    ([(OFFSET, offset)], Json(upload))
}
