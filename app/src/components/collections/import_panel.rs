//! From a file to a collection: choosing the file, mapping its fields, progress and outcome.

use leptos::prelude::*;
use parallax::vocabulary::Task;

use super::collection_list::Collections;
use super::drop_zone::DropZone;
use super::import_outcome::{ImportOutcome, ImportStopped};
use super::import_progress::ImportProgress;
use super::mapping_form::MappingForm;
use super::problem_notice::ProblemNotice;
use super::restore_form::RestoreForm;
use crate::components::live::live;
use crate::importing::{Chosen, Importing, Job};
use crate::problem::Problem;

/// Which view of the import is shown. The details of a running import are separate signals.
#[derive(Clone, PartialEq)]
enum Face {
    Quiet,
    Working,
    Over(Box<Task>),
    Stopped(String),
    Refused(Problem),
}

/// The panel.
#[component]
pub fn ImportPanel(
    /// The import.
    importing: Importing,
    /// The existing collections.
    collections: Collections,
    /// Called with the name of a collection once it is restored.
    on_restored: Callback<String>,
) -> impl IntoView {
    let face = Memo::new(move |_| match &*importing.job.read() {
        Job::None => Face::Quiet,
        Job::Sending(_) | Job::Stopping(_) => Face::Working,
        Job::Task(task) if task.state.is_over() => Face::Over(Box::new(task.clone())),
        Job::Task(_) => Face::Working,
        Job::Stopped(file) => Face::Stopped(file.clone()),
        Job::Refused(problem) => Face::Refused(problem.clone()),
    });
    let drawn = move || match face.get() {
        Face::Quiet => ().into_any(),
        Face::Working => view! { <ImportProgress importing /> }.into_any(),
        Face::Over(task) => view! { <ImportOutcome task=*task /> }.into_any(),
        Face::Stopped(file) => view! { <ImportStopped file /> }.into_any(),
        Face::Refused(problem) => {
            // The server may have the file although its answer was lost.
            let title = if problem.code == "unreachable" {
                "The connection was lost. Trying again will not import the file twice."
            } else {
                "The file was not imported"
            };
            view! { <ProblemNotice title problem retry=move |()| importing.again() /> }.into_any()
        }
    };
    let chosen = move || match importing.chosen.get() {
        Chosen::Nothing => ().into_any(),
        Chosen::Reading(file) => {
            let text = format!("Reading the beginning of {file}\u{2026}");
            view! {
                <p class="import-note" role="status">
                    {text}
                </p>
            }
            .into_any()
        }
        Chosen::Snapshot(file) => {
            view! { <RestoreForm importing file collections on_restored /> }.into_any()
        }
        Chosen::Unreadable(file, problem) => view! {
            <ProblemNotice
                title=format!("{file} cannot be imported")
                problem
                retry=move |()| importing.choose()
            />
        }
        .into_any(),
        Chosen::Read(file, preview) => {
            let preview = *preview;
            view! { <MappingForm importing file preview collections /> }.into_any()
        }
    };
    // The chosen file and its form are kept for another attempt, and hidden while one is not
    // possible.
    view! {
        <DropZone importing />
        {live(drawn)}
        <div hidden=move || importing.is_busy() || importing.is_done()>{live(chosen)}</div>
    }
}
