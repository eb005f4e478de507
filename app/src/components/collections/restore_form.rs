//! The form that restores a collection from a snapshot, and its progress.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local_scoped_with_cancellation;

use super::collection_list::{Collections, is_taken};
use super::name_field::NameField;
use super::problem_notice::ProblemNotice;
use crate::browser;
use crate::components::live::live;
use crate::importing::Importing;
use crate::mapping::collection_name;
use crate::problem::Problem;
use crate::sending::{SendingProgress, Stopwatch};

/// The form.
#[component]
pub fn RestoreForm(
    /// The import whose field holds the snapshot.
    importing: Importing,
    /// The file's name.
    file: String,
    /// The existing collections.
    collections: Collections,
    /// Called with the name of the collection once it is restored.
    on_restored: Callback<String>,
) -> impl IntoView {
    let name = RwSignal::new(collection_name(&file));
    let replace = RwSignal::new(false);
    let progress = RwSignal::new(None::<SendingProgress>);
    let problem = RwSignal::new(None::<Problem>);
    // Counts the orders to restore it; each order cancels the one before.
    let orders = RwSignal::new(0_u32);
    let exists = is_taken(collections, name);
    Effect::new(move || {
        if orders.get() == 0 {
            return;
        }
        let chosen = importing.field.get_untracked();
        let Some(chosen) = chosen.and_then(|field| browser::chosen_file(&field)) else {
            return;
        };
        let name = name.get_untracked().trim().to_owned();
        let replace = replace.get_untracked() && exists.get_untracked();
        problem.set(None);
        progress.set(Some(SendingProgress::default()));
        spawn_local_scoped_with_cancellation(async move {
            let clock = Stopwatch::start();
            let told = move |sent, of| {
                progress.try_set(Some(SendingProgress::of(sent, of, clock.seconds())));
            };
            let restored = browser::restore(&name, replace, &chosen, Box::new(told)).await;
            progress.set(None);
            match restored {
                Ok(info) => on_restored.run(info.name),
                Err(refused) => problem.set(Some(refused)),
            }
        });
    });
    let restore = move || {
        if progress.with_untracked(Option::is_none) {
            orders.update(|orders| *orders += 1);
        }
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        restore();
    };
    let stage = move || match progress.get() {
        None => "",
        Some(progress) if progress.is_sent() => "The server is restoring the collection.",
        Some(_) => "The snapshot is on its way to the server.",
    };
    let bar = move || progress.get().filter(|progress| !progress.is_sent());
    let figures = move || progress.get().map(|progress| progress.figures());
    let percent = move || bar().and_then(|progress| progress.percent());
    let working = move || {
        progress.get().is_some().then(|| {
            view! {
                <progress
                    aria-label="Restore progress"
                    max=move || percent().map(|_| "100")
                    value=move || percent().map(|percent| percent.to_string())
                ></progress>
                <p class="import-figures">{live(figures)}</p>
            }
        })
    };
    let refused = move || {
        problem.get().map(|problem| {
            // The server completes what it has, even if its answer is lost.
            let title = if problem.code == "unreachable" {
                "The connection was lost. If the collection is not listed soon, try again."
            } else {
                "The collection was not restored"
            };
            view! { <ProblemNotice title problem retry=move |()| restore() /> }
        })
    };
    view! {
        <p class="import-note" role="status">
            {format!("{file} is the snapshot of a collection.")}
        </p>
        <form class="mapping" aria-label="Restore a collection" autocomplete="off" on:submit=submit>
            <div class="field">
                <NameField id="restore-name" label="Name of the collection" name />
                <Show when=move || exists.get()>
                    <label class="check check-warning">
                        <input
                            type="checkbox"
                            aria-describedby="restore-replace-hint"
                            on:change:target=move |event| replace.set(event.target().checked())
                        />
                        <span>"Replace the existing collection"</span>
                    </label>
                    <p id="restore-replace-hint" class="hint">
                        "There is a collection with that name. Unless it is replaced, choose \
                         another name."
                    </p>
                </Show>
            </div>
            <p class="import-stage" role="status">
                {live(stage)}
            </p>
            {live(working)}
            <button
                type="submit"
                class="button"
                aria-disabled=move || progress.get().is_some().then_some("true")
            >
                "Restore"
            </button>
        </form>
        {live(refused)}
    }
    .into_any()
}
