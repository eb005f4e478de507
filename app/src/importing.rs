//! Importing a file into a collection, from choosing it to the outcome. The signals hold the
//! progress; two effects do the work. Each runs again when another file is chosen or another
//! order is given, which stops its previous work: a pending request is aborted, an event stream
//! is closed. The same happens when the reader leaves the page. An import already running on the
//! server continues, and is followed again when the reader comes back.

use leptos::ev;
use leptos::prelude::*;
use leptos::task::{spawn_local, spawn_local_scoped_with_cancellation};
use parallax::vocabulary::{Preview, Task, TaskState};

use crate::browser;
use crate::mapping;
use crate::problem::Problem;
use crate::sending::{SendingProgress, Stopwatch};

/// How the name of a snapshot ends.
const SNAPSHOT_ENDING: &str = ".parallax";

/// Where the bundled sample is imported.
const SAMPLE_ADDRESS: &str = "/api/v1/collections/sample/sample";

/// What is known about the chosen file.
#[derive(Debug, Clone, PartialEq)]
pub enum Chosen {
    /// No file is chosen.
    Nothing,
    /// Its beginning is being read.
    Reading(String),
    /// How it would be read.
    Read(String, Box<Preview>),
    /// It is the snapshot of a collection.
    Snapshot(String),
    /// It cannot be read.
    Unreadable(String, Problem),
}

/// The progress of the import.
#[derive(Debug, Clone, PartialEq)]
pub enum Job {
    /// There is no import.
    None,
    /// A file is being sent to the server.
    Sending(Sending),
    /// It was called off, and the server is asked whether it has it already.
    Stopping(Sending),
    /// It was cancelled before the server had it.
    Stopped(String),
    /// The server has it: the import is running or over.
    Task(Task),
    /// The server did not accept it, or no longer answers.
    Refused(Problem),
}

/// An upload.
#[derive(Debug, Clone, PartialEq)]
pub struct Sending {
    /// The file's name.
    pub file: String,
    /// The upload's name, by which the server knows it again.
    pub upload: String,
    /// How far it is.
    pub progress: SendingProgress,
}

#[derive(Debug, Clone)]
enum Order {
    /// Send a file, or import the sample. The server knows by the upload's name whether it has it
    /// already, so that it is never imported twice.
    Import {
        what: Imported,
        upload: String,
        /// Whether it was sent before, and may have arrived.
        again: bool,
    },
    /// Follow an import that is already running.
    Follow(u64),
}

/// What is imported.
#[derive(Debug, Clone, PartialEq)]
enum Imported {
    /// The chosen file, as ordered in the form.
    File(Box<mapping::Order>),
    /// The bundled sample.
    Sample,
}

/// The import of the page.
#[derive(Clone, Copy)]
pub struct Importing {
    /// The field that holds the file.
    pub field: NodeRef<leptos::html::Input>,
    /// What is known about the file.
    pub chosen: RwSignal<Chosen>,
    /// The progress of the import.
    pub job: RwSignal<Job>,
    /// Why it could not be cancelled.
    pub not_cancelled: RwSignal<Option<Problem>>,
    choices: RwSignal<u32>,
    order: RwSignal<Option<Order>>,
    on_over: Callback<Task>,
}

impl Importing {
    /// An import that has not started. `on_over` is called when an import ends while the page is
    /// open.
    pub fn new(on_over: Callback<Task>) -> Self {
        let importing = Self {
            field: NodeRef::new(),
            chosen: RwSignal::new(Chosen::Nothing),
            job: RwSignal::new(Job::None),
            not_cancelled: RwSignal::new(None),
            choices: RwSignal::new(0),
            order: RwSignal::new(None),
            on_over,
        };
        Effect::new(move || importing.resume());
        Effect::new(move || importing.look());
        Effect::new(move || importing.carry_out());
        Effect::new(move || importing.warn());
        importing
    }

    /// Notes that the field holds another file.
    pub fn choose(self) {
        self.choices.update(|choices| *choices += 1);
    }

    /// Sends the chosen file, to be imported as ordered.
    pub fn start(self, order: mapping::Order) {
        self.begin(Imported::File(Box::new(order)));
    }

    /// Imports the bundled sample.
    pub fn start_sample(self) {
        self.begin(Imported::Sample);
    }

    fn begin(self, what: Imported) {
        self.not_cancelled.set(None);
        // The last upload may have arrived although its answer was lost.
        let lost = self.lost_upload();
        let (upload, again) = match lost {
            Some((same, upload)) if same == what => (upload, true),
            Some((_, upload)) => {
                spawn_local(async move {
                    let _ = browser::withdraw(&upload).await;
                });
                (browser::upload_name(), false)
            }
            None => (browser::upload_name(), false),
        };
        self.order.set(Some(Order::Import {
            what,
            upload,
            again,
        }));
    }

    /// The upload of the last order, if it was refused or not answered.
    fn lost_upload(self) -> Option<(Imported, String)> {
        let refused = self
            .job
            .with_untracked(|job| matches!(job, Job::Refused(_)));
        let order = self.order.get_untracked().filter(|_| refused);
        match order? {
            Order::Import { what, upload, .. } => Some((what, upload)),
            Order::Follow(_) => None,
        }
    }

    /// Retries what was refused.
    pub fn again(self) {
        self.order.update(|order| {
            if let Some(Order::Import { again, .. }) = order {
                *again = true;
            }
        });
    }

    /// Cancels the import.
    pub fn cancel(self) {
        match self.job.get_untracked() {
            // The server may have the file already, although it has not answered yet.
            Job::Sending(sending) | Job::Stopping(sending) => {
                self.order.set(None);
                self.not_cancelled.set(None);
                self.job.set(Job::Stopping(sending.clone()));
                spawn_local(self.withdraw(sending));
            }
            Job::Task(task) if !task.state.is_over() => spawn_local(async move {
                // The cancellation itself is reported by the import's own events.
                let refused = browser::cancel(task.id).await.err();
                self.not_cancelled.try_set(refused);
            }),
            _ => {}
        }
    }

    async fn withdraw(self, sending: Sending) {
        let withdrawn = browser::withdraw(&sending.upload).await;
        // The reader may have left the page, or have chosen another file.
        let waits = self
            .job
            .try_with_untracked(|job| matches!(job, Job::Stopping(_)));
        if waits != Some(true) {
            return;
        }
        match withdrawn {
            Ok(None) => self.job.set(Job::Stopped(sending.file)),
            // It says itself how it ended, and what was kept.
            Ok(Some(task)) => self.order.set(Some(Order::Follow(task.id))),
            Err(problem) => self.not_cancelled.set(Some(problem)),
        }
    }

    /// Whether a file is being sent or imported.
    pub fn is_busy(self) -> bool {
        match &*self.job.read() {
            Job::Sending(_) | Job::Stopping(_) => true,
            Job::Task(task) => !task.state.is_over(),
            Job::None | Job::Stopped(_) | Job::Refused(_) => false,
        }
    }

    /// Whether this is the import that is shown.
    pub fn shows(self, task: &Task) -> bool {
        match &*self.job.read() {
            Job::Task(shown) => shown.id == task.id,
            Job::Sending(sending) | Job::Stopping(sending) => {
                task.upload.as_ref() == Some(&sending.upload)
            }
            Job::None | Job::Stopped(_) | Job::Refused(_) => false,
        }
    }

    /// Whether the chosen file has become a collection.
    pub fn is_done(self) -> bool {
        matches!(&*self.job.read(), Job::Task(task) if task.state == TaskState::Done)
    }

    /// Picks up what was there before hydration: an import that was being followed, or a file
    /// that was chosen early.
    fn resume(self) {
        let Some(field) = self.field.get() else {
            return;
        };
        if let Some(id) = browser::kept_task() {
            self.order.set(Some(Order::Follow(id)));
        } else if browser::chosen_file(&field).is_some() {
            self.choose();
        }
    }

    /// Requests a preview of the chosen file.
    fn look(self) {
        if self.choices.get() == 0 {
            return;
        }
        self.order.set(None);
        self.job.set(Job::None);
        let field = self.field.get_untracked();
        let Some(file) = field.and_then(|field| browser::chosen_file(&field)) else {
            self.chosen.set(Chosen::Nothing);
            return;
        };
        let name = file.name();
        if name.ends_with(SNAPSHOT_ENDING) {
            self.chosen.set(Chosen::Snapshot(name));
            return;
        }
        self.chosen.set(Chosen::Reading(name.clone()));
        spawn_local_scoped_with_cancellation(async move {
            self.chosen.set(match browser::preview(&file).await {
                Ok(preview) => Chosen::Read(name, Box::new(preview)),
                Err(problem) => Chosen::Unreadable(name, problem),
            });
        });
    }

    /// Has the browser ask before the page is left while a file is being sent: the upload would
    /// end. What the server has is imported anyway.
    fn warn(self) {
        let leaving = window_event_listener(ev::beforeunload, move |event| {
            let sends = self
                .job
                .try_with_untracked(|job| matches!(job, Job::Sending(_)));
            if sends == Some(true) {
                event.prevent_default();
            }
        });
        on_cleanup(move || leaving.remove());
    }

    fn carry_out(self) {
        let Some(order) = self.order.get() else {
            return;
        };
        spawn_local_scoped_with_cancellation(async move {
            let ended = match order {
                Order::Import {
                    what,
                    upload,
                    again,
                } => self.import(what, upload, again).await,
                Order::Follow(id) => self.follow_again(id).await,
            };
            if let Err(problem) = ended {
                self.job.set(Job::Refused(problem));
            }
        });
    }

    async fn import(self, what: Imported, upload: String, again: bool) -> Result<(), Problem> {
        let task = match what {
            // If it was sent before, this goes on where it broke off.
            Imported::File(order) => self.send(*order, upload).await?,
            Imported::Sample => {
                if again && let Some(task) = browser::task_of(&upload).await? {
                    return self.follow(task).await;
                }
                self.job.set(Job::Sending(Sending {
                    file: "the sample".into(),
                    upload: upload.clone(),
                    progress: SendingProgress::default(),
                }));
                browser::import_sample(&format!("{SAMPLE_ADDRESS}?upload={upload}")).await?
            }
        };
        self.follow(task).await
    }

    async fn send(self, order: mapping::Order, upload: String) -> Result<Task, Problem> {
        let field = self.field.get_untracked();
        let file = field.and_then(|field| browser::chosen_file(&field));
        let file = file.ok_or_else(|| Problem {
            code: "bad_query".into(),
            message: "The file is no longer there; choose it again.".into(),
        })?;
        self.job.set(Job::Sending(Sending {
            file: file.name(),
            upload: upload.clone(),
            progress: SendingProgress::default(),
        }));
        let clock = Stopwatch::start();
        let told = move |sent, of| {
            let progress = SendingProgress::of(sent, of, clock.seconds());
            self.job.try_update(|job| {
                if let Job::Sending(sending) = job {
                    sending.progress = progress;
                }
            });
        };
        browser::import(order, &upload, &file, told).await
    }

    /// Follows an import of which only the id is known. If it no longer exists, as after a
    /// restart of the server, it is silently forgotten.
    async fn follow_again(self, id: u64) -> Result<(), Problem> {
        match browser::task(id).await {
            Ok(task) if task.state.is_over() => {
                browser::forget_task();
                self.job.set(Job::Task(task));
                Ok(())
            }
            Ok(task) => self.follow(task).await,
            Err(problem) if problem.code == "not_found" => {
                browser::forget_task();
                Ok(())
            }
            Err(problem) => Err(problem),
        }
    }

    async fn follow(self, task: Task) -> Result<(), Problem> {
        let id = task.id;
        browser::keep_task(id);
        // From here on, a retry follows the import again instead of sending the file again.
        self.order
            .update_untracked(|order| *order = Some(Order::Follow(id)));
        self.job.set(Job::Task(task));
        browser::follow(id, move |task| {
            let over = task.state.is_over().then(|| task.clone());
            self.job.set(Job::Task(task));
            if let Some(task) = over {
                browser::forget_task();
                self.on_over.run(task);
            }
        })
        .await
    }
}
