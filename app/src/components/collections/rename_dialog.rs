//! The dialog for renaming a collection.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use parallax::vocabulary::CollectionInfo;

use super::name_field::NameField;
use super::problem_notice::ProblemNotice;
use crate::browser;
use crate::components::dialog::{close, open_while};
use crate::components::live::live;
use crate::problem::Problem;

/// The dialog. It is open while `asked` holds a collection; closing it in any way clears `asked`.
#[component]
pub fn RenameDialog(
    /// The collection to rename.
    asked: RwSignal<Option<CollectionInfo>>,
    /// Called with the old and the new name once the collection is renamed.
    #[prop(into)]
    on_renamed: Callback<(String, String)>,
) -> impl IntoView {
    let dialog = open_while(asked);
    let renamed = move |names| {
        close(dialog);
        on_renamed.run(names);
    };
    // Drawn anew for each collection, so that nothing is left of the last one.
    let form = move || {
        let info = asked.get()?;
        let (on_renamed, on_cancel) = (
            Callback::new(renamed),
            Callback::new(move |()| close(dialog)),
        );
        Some(view! { <RenameForm name=info.name on_renamed on_cancel /> })
    };
    view! {
        <dialog
            node_ref=dialog
            class="dialog"
            aria-labelledby="rename-title"
            on:close=move |_| asked.set(None)
        >
            {live(form)}
        </dialog>
    }
    .into_any()
}

#[component]
fn RenameForm(
    name: String,
    on_renamed: Callback<(String, String)>,
    on_cancel: Callback<()>,
) -> impl IntoView {
    let title = format!("Rename \u{201c}{name}\u{201d}");
    let to = RwSignal::new(name.clone());
    let renaming = RwSignal::new(false);
    let problem = RwSignal::new(None::<Problem>);
    let from = StoredValue::new(name);
    let rename = move || {
        let (from, to) = (from.get_value(), to.get_untracked().trim().to_owned());
        if renaming.get_untracked() {
            return;
        }
        if from == to {
            on_cancel.run(());
            return;
        }
        renaming.set(true);
        problem.set(None);
        spawn_local(async move {
            let refused = browser::rename_collection(&from, &to).await.err();
            // The dialog may have been closed in the meantime.
            let is_open = renaming.try_set(false).is_none();
            match refused {
                None => on_renamed.try_run((from, to)).unwrap_or_default(),
                refused if is_open => problem.set(refused),
                _ => {}
            }
        });
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        rename();
    };
    let refused = move || {
        problem.get().map(|problem| {
            view! { <ProblemNotice title="The collection was not renamed" problem retry=move |()| rename() /> }
        })
    };
    view! {
        <h2 id="rename-title" class="notice-title">
            {title}
        </h2>
        <p>"Links to its pages with the old name will no longer work."</p>
        <form class="dialog-form" autocomplete="off" on:submit=submit>
            <NameField id="rename-to" label="New name" name=to />
            <p class="dialog-ways">
                <button type="button" class="button-quiet" on:click=move |_| on_cancel.run(())>
                    "Cancel"
                </button>
                <button
                    type="submit"
                    class="button"
                    aria-disabled=move || renaming.get().then_some("true")
                >
                    {live(move || if renaming.get() { "Renaming\u{2026}" } else { "Rename" })}
                </button>
            </p>
        </form>
        // Outside of the form: it may contain the form for the key.
        {live(refused)}
    }
    .into_any()
}
