//! Build progress: a bar with rate and remaining time on a terminal, plain lines elsewhere.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use parallax::collection::Progress;

/// How often a plain line is written.
const EVERY: Duration = Duration::from_secs(10);

/// Shows progress on standard error.
pub enum Reporter {
    /// On a terminal.
    Bar(ProgressBar),
    /// Elsewhere.
    Lines(Mutex<Lines>),
}

/// The state of plain-line output.
pub struct Lines {
    started: Instant,
    last: Instant,
}

impl Reporter {
    /// Creates the reporter that suits standard error.
    pub fn new() -> Self {
        if std::io::stderr().is_terminal() {
            let bar = ProgressBar::new(0);
            let style = ProgressStyle::with_template(
                "{msg:10} {bar:32} {human_pos}/{human_len}  {per_sec}  {eta} left",
            );
            if let Ok(style) = style {
                bar.set_style(style);
            }
            Self::Bar(bar)
        } else {
            let now = Instant::now();
            Self::Lines(Mutex::new(Lines {
                started: now,
                last: now,
            }))
        }
    }

    /// Shows the progress.
    pub fn show(&self, progress: Progress) {
        match self {
            Self::Bar(bar) => show_on_bar(bar, progress),
            Self::Lines(lines) => {
                if let Ok(mut lines) = lines.lock() {
                    lines.show(progress);
                }
            }
        }
    }

    /// Clears the bar.
    pub fn finish(&self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}

fn show_on_bar(bar: &ProgressBar, progress: Progress) {
    match progress {
        Progress::Records { done, of } => {
            bar.set_message("records");
            bar.set_length(of);
            bar.set_position(done);
        }
        Progress::Skipped(_) => {}
        Progress::Words => bar.set_message("words"),
        Progress::Graph => {
            bar.set_message("graph");
            bar.enable_steady_tick(Duration::from_millis(200));
        }
    }
}

impl Lines {
    fn show(&mut self, progress: Progress) {
        match progress {
            Progress::Records { done, of } => {
                if self.last.elapsed() < EVERY {
                    return;
                }
                self.last = Instant::now();
                eprintln!("{}", line(done, of, self.started.elapsed()));
            }
            Progress::Skipped(_) => {}
            Progress::Words => eprintln!("building the word index"),
            Progress::Graph => eprintln!("building the graph"),
        }
    }
}

/// The line for the records done so far. The remaining time is unknown before the first record.
fn line(done: u64, of: u64, elapsed: Duration) -> String {
    if done == 0 {
        return format!("0 of {of} records, 0/s");
    }
    let rate = done as f64 / elapsed.as_secs_f64();
    let left = of.saturating_sub(done) as f64 / rate;
    format!("{done} of {of} records, {rate:.0}/s, {left:.0} s left")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_is_only_told_once_there_is_a_rate() {
        let line = |done| line(done, 100, Duration::from_secs(10));
        assert_eq!(line(0), "0 of 100 records, 0/s");
        assert_eq!(line(20), "20 of 100 records, 2/s, 40 s left");
        assert_eq!(line(100), "100 of 100 records, 10/s, 0 s left");
    }
}
