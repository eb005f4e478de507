//! A running import: its progress, speed and time left, and a cancel button.

use leptos::prelude::*;
use parallax::vocabulary::{Task, TaskState};

use super::panel_heading::PanelHeading;
use super::problem_notice::ProblemNotice;
use super::skipped_lines::SkippedLines;
use crate::importing::{Importing, Job};
use crate::numbers::{rate, thousands, time_left};

/// The progress.
#[component]
pub fn ImportProgress(
    /// The import.
    importing: Importing,
) -> impl IntoView {
    let title = Memo::new(move |_| match &*importing.job.read() {
        Job::Sending(file) => format!("Sending {file}"),
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
    let max = move || total(task.read().as_ref()).map(|of| of.to_string());
    let value = move || {
        let task = task.read();
        let done = total(task.as_ref()).and(task.as_ref().map(|task| task.done));
        done.map(|done| done.to_string())
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
                {move || stage(task.read().as_ref())}
            </p>
            <progress aria-label="Import progress" aria-describedby="import-figures" max=max value=value></progress>
            <p id="import-figures" class="import-figures">
                {move || task.read().as_ref().map(figures)}
            </p>
            {lines}
            {not_cancelled}
            <p class="notice-ways">
                <button type="button" class="button-quiet" on:click=move |_| importing.cancel()>
                    "Cancel"
                </button>
            </p>
        </section>
    }
}

/// The total number of lines, if known, while they are being read.
fn total(task: Option<&Task>) -> Option<u64> {
    let task = task.filter(|task| task.state == TaskState::Running)?;
    // A total of zero would show as complete.
    task.of.filter(|of| *of > 0)
}

/// The current stage, in text that rarely changes: a screen reader announces every change.
fn stage(task: Option<&Task>) -> &'static str {
    match task.map(|task| task.state) {
        None => "The file is on its way to the server.",
        Some(TaskState::Queued) => "Waiting for another import to finish.",
        Some(TaskState::Running) => "Reading and encoding the records.",
        Some(TaskState::Indexing) => "Building the indexes.",
        Some(TaskState::Done) => "Done.",
        Some(TaskState::Failed) => "Failed.",
        Some(TaskState::Cancelled) => "Cancelled.",
    }
}

/// Lines, speed and time left, as far as each is known.
fn figures(task: &Task) -> String {
    let lines = match task.of {
        Some(of) => format!("{} of {} lines", thousands(task.done), thousands(of)),
        None if task.done > 0 => format!("{} lines", thousands(task.done)),
        None => String::new(),
    };
    let running = task.state == TaskState::Running;
    let speed = rate(task.rate).filter(|_| running);
    let left = task.seconds_left.filter(|_| running).map(time_left);
    let known = [Some(lines).filter(|lines| !lines.is_empty()), speed, left];
    let known: Vec<String> = known.into_iter().flatten().collect();
    known.join(" \u{b7} ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(state: TaskState, of: Option<u64>) -> Task {
        Task {
            id: 1,
            collection: "books".into(),
            file: "books.csv".into(),
            state,
            done: 1_200,
            of,
            records: 1_190,
            skipped: 10,
            listed: Vec::new(),
            partly_read: 0,
            notes: Vec::new(),
            rate: 148.4,
            seconds_left: Some(190.0),
            message: None,
        }
    }

    #[test]
    fn figures_say_what_is_known() {
        assert_eq!(
            figures(&task(TaskState::Running, Some(40_474))),
            "1,200 of 40,474 lines · 148 records a second · about 3 minutes left"
        );
        let mut unknown = task(TaskState::Running, None);
        unknown.seconds_left = None;
        assert_eq!(figures(&unknown), "1,200 lines · 148 records a second");
        let indexing = task(TaskState::Indexing, Some(1_200));
        assert_eq!(figures(&indexing), "1,200 of 1,200 lines");
    }

    #[test]
    fn a_bar_that_cannot_be_true_is_not_drawn() {
        assert_eq!(total(Some(&task(TaskState::Running, Some(9)))), Some(9));
        assert_eq!(total(Some(&task(TaskState::Running, Some(0)))), None);
        assert_eq!(total(Some(&task(TaskState::Indexing, Some(9)))), None);
        assert_eq!(total(None), None);
    }
}
