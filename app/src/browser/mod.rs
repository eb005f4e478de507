//! What only a browser can do: call the API, send files, follow an import, keep recent queries and
//! gathered records, listen. Event handlers are compiled for the server too, so this module is as well, but it
//! is never called there.

mod calls;
mod files;
mod forms;
mod gathered;
mod pause;
mod recent;
mod request;
mod session;
pub mod speech;
mod tasks;
mod upload;

pub use calls::{
    change_settings, delete_collection, download_snapshot, import, import_sample, preview,
    rename_collection, restore, settings, settings_cost, snapshot_address, task, task_of, withdraw,
};
pub use files::{chosen_file, dropped, forget_file};
pub use forms::{query_of, was_changed};
pub use gathered::{Kept, gathered, keep_gathered};
pub use pause::pause;
pub use recent::{forget_queries, recent_queries, remember_query};
pub use session::{forget_task, keep_key, keep_task, kept_key, kept_task, upload_name};
pub use tasks::{cancel, follow};
