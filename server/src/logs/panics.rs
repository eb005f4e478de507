//! Panics as log lines, so that every line on standard error is one.

use std::any::Any;

/// Logs panics of all threads instead of printing them.
pub fn log() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        let thread = std::thread::current();
        tracing::error!(
            panic = message(panic.payload()),
            place,
            thread = thread.name(),
            "a thread panicked"
        );
    }));
}

/// What was said by whoever panicked.
pub fn message(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}
