//! What becomes of the stored tasks when the service starts.

use std::fs;
use std::io;
use std::path::Path;

use parallax::Catalogue;
use parallax::vocabulary::TaskState;

use super::run::kept_by;
use super::spool::{Kept, Spool};
use super::state::{NotChanged, advance, is_at_work};

/// How often the process may be killed while a task runs. Without a limit, a task that crashes the
/// process would crash it at every start.
pub const MAX_INTERRUPTED: u32 = 3;

/// Takes a stored task to where it goes on. Returns `None` if it is forgotten.
pub fn recover(mut kept: Kept, spool: &Spool, catalogue: &Catalogue) -> Option<Kept> {
    let id = kept.task.id;
    let state = kept.task.state;
    if state.is_over() {
        spool.discard(id);
        return Some(kept);
    }
    let receiving = state == TaskState::Receiving;
    if receiving && kept.plan.at_once {
        spool.forget(id);
        return None;
    }
    let path = spool.upload(id, &kept.plan.file);
    let fail = |kept: &mut Kept, why: String| end(kept, TaskState::Failed, Some(why));
    let changed = if !path.is_file() {
        fail(
            &mut kept,
            "the uploaded file is gone; import it again".into(),
        )
    } else if receiving {
        match cut(&path, kept.task.received) {
            Ok(()) => return Some(kept),
            Err(error) => fail(&mut kept, format!("the upload cannot go on: {error}")),
        }
    } else if kept.facts.cancelled {
        cancelled(&mut kept, catalogue)
    } else if is_at_work(state) {
        kept.facts.interrupted += 1;
        if kept.facts.interrupted >= MAX_INTERRUPTED {
            let why = format!(
                "the service stopped repeatedly while importing it ({MAX_INTERRUPTED} times), so \
                 it was given up; see the server's log, and import it again"
            );
            fail(&mut kept, why)
        } else {
            advance(&mut kept.task, TaskState::Queued)
        }
    } else {
        return Some(kept);
    };
    let stored = changed.and_then(|()| Ok(spool.write(&kept)?));
    if let Err(error) = stored {
        tracing::warn!(%error, task = id, "cannot store the state of an import");
    } else if kept.task.state.is_over() {
        spool.discard(id);
    }
    Some(kept)
}

fn end(kept: &mut Kept, to: TaskState, message: Option<String>) -> Result<(), NotChanged> {
    kept.task.message = message;
    kept.task.seconds_left = None;
    advance(&mut kept.task, to)
}

/// Ends a task that was to be cancelled when the process ended. If its collection was complete by
/// then, it is done.
fn cancelled(kept: &mut Kept, catalogue: &Catalogue) -> Result<(), NotChanged> {
    let plan = &kept.plan;
    let source = kept.facts.source.as_deref();
    let made = catalogue.collection(&plan.collection).ok();
    let made = made
        .filter(|made| kept.facts.note.is_none() && !plan.replace && source == Some(made.source()));
    if let Some(made) = made {
        kept.task.records = u64::from(made.generation().records());
        return end(kept, TaskState::Done, None);
    }
    let note = kept.facts.note.clone();
    let message = kept_by(&mut kept.task, &kept.plan, note.as_deref(), catalogue);
    end(kept, TaskState::Cancelled, message)
}

/// Cuts a file to what was acknowledged of it: what follows may not have reached the disk.
fn cut(path: &Path, bytes: u64) -> io::Result<()> {
    let file = fs::OpenOptions::new().write(true).open(path)?;
    if file.metadata()?.len() < bytes {
        let why = "it has fewer bytes than were acknowledged; import it again";
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, why));
    }
    file.set_len(bytes)?;
    file.sync_all()
}
