//! Sends a file in parts, so that after a broken connection only the rest of it is sent.

use parallax::vocabulary::{NewUpload, Task, TaskState, Upload};
use serde_json::json;
use web_sys::File;

use super::calls::of_collection;
use super::pause::pause;
use super::request::{Body, ask, no_answer, read};
use super::upload::upload;
use crate::mapping::Order;
use crate::problem::Problem;

/// The bytes of a part.
const PART: f64 = 8_388_608.0;

/// How often in a row a part may fail before the problem is reported.
const TRIES: i32 = 5;

/// The pause before a part is tried again, in milliseconds; each further one is twice as long.
const PAUSE_MS: i32 = 500;

/// Sends a file to be imported, and reports how many bytes have been sent, and of how many. If an
/// upload with this name has been created before, this goes on where it is. Returns once the server
/// has all of it.
///
/// # Errors
/// Those of the API, and `unreachable`.
pub async fn import(
    order: Order,
    name: &str,
    file: &File,
    told: impl Fn(f64, f64) + Copy + 'static,
) -> Result<Task, Problem> {
    let new = NewUpload {
        bytes: file.size() as u64,
        ..order.upload
    };
    let address = format!("{}/uploads", of_collection(&order.collection));
    let body = json!(new).to_string();
    let mut state: Upload = ask("POST", &address, Body::Once(&body, name)).await?;
    let address = format!("/api/v1/uploads/{}", state.id);
    let mut failures = 0;
    while state.task.state == TaskState::Receiving {
        match send(&address, file, state.offset as f64, told).await {
            Ok(now) => {
                failures = 0;
                state = now;
            }
            Err(problem) if failures < TRIES && may_pass(&problem) => {
                pause(PAUSE_MS << failures).await;
                failures += 1;
                // The server may have some or all of it, although it did not answer.
                if let Ok(now) = ask("GET", &address, Body::None).await {
                    state = now;
                }
            }
            Err(problem) => return Err(problem),
        }
    }
    Ok(state.task)
}

/// Sends the part that begins at an offset.
async fn send(
    address: &str,
    file: &File,
    offset: f64,
    told: impl Fn(f64, f64) + 'static,
) -> Result<Upload, Problem> {
    let of = file.size();
    let part = file.slice_with_f64_and_f64(offset, (offset + PART).min(of));
    let part = part.map_err(|_| no_answer())?;
    let address = format!("{address}?offset={offset}");
    let told = move |sent, _| told(offset + sent, of);
    read(&upload("PATCH", &address, &part, Box::new(told)).await?)
}

/// Whether the same part may succeed later. A conflict may be an answer that got lost.
fn may_pass(problem: &Problem) -> bool {
    matches!(
        problem.code.as_str(),
        "unreachable" | "overloaded" | "starting" | "conflict" | "too_slow" | "rate_limited"
    )
}
