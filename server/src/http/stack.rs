//! All layers around the routes. Each list is in the order in which a request meets them, the
//! outermost first.

use std::any::Any;
use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::cors::{AllowOrigin, Any as AnyOrigin, CorsLayer};
use tower_http::set_header::SetResponseHeaderLayer;

use super::access::{self, Access};
use super::error::Failure;
use super::guard::{self, Guard, Part};
use super::hosts::{self, Hosts};
use super::settings::{Cors, Settings};
use super::streams::Streams;
use super::timeouts::{self, BodyTimeout, Deadline};
use super::{caching, request_id};
use crate::logs::panic_message;
use crate::metrics::{self, Metrics};
use crate::problem::internal;

/// The largest request body by default: enough for a query. Routes for larger ones say so.
const MAX_BODY_BYTES: usize = 64 << 10;

/// The layers around every route: page, API, files and health checks.
pub fn everything(router: Router, settings: &Settings, metrics: Arc<Metrics>) -> Router {
    router.layer((
        // Counts, of whatever the layers inside answer too.
        from_fn_with_state(metrics, metrics::track),
        // The request's id, which everything that is logged inside has.
        from_fn(request_id::give),
        // The access log. It is outside of all that may refuse a request, to log that too.
        from_fn_with_state(Access::new(&settings.log), access::log),
        // What browsers must not do with a response. It is outside of what may refuse a request or
        // catch a panic, because those responses need it too. Pages add the content security
        // policy themselves, because it depends on the reader's choice.
        (
            header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            header(header::REFERRER_POLICY, "no-referrer"),
            header(header::X_FRAME_OPTIONS, "DENY"),
        ),
        // A panic fails one request, and leaves its connection open.
        CatchPanicLayer::custom(panicked),
        // Other names for this server: a website whose name is made to lead here (DNS rebinding)
        // would count as this one in a browser.
        from_fn_with_state(Hosts::new(&settings.hosts), hosts::check),
        // Bodies: how large, and how long a client may pause.
        DefaultBodyLimit::max(MAX_BODY_BYTES),
        from_fn_with_state(BodyTimeout::new(&settings.timeouts), timeouts::time_body),
        // Compression is outside of the tags of responses, which are made of what is compressed.
        // A snapshot is already compressed, and so is a font.
        CompressionLayer::new().compress_when(
            DefaultPredicate::new()
                .and(NotForContentType::const_new("application/octet-stream"))
                .and(NotForContentType::const_new("application/zip"))
                .and(NotForContentType::const_new("font/")),
        ),
    ))
}

/// The layers around every route of the API.
pub fn api(router: Router, settings: &Settings, guard: Guard, streams: Streams) -> Router {
    router.layer((
        // Pages of other websites. It is outside of the keys, because a preflight has none, and
        // around all routes, because one path may have reading and writing methods.
        cors(&settings.cors),
        // Who may make the request. It is around all routes, because it knows what each needs.
        from_fn_with_state((guard, Part::Api), guard::guard),
        // What caches may do with a response, and its tag.
        from_fn(caching::tag),
        // The event streams that are open, for those who open another.
        Extension(streams),
    ))
}

/// The layers around routes that only read. A write has no deadline: the caller would not know
/// whether it was made.
pub fn reading<S: Clone + Send + Sync + 'static>(
    router: Router<S>,
    settings: &Settings,
) -> Router<S> {
    router.layer(from_fn_with_state(
        Deadline::new(&settings.timeouts),
        timeouts::limit,
    ))
}

/// The layers around pages that are rendered and their functions, in addition to those of reading.
pub fn rendered(router: Router) -> Router {
    // They depend on the reader's cookies, so caches must not give them to others.
    router.layer(header(header::CACHE_CONTROL, "private, no-cache"))
}

fn header(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

/// Lets pages of the origins read, and write by POST if they have what a write needs. Preflights are
/// answered for all, but allow nothing to others.
fn cors(settings: &Cors) -> CorsLayer {
    let origins = if settings.origins.iter().any(|origin| origin == "*") {
        AnyOrigin.into()
    } else {
        let origins = settings.origins.iter();
        // What is no header cannot be the origin of a request.
        AllowOrigin::list(origins.filter_map(|origin| HeaderValue::from_str(origin).ok()))
    };
    CorsLayer::new()
        .allow_origin(origins)
        .allow_methods([Method::GET, Method::HEAD, Method::POST])
        .allow_headers([
            header::AUTHORIZATION,
            HeaderName::from_static("api-key"),
            header::CONTENT_TYPE,
            header::IF_NONE_MATCH,
            request_id::HEADER,
        ])
        .expose_headers([header::ETAG, header::RETRY_AFTER, request_id::HEADER])
}

/// The response to a request whose handler panicked. It is logged inside the request's span.
fn panicked(why: Box<dyn Any + Send>) -> Response {
    let why = panic_message(&*why);
    tracing::error!(why, "a request panicked");
    Failure::from(internal()).into_response()
}
