//! Components of the collections page: the list, the delete dialog and the import of a file.

pub mod collection_list;
pub mod collection_row;
pub mod delete_dialog;
pub mod drop_zone;
pub mod fields_told;
pub mod fields_used;
pub mod import_list;
pub mod import_notes;
pub mod import_outcome;
pub mod import_panel;
pub mod import_progress;
pub mod key_form;
pub mod mapping_form;
pub mod name_field;
pub mod new_collection;
pub mod panel_heading;
pub mod preview_table;
pub mod problem_notice;
pub mod rename_dialog;
pub mod restore_form;
pub mod settings_dialog;
pub mod skipped_lines;
pub mod task_figures;
