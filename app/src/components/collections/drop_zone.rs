//! Where a file is dropped or chosen: a file field inside a large label that also accepts drops.

use leptos::ev::DragEvent;
use leptos::prelude::*;

use crate::browser;
use crate::importing::Importing;

/// The field. It is disabled while an import runs.
#[component]
pub fn DropZone(
    /// The import that receives the file.
    importing: Importing,
) -> impl IntoView {
    let over = RwSignal::new(false);
    let busy = Memo::new(move |_| importing.is_busy());
    let field = importing.field;
    let drag = move |event: DragEvent| {
        // Otherwise the browser would open the file in place of the page.
        event.prevent_default();
        over.set(!busy.get_untracked());
    };
    let drop = move |event: DragEvent| {
        event.prevent_default();
        over.set(false);
        let field = field.get_untracked().filter(|_| !busy.get_untracked());
        if field.is_some_and(|field| browser::dropped(&event, &field)) {
            importing.choose();
        }
    };
    // A file may have changed since it was last chosen. Without this, the browser would not fire
    // a change event when it is chosen again.
    let forget = move |_| {
        let Some(field) = field.get_untracked() else {
            return;
        };
        if browser::chosen_file(&field).is_some() {
            browser::forget_file(&field);
            importing.choose();
        }
    };
    view! {
        <label
            class="drop-zone"
            class:is-over=over
            on:dragover=drag
            on:dragleave=move |_| over.set(false)
            on:drop=drop
        >
            <span class="drop-title">"Drop a file here, or choose one"</span>
            <input
                node_ref=field
                type="file"
                accept=".jsonl,.ndjson,.json,.csv,.tsv,.txt,.md,.markdown,.pdf,.epub,.docx,.zip,.gz,.parallax"
                aria-describedby="drop-hint"
                disabled=busy
                on:click=forget
                on:change=move |_| importing.choose()
            />
        </label>
        <p id="drop-hint" class="hint">
            "Records as CSV with a header or as JSON, plain or gzip; or a document: PDF, EPUB, \
             DOCX, Markdown, text, or a ZIP archive of these"
            <span class="in-folder">"; or the snapshot of a collection"</span>
            ". The file is sent to this server and nowhere else."
        </p>
    }
}
