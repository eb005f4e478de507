//! What the page does that only a browser can: asks the API, sends files, follows an import.
//! Event handlers are compiled for the server too, so this is; there it is never called.

mod calls;
mod files;
mod forms;
mod request;
mod session;
mod tasks;

pub use calls::{delete_collection, import, preview, task};
pub use files::{chosen_file, dropped, forget_file};
pub use forms::query_of;
pub use session::{forget_task, keep_key, keep_task, kept_task};
pub use tasks::{cancel, follow};
