//! The confirmation dialog for deleting a collection.

use leptos::prelude::*;
use leptos::task::spawn_local;
use parallax::vocabulary::CollectionInfo;

use super::problem_notice::ProblemNotice;
use crate::browser;
use crate::components::dialog::{close, open_while};
use crate::components::live::live;
use crate::numbers::counted;
use crate::problem::Problem;

/// The dialog. It is open while `asked` holds a collection; closing it in any way clears `asked`.
/// It deletes the collection that it names and no other: by its id, so that one that has taken its
/// place since is kept. The browser returns the focus to where it was.
#[component]
pub fn DeleteDialog(
    /// The collection to delete.
    asked: RwSignal<Option<CollectionInfo>>,
    /// Called with the name once the collection is deleted and the dialog is closed.
    #[prop(into)]
    on_deleted: Callback<String>,
) -> impl IntoView {
    let dialog = open_while(asked);
    let deleting = RwSignal::new(false);
    let problem = RwSignal::new(None::<Problem>);

    // The problem of the last one is not told of this one.
    Effect::new(move || {
        if asked.read().is_some() {
            problem.set(None);
        }
    });
    let delete = move || {
        let target = asked.with_untracked(|asked| {
            let asked = asked.as_ref();
            asked.map(|info| (info.name.clone(), info.id))
        });
        let Some((name, id)) = target.filter(|_| !deleting.get_untracked()) else {
            return;
        };
        deleting.set(true);
        problem.set(None);
        spawn_local(async move {
            let refused = browser::delete_collection(&name, id).await.err();
            // The reader may have left the page in the meantime.
            if deleting.try_set(false).is_some() {
                return;
            }
            let is_open = asked.with_untracked(|asked| {
                let asked = asked.as_ref();
                asked.is_some_and(|info| info.id == id && info.name == name)
            });
            match refused {
                // The dialog may ask about another collection by now.
                Some(refused) if is_open => problem.set(Some(refused)),
                Some(_) => {}
                None => {
                    if is_open {
                        close(dialog);
                    }
                    on_deleted.run(name);
                }
            }
        });
    };
    let title = move || {
        let asked = asked.read();
        let name = asked.as_ref().map(|info| info.name.as_str());
        format!("Delete \u{201c}{}\u{201d}?", name.unwrap_or_default())
    };
    let what = move || {
        let records = asked.read().as_ref().map_or(0, |info| info.records);
        let its = counted(records, "record");
        format!("This removes {its} and everything built from them. This cannot be undone.")
    };
    let refused = move || {
        problem.get().map(|problem| {
            view! { <ProblemNotice title="The collection was not deleted" problem retry=move |()| delete() /> }
        })
    };
    view! {
        <dialog
            node_ref=dialog
            class="dialog"
            aria-labelledby="delete-title"
            aria-describedby="delete-what"
            on:close=move |_| asked.set(None)
        >
            <h2 id="delete-title" class="notice-title">
                {live(title)}
            </h2>
            <p id="delete-what">{live(what)}</p>
            {live(refused)}
            <p class="dialog-ways">
                <button type="button" class="button-quiet" autofocus on:click=move |_| close(dialog)>
                    "Cancel"
                </button>
                <button
                    type="button"
                    class="button button-problem"
                    aria-disabled=move || deleting.get().then_some("true")
                    on:click=move |_| delete()
                >
                    {live(move || if deleting.get() { "Deleting\u{2026}" } else { "Delete collection" })}
                </button>
            </p>
        </dialog>
    }
}
