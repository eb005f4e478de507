//! Doing something after a pause.

use std::time::Duration;

use leptos::prelude::*;

/// Calls a function after a pause, unless the effect that asks for it has run again by then or is gone.
pub fn later(pause: Duration, then: impl FnOnce() + 'static) {
    let timer = set_timeout_with_handle(then, pause);
    on_cleanup(move || {
        if let Ok(timer) = timer {
            timer.clear();
        }
    });
}
