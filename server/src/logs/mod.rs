//! Logs and traces: lines of text or JSON on standard error, and spans for an OpenTelemetry
//! collector.

mod otlp;
mod panics;
mod slow;

use std::io::IsTerminal;
use std::num::NonZeroU64;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use tracing::Subscriber;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use self::otlp::Traces;
pub use self::panics::message as panic_message;
pub use self::slow::{Search, Slow};

/// The section `[log]`: how the service logs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Lines of text, or a JSON object on each line.
    pub format: Format,
    /// What is logged, as `RUST_LOG` has it, such as `info` or `info,parallax=debug`. `RUST_LOG`
    /// itself has precedence.
    pub level: String,
    /// The address of an OpenTelemetry collector that takes OTLP over HTTP, such as
    /// `http://127.0.0.1:4318`. Without one, no traces are made.
    pub otlp: Option<String>,
    /// From how many milliseconds on a request is logged as a slow one.
    pub slow_request_ms: NonZeroU64,
    /// From how many milliseconds on a search is logged as slow; 0 for never.
    pub slow_query_ms: u64,
    /// Whether the text of a slow query is logged, rather than only its length.
    pub slow_query_text: bool,
}

/// The format of log lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            format: Format::Text,
            level: "info,tract=warn,tract_onnx=warn,ureq=warn,redb=warn".into(),
            otlp: None,
            slow_request_ms: NonZeroU64::MIN.saturating_add(999),
            slow_query_ms: 1_000,
            slow_query_text: false,
        }
    }
}

/// What must be closed before the process ends.
#[derive(Default)]
pub struct Logs {
    traces: Option<Traces>,
}

/// Starts logging, for the whole process.
///
/// # Errors
/// If a setting cannot be used.
pub fn init(settings: &Settings) -> Result<Logs> {
    let traces = settings.otlp.as_deref().map(Traces::start).transpose()?;
    let spans = match &traces {
        Some(traces) => Some(traces.layer().with_filter(filter(&settings.level)?)),
        None => None,
    };
    tracing_subscriber::registry()
        .with(lines(settings)?)
        .with(spans)
        .try_init()
        .context("logging was started twice")?;
    if settings.format == Format::Json {
        panics::log();
    }
    Ok(Logs { traces })
}

impl Logs {
    /// Sends what is left to send, for at most a second.
    pub fn close(self) {
        if let Some(traces) = self.traces {
            traces.close();
        }
    }
}

/// The layer that writes lines to standard error.
fn lines<S>(settings: &Settings) -> Result<Box<dyn Layer<S> + Send + Sync>>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let filter = filter(&settings.level)?;
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    Ok(match settings.format {
        Format::Text => layer
            .with_target(false)
            // Colours would be noise in a file or a journal.
            .with_ansi(std::io::stderr().is_terminal())
            .with_filter(filter)
            .boxed(),
        Format::Json => layer.json().with_filter(filter).boxed(),
    })
}

fn filter(level: &str) -> Result<EnvFilter> {
    EnvFilter::try_from_default_env().or_else(|_| named(level))
}

fn named(level: &str) -> Result<EnvFilter> {
    EnvFilter::try_new(level).with_context(|| {
        format!("log.level is '{level}'; it must be a level, such as info, or module=level pairs")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_with_defaults_and_unknown_ones_are_refused() {
        let settings: Settings = toml::from_str("format = \"json\"").unwrap();
        let expected = Settings {
            format: Format::Json,
            ..Settings::default()
        };
        assert_eq!(settings, expected);
        assert!(toml::from_str::<Settings>("fromat = \"json\"").is_err());
    }

    #[test]
    fn a_level_that_means_nothing_is_refused_by_name() {
        let error = named("parallax=noisy").err().unwrap();
        assert!(error.to_string().contains("parallax=noisy"), "{error}");
    }
}
