//! How far an import is, in words and figures.

use parallax::vocabulary::{Task, TaskState};

use crate::numbers::{rate, size, thousands, time_left};

/// How much is done, and of how much, if that is known: bytes while the file is being sent, lines
/// while they are being read.
pub fn bar(task: Option<&Task>) -> Option<(u64, u64)> {
    let task = task?;
    let (done, of) = match task.state {
        TaskState::Receiving => (task.received, task.bytes),
        TaskState::Running => (task.done, task.of),
        _ => return None,
    };
    // A total of zero would show as complete.
    Some((done, of.filter(|of| *of > 0)?))
}

/// The current stage, in text that rarely changes: a screen reader announces every change.
pub fn stage(task: Option<&Task>) -> &'static str {
    match task.map(|task| task.state) {
        None => "The file is on its way to the server.",
        Some(TaskState::Receiving) => "The file is on its way to the server.",
        Some(TaskState::Queued) => "Waiting for another import to finish.",
        Some(TaskState::Running) => "Reading and encoding the records.",
        Some(TaskState::Indexing) => "Building the indexes.",
        Some(TaskState::Done) => "Done.",
        Some(TaskState::Failed) => "Failed.",
        Some(TaskState::Cancelled) => "Cancelled.",
    }
}

/// Bytes while the file is being sent; then lines, speed and time left; as far as each is known.
pub fn figures(task: &Task) -> String {
    if task.state == TaskState::Receiving {
        let Some((sent, of)) = bar(Some(task)) else {
            return size(task.received);
        };
        return format!("{} % of {}", sent.saturating_mul(100) / of, size(of));
    }
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
            upload: None,
            received: 150_000,
            bytes: Some(200_000),
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
        let receiving = figures(&task(TaskState::Receiving, None));
        assert!(receiving.starts_with("75 % of "), "{receiving}");
    }

    #[test]
    fn a_bar_that_cannot_be_true_is_not_drawn() {
        let running = |of| bar(Some(&task(TaskState::Running, of)));
        assert_eq!(running(Some(9_000)), Some((1_200, 9_000)));
        assert_eq!(running(Some(0)), None);
        let receiving = bar(Some(&task(TaskState::Receiving, None)));
        assert_eq!(receiving, Some((150_000, 200_000)));
        assert_eq!(bar(Some(&task(TaskState::Indexing, Some(9)))), None);
        assert_eq!(bar(None), None);
    }
}
