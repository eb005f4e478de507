//! Metrics in the OpenMetrics format, for Prometheus.
//!
//! What happens is counted where it happens, by [`Metrics`]. What merely is, such as the length of
//! a queue, is read when somebody asks: see [`Readings`]. Labels are bounded: routes are patterns,
//! never paths, and at most a fixed number of collections is listed.

mod readings;
mod resident;
mod track;

use std::time::Duration;

use parallax::Mode;
use parallax::vocabulary::Timings;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

pub use self::readings::{CollectionReading, Readings};
pub use self::track::track;

/// The content type of [`Metrics::render`].
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The prefix of all names.
const PREFIX: &str = "parallax";

/// The upper bounds of requests' durations, in seconds.
const REQUEST_BUCKETS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0,
];

/// The upper bounds of searches' and their stages' durations, in seconds.
const SEARCH_BUCKETS: [f64; 12] = [
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.0,
];

/// What is counted while the service runs.
pub struct Metrics {
    registry: Registry,
    requests: Family<Request, Histogram, fn() -> Histogram>,
    searches: Family<Search, Histogram, fn() -> Histogram>,
    stages: Family<Stage, Histogram, fn() -> Histogram>,
    slow: Counter,
    connections: Gauge,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    route: String,
    method: &'static str,
    status: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Search {
    mode: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Stage {
    mode: &'static str,
    stage: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix(PREFIX);
        let requests = Family::new_with_constructor(request_histogram as fn() -> Histogram);
        let searches = Family::new_with_constructor(search_histogram as fn() -> Histogram);
        let stages = Family::new_with_constructor(search_histogram as fn() -> Histogram);
        let (slow, connections) = (Counter::default(), Gauge::default());
        registry.register_with_unit(
            "http_request_duration",
            "How long requests took, by route, method and class of status",
            Unit::Seconds,
            requests.clone(),
        );
        registry.register_with_unit(
            "search_duration",
            "How long searches took in the engine, by mode; list is a search without a query",
            Unit::Seconds,
            searches.clone(),
        );
        registry.register_with_unit(
            "search_stage_duration",
            "How long each stage of a search took, by mode",
            Unit::Seconds,
            stages.clone(),
        );
        registry.register(
            "slow_searches",
            "Searches that took longer than the setting log.slow_query_ms",
            slow.clone(),
        );
        registry.register("connections", "Open connections", connections.clone());
        let version = [("version", env!("CARGO_PKG_VERSION"))];
        registry.register("build", "The running version", Info::new(version.to_vec()));
        Self {
            registry,
            requests,
            searches,
            stages,
            slow,
            connections,
        }
    }
}

impl Metrics {
    /// Counts a search. Without a mode, records were listed.
    pub fn searched(&self, mode: Option<Mode>, timings: &Timings) {
        let mode = mode.map_or("list", Mode::name);
        let search = self.searches.get_or_create_owned(&Search { mode });
        search.observe(timings.total.as_secs_f64());
        for (stage, took) in [
            ("encode", timings.encode),
            ("neural", timings.neural),
            ("text", timings.text),
            ("fusion", timings.fusion),
            ("fetch", timings.fetch),
        ] {
            // A stage that was not needed took no time at all.
            if took > Duration::ZERO {
                let stage = self.stages.get_or_create_owned(&Stage { mode, stage });
                stage.observe(took.as_secs_f64());
            }
        }
    }

    /// Counts a search that took longer than the operator wants.
    pub fn was_slow(&self) {
        self.slow.inc();
    }

    /// Counts an open connection, until what is returned is dropped.
    pub fn connection(&self) -> OpenConnection {
        self.connections.inc();
        OpenConnection(self.connections.clone())
    }

    /// Everything as text: what was counted, and what is read now.
    ///
    /// # Errors
    /// None that is known: text can always be written to a string.
    pub fn render(&self, readings: &Readings) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        encode_registry(&mut text, &self.registry)?;
        encode_registry(&mut text, &readings.registry(PREFIX))?;
        encode_eof(&mut text)?;
        Ok(text)
    }

    fn answered(&self, request: &Request, took: Duration) {
        let histogram = self.requests.get_or_create_owned(request);
        histogram.observe(took.as_secs_f64());
    }
}

/// A connection that is open.
pub struct OpenConnection(Gauge);

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.dec();
    }
}

fn request_histogram() -> Histogram {
    Histogram::new(REQUEST_BUCKETS)
}

fn search_histogram() -> Histogram {
    Histogram::new(SEARCH_BUCKETS)
}
