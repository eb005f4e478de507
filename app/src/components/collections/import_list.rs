//! The imports that the server remembers, wherever they were started. The list is fetched again
//! while the page is open, so it is also right after a reload, or in another tab.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use parallax::vocabulary::{Task, TaskState};

use super::problem_notice::ProblemNotice;
use super::task_figures::{bar, figures, stage};
use crate::browser;
use crate::components::later::later;
use crate::components::live::live;
use crate::functions::tasks;
use crate::importing::Importing;
use crate::json::{Resource, resource};
use crate::numbers::{counted, thousands};
use crate::paths::path_of;
use crate::problem::Problem;
use crate::writing::Writing;

/// The pause between an answer and the next request, while an import is running.
const SOON: Duration = Duration::from_secs(1);
/// The same while none is.
const LATER: Duration = Duration::from_secs(5);

/// How many imports that are over are shown at first.
const RECENT: usize = 5;

/// The list; nothing if there are no imports.
#[component]
pub fn ImportList(
    /// The import that the page shows elsewhere, in detail.
    importing: Importing,
    /// Whether the visitor may cancel an import.
    writing: Writing,
    /// Called when an import ends.
    on_over: Callback<()>,
) -> impl IntoView {
    let fetched = resource(|| (), |()| tasks());
    Effect::new(move |over_before: Option<Option<Vec<u64>>>| {
        let over_before = over_before.flatten();
        let Some(answer) = fetched.get() else {
            return over_before;
        };
        let (over, running) = match answer {
            Ok(tasks) => {
                let over: Vec<u64> = ids(&tasks, true);
                (Some(over), !ids(&tasks, false).is_empty())
            }
            // The server may come back.
            Err(_) => (over_before.clone(), false),
        };
        if let (Some(before), Some(now)) = (&over_before, &over)
            && now.iter().any(|id| !before.contains(id))
        {
            on_over.run(());
        }
        let pause = if running { SOON } else { LATER };
        later(pause, move || fetched.refetch());
        over
    });
    view! {
        <Transition>
            <Listed fetched importing writing />
        </Transition>
    }
    .into_any()
}

/// The imports that are over, or those that are not.
fn ids(tasks: &[Task], over: bool) -> Vec<u64> {
    let found = tasks.iter().filter(|task| task.state.is_over() == over);
    found.map(|task| task.id).collect()
}

type Fetched = Resource<Result<Vec<Task>, Problem>>;

#[component]
fn Listed(fetched: Fetched, importing: Importing, writing: Writing) -> impl IntoView {
    let all = Memo::new(move |last: Option<&Vec<Task>>| {
        let last = || last.cloned().unwrap_or_default();
        match fetched.get() {
            Some(Ok(mut tasks)) => {
                tasks.retain(|task| !importing.shows(task));
                tasks
            }
            // The old ones stay while the server does not answer.
            _ => last(),
        }
    });
    let whole = RwSignal::new(false);
    let shown = Memo::new(move |_| {
        let limit = if whole.get() { usize::MAX } else { RECENT };
        let mut over = 0;
        let all = all.read();
        let shown = all.iter().filter(|task| {
            over += usize::from(task.state.is_over());
            !task.state.is_over() || over <= limit
        });
        shown.map(|task| task.id).collect::<Vec<u64>>()
    });
    let more = Memo::new(move |_| all.read().len().saturating_sub(shown.read().len()));
    // Both are read at once, so that the server waits for both.
    let is_empty = Memo::new(move |_| all.read().is_empty());
    let writable = Memo::new(move |_| writing.is_offered());
    writable.with_untracked(|_| ());
    move || {
        if is_empty.get() {
            return ().into_any();
        }
        let rest = move || {
            (more.get() > 0).then(|| {
                let text = format!("Show {} more", thousands(more.get() as u64));
                view! {
                    <button
                        type="button"
                        class="collection-action with-js"
                        on:click=move |_| whole.set(true)
                    >
                        {text}
                    </button>
                }
            })
        };
        view! {
            <section class="imports-section" aria-labelledby="imports-title">
                <h2 id="imports-title" tabindex="-1">
                    "Imports"
                </h2>
                <ul class="imports" aria-labelledby="imports-title">
                    <For each=move || shown.get() key=|id| *id let:id>
                        <ImportRow id all writable />
                    </For>
                </ul>
                {live(rest)}
            </section>
        }
        .into_any()
    }
}

#[component]
fn ImportRow(id: u64, all: Memo<Vec<Task>>, writable: Memo<bool>) -> impl IntoView {
    let problem = RwSignal::new(None::<Problem>);
    let task = Memo::new(move |last: Option<&Option<Task>>| {
        let all = all.read();
        let now = all.iter().find(|task| task.id == id).cloned();
        now.or_else(|| last.cloned().flatten())
    });
    let state = Memo::new(move |_| task.read().as_ref().map(|task| task.state));
    let name = move || {
        let task = task.read();
        task.as_ref()
            .map(|task| (task.file.clone(), task.collection.clone()))
    };
    let (file, collection) = untrack(name).unwrap_or_default();
    let label = format!("Progress of {file} into {collection}");
    let cancel_label = format!("Cancel the import of {file} into {collection}");
    let cancel = move || {
        problem.set(None);
        spawn_local(async move {
            // How it ended is told by the list itself.
            let refused = browser::cancel(id).await.err();
            problem.try_set(refused);
        });
    };
    let path = path_of(Some(&collection));
    let into = move || match state.get() {
        Some(TaskState::Done) => view! { <a href=path.clone()>{collection.clone()}</a> }.into_any(),
        _ => view! { <span>{collection.clone()}</span> }.into_any(),
    };
    let told = move || {
        let task = task.read();
        task.as_ref().map(told).unwrap_or_default()
    };
    let current = Memo::new(move |_| bar(task.read().as_ref()));
    let progress = move || {
        let running = state.get().is_some_and(|state| !state.is_over());
        if !running {
            return ().into_any();
        }
        view! {
            <progress
                aria-label=label.clone()
                max=move || current.get().map(|(_, of)| of.to_string())
                value=move || current.get().map(|(done, _)| done.to_string())
            ></progress>
        }
        .into_any()
    };
    let cancellable =
        Memo::new(move |_| writable.get() && state.get().is_some_and(|state| !state.is_over()));
    let way = move || {
        cancellable.get().then(|| {
            view! {
                <button
                    type="button"
                    class="collection-action with-js"
                    aria-label=cancel_label.clone()
                    on:click=move |_| cancel()
                >
                    "Cancel"
                </button>
            }
        })
    };
    let refused = move || {
        problem.get().map(|problem| {
            view! { <ProblemNotice title="It could not be cancelled" problem retry=move |()| cancel() /> }
        })
    };
    view! {
        <li class="import-row" class:is-failed=move || state.get() == Some(TaskState::Failed)>
            <div class="import-row-head">
                <p class="import-row-name">
                    <span dir="auto">{file}</span>
                    " \u{2192} "
                    {live(into)}
                </p>
                {live(way)}
            </div>
            {live(progress)}
            <p class="import-row-told">{live(told)}</p>
            {live(refused)}
        </li>
    }
    .into_any()
}

/// How far an import is, or how it ended.
fn told(task: &Task) -> String {
    match task.state {
        TaskState::Done if task.skipped == 0 => counted(task.records, "record"),
        TaskState::Done => {
            let records = counted(task.records, "record");
            format!("{records}, {} skipped", thousands(task.skipped))
        }
        TaskState::Failed | TaskState::Cancelled => {
            let stage = stage(Some(task)).trim_end_matches('.');
            match &task.message {
                Some(message) => format!("{stage}: {message}"),
                None => format!("{stage}; nothing was changed."),
            }
        }
        TaskState::Receiving | TaskState::Queued | TaskState::Running | TaskState::Indexing => {
            let figures = figures(task);
            let stage = stage(Some(task));
            if figures.is_empty() {
                return stage.to_owned();
            }
            format!("{stage} {figures}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(state: &str, message: Option<&str>) -> Task {
        let message = serde_json::to_string(&message).unwrap();
        let text = format!(
            r#"{{"id":7,"collection":"books","file":"books.csv","state":"{state}","done":12,
                "of":40,"records":12,"skipped":0,"listed":[],"rate":6.0,"seconds_left":4.7,
                "message":{message}}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn an_import_tells_what_it_does_or_did() {
        assert_eq!(told(&task("done", None)), "12 records");
        assert_eq!(
            told(&task("cancelled", None)),
            "Cancelled; nothing was changed."
        );
        assert_eq!(
            told(&task("failed", Some("line 3: no text"))),
            "Failed: line 3: no text"
        );
        assert_eq!(
            told(&task("running", None)),
            "Reading and encoding the records. 12 of 40 lines \u{b7} 6.0 records a second \u{b7} \
             a few seconds left"
        );
    }
}
