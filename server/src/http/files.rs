//! The files of the built site.

use std::collections::HashMap;
use std::path::Path;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use tower::ServiceExt;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeader;

use super::caching::Known;
use crate::site::{File, Files, PACKAGE};

/// The package's file names contain a hash of their contents, so they are immutable.
const PACKAGE_KEPT: &str = "public, max-age=31536000, immutable";
/// The fonts are those of one version, which rarely changes.
const FONTS_KEPT: &str = "public, max-age=2592000";
/// Others are asked for again after this, and sent only if they have changed.
const OTHERS_KEPT: &str = "public, max-age=3600";

/// Longer than the path of any file of the site, and shorter than what a file system refuses.
const LONGEST_PATH: usize = 200;

/// Answers with a file, and by `unknown` if there is none at a path outside the folders of files.
pub fn router(files: &Files, unknown: MethodRouter) -> Router {
    match files {
        Files::InFolder(folder) => in_folder(folder, unknown),
        Files::InBinary(files) => in_binary(files, unknown),
    }
}

fn in_folder(site: &Path, unknown: MethodRouter) -> Router {
    let files = |folder: &Path| {
        ServeDir::new(folder)
            .append_index_html_on_directories(false)
            .precompressed_br()
            .precompressed_gzip()
    };
    let package = SetResponseHeader::if_not_present(
        files(&site.join(PACKAGE)),
        header::CACHE_CONTROL,
        if_whole(PACKAGE_KEPT),
    );
    let fonts = SetResponseHeader::if_not_present(
        files(&site.join("fonts")),
        header::CACHE_CONTROL,
        if_whole(FONTS_KEPT),
    );
    // A file system refuses a name that is too long, which would be reported as a failure here.
    let too_long = unknown.clone();
    Router::new()
        .nest_service(&format!("/{PACKAGE}"), package)
        .nest_service("/fonts", fonts)
        .fallback_service(files(site).fallback(unknown))
        .layer(from_fn(move |request: Request<Body>, next: Next| {
            let too_long = too_long.clone();
            async move {
                if request.uri().path().len() > LONGEST_PATH {
                    too_long.oneshot(request).await.into_response()
                } else {
                    next.run(request).await
                }
            }
        }))
}

/// The value of a header of responses with a file.
fn if_whole<B>(value: &'static str) -> impl Fn(&Response<B>) -> Option<HeaderValue> + Clone {
    move |response| {
        let whole = response.status().is_success();
        whole.then(|| HeaderValue::from_static(value))
    }
}

fn in_binary(files: &'static [File], unknown: MethodRouter) -> Router {
    let by_path: HashMap<&str, &File> = files.iter().map(|file| (file.path, file)).collect();
    let found = move |request: Request<Body>| {
        let path = request.uri().path().strip_prefix('/').unwrap_or_default();
        let answer = match by_path.get(path) {
            Some(file) => Some(send(file, request.headers())),
            None if kept(path) == OTHERS_KEPT => None,
            None => Some(StatusCode::NOT_FOUND.into_response()),
        };
        let unknown = unknown.clone();
        async move {
            match answer {
                Some(answer) => answer,
                None => unknown.oneshot(request).await.into_response(),
            }
        }
    };
    Router::new().fallback_service(get(found))
}

/// How long a file may be kept.
fn kept(path: &str) -> &'static str {
    match path.split_once('/') {
        Some((PACKAGE, _)) => PACKAGE_KEPT,
        Some(("fonts", _)) => FONTS_KEPT,
        _ => OTHERS_KEPT,
    }
}

/// The response with a file of the binary, in the smallest form that the request accepts.
fn send(file: &File, request: &HeaderMap) -> Response {
    let encoded = [("br", file.brotli), ("gzip", file.gzip)];
    let smallest = encoded
        .into_iter()
        .find_map(|(name, content)| Some((name, content?)).filter(|_| accepts(request, name)));
    let headers = [
        (header::ETAG, file.tag),
        (header::CACHE_CONTROL, kept(file.path)),
        (header::VARY, "accept-encoding"),
    ];
    if Known::of(request).has(file.tag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let content_type = [(header::CONTENT_TYPE, content_type(file.path))];
    match smallest {
        Some((name, content)) => {
            let encoding = [(header::CONTENT_ENCODING, name)];
            let content = Bytes::from_static(content);
            (headers, content_type, encoding, content).into_response()
        }
        None => (headers, content_type, Bytes::from_static(file.content)).into_response(),
    }
}

/// Whether the request accepts an encoding (RFC 9110, section 12.5.3).
fn accepts(request: &HeaderMap, encoding: &str) -> bool {
    let values = request.get_all(header::ACCEPT_ENCODING).into_iter();
    let items = values.filter_map(|value| value.to_str().ok());
    let mut accepted = None;
    for item in items.flat_map(|value| value.split(',')) {
        let (name, weight) = item.split_once(';').unwrap_or((item, ""));
        let weight = weight.trim().trim_start_matches("q=").trim();
        let wanted = !matches!(weight.parse::<f32>(), Ok(weight) if weight <= 0.0);
        match name.trim() {
            name if name.eq_ignore_ascii_case(encoding) => return wanted,
            "*" => accepted = Some(wanted),
            _ => {}
        }
    }
    accepted.unwrap_or(false)
}

/// The media type of a file.
fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("css") => "text/css",
        Some("js") => "text/javascript",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("txt") => "text/plain; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Method;
    use http_body_util::BodyExt;

    use super::*;

    static FILES: &[File] = &[
        File {
            path: "pkg/parallax.D.wasm",
            content: b"\0asm whole",
            brotli: Some(b"in brotli"),
            gzip: Some(b"in gzip"),
            tag: "W/\"1\"",
        },
        File {
            path: "fonts/inter.woff2",
            content: b"font",
            brotli: None,
            gzip: None,
            tag: "W/\"2\"",
        },
        File {
            path: "favicon.svg",
            content: b"<svg/>",
            brotli: None,
            gzip: Some(b"in gzip"),
            tag: "W/\"3\"",
        },
    ];

    async fn ask(method: Method, path: &str, headers: &[(&str, &str)]) -> Response {
        let unknown = get(|| async { (StatusCode::NOT_FOUND, "no such page") });
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let router = router(&Files::InBinary(FILES), unknown);
        let request = request.body(Body::empty()).unwrap();
        router.oneshot(request).await.unwrap()
    }

    async fn body(response: Response) -> Vec<u8> {
        let body = response.into_body().collect().await.unwrap();
        body.to_bytes().to_vec()
    }

    #[tokio::test]
    async fn a_file_of_the_binary_has_its_type_and_may_be_kept() {
        for (path, content_type, kept) in [
            ("/pkg/parallax.D.wasm", "application/wasm", "immutable"),
            ("/fonts/inter.woff2", "font/woff2", "max-age=2592000"),
            ("/favicon.svg", "image/svg+xml", "max-age=3600"),
        ] {
            let response = ask(Method::GET, path, &[]).await;
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            assert_eq!(response.headers()[header::CONTENT_TYPE], content_type);
            let control = response.headers()[header::CACHE_CONTROL].to_str().unwrap();
            assert!(control.contains(kept), "{path}: {control}");
        }
    }

    #[tokio::test]
    async fn a_file_is_sent_in_the_smallest_form_that_is_accepted() {
        for (accept, encoding) in [
            ("gzip, deflate, br, zstd", Some("br")),
            ("gzip", Some("gzip")),
            ("gzip;q=1.0, br;q=0", Some("gzip")),
            ("*", Some("br")),
            ("br;q=0, *", Some("gzip")),
            ("BR", Some("br")),
            ("identity", None),
            ("*;q=0", None),
        ] {
            let headers = [("accept-encoding", accept)];
            let response = ask(Method::GET, "/pkg/parallax.D.wasm", &headers).await;
            let sent = response.headers().get(header::CONTENT_ENCODING);
            let sent = sent.map(|sent| sent.to_str().unwrap().to_owned());
            assert_eq!(sent.as_deref(), encoding, "{accept}");
            assert_eq!(response.headers()[header::VARY], "accept-encoding");
            let expected: &[u8] = match encoding {
                Some("br") => b"in brotli",
                Some(_) => b"in gzip",
                None => b"\0asm whole",
            };
            assert_eq!(body(response).await, expected, "{accept}");
        }
        // There is no copy in Brotli of a file that it would not make smaller.
        let response = ask(Method::GET, "/favicon.svg", &[("accept-encoding", "br")]).await;
        assert_eq!(body(response).await, b"<svg/>");
    }

    #[tokio::test]
    async fn a_file_that_the_client_has_is_not_sent_again() {
        let path = "/favicon.svg";
        let first = ask(Method::GET, path, &[]).await;
        let tag = first.headers()[header::ETAG].to_str().unwrap().to_owned();
        let several = format!("\"other\", {tag}");
        for has in [&*tag, &several, "*"] {
            let again = ask(Method::GET, path, &[("if-none-match", has)]).await;
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{has}");
            assert_eq!(again.headers()[header::ETAG], *tag);
            assert!(body(again).await.is_empty());
        }
        let other = ask(Method::GET, path, &[("if-none-match", "\"other\"")]).await;
        assert_eq!(other.status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn files_of_the_binary_are_only_read() {
        let head = ask(Method::HEAD, "/favicon.svg", &[]).await;
        assert_eq!(head.status(), StatusCode::OK);
        assert!(body(head).await.is_empty());
        let post = ask(Method::POST, "/favicon.svg", &[]).await;
        assert_eq!(post.status(), StatusCode::METHOD_NOT_ALLOWED);
    }

    #[tokio::test]
    async fn what_is_no_file_of_the_binary_is_not_found() {
        for (path, page) in [
            ("/pkg/old.js", false),
            ("/pkg/", false),
            ("/fonts/../favicon.svg", false),
            ("/unknown", true),
            ("/../favicon.svg", true),
            ("/%2e%2e/favicon.svg", true),
            ("//favicon.svg", true),
            ("/favicon.svg/", true),
            ("/etc/passwd", true),
        ] {
            let response = ask(Method::GET, path, &[]).await;
            assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
            let control = response.headers().get(header::CACHE_CONTROL);
            assert!(control.is_none(), "{path}");
            assert_eq!(!body(response).await.is_empty(), page, "{path}");
        }
    }
}
