//! A file on its way to being a collection, from the choice to the outcome. The signals say
//! how far it is; two effects do the work. Each runs anew when something else is chosen or
//! ordered, which ends what it did before: a request on its way is called off, a stream of
//! events closed. So is all of it when the reader leaves the page; an import that runs on
//! the server goes on, and is followed again when the reader comes back.

use leptos::prelude::*;
use leptos::task::{spawn_local, spawn_local_scoped_with_cancellation};

use crate::browser;
use crate::wire::{Preview, Problem, Task, TaskState};

/// What is known of the file that was chosen.
#[derive(Debug, Clone, PartialEq)]
pub enum Chosen {
    /// There is none.
    Nothing,
    /// Its beginning is being read.
    Reading(String),
    /// How it would be read.
    Read(String, Box<Preview>),
    /// It cannot be.
    Unreadable(String, Problem),
}

/// How far the import is.
#[derive(Debug, Clone, PartialEq)]
pub enum Job {
    /// There is none.
    None,
    /// The file of that name is on its way to the server.
    Sending(String),
    /// It was called off before it got there.
    Stopped(String),
    /// The server has it: at work, or over.
    Task(Task),
    /// The server did not take it, or is no longer heard of.
    Refused(Problem),
}

#[derive(Debug, Clone)]
enum Order {
    /// Send the chosen file to an address.
    Import(String),
    /// Follow an import that runs already.
    Follow(u64),
}

/// The import of the page.
#[derive(Clone, Copy)]
pub struct Importing {
    /// The field that holds the file.
    pub field: NodeRef<leptos::html::Input>,
    /// What is known of the file.
    pub chosen: RwSignal<Chosen>,
    /// How far the import is.
    pub job: RwSignal<Job>,
    /// Why it could not be called off.
    pub not_cancelled: RwSignal<Option<Problem>>,
    choices: RwSignal<u32>,
    order: RwSignal<Option<Order>>,
    on_over: Callback<Task>,
}

impl Importing {
    /// An import that has not begun. `on_over` is told of one that ended before the reader's
    /// eyes.
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
        importing
    }

    /// The field holds another file.
    pub fn choose(self) {
        self.choices.update(|choices| *choices += 1);
    }

    /// Sends the chosen file to an address of the API.
    pub fn start(self, address: String) {
        self.not_cancelled.set(None);
        self.order.set(Some(Order::Import(address)));
    }

    /// Does once more what was refused.
    pub fn again(self) {
        self.order.update(|_| {});
    }

    /// Calls the import off.
    pub fn cancel(self) {
        match self.job.get_untracked() {
            Job::Sending(file) => {
                self.order.set(None);
                self.job.set(Job::Stopped(file));
            }
            Job::Task(task) if !task.state.is_over() => spawn_local(async move {
                // That it was called off is heard from the import itself.
                let refused = browser::cancel(task.id).await.err();
                self.not_cancelled.try_set(refused);
            }),
            _ => {}
        }
    }

    /// Whether a file is being sent or imported.
    pub fn is_busy(self) -> bool {
        match &*self.job.read() {
            Job::Sending(_) => true,
            Job::Task(task) => !task.state.is_over(),
            Job::None | Job::Stopped(_) | Job::Refused(_) => false,
        }
    }

    /// Whether the chosen file has become a collection.
    pub fn is_done(self) -> bool {
        matches!(&*self.job.read(), Job::Task(task) if task.state == TaskState::Done)
    }

    /// Takes up what was there before the page came to life: an import that was followed, a
    /// file that was chosen early.
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

    /// Has the beginning of the chosen file read.
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
        self.chosen.set(Chosen::Reading(name.clone()));
        spawn_local_scoped_with_cancellation(async move {
            self.chosen.set(match browser::preview(&file).await {
                Ok(preview) => Chosen::Read(name, Box::new(preview)),
                Err(problem) => Chosen::Unreadable(name, problem),
            });
        });
    }

    fn carry_out(self) {
        let Some(order) = self.order.get() else {
            return;
        };
        spawn_local_scoped_with_cancellation(async move {
            let ended = match order {
                Order::Import(address) => self.import(&address).await,
                Order::Follow(id) => self.follow_again(id).await,
            };
            if let Err(problem) = ended {
                self.job.set(Job::Refused(problem));
            }
        });
    }

    async fn import(self, address: &str) -> Result<(), Problem> {
        let field = self.field.get_untracked();
        let file = field.and_then(|field| browser::chosen_file(&field));
        let file = file.ok_or_else(|| Problem {
            code: "bad_query".into(),
            message: "The file is no longer there; choose it again.".into(),
        })?;
        self.job.set(Job::Sending(file.name()));
        let task = browser::import(address, &file).await?;
        self.follow(task).await
    }

    /// Follows an import of which nothing is known but that it was followed. One that is not
    /// there any more, as after the server was started anew, is none to speak of.
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
        // What is done once more from here on is the following, not the sending.
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
