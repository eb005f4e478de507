//! What the tab remembers until it is closed: the API key, and which import it is following.
//! If the browser forbids storage, nothing is remembered.

use web_sys::js_sys::Math;

use super::storage::session_storage;

const KEY: &str = "api-key";
const TASK: &str = "import";

/// Remembers the API key.
pub fn keep_key(key: &str) {
    let _ = session_storage().map(|storage| storage.set_item(KEY, key));
}

/// The API key.
pub fn kept_key() -> Option<String> {
    session_storage()?.get_item(KEY).ok().flatten()
}

/// Remembers which import is being followed, so that it is followed again after a reload.
pub fn keep_task(id: u64) {
    let _ = session_storage().map(|storage| storage.set_item(TASK, &id.to_string()));
}

/// The import that was being followed.
pub fn kept_task() -> Option<u64> {
    session_storage()?
        .get_item(TASK)
        .ok()
        .flatten()?
        .parse()
        .ok()
}

/// Forgets the import.
pub fn forget_task() {
    let _ = session_storage().map(|storage| storage.remove_item(TASK));
}

/// A name for an upload, which no other has.
pub fn upload_name() -> String {
    // Random enough: `crypto.randomUUID` exists only on pages served with TLS or from this machine.
    let part = || (Math::random() * 4_294_967_296.0) as u32;
    format!("{:08x}{:08x}{:08x}", part(), part(), part())
}
