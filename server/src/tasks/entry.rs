//! A task in memory: its state, which is stored before anybody sees it, and what stops it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use parallax::locks::lock;
use parallax::vocabulary::{Task, TaskState};
use tokio::sync::watch;

use super::idle::Idle;
use super::plan::Plan;
use super::spool::{Facts, Kept, Spool};
use super::state::{NotChanged, advance, is_at_work};

/// A task and what is needed to run it.
pub struct Entry {
    pub plan: Plan,
    /// Stops the work on the task, wherever it is: reading, encoding, indexing or building a graph.
    pub stop: Arc<AtomicBool>,
    task: watch::Sender<Task>,
    /// What else is stored. It is locked while the state changes, so that one change follows the
    /// other.
    facts: Mutex<Facts>,
    idle: Mutex<Idle>,
    /// Counts those who have sent bytes of the file: only the last one may go on.
    pub turn: watch::Sender<u64>,
    /// Locked by whoever writes to the file.
    pub file: Arc<tokio::sync::Mutex<()>>,
    /// How many bytes of the file are written or about to be, before they are acknowledged.
    written: AtomicU64,
}

impl Entry {
    pub fn new(kept: Kept) -> Self {
        let Kept { plan, task, facts } = kept;
        Self {
            plan,
            stop: Arc::default(),
            task: watch::Sender::new(task),
            idle: Mutex::new(Idle::since(facts.touched)),
            facts: Mutex::new(facts),
            turn: watch::Sender::new(0),
            file: Arc::default(),
            written: AtomicU64::new(0),
        }
    }

    /// The task as it is now.
    pub fn task(&self) -> Task {
        self.task.borrow().clone()
    }

    pub fn id(&self) -> u64 {
        self.task.borrow().id
    }

    pub fn state(&self) -> TaskState {
        self.task.borrow().state
    }

    /// Counts the bytes of the file that are written or about to be.
    pub fn count(&self, written: u64) {
        self.written.store(written, Ordering::Relaxed);
    }

    /// The bytes that the file has so far.
    pub fn held(&self) -> u64 {
        let received = self.task.borrow().received;
        received.max(self.written.load(Ordering::Relaxed))
    }

    /// How long the file has received no bytes.
    pub fn idle(&self) -> Duration {
        lock(&self.idle).elapsed()
    }

    /// Says when the file last received bytes, in seconds since 1970.
    pub fn touch(&self, touched: u64) {
        *lock(&self.idle) = Idle::since(touched);
    }

    /// The bytes that the file has or will have.
    pub fn size(&self) -> u64 {
        let declared = self.task.borrow().bytes.unwrap_or(0);
        declared.max(self.held())
    }

    /// The task as it is now, and its future states.
    pub fn watch(&self) -> watch::Receiver<Task> {
        self.task.subscribe()
    }

    /// What else is stored of it.
    pub fn facts(&self) -> Facts {
        lock(&self.facts).clone()
    }

    /// Reports progress, which is not stored.
    pub fn progress(&self, change: impl FnOnce(&mut Task)) {
        self.task.send_modify(change);
    }

    /// Takes the task to another state, with other changes of it.
    ///
    /// # Errors
    /// [`NotChanged`]; nothing has changed then.
    pub fn change(
        &self,
        spool: &Spool,
        to: TaskState,
        also: impl Fn(&mut Task),
    ) -> Result<(), NotChanged> {
        let facts = lock(&self.facts);
        self.change_locked(&facts, spool, to, also)
    }

    fn change_locked(
        &self,
        facts: &MutexGuard<'_, Facts>,
        spool: &Spool,
        to: TaskState,
        also: impl Fn(&mut Task),
    ) -> Result<(), NotChanged> {
        let mut task = self.task();
        advance(&mut task, to)?;
        also(&mut task);
        self.store(spool, task, facts)?;
        // The progress may have gone on meanwhile.
        self.task.send_modify(|task| {
            task.state = to;
            also(task);
        });
        if to.is_over() {
            spool.discard(self.id());
        }
        Ok(())
    }

    /// Ends the task. If that cannot be stored, it has still ended; the next start finds that out.
    ///
    /// # Errors
    /// [`NotChanged::Illegal`] if it had ended already.
    pub fn end(
        &self,
        spool: &Spool,
        to: TaskState,
        also: impl Fn(&mut Task),
    ) -> Result<(), NotChanged> {
        match self.change(spool, to, &also) {
            Err(NotChanged::NotStored(error)) => {
                tracing::warn!(%error, task = self.id(), "cannot store how an import ended");
                let _facts = lock(&self.facts);
                let mut task = self.task();
                advance(&mut task, to)?;
                also(&mut task);
                self.task.send_replace(task);
                Ok(())
            }
            changed => changed,
        }
    }

    /// Changes what else is stored of the task, and the task without its state.
    ///
    /// # Errors
    /// If it cannot be stored; nothing has changed then.
    pub fn note(
        &self,
        spool: &Spool,
        facts: impl FnOnce(&mut Facts),
        also: impl Fn(&mut Task),
    ) -> parallax::Result<()> {
        let mut held = lock(&self.facts);
        let mut changed = held.clone();
        facts(&mut changed);
        let mut task = self.task();
        also(&mut task);
        self.store(spool, task, &changed)?;
        *held = changed;
        self.task.send_modify(also);
        Ok(())
    }

    /// Cancels the task, durably. One that is at work ends at its next step, and says then what was
    /// kept; one that is over stays as it is.
    ///
    /// # Errors
    /// If it cannot be stored; the task goes on then.
    pub fn cancel(&self, spool: &Spool) -> parallax::Result<()> {
        let mut facts = lock(&self.facts);
        let state = self.state();
        if is_at_work(state) {
            let mut changed = facts.clone();
            changed.cancelled = true;
            self.store(spool, self.task(), &changed)?;
            *facts = changed;
            self.stop.store(true, Ordering::SeqCst);
            return Ok(());
        }
        match self.change_locked(&facts, spool, TaskState::Cancelled, |_| ()) {
            Err(NotChanged::NotStored(error)) => Err(error),
            // It is over.
            Err(NotChanged::Illegal { .. }) => Ok(()),
            Ok(()) => {
                self.stop.store(true, Ordering::SeqCst);
                self.interrupt();
                Ok(())
            }
        }
    }

    /// Stops the work on the task because the service ends. It goes on after the next start.
    pub fn pause(&self, spool: &Spool) {
        let facts = lock(&self.facts);
        if is_at_work(self.state()) {
            self.stop.store(true, Ordering::SeqCst);
            if let Err(error) = self.store(spool, self.task(), &facts) {
                tracing::warn!(%error, "this end of the service will count as an interruption");
            }
        }
        drop(facts);
        self.interrupt();
    }

    /// Ends the turn of whoever sends bytes of the file, and begins another one.
    pub fn interrupt(&self) -> u64 {
        let mut turn = 0;
        self.turn.send_modify(|now| {
            *now += 1;
            turn = *now;
        });
        turn
    }

    fn store(&self, spool: &Spool, task: Task, facts: &Facts) -> parallax::Result<()> {
        spool.write(&Kept {
            plan: self.plan.clone(),
            task,
            facts: facts.clone(),
        })
    }
}
