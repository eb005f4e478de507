//! Runs one task.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use parallax::collection::{Build, Cores, LISTED, Progress, Report, SourceFile};
use parallax::locks::lock;
use parallax::record::Bounds;
use parallax::vocabulary::{Task, TaskState};
use parallax::{Catalogue, Encoder, Error};

use super::Tasks;
use super::entry::Entry;
use super::plan::Plan;
use super::spool::{Facts, Spool};
use super::state::NotChanged;
use super::to_cluster;
use crate::explored::explored;

/// Runs a task and records in it how it ended. If the service ends meanwhile, the task goes on after
/// the next start.
pub fn run(tasks: &Tasks, entry: &Entry, catalogue: &Catalogue) {
    let spool = &tasks.spool;
    let begun = entry.change(spool, TaskState::Running, |task| {
        *task = Task {
            state: task.state,
            bytes: task.bytes,
            received: task.received,
            ..entry.plan.task(task.id)
        };
    });
    match begun {
        Ok(()) => {}
        // Cancelled at the last moment.
        Err(NotChanged::Illegal { .. }) => return,
        Err(NotChanged::NotStored(error)) => return fail(entry, spool, catalogue, &error),
    }
    if spool.is_ending() {
        entry.pause(spool);
    }
    let work = || import(tasks, entry, catalogue);
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
    let done = done.unwrap_or_else(|_| {
        Err(Error::import(
            &entry.plan.file,
            "something went wrong; see the server's log",
        ))
    });
    match done {
        Ok(report) => {
            if tasks.cluster.is_none() {
                begin_map(&entry.plan.collection, catalogue);
            }
            ended(entry.end(spool, TaskState::Done, |task| {
                task.seconds_left = None;
                task.records = report.records;
                task.skipped = report.skipped;
                task.listed.clone_from(&report.listed);
                task.partly_read = report.partly_read;
                task.notes.clone_from(&report.notes);
            }));
        }
        Err(Error::Cancelled) if spool.is_ending() && !entry.facts().cancelled => {}
        Err(Error::Cancelled) => {
            let kept = kept_so_far(entry, catalogue);
            ended(entry.end(spool, TaskState::Cancelled, |task| {
                task.seconds_left = None;
                task.message.clone_from(&kept);
            }));
        }
        Err(error) => fail(entry, spool, catalogue, &error),
    }
}

fn fail(entry: &Entry, spool: &Spool, catalogue: &Catalogue, error: &Error) {
    let mut why = message(error, entry);
    if let Some(kept) = kept_so_far(entry, catalogue) {
        why = format!("{why}; {kept}");
    }
    ended(entry.end(spool, TaskState::Failed, |task| {
        task.seconds_left = None;
        task.message = Some(why.clone());
    }));
}

/// Logs a task that had ended already, which would be a mistake of this module.
fn ended(ended: Result<(), NotChanged>) {
    if let Err(error) = ended {
        tracing::error!(%error, "an import ended twice");
    }
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

fn import(tasks: &Tasks, entry: &Entry, catalogue: &Catalogue) -> parallax::Result<Report> {
    let plan = &entry.plan;
    let id = entry.id();
    let path = tasks.spool.upload(id, &plan.file);
    let name = Path::new(&plan.file);
    let bounds = Bounds {
        cancelled: Arc::clone(&entry.stop),
        max_unpacked: tasks.settings.max_unpacked_bytes,
    };
    let source = SourceFile::look_as(&path, name, &plan.fields, &bounds)?;
    let meter = Meter::new(tasks, entry);
    let progress = |progress| meter.show(progress);
    if let Some(cluster) = &tasks.cluster {
        return to_cluster::import(tasks, entry, catalogue, cluster, source, &progress);
    }
    if !plan.adds
        && let Some(report) = made_before(entry, &source, catalogue)?
    {
        return Ok(report);
    }
    // An earlier import may have created the collection while this one was queued.
    let exists = catalogue.names()?.contains(&plan.collection);
    if plan.adds || (exists && !plan.replace) {
        let mut collection = catalogue.collection(&plan.collection)?;
        // The name includes the file's hash, because earlier versions gave ids again.
        let note = &format!("import-{id}-{}", source.sha256());
        keep_source(&tasks.spool, entry, &source, Some(note))?;
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
            entry.progress(|task| {
                task.skipped = 0;
                task.listed.clear();
            });
        }
    }
    keep_source(&tasks.spool, entry, &source, None)?;
    let build = build(entry, &source, catalogue.encoder().encoder(), &progress);
    let mut report = catalogue.build(&plan.collection, build, plan.replace)?;
    try_queries(catalogue, entry, &mut report);
    Ok(report)
}

/// Tries queries on which the engines may disagree, and adds the outcome to the report.
pub fn try_queries(catalogue: &Catalogue, entry: &Entry, report: &mut Report) {
    match explored(catalogue, &entry.plan.collection, &entry.stop) {
        Ok(told) => report.notes.extend(told),
        // That is no reason for the import to fail.
        Err(error) => tracing::warn!(%error, "queries cannot be tried"),
    }
}

/// Stores what was read, and under which name the collection stores how far the import is, so that
/// a later start can tell what was kept.
pub fn keep_source(
    spool: &Spool,
    entry: &Entry,
    source: &SourceFile,
    note: Option<&str>,
) -> parallax::Result<()> {
    let facts = |facts: &mut Facts| {
        facts.source = Some(source.sha256().to_owned());
        facts.note = note.map(str::to_owned);
    };
    entry.note(spool, facts, |_| ())
}

/// What is done with the file of a task.
pub fn build<'a>(
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
        cancelled: &entry.stop,
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

fn kept_so_far(entry: &Entry, catalogue: &Catalogue) -> Option<String> {
    let note = entry.facts().note;
    let mut kept = None;
    entry.progress(|task| kept = kept_by(task, &entry.plan, note.as_deref(), catalogue));
    kept
}

/// What an unfinished task leaves behind, if anything, according to the collection itself.
pub fn kept_by(
    task: &mut Task,
    plan: &Plan,
    note: Option<&str>,
    catalogue: &Catalogue,
) -> Option<String> {
    let collection = catalogue.collection(&plan.collection).ok()?;
    let reached = collection.reached(note?).ok()?.unwrap_or(0);
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
        Error::Unpacked { limit, .. } => format!(
            "{file}: unpacked, it is larger than {limit} bytes, which is the limit of the setting \
             max_unpacked_bytes; import it in several parts, or raise the setting"
        ),
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
            tracing::error!(%error, task = entry.id(), "an import failed");
            "something went wrong; see the server's log".into()
        }
        other => other.to_string(),
    }
}

/// Reports the progress of a task.
struct Meter<'a> {
    tasks: &'a Tasks,
    entry: &'a Entry,
    started: Instant,
    /// When it last reported.
    shown: Mutex<Instant>,
}

/// How often a task's progress is updated for its watchers.
const EVERY: std::time::Duration = std::time::Duration::from_millis(100);

impl<'a> Meter<'a> {
    fn new(tasks: &'a Tasks, entry: &'a Entry) -> Self {
        let now = Instant::now();
        Self {
            tasks,
            entry,
            started: now,
            shown: Mutex::new(now),
        }
    }

    fn show(&self, progress: Progress) {
        self.tell(&progress);
        #[cfg(test)]
        self.tasks.pass(&progress);
    }

    fn tell(&self, progress: &Progress) {
        match *progress {
            Progress::Records { done, of } => {
                let mut shown = lock(&self.shown);
                if shown.elapsed() < EVERY && done < of {
                    return;
                }
                *shown = Instant::now();
                let seconds = self.started.elapsed().as_secs_f64().max(0.001);
                self.entry.progress(|task| {
                    task.done = done;
                    task.of = Some(of);
                    task.records = done.saturating_sub(task.skipped);
                    task.rate = task.records as f64 / seconds;
                    let left = of.saturating_sub(done) as f64;
                    task.seconds_left = (done > 0).then(|| left * seconds / done as f64);
                });
            }
            Progress::Skipped(ref line) => {
                self.entry.progress(|task| {
                    task.skipped += 1;
                    if task.listed.len() < LISTED {
                        task.listed.push(line.clone());
                    }
                });
            }
            Progress::Words | Progress::Graph if self.entry.state() == TaskState::Running => {
                let spool = &self.tasks.spool;
                let changed = self.entry.change(spool, TaskState::Indexing, |_| ());
                if let Err(error) = changed {
                    tracing::warn!(%error, task = self.entry.id(), "it is indexing");
                }
            }
            Progress::Words | Progress::Graph => {}
        }
    }
}
