//! Stopping the service, and clients that hold it up: the real binary.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use crate::running::Running;

/// Much longer than anything here should take.
const LONG: Duration = Duration::from_secs(60);

fn serve(folder: &Path, variables: &[(&str, &str)]) -> Running {
    let arguments = ["serve", "--addr", "127.0.0.1:0", "--data-dir", "data"];
    let mut command = crate::binary::parallax(&arguments, folder);
    command.envs(variables.iter().copied());
    Running::start(command)
}

/// A connection with a request whose body does not end.
fn half_a_request(service: &Running) -> TcpStream {
    let address = service.base.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(LONG)).unwrap();
    let request = format!(
        "POST /search HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
         Content-Length: 100\r\nExpect: 100-continue\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    // It says so when it begins to read the body.
    let mut said = [0; 25];
    stream.read_exact(&mut said).unwrap();
    assert!(said.starts_with(b"HTTP/1.1 100 "), "{said:?}");
    stream.write_all(b"{").unwrap();
    stream
}

fn terminate(service: &Running) {
    let id = service.child.id().to_string();
    Command::new("kill").args(["-TERM", &id]).status().unwrap();
}

/// Waits until the process has ended, and does something until then.
fn ended(service: &mut Running, mut meanwhile: impl FnMut(&Running)) -> ExitStatus {
    let start = Instant::now();
    loop {
        if let Some(status) = service.child.try_wait().unwrap() {
            return status;
        }
        assert!(start.elapsed() < LONG, "the service must end");
        meanwhile(service);
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn what_does_not_end_in_time_does_not_hold_up_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let grace = [("PARALLAX_TIMEOUTS_SHUTDOWN_SECONDS", "1")];
    let mut service = serve(folder.path(), &grace);
    let _held = half_a_request(&service);
    terminate(&service);
    assert!(ended(&mut service, |_| {}).success());
}

#[test]
fn a_second_signal_ends_the_service_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let grace = [
        ("PARALLAX_TIMEOUTS_SHUTDOWN_SECONDS", "600"),
        ("PARALLAX_TIMEOUTS_BODY_SECONDS", "600"),
        ("PARALLAX_TIMEOUTS_REQUEST_SECONDS", "600"),
    ];
    let mut service = serve(folder.path(), &grace);
    let _held = half_a_request(&service);
    let status = ended(&mut service, terminate);
    // It says that requests were cut.
    assert_eq!(status.code(), Some(1));
}

#[test]
fn a_client_that_stops_sending_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let service = serve(folder.path(), &[("PARALLAX_TIMEOUTS_BODY_SECONDS", "1")]);
    let mut held = half_a_request(&service);
    let mut said = String::new();
    // The connection ends after the response.
    held.read_to_string(&mut said).unwrap();
    assert!(said.starts_with("HTTP/1.1 408 "), "{said}");
    assert!(said.contains("too_slow"), "{said}");
}
