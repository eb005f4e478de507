//! The file in a file field. The field is the only place it is kept: a dropped file is put into
//! it too.

use web_sys::{DragEvent, File, HtmlInputElement};

/// The chosen file.
pub fn chosen_file(field: &HtmlInputElement) -> Option<File> {
    field.files()?.get(0)
}

/// Puts the dropped files into the field. Returns whether there were any.
pub fn dropped(event: &DragEvent, field: &HtmlInputElement) -> bool {
    let files = event.data_transfer().and_then(|transfer| transfer.files());
    let Some(files) = files.filter(|files| files.length() > 0) else {
        return false;
    };
    field.set_files(Some(&files));
    true
}

/// Clears the field, so that the same file can be chosen again after it has changed.
pub fn forget_file(field: &HtmlInputElement) {
    field.set_value("");
}
