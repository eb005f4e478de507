//! The collections page: lists the collections and the imports, and changes them, if the visitor
//! may. Reading works without JavaScript; for changes, the browser calls the API.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use parallax::vocabulary::{CollectionInfo, GraphState, Task, TaskState};

use crate::browser;
use crate::components::collections::collection_list::{CollectionList, Collections};
use crate::components::collections::collection_row::Ask;
use crate::components::collections::delete_dialog::DeleteDialog;
use crate::components::collections::import_list::ImportList;
use crate::components::collections::new_collection::NewCollection;
use crate::components::collections::problem_notice::ProblemNotice;
use crate::components::collections::rename_dialog::RenameDialog;
use crate::components::collections::settings_dialog::SettingsDialog;
use crate::components::later::later;
use crate::components::live::live;
use crate::components::tab_title::TabTitle;
use crate::functions::collections;
use crate::importing::Importing;
use crate::json::resource;
use crate::paths::path_of;
use crate::problem::Problem;
use crate::writing::Writing;

/// The pause between two looks at a collection that is being encoded or indexed.
const PERIOD: std::time::Duration = std::time::Duration::from_secs(2);

/// The collections page.
#[component]
pub fn CollectionsPage() -> impl IntoView {
    let list = resource(|| (), |()| collections());
    let writing = Writing::new();
    let heading = NodeRef::<leptos::html::H1>::new();
    let to_delete = RwSignal::new(None::<CollectionInfo>);
    let to_change = RwSignal::new(None::<CollectionInfo>);
    let to_rename = RwSignal::new(None::<CollectionInfo>);
    // The collection whose snapshot could not be downloaded, and why.
    let not_saved = RwSignal::new(None::<(String, Problem)>);
    let said = RwSignal::new(String::new());
    let navigate = use_navigate();
    watch_work(list);

    let changed = move |what: String| {
        said.set(what);
        list.refetch();
        // The focused button is removed together with its row.
        if let Some(heading) = heading.get_untracked() {
            let _ = heading.focus();
        }
    };
    let save = move |name: String| {
        not_saved.set(None);
        said.set(format!(
            "The snapshot of \u{201c}{name}\u{201d} is being downloaded."
        ));
        spawn_local(async move {
            if let Err(problem) = browser::download_snapshot(&name).await {
                said.try_set(String::new());
                not_saved.try_set(Some((name, problem)));
            }
        });
    };
    let ask = move |ask| match ask {
        Ask::Rename(info) => to_rename.set(Some(info)),
        Ask::Settings(info) => to_change.set(Some(info)),
        Ask::Delete(info) => to_delete.set(Some(info)),
        Ask::Snapshot(name) => save(name),
    };
    let deleted = move |name: String| changed(format!("\u{201c}{name}\u{201d} was deleted."));
    let renamed = move |(from, to): (String, String)| {
        changed(format!(
            "\u{201c}{from}\u{201d} is now \u{201c}{to}\u{201d}."
        ));
    };
    let set = move |name: String| changed(format!("\u{201c}{name}\u{201d} is being changed."));
    let restored = move |name: String| changed(format!("\u{201c}{name}\u{201d} was restored."));
    let importing = Importing::new(Callback::new(move |task: Task| {
        let whole = task.state == TaskState::Done && task.skipped == 0;
        if whole {
            navigate(&path_of(Some(&task.collection)), NavigateOptions::default());
        } else {
            list.refetch();
        }
    }));
    let not_saved_told = move || {
        not_saved.get().map(|(name, problem)| {
            let title = format!("The snapshot of {name} was not downloaded");
            view! { <ProblemNotice title problem retry=move |()| save(name.clone()) /> }
        })
    };
    view! {
        <TabTitle text="Collections · Parallax" />
        <div class="collections-page">
            <h1 id="collections-title" node_ref=heading tabindex="-1">
                "Collections"
            </h1>
            <p class="collections-said" role="status">
                {said}
            </p>
            {live(not_saved_told)}
            <CollectionList collections=list writing on_ask=Callback::new(ask) />
            <ImportList importing writing on_over=Callback::new(move |()| list.refetch()) />
            <NewCollection
                importing
                collections=list
                writing
                on_restored=Callback::new(restored)
            />
            <SettingsDialog asked=to_change on_changed=set />
            <RenameDialog asked=to_rename on_renamed=renamed />
            <DeleteDialog asked=to_delete on_deleted=deleted />
        </div>
    }
    .into_any()
}

/// Fetches the list again while a collection is being encoded or indexed, some time after each
/// answer.
fn watch_work(list: Collections) {
    Effect::new(move || {
        let Some(Ok(all)) = list.get() else {
            return;
        };
        let busy = all.iter().any(|info| {
            let encoding = info.reencoding.as_ref().is_some_and(|again| !again.over);
            encoding || info.graph == GraphState::Building
        });
        if !busy {
            return;
        }
        later(PERIOD, move || list.refetch());
    });
}
