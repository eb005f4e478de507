//! The collections page: lists the collections, makes one from a file, deletes one. The list
//! works without JavaScript; for the rest, the browser calls the API.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use parallax::vocabulary::{CollectionInfo, Task, TaskState};

use crate::components::collections::collection_list::CollectionList;
use crate::components::collections::delete_dialog::DeleteDialog;
use crate::components::collections::import_panel::ImportPanel;
use crate::functions::collections;
use crate::importing::Importing;
use crate::state::path_of;

/// The collections page.
#[component]
pub fn CollectionsPage() -> impl IntoView {
    let list = Resource::new(|| (), |()| collections());
    let heading = NodeRef::<leptos::html::H1>::new();
    let asked = RwSignal::new(None::<CollectionInfo>);
    let said = RwSignal::new(String::new());
    let navigate = use_navigate();

    let deleted = move |name: String| {
        said.set(format!("\u{201c}{name}\u{201d} was deleted."));
        list.refetch();
        // The focused button is removed together with its row.
        if let Some(heading) = heading.get_untracked() {
            let _ = heading.focus();
        }
    };
    let importing = Importing::new(Callback::new(move |task: Task| {
        let whole = task.state == TaskState::Done && task.skipped == 0;
        if whole {
            navigate(&path_of(Some(&task.collection)), NavigateOptions::default());
        } else {
            list.refetch();
        }
    }));
    view! {
        <Title text="Collections · Parallax" />
        <div class="collections-page">
            <h1 id="collections-title" node_ref=heading tabindex="-1">
                "Collections"
            </h1>
            <p class="collections-said" role="status">
                {said}
            </p>
            <CollectionList collections=list on_delete=move |info| asked.set(Some(info)) />
            <section class="with-js" aria-labelledby="new-title">
                <h2 id="new-title">"New collection"</h2>
                <ImportPanel importing collections=list />
            </section>
            <section class="without-js" aria-labelledby="command-title">
                <h2 id="command-title">"New collection"</h2>
                <p>
                    "Importing on this page needs JavaScript. Without it, stop the server and \
                     import on its command line:"
                </p>
                <pre>
                    <code>"parallax index FILE --collection NAME"</code>
                </pre>
            </section>
            <DeleteDialog asked on_deleted=deleted />
        </div>
    }
}
