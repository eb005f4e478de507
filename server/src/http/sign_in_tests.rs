//! Signing in on the page, as a browser without JavaScript does it.

// Test helpers fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use axum::Router;
use axum::body::Body;
use axum::http::request::Builder;
use axum::http::{HeaderName, Request, StatusCode, header};
use axum::response::Response;
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::key_tests::{ADMIN, SEARCH, Shop, WRITE, from};

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const RECORDS: &str = "/api/v1/collections/films/records";

async fn answer(router: &Router, request: Builder, body: impl Into<Body>) -> Response {
    let request = request.body(body.into()).unwrap();
    router.clone().oneshot(request).await.unwrap()
}

/// Asks as the page's own code does, which reads JSON.
fn names_of(cookie: &str) -> Builder {
    Request::get("/fn/names")
        .header(header::HOST, "search.example")
        .header(header::ACCEPT, "application/json")
        .header(header::COOKIE, cookie)
}

async fn text(response: Response) -> String {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn header_of(response: &Response, name: HeaderName) -> &str {
    response.headers()[name].to_str().unwrap()
}

/// Sends the form.
async fn sign_in(router: &Router, key: &str, to: &str) -> Response {
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("key", key)
        .append_pair("to", to)
        .finish();
    let request = Request::post("/sign-in")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::HOST, "search.example")
        .header(header::ORIGIN, "https://search.example")
        .extension(from("192.0.2.7"));
    answer(router, request, form).await
}

/// The cookie of somebody who signed in.
async fn session(router: &Router, key: &str) -> String {
    let response = sign_in(router, key, "/").await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    let cookie = header_of(&response, header::SET_COOKIE);
    cookie.split(';').next().unwrap().to_owned()
}

fn page(uri: &str, cookie: &str) -> Builder {
    let accepted = "text/html,application/xhtml+xml";
    let request = Request::get(uri).header(header::ACCEPT, accepted);
    request.header(header::COOKIE, format!("pictures=own; {cookie}"))
}

#[tokio::test]
async fn one_signs_in_without_a_script_and_gets_to_the_page() {
    let router = Shop::new().await.site();
    let asked = answer(&router, page("/c/films?q=a%22b", ""), "").await;
    assert_eq!(asked.status(), StatusCode::UNAUTHORIZED);
    let policy = header_of(&asked, header::CONTENT_SECURITY_POLICY);
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("script"));
    assert_eq!(header_of(&asked, header::CACHE_CONTROL), "no-store");
    let form = text(asked).await;
    assert!(
        form.contains(r#"<form method="post" action="/sign-in">"#),
        "{form}"
    );
    assert!(
        form.contains(r#"name="to" value="/c/films?q=a%22b""#),
        "{form}"
    );
    assert!(!form.contains("<script"));

    let wrong = sign_in(&router, "guess", "/c/films").await;
    assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED);
    assert!(!wrong.headers().contains_key(header::SET_COOKIE));
    assert!(text(wrong).await.contains(r#"role="alert""#));

    let right = sign_in(&router, SEARCH, "/c/films?q=roses").await;
    assert_eq!(right.status(), StatusCode::SEE_OTHER);
    assert_eq!(header_of(&right, header::LOCATION), "/c/films?q=roses");
    let cookie = header_of(&right, header::SET_COOKIE);
    for part in ["HttpOnly", "SameSite=Strict", "Secure", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains(SEARCH));

    let cookie = session(&router, SEARCH).await;
    let found = answer(&router, page("/c/films?q=roses", &cookie), "").await;
    assert_eq!(found.status(), StatusCode::OK);
    assert!(header_of(&found, header::CACHE_CONTROL).contains("private"));
    assert!(text(found).await.contains("gardener"));
}

#[tokio::test]
async fn the_page_shows_only_what_the_key_is_for() {
    let router = Shop::new().await.site();
    let cookie = session(&router, SEARCH).await;
    let names = answer(&router, names_of(&cookie), "").await;
    assert_eq!(names.status(), StatusCode::OK);
    let names: serde_json::Value = serde_json::from_str(&text(names).await).unwrap();
    assert_eq!(names["all"], serde_json::json!(["films"]));
    assert_eq!(names["default"], "films");
    for uri in [
        "/fn/collection?collection=books",
        "/fn/record?collection=books&id=one",
        "/c/books?q=ship",
        "/c/books/record/one",
        "/collections",
        "/?q=ship",
    ] {
        let shown = text(answer(&router, page(uri, &cookie), "").await).await;
        assert!(!shown.contains("ocean"), "{uri}");
    }
    for cookie in ["", "parallax-session=", "parallax-session=plx_00"] {
        let names = answer(&router, page("/fn/names", cookie), "").await;
        assert_eq!(names.status(), StatusCode::UNAUTHORIZED, "{cookie}");
        // A path that the page's router could take for one of its own, but this server does not.
        for uri in ["/c/%66ilms/", "//c/films", "/C/films", "/c/films/none/none"] {
            let shown = text(answer(&router, page(uri, cookie), "").await).await;
            assert!(!shown.contains("gardener"), "{uri}");
        }
    }
}

#[tokio::test]
async fn the_form_leads_to_no_other_website() {
    let router = Shop::new().await.site();
    for to in [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/\tevil",
        "evil",
        "",
    ] {
        let response = sign_in(&router, SEARCH, to).await;
        assert_eq!(header_of(&response, header::LOCATION), "/", "{to}");
    }
    let hostile = page("/sign-in?to=%2F%22%3E%3Cscript%3E", "");
    let form = text(answer(&router, hostile, "").await).await;
    assert!(
        form.contains("<form") && !form.contains("<script"),
        "{form}"
    );
}

#[tokio::test]
async fn being_signed_in_counts_for_the_page_itself_only() {
    let router = Shop::new().await.site();
    let cookie = session(&router, WRITE).await;
    let record = r#"{"records": [{"id": "two", "text": "Snow."}]}"#;
    let write = |site: Option<&'static str>, origin: Option<&'static str>| {
        let mut request = Request::put(RECORDS)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::HOST, "search.example")
            .header(header::COOKIE, &cookie);
        if let Some(site) = site {
            request = request.header(SITE, site);
        }
        if let Some(origin) = origin {
            request = request.header(header::ORIGIN, origin);
        }
        answer(&router, request, record)
    };
    for (site, origin, status) in [
        (Some("same-origin"), None, StatusCode::OK),
        (None, Some("https://search.example"), StatusCode::OK),
        (Some("cross-site"), None, StatusCode::FORBIDDEN),
        (Some("same-site"), None, StatusCode::FORBIDDEN),
        (None, Some("https://evil.example"), StatusCode::FORBIDDEN),
        (None, Some("null"), StatusCode::FORBIDDEN),
        (None, None, StatusCode::FORBIDDEN),
    ] {
        let written = write(site, origin).await;
        assert_eq!(written.status(), status, "{site:?} {origin:?}");
    }
    let elsewhere = Request::post("/sign-in").header(SITE, "cross-site");
    let refused = answer(&router, elsewhere, format!("key={ADMIN}")).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    assert!(!refused.headers().contains_key(header::SET_COOKIE));
}

#[tokio::test]
async fn whoever_signs_out_is_out() {
    let router = Shop::new().await.site();
    let cookie = session(&router, SEARCH).await;
    let shown = text(answer(&router, page("/sign-in", &cookie), "").await).await;
    assert!(
        shown.contains("films reader") && shown.contains("Sign out"),
        "{shown}"
    );
    let names = || answer(&router, names_of(&cookie), "");
    assert_eq!(names().await.status(), StatusCode::OK);
    let out = Request::post("/sign-out").header(header::COOKIE, &cookie);
    let out = answer(&router, out, "").await;
    assert!(header_of(&out, header::SET_COOKIE).contains("Max-Age=0"));
    assert_eq!(names().await.status(), StatusCode::UNAUTHORIZED);
}
