//! What only a browser can do: call the API, send files, follow an import, keep recent queries and
//! gathered records, listen, notice another theme. Event handlers are compiled for the server too, so this module is as well, but it
//! is never called there.

mod calls;
mod files;
mod forms;
mod gathered;
mod judged;
mod judging;
mod map;
mod parts;
mod pause;
mod recent;
mod request;
mod session;
pub mod speech;
mod storage;
mod tasks;
mod theme;
mod timeline;
mod upload;

pub use calls::{
    change_settings, delete_collection, download_snapshot, import_sample, preview,
    rename_collection, restore, settings, settings_cost, snapshot_address, task, task_of, withdraw,
};
pub use files::{chosen_file, dropped, forget_file};
pub use forms::{query_of, was_changed};
pub use gathered::{Kept, gathered, keep_gathered};
pub use judged::{forget_tally, is_judging, keep_judging, keep_winner, kept_tally};
pub use judging::{judge, judgements_address, take_back};
pub use map::{map_colours, map_inside, map_legend, map_points, map_record};
pub use parts::import;
pub use pause::pause;
pub use recent::{forget_queries, recent_queries, remember_query};
pub use session::{forget_task, keep_key, keep_task, kept_key, kept_task, upload_name};
pub use storage::local_storage;
pub use tasks::{cancel, follow};
pub use theme::on_theme_change;
pub use timeline::mark_hydrated;
