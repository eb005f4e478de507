//! A service that runs until it is dropped.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub struct Running {
    pub child: Child,
    /// Its address, such as `http://127.0.0.1:3000`.
    pub base: String,
    pub agent: ureq::Agent,
}

impl Drop for Running {
    fn drop(&mut self) {
        // SIGKILL, on Unix.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    /// Runs `parallax serve`, and waits until it can answer.
    pub fn start(mut command: Command) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(30)))
            .build();
        let mut child = command.spawn().unwrap();
        // It prints its address once it has loaded everything.
        let mut said = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut said).unwrap();
        let base = said.split(' ').find(|word| word.starts_with("http://"));
        let running = Self {
            base: base
                .expect("the service must start; is the page built (`make build`)?")
                .to_owned(),
            child,
            agent: agent.into(),
        };
        let start = Instant::now();
        while !running.is_ready() {
            assert!(
                start.elapsed() < Duration::from_secs(60),
                "the service is not ready"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        running
    }

    fn is_ready(&self) -> bool {
        let response = self.agent.get(format!("{}/readyz", self.base)).call();
        response.is_ok_and(|response| response.status() == 200)
    }
}
