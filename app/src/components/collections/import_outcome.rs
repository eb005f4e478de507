//! The outcome of an import.

use leptos::prelude::*;
use parallax::vocabulary::{Task, TaskState};

use super::import_notes::ImportNotes;
use super::panel_heading::PanelHeading;
use super::skipped_lines::SkippedLines;
use crate::numbers::{counted, thousands};
use crate::paths::path_of;

/// An import that is over: done, failed or cancelled.
#[component]
pub fn ImportOutcome(
    /// The import.
    task: Task,
) -> impl IntoView {
    let Task {
        collection,
        file,
        state,
        records,
        skipped,
        listed,
        partly_read,
        notes,
        message,
        ..
    } = task;
    let done = state == TaskState::Done;
    let title = match state {
        TaskState::Done => {
            let records = counted(records, "record");
            format!("{records}, {} skipped", thousands(skipped))
        }
        TaskState::Cancelled => format!("The import of {file} was cancelled"),
        _ => format!("{file} was not imported"),
    };
    // For an import that added to a collection, the message says which records were kept.
    let advice = match state {
        TaskState::Done => format!("{file} can be searched now."),
        TaskState::Cancelled if message.is_none() => "Nothing was changed.".into(),
        TaskState::Cancelled => String::new(),
        _ => "Correct the file and choose it again, or choose other fields for it; then import \
              it again."
            .to_owned(),
    };
    let in_part = (partly_read > 0).then(|| {
        let records = counted(partly_read, "record");
        let told = format!(
            "Too long for the model to read in full: {records}. Word search covers all of their text."
        );
        view! { <p>{told}</p> }
    });
    let message = message.map(|message| view! { <p class="notice-message">{message}</p> });
    let way = done.then(|| {
        view! {
            <p class="notice-ways">
                <a class="button" href=path_of(Some(&collection))>
                    {format!("Search “{collection}”")}
                </a>
            </p>
        }
    });
    view! {
        <section class="notice import" class:notice-problem=state == TaskState::Failed aria-label="Import">
            <PanelHeading>{title}</PanelHeading>
            {message}
            {(!advice.is_empty()).then(|| view! { <p>{advice}</p> })}
            {in_part}
            <ImportNotes notes />
            <SkippedLines total=skipped listed />
            {way}
        </section>
    }
}

/// An import that was cancelled before the server had the file.
#[component]
pub fn ImportStopped(
    /// The file's name.
    file: String,
) -> impl IntoView {
    view! {
        <section class="notice import" aria-label="Import">
            <PanelHeading>{format!("The import of {file} was cancelled")}</PanelHeading>
            <p>"Nothing was changed."</p>
        </section>
    }
}
