//! Following an import to its end: through the server's stream of events, and where that
//! breaks, by asking again and again.

use leptos::prelude::window;
use leptos::wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::js_sys::{Function, Promise};
use web_sys::{EventSource, MessageEvent};

use super::calls::task;
use super::request::ask;
use crate::wire::{Problem, Task};

/// How often is asked where the stream broke, in milliseconds.
const PERIOD_MS: i32 = 1_000;
/// How often in a row nothing may come back before that is said.
const PATIENCE: u32 = 30;

/// Tells how far an import has come, each time that changes, until it is over.
///
/// # Errors
/// The API's own, and `unreachable` once the server was silent for half a minute.
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
        pause().await;
    }
}

/// Calls an import off.
///
/// # Errors
/// The API's own, and `unreachable`.
pub async fn cancel(id: u64) -> Result<Task, Problem> {
    ask("DELETE", &format!("/api/v1/tasks/{id}"), None).await
}

fn may_pass(problem: &Problem) -> bool {
    matches!(
        problem.code.as_str(),
        "unreachable" | "overloaded" | "starting"
    )
}

/// The stream of an import's events, closed when it is dropped.
struct Events(EventSource);

impl Events {
    fn of(id: u64) -> Option<Self> {
        let source = EventSource::new(&format!("/api/v1/tasks/{id}/events"));
        source.ok().map(Self)
    }

    /// The next event; `None` once the stream broke. A promise's own two functions are the
    /// listeners: whoever waits goes on before the browser hands out another event, so none
    /// falls between two promises.
    async fn next(&self) -> Option<Task> {
        let event = Promise::new(&mut |heard: Function, broken: Function| {
            self.0.set_onmessage(Some(&heard));
            self.0.set_onerror(Some(&broken));
        });
        let event = JsFuture::from(event).await.ok()?;
        let event: MessageEvent = event.dyn_into().ok()?;
        serde_json::from_str(&event.data().as_string()?).ok()
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        self.0.close();
    }
}

async fn pause() {
    let over = Promise::new(&mut |over: Function, _| {
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&over, PERIOD_MS);
    });
    let _ = JsFuture::from(over).await;
}
