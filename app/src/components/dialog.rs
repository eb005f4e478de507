//! Opening and closing a dialog that blocks the rest of the page.

use leptos::html::Dialog;
use leptos::prelude::*;

/// A dialog that is open while `asked` holds something. To clear it when the dialog is closed in any
/// way is left to the caller.
pub fn open_while<T: Send + Sync + 'static>(asked: RwSignal<Option<T>>) -> NodeRef<Dialog> {
    let dialog = NodeRef::new();
    Effect::new(move || {
        let wanted = asked.read().is_some();
        // The dialog may be drawn later.
        if dialog.read().is_none() {
            return;
        }
        if wanted {
            open(dialog);
        } else {
            close(dialog);
        }
    });
    dialog
}

/// Opens a dialog, unless it is open.
pub fn open(dialog: NodeRef<Dialog>) {
    if let Some(dialog) = dialog.get_untracked().filter(|dialog| !dialog.open()) {
        // Fails only if the dialog is already open or not in the page.
        let _ = dialog.show_modal();
    }
}

/// Closes a dialog, if it is open.
pub fn close(dialog: NodeRef<Dialog>) {
    if let Some(dialog) = dialog.get_untracked() {
        dialog.close();
    }
}
