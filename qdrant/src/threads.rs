//! The threads on which requests run, while others wait for the answers.

use std::sync::mpsc;

use tokio::runtime::{Builder, Runtime};

use crate::error::{Error, Result};

/// How many threads there are. They only wait for the cluster, and convert what it answers.
const THREADS: usize = 2;

/// Threads for requests. Others, but not those of another async runtime, may wait for them.
pub struct Threads(Option<Runtime>);

impl Threads {
    /// Starts the threads.
    ///
    /// # Errors
    /// If the system does not allow it.
    pub fn start() -> std::io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("qdrant")
            .enable_all()
            .build();
        Ok(Self(Some(runtime?)))
    }

    /// Runs requests, and waits for them.
    ///
    /// # Errors
    /// Those of the requests.
    pub fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        let (done, answer) = mpsc::sync_channel(1);
        let runtime = self.0.as_ref().ok_or_else(not_completed)?;
        runtime.spawn(async move {
            // Whoever waits does so until there is an answer.
            let _ = done.send(work.await);
        });
        answer.recv().unwrap_or_else(|_| Err(not_completed()))
    }

    /// Runs requests on this thread, which must not be one of an async runtime.
    ///
    /// # Errors
    /// Those of the requests.
    pub fn block_on<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let runtime = self.0.as_ref().ok_or_else(not_completed)?;
        runtime.block_on(work)
    }

    /// The same as [`Self::run`] with the engine's errors.
    ///
    /// # Errors
    /// [`parallax::Error::Cluster`].
    pub fn wait<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> parallax::Result<T> {
        self.run(work).map_err(told)
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        // An async task may drop them, which must not wait.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

fn not_completed() -> Error {
    Error::Request {
        what: "be asked".to_owned(),
        why: "the request was not completed".to_owned(),
    }
}

/// An error as the engine reports it.
pub fn told(error: Error) -> parallax::Error {
    match error {
        Error::Engine(error) => error,
        foreign @ (Error::NotOurs { .. } | Error::Point { .. }) => {
            parallax::Error::Foreign(foreign.to_string())
        }
        incomplete @ Error::Incomplete { .. } => {
            parallax::Error::Incomplete(incomplete.to_string())
        }
        other => parallax::Error::Cluster(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_collection_of_another_version_is_not_taken_for_a_cluster_that_is_away() {
        let error = told(Error::NotOurs {
            name: "shops".into(),
            why: "was written by another version of Parallax: copy it again and replace it",
        });
        assert!(matches!(error, parallax::Error::Foreign(_)), "{error}");
        assert!(error.to_string().contains("'shops'"), "{error}");
    }
}
