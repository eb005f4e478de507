//! The signals that tell the service to stop: Ctrl-C and, on Unix, SIGTERM.

use std::io;

/// Listens to them. A signal that comes while nobody waits for it is there for the next who waits, so
/// that none is lost.
pub struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(windows)]
    interrupt: tokio::signal::windows::CtrlC,
}

impl Signals {
    /// Listens from now on. Until then, a signal ends the process at once.
    ///
    /// # Errors
    /// If the system does not allow it.
    #[cfg(unix)]
    pub fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Listens from now on.
    ///
    /// # Errors
    /// If the system does not allow it.
    #[cfg(windows)]
    pub fn listen() -> io::Result<Self> {
        let interrupt = tokio::signal::windows::ctrl_c()?;
        Ok(Self { interrupt })
    }

    /// Waits for the next one.
    pub async fn told_to_stop(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        #[cfg(windows)]
        let _ = self.interrupt.recv().await;
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::process::Command;
    use std::time::Duration;

    #[tokio::test]
    async fn a_signal_is_not_lost_between_two_waits() {
        let mut signals = Signals::listen().unwrap();
        // Something else ends this wait, such as the end of loading.
        tokio::select! {
            biased;
            () = signals.told_to_stop() => panic!("nobody has told it to stop"),
            () = std::future::ready(()) => {}
        }
        let id = std::process::id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status();
        assert!(sent.unwrap().success());
        let told = signals.told_to_stop();
        tokio::time::timeout(Duration::from_secs(60), told)
            .await
            .unwrap();
    }
}
