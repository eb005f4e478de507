//! A service that runs until it is dropped.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use ureq::Body;
use ureq::http::Response;

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

    /// The status and the JSON of an answer; `None` if there was no answer.
    pub fn get(&self, path: &str) -> Option<(u16, Value)> {
        Self::answer(self.agent.get(self.url(path)).call())
    }

    /// The same, for a request with a body.
    pub fn send(&self, method: &str, path: &str, body: &Value) -> Option<(u16, Value)> {
        let url = self.url(path);
        let request = match method {
            "PUT" => self.agent.put(url),
            "POST" => self.agent.post(url),
            _ => panic!("{method} has no body here"),
        };
        Self::answer(request.send_json(body))
    }

    /// The status and the JSON of a response; `None` if there is none.
    fn answer(response: Result<Response<Body>, ureq::Error>) -> Option<(u16, Value)> {
        let mut response = response.ok()?;
        let body = response.body_mut().read_to_string().ok()?;
        let body = serde_json::from_str(&body).unwrap_or_default();
        Some((response.status().as_u16(), body))
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    fn is_ready(&self) -> bool {
        let response = self.agent.get(self.url("/readyz")).call();
        response.is_ok_and(|response| response.status() == 200)
    }
}
