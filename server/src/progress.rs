//! How far a build is: a bar with rate and time left on a terminal, plain lines elsewhere.

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

/// What plain lines are made from.
pub struct Lines {
    started: Instant,
    last: Instant,
}

impl Reporter {
    /// A reporter that suits standard error.
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

    /// Shows how far things are.
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
                let rate = done as f64 / self.started.elapsed().as_secs_f64();
                let left = (of - done.min(of)) as f64 / rate.max(0.001);
                eprintln!("{done} of {of} records, {rate:.0}/s, {left:.0} s left");
            }
            Progress::Skipped(_) => {}
            Progress::Words => eprintln!("building the words' index"),
            Progress::Graph => eprintln!("building the graph"),
        }
    }
}
