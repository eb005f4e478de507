//! Sends spans to an OpenTelemetry collector: OTLP over HTTP, in JSON.
//!
//! Spans are gathered and sent by a thread of their own. If the collector cannot be reached, spans
//! are lost, which is logged once; requests are not affected.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use opentelemetry::trace::TracerProvider;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use tracing::Subscriber;
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::registry::LookupSpan;

/// What traces are called in the collector.
const SERVICE: &str = "parallax";
/// Where a collector takes spans.
const PATH: &str = "/v1/traces";
/// How long the collector may take to answer.
const TIMEOUT: Duration = Duration::from_secs(5);
/// How long the end of the process waits for the last spans.
const LAST: Duration = Duration::from_secs(1);
/// The longest answer that is read.
const MAX_ANSWER: u64 = 64 << 10;

/// The thread that sends spans.
pub struct Traces {
    provider: SdkTracerProvider,
}

impl Traces {
    /// Starts the thread, for a collector's address.
    ///
    /// # Errors
    /// If it is not the address of a collector.
    pub fn start(address: &str) -> Result<Self> {
        let address = address.trim_end_matches('/');
        let endpoint = match address.ends_with(PATH) {
            true => address.to_owned(),
            false => format!("{address}{PATH}"),
        };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Client::new())
            .with_protocol(Protocol::HttpJson)
            .with_endpoint(endpoint)
            .with_timeout(TIMEOUT)
            .build()
            .with_context(|| {
                format!("log.otlp is '{address}'; it must be like http://127.0.0.1:4318")
            })?;
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(Resource::builder().with_service_name(SERVICE).build())
            .build();
        Ok(Self { provider })
    }

    /// The layer that makes traces of spans.
    pub fn layer<S>(&self) -> OpenTelemetryLayer<S, SdkTracer>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        tracing_opentelemetry::layer().with_tracer(self.provider.tracer(SERVICE))
    }

    /// Sends what is left, for a limited time.
    pub fn close(&self) {
        // What could not be sent was logged by the client.
        let _ = self.provider.shutdown_with_timeout(LAST);
    }
}

/// Sends batches of spans. It blocks, which is what the thread that calls it is for.
#[derive(Debug)]
struct Client {
    agent: ureq::Agent,
    /// Whether the last batch could not be sent, so that a failure is logged once.
    failing: AtomicBool,
}

impl Client {
    fn new() -> Self {
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .http_status_as_error(false)
            .build();
        Self {
            agent: agent.into(),
            failing: AtomicBool::new(false),
        }
    }

    fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let answer = self.agent.run(request.map(|body| body.to_vec()))?;
        let (head, body) = answer.into_parts();
        let bytes = body.into_with_config().limit(MAX_ANSWER).read_to_vec()?;
        Ok(Response::from_parts(head, Bytes::from(bytes)))
    }

    fn note(&self, failure: Option<String>) {
        let failed_before = self.failing.swap(failure.is_some(), Ordering::Relaxed);
        if let Some(failure) = failure
            && !failed_before
        {
            tracing::warn!(
                failure,
                "traces cannot be sent; they are lost until they can"
            );
        }
    }
}

// Written out, because the macro that the trait is made with is not a dependency.
impl HttpClient for Client {
    fn send_bytes<'a, 'b>(
        &'a self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'b>>
    where
        'a: 'b,
        Self: 'b,
    {
        Box::pin(async move {
            let sent = self.send(request);
            self.note(match &sent {
                Ok(answer) if answer.status().is_success() => None,
                Ok(answer) => Some(format!("the collector answered {}", answer.status())),
                Err(error) => Some(error.to_string()),
            });
            sent
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::TcpListener;
    use std::time::Instant;
    use tracing_subscriber::layer::SubscriberExt;

    fn span_to(address: &str) {
        let traces = Traces::start(address).unwrap();
        let subscriber = tracing_subscriber::registry().with(traces.layer());
        tracing::subscriber::with_default(subscriber, || {
            tracing::info_span!("asked", collection = "shop").in_scope(|| {});
        });
        traces.close();
    }

    #[test]
    fn a_collector_receives_a_span_with_its_fields() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let received = std::thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            let mut input = BufReader::new(stream);
            let (mut head, mut length) = (String::new(), 0);
            loop {
                let mut line = String::new();
                input.read_line(&mut line).unwrap();
                let lower = line.to_lowercase();
                if let Some(value) = lower.strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                if line.trim().is_empty() {
                    break;
                }
                head += &line;
            }
            let mut body = vec![0; length];
            input.read_exact(&mut body).unwrap();
            let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\
                          content-length: 2\r\nconnection: close\r\n\r\n{}";
            input.get_mut().write_all(answer.as_bytes()).unwrap();
            (head, body)
        });
        span_to(&address);
        let (head, body) = received.join().unwrap();
        assert!(head.starts_with("POST /v1/traces "), "{head}");
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        let body = body.to_string();
        for part in ["\"asked\"", "\"shop\"", "\"parallax\""] {
            assert!(body.contains(part), "{part} in {body}");
        }
    }

    #[test]
    fn a_collector_that_is_not_there_holds_nobody_up() {
        // The port was free a moment ago, and nobody listens there.
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        drop(listener);
        let start = Instant::now();
        span_to(&address);
        assert!(start.elapsed() < Duration::from_secs(4));
    }

    #[test]
    fn an_address_that_is_none_is_refused_with_an_example() {
        let error = Traces::start("not an address").err().unwrap();
        assert!(
            error.to_string().contains("http://127.0.0.1:4318"),
            "{error}"
        );
    }
}
