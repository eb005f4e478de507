//! Following an import to its end: through the server's event stream, or by polling if the
//! stream breaks.

use leptos::wasm_bindgen::JsCast;
use parallax::vocabulary::Task;
use wasm_bindgen_futures::JsFuture;
use web_sys::js_sys::{Function, Promise};
use web_sys::{EventSource, MessageEvent};

use super::calls::task;
use super::pause::pause;
use super::request::{Body, ask};
use crate::json;
use crate::problem::Problem;

/// The polling interval after the stream broke, in milliseconds.
const PERIOD_MS: i32 = 1_000;
/// How many polls in a row may fail before the problem is reported.
const PATIENCE: u32 = 30;

/// Reports an import's progress each time it changes, until the import is over.
///
/// # Errors
/// Those of the API, and `unreachable` after half a minute without an answer.
pub async fn follow(id: u64, mut told: impl FnMut(Task)) -> Result<(), Problem> {
    if let Some(events) = Events::of(id) {
        while let Some(task) = events.next().await {
            let over = task.state.is_over();
            told(task);
            if over {
                return Ok(());
            }
        }
    }
    let mut silences = 0;
    loop {
        match task(id).await {
            Ok(task) => {
                silences = 0;
                let over = task.state.is_over();
                told(task);
                if over {
                    return Ok(());
                }
            }
            Err(problem) => {
                silences += 1;
                if silences >= PATIENCE || !may_pass(&problem) {
                    return Err(problem);
                }
            }
        }
        pause(PERIOD_MS).await;
    }
}

/// Cancels an import.
///
/// # Errors
/// Those of the API, and `unreachable`.
pub async fn cancel(id: u64) -> Result<Task, Problem> {
    ask("DELETE", &format!("/api/v1/tasks/{id}"), Body::None).await
}

fn may_pass(problem: &Problem) -> bool {
    matches!(
        problem.code.as_str(),
        "unreachable" | "overloaded" | "starting"
    )
}

/// The event stream of an import, closed on drop.
struct Events(EventSource);

impl Events {
    fn of(id: u64) -> Option<Self> {
        let source = EventSource::new(&format!("/api/v1/tasks/{id}/events"));
        source.ok().map(Self)
    }

    /// The next event; `None` once the stream has broken. The promise's resolve and reject
    /// functions are the listeners. The awaiting task resumes before the browser dispatches
    /// another event, so no event is lost between two promises.
    async fn next(&self) -> Option<Task> {
        let event = Promise::new(&mut |heard: Function, broken: Function| {
            self.0.set_onmessage(Some(&heard));
            self.0.set_onerror(Some(&broken));
        });
        let event = JsFuture::from(event).await.ok()?;
        let event: MessageEvent = event.dyn_into().ok()?;
        json::read(&event.data().as_string()?).ok()
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        self.0.close();
    }
}
