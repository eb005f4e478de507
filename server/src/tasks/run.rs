//! Runs one task.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::Ordering;
use std::time::Instant;

use parallax::collection::{Build, Cores, LISTED, Progress, Report, SourceFile};
use parallax::locks::lock;
use parallax::vocabulary::{Task, TaskState};
use parallax::{Catalogue, Encoder, Error};

use super::Entry;
use super::spool::Spool;
use crate::explored::explored;

/// Runs a task and records in it how it ended.
pub(super) fn run(entry: &Entry, spool: &Spool, catalogue: &Catalogue) {
    let begun = entry.task.send_if_modified(|task| {
        let waited = task.state == TaskState::Queued;
        if waited {
            task.state = TaskState::Running;
        }
        waited
    });
    // Cancelled at the last moment.
    if !begun {
        return;
    }
    let work = || import(entry, spool, catalogue);
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
    let done = done.unwrap_or_else(|_| {
        Err(Error::import(
            &entry.plan.file,
            "something went wrong; see the server's log",
        ))
    });
    if done.is_ok() {
        begin_map(&entry.plan.collection, catalogue);
    }
    entry.task.send_modify(|task| {
        task.seconds_left = None;
        match done {
            Ok(report) => {
                task.state = TaskState::Done;
                task.records = report.records;
                task.skipped = report.skipped;
                task.listed = report.listed;
                task.partly_read = report.partly_read;
                task.notes = report.notes;
            }
            Err(Error::Cancelled) => {
                task.state = TaskState::Cancelled;
                task.message = kept_so_far(task, entry, catalogue);
            }
            Err(error) => {
                task.state = TaskState::Failed;
                task.message = Some(message(&error, entry));
                if let Some(kept) = kept_so_far(task, entry, catalogue) {
                    task.message = task.message.take().map(|why| format!("{why}; {kept}"));
                }
            }
        }
    });
}

/// Begins the map of what was imported, so that it is there when it is asked for.
fn begin_map(name: &str, catalogue: &Catalogue) {
    let begun = catalogue
        .collection(name)
        .and_then(|collection| collection.map_view());
    if let Err(error) = begun {
        tracing::warn!(%error, collection = name, "its map is made when it is first asked for");
    }
}

fn import(entry: &Entry, spool: &Spool, catalogue: &Catalogue) -> parallax::Result<Report> {
    let plan = &entry.plan;
    let id = entry.task.borrow().id;
    let path = spool.upload(id, &plan.file);
    let name = Path::new(&plan.file);
    let source = SourceFile::look_as(&path, name, &plan.fields)?;
    let meter = Meter::new(entry);
    let progress = |progress| meter.show(progress);
    if !plan.adds
        && let Some(report) = made_before(entry, &source, catalogue)?
    {
        return Ok(report);
    }
    // An earlier import may have created the collection while this one was queued.
    let exists = catalogue.names()?.contains(&plan.collection);
    if plan.adds || (exists && !plan.replace) {
        let mut collection = catalogue.collection(&plan.collection)?;
        // The name includes the file's hash, because task numbers start over if tasks are deleted.
        let note = format!("import-{id}-{}", source.sha256());
        let note = entry.note.get_or_init(|| note);
        let mut source = source;
        loop {
            source = source.for_schema(collection.schema().clone());
            let build = build(entry, &source, collection.encoder().encoder(), &progress);
            match build.add_to(&collection, Some(note)) {
                Err(Error::Replaced(_)) => {}
                done => return done,
            }
            // If it was encoded again by another model, the new one knows how far the import is.
            collection = catalogue.collection(&plan.collection)?;
            if collection.reached(note)?.is_none() {
                return Err(Error::Replaced(plan.collection.clone()));
            }
            // The lines before are checked once more.
            entry.task.send_modify(|task| {
                task.skipped = 0;
                task.listed.clear();
            });
        }
    }
    let build = build(entry, &source, catalogue.encoder().encoder(), &progress);
    let mut report = catalogue.build(&plan.collection, build, plan.replace)?;
    match explored(catalogue, &plan.collection, &entry.cancelled) {
        Ok(told) => report.notes.extend(told),
        // The import itself is complete.
        Err(error) => tracing::warn!(%error, "no queries are tried"),
    }
    Ok(report)
}

fn build<'a>(
    entry: &'a Entry,
    source: &'a SourceFile,
    encoder: &'a Encoder,
    progress: &'a (dyn Fn(Progress) + Sync),
) -> Build<'a> {
    Build {
        source,
        vectors: None,
        encoder,
        passages: entry.plan.passages,
        cores: Cores::Half,
        progress,
        cancelled: &entry.cancelled,
    }
}

/// The report of a task that created its collection, if the process ended before it could record
/// that.
fn made_before(
    entry: &Entry,
    source: &SourceFile,
    catalogue: &Catalogue,
) -> parallax::Result<Option<Report>> {
    let name = &entry.plan.collection;
    if entry.plan.replace || !catalogue.names()?.contains(name) {
        return Ok(None);
    }
    let collection = catalogue.collection(name)?;
    let same = collection.source() == source.sha256() && collection.schema() == source.schema();
    let records = u64::from(collection.generation().records());
    Ok(same.then(|| Report {
        records,
        skipped: source.lines().saturating_sub(records),
        notes: source.notes().to_vec(),
        ..Report::default()
    }))
}

/// What an unfinished task leaves behind, if anything, according to the collection itself.
fn kept_so_far(task: &mut Task, entry: &Entry, catalogue: &Catalogue) -> Option<String> {
    let note = entry.note.get()?;
    let collection = catalogue.collection(&entry.plan.collection).ok()?;
    let reached = collection.reached(note).ok()?.unwrap_or(0);
    task.done = reached;
    task.records = reached.saturating_sub(task.skipped);
    Some(match reached {
        0 => "nothing was added".to_owned(),
        1 => "the record of the first line was added and kept".to_owned(),
        lines => format!("the records of the first {lines} lines were added and kept"),
    })
}

/// An error as shown to the person who uploaded the file: without the server's paths.
fn message(error: &Error, entry: &Entry) -> String {
    let file = &entry.plan.file;
    match error {
        Error::Import { message, .. } => format!("{file}: {message}"),
        Error::Npy { reason, .. } => format!("{file}: {reason}"),
        Error::NoCollection { name, .. } => {
            format!("the collection '{name}' was dropped in the meantime")
        }
        full if full.is_full() => "the server's disk is full; make room and import it again".into(),
        // A truncated or damaged gzip file.
        Error::Io { reason, .. }
            if matches!(
                reason.kind(),
                std::io::ErrorKind::UnexpectedEof | std::io::ErrorKind::InvalidData
            ) =>
        {
            format!("{file}: {reason}")
        }
        Error::Io { .. } | Error::Store { .. } | Error::Write { .. } | Error::Format { .. } => {
            tracing::error!(%error, task = entry.task.borrow().id, "an import failed");
            "something went wrong; see the server's log".into()
        }
        other => other.to_string(),
    }
}

/// Reports the progress of a task.
struct Meter<'a> {
    entry: &'a Entry,
    started: Instant,
    /// When it last reported.
    shown: Mutex<Instant>,
}

/// How often a task's progress is updated for its watchers.
const EVERY: std::time::Duration = std::time::Duration::from_millis(100);

impl<'a> Meter<'a> {
    fn new(entry: &'a Entry) -> Self {
        let now = Instant::now();
        Self {
            entry,
            started: now,
            shown: Mutex::new(now),
        }
    }

    fn show(&self, progress: Progress) {
        match progress {
            Progress::Records { done, of } => {
                let mut shown = lock(&self.shown);
                if shown.elapsed() < EVERY && done < of {
                    return;
                }
                *shown = Instant::now();
                let seconds = self.started.elapsed().as_secs_f64().max(0.001);
                self.entry.task.send_modify(|task| {
                    task.done = done;
                    task.of = Some(of);
                    task.records = done.saturating_sub(task.skipped);
                    task.rate = task.records as f64 / seconds;
                    let left = of.saturating_sub(done) as f64;
                    task.seconds_left = (done > 0).then(|| left * seconds / done as f64);
                });
            }
            Progress::Skipped(line) => {
                self.entry.task.send_modify(|task| {
                    task.skipped += 1;
                    if task.listed.len() < LISTED {
                        task.listed.push(line);
                    }
                });
            }
            Progress::Words | Progress::Graph => {
                let cancelled = self.entry.cancelled.load(Ordering::Relaxed);
                self.entry.task.send_if_modified(|task| {
                    let changed = !cancelled && task.state != TaskState::Indexing;
                    if changed {
                        task.state = TaskState::Indexing;
                    }
                    changed
                });
            }
        }
    }
}
