//! A running import: its progress, speed and time left, and a cancel button.

use leptos::prelude::*;

use super::panel_heading::PanelHeading;
use super::problem_notice::ProblemNotice;
use super::skipped_lines::SkippedLines;
use super::task_figures::{bar, figures, stage};
use crate::components::live::live;
use crate::importing::{Importing, Job};

/// The progress.
#[component]
pub fn ImportProgress(
    /// The import.
    importing: Importing,
) -> impl IntoView {
    let title = Memo::new(move |_| match &*importing.job.read() {
        Job::Sending(sending) => format!("Sending {}", sending.file),
        Job::Stopping(sending) => format!("Cancelling {}", sending.file),
        Job::Task(task) => format!(
            "Importing {} into \u{201c}{}\u{201d}",
            task.file, task.collection
        ),
        _ => String::new(),
    });
    let task = Memo::new(move |_| match &*importing.job.read() {
        Job::Task(task) => Some(task.clone()),
        _ => None,
    });
    let sending = Memo::new(move |_| match &*importing.job.read() {
        Job::Sending(sending) => Some(sending.progress),
        _ => None,
    });
    let bar = Memo::new(move |_| match sending.get() {
        // All of it is sent, but the server has not answered yet.
        Some(progress) if progress.is_sent() => None,
        Some(progress) => progress.percent().map(|percent| (u64::from(percent), 100)),
        None => bar(task.read().as_ref()),
    });
    let figures = move || match sending.get() {
        Some(progress) => Some(progress.figures()),
        None => task.read().as_ref().map(figures),
    };
    let stopping = Memo::new(move |_| matches!(&*importing.job.read(), Job::Stopping(_)));
    let stage = move || match sending.get() {
        Some(progress) if progress.is_sent() => "The server is storing the file.",
        None if stopping.get() => "Asking the server to discard the file.",
        _ => stage(task.read().as_ref()),
    };
    let skipped = Memo::new(move |_| {
        let task = task.read();
        let skipped = task
            .as_ref()
            .map(|task| (task.skipped, task.listed.clone()));
        skipped.unwrap_or_default()
    });
    let lines = move || {
        let (total, listed) = skipped.get();
        view! { <SkippedLines total listed /> }
    };
    let not_cancelled = move || {
        importing.not_cancelled.get().map(|problem| {
            view! {
                <ProblemNotice
                    title="It could not be cancelled"
                    problem
                    retry=move |()| importing.cancel()
                />
            }
        })
    };
    view! {
        <section class="notice import" aria-label="Import">
            <PanelHeading>{title}</PanelHeading>
            <p class="import-stage" role="status">
                {live(stage)}
            </p>
            <progress
                aria-label="Import progress"
                aria-describedby="import-figures"
                max=move || bar.get().map(|(_, of)| of.to_string())
                value=move || bar.get().map(|(done, _)| done.to_string())
            ></progress>
            <p id="import-figures" class="import-figures">
                {live(figures)}
            </p>
            {live(lines)}
            {live(not_cancelled)}
            <p class="notice-ways">
                <button type="button" class="button-quiet" on:click=move |_| importing.cancel()>
                    "Cancel"
                </button>
            </p>
        </section>
    }
}
