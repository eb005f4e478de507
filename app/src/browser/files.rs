//! The file a field holds. The field is the one place it is kept: one that is dropped is put
//! into it too.

use web_sys::{DragEvent, File, HtmlInputElement};

/// The file that was chosen.
pub fn chosen_file(field: &HtmlInputElement) -> Option<File> {
    field.files()?.get(0)
}

/// Puts what was dropped into the field; whether there was a file in it.
pub fn dropped(event: &DragEvent, field: &HtmlInputElement) -> bool {
    let files = event.data_transfer().and_then(|transfer| transfer.files());
    let Some(files) = files.filter(|files| files.length() > 0) else {
        return false;
    };
    field.set_files(Some(&files));
    true
}

/// Empties the field, so that the same file can be chosen again after it was changed.
pub fn forget_file(field: &HtmlInputElement) {
    field.set_value("");
}
