//! How far an upload is.

use web_sys::js_sys::Date;

use crate::numbers::{size, time_left};

/// How far an upload is.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct SendingProgress {
    /// Bytes sent.
    pub sent: f64,
    /// Bytes in total; 0 while that is unknown.
    pub of: f64,
    /// Seconds left; `None` while that is unknown.
    pub seconds_left: Option<f64>,
}

impl SendingProgress {
    /// The progress after some seconds, at the mean speed so far.
    pub fn of(sent: f64, of: f64, seconds: f64) -> Self {
        // Before that, a short burst would promise too much.
        let known = sent > 0.0 && seconds >= 1.0;
        Self {
            sent,
            of,
            seconds_left: known.then(|| (of - sent).max(0.0) * seconds / sent),
        }
    }

    /// Whole percent; `None` while that is unknown. 100 only if all is sent.
    pub fn percent(&self) -> Option<u32> {
        (self.of > 0.0).then(|| (self.sent / self.of * 100.0).clamp(0.0, 100.0) as u32)
    }

    /// Whether all of it has been sent.
    pub fn is_sent(&self) -> bool {
        self.of > 0.0 && self.sent >= self.of
    }

    /// Percentage, size and time left, as far as each is known.
    pub fn figures(&self) -> String {
        let Some(percent) = self.percent() else {
            return String::new();
        };
        let mut text = format!("{percent} % of {}", size(self.of as u64));
        if let Some(seconds) = self.seconds_left.filter(|_| !self.is_sent()) {
            text.push_str(" \u{b7} ");
            text.push_str(&time_left(seconds));
        }
        text
    }
}

/// Measures how long something takes, in the browser.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(f64);

impl Stopwatch {
    /// Starts it.
    pub fn start() -> Self {
        Self(Date::now())
    }

    /// Seconds since the start.
    pub fn seconds(self) -> f64 {
        (Date::now() - self.0).max(0.0) / 1_000.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upload_tells_how_far_it_is() {
        let nothing = SendingProgress::default();
        assert_eq!(
            (nothing.percent(), nothing.figures()),
            (None, String::new())
        );
        let half = SendingProgress::of(30e6, 60e6, 100.0);
        assert_eq!(half.figures(), "50 % of 60 MB \u{b7} about 2 minutes left");
        let early = SendingProgress::of(1e6, 60e6, 0.2);
        assert_eq!(early.figures(), "1 % of 60 MB");
        // Never complete before it is.
        assert_eq!(SendingProgress::of(59.99e6, 60e6, 9.0).percent(), Some(99));
        let sent = SendingProgress::of(60e6, 60e6, 9.0);
        assert!(sent.is_sent());
        assert_eq!(sent.figures(), "100 % of 60 MB");
    }
}
