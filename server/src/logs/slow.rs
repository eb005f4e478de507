//! Slow searches in the log. What people search for is private, so the text of a query is left out
//! unless the operator asks for it.

use std::time::Duration;

use parallax::vocabulary::Timings;

use super::Settings;

/// Which searches are slow, and what is logged about them.
#[derive(Debug, Clone, Copy)]
pub struct Slow {
    from: Duration,
    text: bool,
}

/// A search that was made.
#[derive(Debug, Clone, Copy)]
pub struct Search<'a> {
    /// The collection that answered.
    pub collection: &'a str,
    /// What was searched for.
    pub q: &'a str,
    /// The mode, or list if records were only listed.
    pub mode: &'a str,
}

impl Slow {
    /// As the settings say; `None` if no search is to be logged.
    pub fn new(settings: &Settings) -> Option<Self> {
        (settings.slow_query_ms > 0).then(|| Self {
            from: Duration::from_millis(settings.slow_query_ms),
            text: settings.slow_query_text,
        })
    }

    /// Logs a search if it was slow, and returns whether it was.
    pub fn note(&self, search: Search<'_>, timings: &Timings) -> bool {
        if timings.total < self.from {
            return false;
        }
        let ms = |time: Duration| time.as_secs_f64() * 1_000.0;
        tracing::warn!(
            collection = search.collection,
            mode = search.mode,
            characters = search.q.chars().count(),
            q = self.text.then_some(search.q),
            total_ms = ms(timings.total),
            encode_ms = ms(timings.encode),
            neural_ms = ms(timings.neural),
            text_ms = ms(timings.text),
            fusion_ms = ms(timings.fusion),
            fetch_ms = ms(timings.fetch),
            "a slow search"
        );
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    /// A log in memory.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(text: bool, took: Duration) -> String {
        let settings = Settings {
            slow_query_ms: 50,
            slow_query_text: text,
            ..Settings::default()
        };
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .json()
            .with_writer(move || writer.clone())
            .finish();
        let search = Search {
            collection: "shop",
            q: "a secret wish",
            mode: "hybrid",
        };
        let timings = Timings {
            total: took,
            ..Timings::default()
        };
        tracing::subscriber::with_default(subscriber, || {
            Slow::new(&settings).unwrap().note(search, &timings)
        });
        let bytes = log.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_slow_search_is_logged_without_its_text_unless_that_is_asked_for() {
        assert_eq!(logged(true, Duration::from_millis(49)), "");
        let line = logged(false, Duration::from_millis(51));
        assert!(!line.contains("secret"), "{line}");
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(line["level"], "WARN");
        assert_eq!(line["fields"]["collection"], "shop");
        assert_eq!(line["fields"]["characters"], 13);
        let line = logged(true, Duration::from_millis(51));
        assert!(line.contains("a secret wish"), "{line}");
    }

    #[test]
    fn with_zero_milliseconds_none_is_slow() {
        let settings = Settings {
            slow_query_ms: 0,
            ..Settings::default()
        };
        assert!(Slow::new(&settings).is_none());
    }
}
