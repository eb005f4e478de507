//! The states of an import, and which of them may follow which.

use parallax::vocabulary::{Task, TaskState};

/// Why a task was not taken to another state.
#[derive(Debug, thiserror::Error)]
pub enum NotChanged {
    /// The state may not follow the one that the task is in.
    #[error("an import that is {from:?} cannot become {to:?}")]
    Illegal {
        /// The state it is in.
        from: TaskState,
        /// The state that was wanted.
        to: TaskState,
    },
    /// The new state could not be stored, so the task stays as it was.
    #[error(transparent)]
    NotStored(#[from] parallax::Error),
}

/// The states that may follow a state.
fn next(from: TaskState) -> &'static [TaskState] {
    use TaskState::{Cancelled, Done, Failed, Indexing, Queued, Receiving, Running};
    match from {
        Receiving => &[Queued, Failed, Cancelled],
        Queued => &[Running, Failed, Cancelled],
        // An import that was interrupted waits again.
        Running => &[Indexing, Queued, Done, Failed, Cancelled],
        Indexing => &[Queued, Done, Failed, Cancelled],
        Done | Failed | Cancelled => &[],
    }
}

/// Takes a task to another state. This is the only place where the state of a task changes.
///
/// # Errors
/// [`NotChanged::Illegal`]; the task is as it was then.
pub fn advance(task: &mut Task, to: TaskState) -> Result<(), NotChanged> {
    let from = task.state;
    if !next(from).contains(&to) {
        return Err(NotChanged::Illegal { from, to });
    }
    task.state = to;
    Ok(())
}

/// Whether a task is being worked on.
pub fn is_at_work(state: TaskState) -> bool {
    matches!(state, TaskState::Running | TaskState::Indexing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tasks::plan::Plan;
    use TaskState::{Cancelled, Done, Failed, Indexing, Queued, Receiving, Running};

    const ALL: [TaskState; 7] = [
        Receiving, Queued, Running, Indexing, Done, Failed, Cancelled,
    ];

    fn goes(from: TaskState, to: TaskState) -> bool {
        let mut task = Plan::default().task(1);
        task.state = from;
        let before = task.clone();
        match advance(&mut task, to) {
            Ok(()) => {
                assert_eq!(task.state, to);
                true
            }
            Err(error) => {
                assert!(matches!(error, NotChanged::Illegal { .. }));
                assert_eq!(task, before);
                false
            }
        }
    }

    #[test]
    fn only_the_listed_states_follow_each_other() {
        for from in ALL {
            for to in ALL {
                let expected = match (from, to) {
                    (Done | Failed | Cancelled, _) => false,
                    (_, Failed | Cancelled) => true,
                    (Receiving, Queued) | (Queued, Running) | (Running, Indexing) => true,
                    (Running | Indexing, Done | Queued) => true,
                    _ => false,
                };
                assert_eq!(goes(from, to), expected, "{from:?} to {to:?}");
            }
        }
    }

    #[test]
    fn an_import_ends_in_exactly_the_states_that_are_over() {
        for from in ALL {
            let ends = !ALL.into_iter().any(|to| goes(from, to));
            assert_eq!(ends, from.is_over(), "{from:?}");
        }
    }
}
