//! The browser's storage. If the browser forbids it, there is none.

use leptos::prelude::window;
use web_sys::Storage;

/// What this browser keeps.
pub fn local_storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

/// What this tab keeps until it is closed.
pub fn session_storage() -> Option<Storage> {
    window().session_storage().ok().flatten()
}
