//! Collections that are encoded again by another model, or get other settings, in the background.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use parallax::collection::{Cores, Progress, Reencode};
use parallax::locks::lock;
use parallax::vocabulary::Reencoding;
use parallax::{Catalogue, Error, Result, Schema};

use crate::problem::problem;

/// The last time that each collection was encoded again, since the start of the service. One runs
/// at a time.
#[derive(Default)]
pub struct Reencodings {
    known: Mutex<HashMap<String, Reencoding>>,
}

impl Reencodings {
    /// Starts to encode a collection by an installed model. It is used as before until the end. If
    /// the service ends before that, nothing has changed.
    ///
    /// # Errors
    /// [`Error::BadQuery`] if there is no such model; [`Error::Busy`] if this is done to a
    /// collection already; [`Error::NoCollection`]; [`Error::Io`] if no thread can be started.
    pub fn start(
        self: &Arc<Self>,
        catalogue: &Arc<Catalogue>,
        name: &str,
        model: &str,
    ) -> Result<Reencoding> {
        let folder = installed(catalogue, model)?;
        let work = move |catalogue: &Catalogue, name: &str, how: Reencode<'_>| {
            catalogue.reencode(name, &folder, how)
        };
        self.begin(catalogue, name, model.to_owned(), work)
    }

    /// Starts to give a collection other settings. It is used as before until the end.
    ///
    /// # Errors
    /// As for [`Reencodings::start`].
    pub fn start_settings(
        self: &Arc<Self>,
        catalogue: &Arc<Catalogue>,
        name: &str,
        (schema, model): (Schema, String),
    ) -> Result<Reencoding> {
        let work = move |catalogue: &Catalogue, name: &str, how: Reencode<'_>| {
            catalogue.change_schema(name, schema, how)
        };
        self.begin(catalogue, name, model, work)
    }

    fn begin(
        self: &Arc<Self>,
        catalogue: &Arc<Catalogue>,
        name: &str,
        model: String,
        work: impl FnOnce(&Catalogue, &str, Reencode<'_>) -> Result<bool> + Send + 'static,
    ) -> Result<Reencoding> {
        if !catalogue.names()?.iter().any(|known| known == name) {
            // It says which ones there are.
            catalogue.collection(name)?;
        }
        let begun = Reencoding {
            model,
            ..Reencoding::default()
        };
        {
            let mut known = lock(&self.known);
            if let Some((other, _)) = known.iter().find(|(_, one)| !one.over) {
                return Err(Error::Busy(other.clone()));
            }
            known.insert(name.to_owned(), begun.clone());
        }
        let path = catalogue.folder().to_owned();
        let (this, catalogue, name) = (Arc::clone(self), Arc::clone(catalogue), name.to_owned());
        let started = std::thread::Builder::new().name("reencode".into()).spawn({
            let name = name.clone();
            move || this.run(&catalogue, &name, work)
        });
        if let Err(reason) = started {
            lock(&self.known).remove(&name);
            return Err(Error::Io { path, reason });
        }
        Ok(begun)
    }

    /// How far a collection is.
    pub fn of(&self, name: &str) -> Option<Reencoding> {
        lock(&self.known).get(name).cloned()
    }

    fn run(
        &self,
        catalogue: &Catalogue,
        name: &str,
        work: impl FnOnce(&Catalogue, &str, Reencode<'_>) -> Result<bool>,
    ) {
        let progress = |progress| {
            if let Progress::Records { done, of } = progress {
                self.change(name, |one| (one.done, one.of) = (done, of));
            }
        };
        let how = Reencode {
            cores: Cores::Half,
            progress: &progress,
            cancelled: &AtomicBool::new(false),
        };
        let work = std::panic::AssertUnwindSafe(|| work(catalogue, name, how));
        let failed = match std::panic::catch_unwind(work) {
            Ok(Ok(_)) => None,
            Ok(Err(error)) => {
                let told = problem(&error).message;
                let model = "the model cannot be used; see the server's log";
                let is_model = matches!(error, Error::Encoder(_));
                Some(if is_model { model.to_owned() } else { told })
            }
            Err(_) => Some("something went wrong; see the server's log".to_owned()),
        };
        self.change(name, |one| (one.over, one.failed) = (true, failed));
    }

    fn change(&self, name: &str, change: impl FnOnce(&mut Reencoding)) {
        if let Some(one) = lock(&self.known).get_mut(name) {
            change(one);
        }
    }
}

/// The folder of an installed model: next to that of the default one.
fn installed(catalogue: &Catalogue, model: &str) -> Result<PathBuf> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let is_name = model.chars().all(plain) && model.starts_with(|c: char| c != '.');
    let models = catalogue.encoder().encoder().folder().parent();
    let folder = models.map(|models| models.join(model));
    let folder = folder.filter(|folder| is_name && folder.is_dir());
    folder.ok_or_else(|| {
        Error::BadQuery(format!(
            "there is no model '{model}' beside the one the service was started with; install it \
             there with `parallax model --from DIR --model FOLDER`"
        ))
    })
}
