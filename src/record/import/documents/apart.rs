//! Processes potentially malicious bytes on a separate thread.

use std::panic::resume_unwind;
use std::thread;
use std::time::{Duration, Instant};

/// The stack size. The readers limit how deeply a format may nest, and this is enough for those
/// limits.
const STACK_BYTES: usize = 64 << 20;

/// The most time one document may take.
const MAX_TIME: Duration = Duration::from_secs(60);

/// The most elements a document may have: letters, lines, pictures.
const MAX_STEPS: u64 = 50_000_000;

/// Runs the work. A panic is reported like any other failure.
pub fn run<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, String> {
    let thread = thread::Builder::new().stack_size(STACK_BYTES).spawn(work);
    let thread = thread.map_err(|error| format!("cannot be read now: {error}"))?;
    thread
        .join()
        .unwrap_or_else(|panic| match panic.downcast::<Exhausted>() {
            Ok(_) => Err("it takes too long to read, and was given up".into()),
            Err(_) => Err("the file is damaged in a way that its reader does not survive".into()),
        })
}

struct Exhausted;

/// Limits work inside a library that has no limits of its own but calls back.
pub struct Budget {
    ends: Instant,
    steps: u64,
}

impl Budget {
    /// Creates the budget of one document.
    pub fn new() -> Self {
        Self {
            ends: Instant::now() + MAX_TIME,
            steps: 0,
        }
    }

    /// Counts a step, and aborts the work of [`run`] once the budget is spent.
    pub fn step(&mut self) {
        self.steps += 1;
        let is_late = self.steps.is_multiple_of(1_024) && Instant::now() > self.ends;
        if is_late || self.steps > MAX_STEPS {
            resume_unwind(Box::new(Exhausted));
        }
    }

    /// Aborts the work of [`run`] once its time is spent. For steps that may each take long.
    pub fn check(&self) {
        if Instant::now() > self.ends {
            resume_unwind(Box::new(Exhausted));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_that_fails_in_any_way_is_an_error() {
        assert_eq!(run(|| Ok(1)), Ok(1));
        assert_eq!(run(|| Err::<(), _>("no".into())), Err("no".into()));
        let panics = run(|| {
            let none: Option<u8> = std::hint::black_box(None);
            Ok(none.unwrap())
        });
        assert!(panics.unwrap_err().contains("damaged"));
        let endless = run(|| -> Result<(), String> {
            let mut budget = Budget::new();
            loop {
                budget.step();
            }
        });
        assert!(endless.unwrap_err().contains("too long"));
    }
}
