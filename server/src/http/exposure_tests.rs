//! What a service that others can reach must not do: let keys be guessed, answer what a page embeds,
//! lead out of its folders, or let caches hand answers to others.

// Test helpers fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::request::Builder;
use axum::http::{Method, Request, StatusCode, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::guard::{Guard, Part, guard};
use super::key_tests::{ADMIN, SEARCH, Shop, all_keys, from};
use super::write_tests::LONG;
use crate::caller::{Caller, follow};
use crate::keys::needs::TABLE;
use crate::keys::{Key, Keys, Settings};

const BOOKS: &str = "/api/v1/collections/books";

async fn answer(router: &Router, request: Builder) -> Response {
    let request = request.body(Body::empty()).unwrap();
    router.clone().oneshot(request).await.unwrap()
}

async fn text(response: Response) -> String {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Asks with a key from an address.
async fn with_key(router: &Router, key: &str, address: &str) -> Response {
    let request = Request::get(BOOKS)
        .header(header::AUTHORIZATION, format!("Bearer {key}"))
        .extension(from(address));
    answer(router, request).await
}

fn seconds_to_wait(response: &Response) -> u64 {
    let wait = response.headers()[header::RETRY_AFTER].to_str().unwrap();
    wait.parse().unwrap()
}

#[tokio::test]
async fn a_key_cannot_be_guessed_faster_than_the_limit() {
    let router = Shop::new().await.api();
    for address in ["192.0.2.7", "127.0.0.1", "2001:db8::1"] {
        for guess in 0..10 {
            let refused = with_key(&router, &format!("guess-{guess}"), address).await;
            assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
        }
        // Not even the right key is looked at.
        for key in ["guess", ADMIN] {
            let refused = with_key(&router, key, address).await;
            assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
            assert!((1..=6).contains(&seconds_to_wait(&refused)));
        }
    }
    // The same network in IPv6, which one guesser can have for himself, and another address.
    let same = with_key(&router, ADMIN, "2001:db8::2").await;
    assert_eq!(same.status(), StatusCode::TOO_MANY_REQUESTS);
    let other = with_key(&router, ADMIN, "192.0.2.8").await;
    assert_eq!(other.status(), StatusCode::OK);
}

#[tokio::test]
async fn whoever_waits_as_long_as_told_may_send_a_key_again() {
    let settings = Settings {
        wrong_keys_per_minute: 60,
        ..Settings::default()
    };
    let router = Shop::with(&settings, all_keys()).await.api();
    let refused = loop {
        let refused = with_key(&router, "guess", "192.0.2.7").await;
        if refused.status() != StatusCode::UNAUTHORIZED {
            break refused;
        }
    };
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    tokio::time::sleep(Duration::from_secs(seconds_to_wait(&refused))).await;
    let answered = with_key(&router, ADMIN, "192.0.2.7").await;
    assert_eq!(answered.status(), StatusCode::OK);
}

#[tokio::test]
async fn requests_of_one_address_are_limited_and_the_header_of_a_stranger_changes_nothing() {
    let settings = Settings {
        requests_per_second: 1,
        burst: 5,
        trusted_proxies: vec!["198.51.100.1".parse().unwrap()],
        ..Settings::default()
    };
    let router = Shop::with(&settings, vec![Key::of_all("one", ADMIN)])
        .await
        .api();
    let statuses = async |peer: &'static str, invents: bool| {
        let mut statuses = BTreeMap::<u16, u32>::new();
        let start = Instant::now();
        for number in 0..12 {
            let of = if invents { number } else { 1 };
            let request = Request::get(BOOKS)
                .header("x-forwarded-for", format!("203.0.113.{of}"))
                .extension(from(peer));
            let response = answer(&router, request).await;
            if response.status() == StatusCode::TOO_MANY_REQUESTS {
                assert_eq!(seconds_to_wait(&response), 1);
            }
            *statuses.entry(response.status().as_u16()).or_default() += 1;
        }
        // One more for each second that passes.
        let passed = u32::try_from(start.elapsed().as_secs()).unwrap() + 1;
        (statuses.get(&200).copied().unwrap_or_default(), passed)
    };
    let (answered, passed) = statuses("192.0.2.7", true).await;
    assert!((5..=5 + passed).contains(&answered), "{answered}");
    assert_eq!(statuses("127.0.0.1", true).await.0, 12);
    // A trusted proxy says whose requests it forwards.
    assert_eq!(statuses("198.51.100.1", true).await.0, 12);
    let (answered, passed) = statuses("198.51.100.1", false).await;
    assert!((4..=5 + passed).contains(&answered), "{answered}");
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_caller_has_turns_of_their_own() {
    let settings = Settings {
        trusted_proxies: vec!["198.51.100.1".parse().unwrap()],
        ..Settings::default()
    };
    let keys = Keys::new(&settings, Vec::new()).unwrap();
    let guarded = (Guard::with(Arc::new(keys)), Part::Files);
    // Turns are taken by this address.
    let whose = || async { Caller::current().unwrap().address().unwrap().to_string() };
    let router = Router::new()
        .route("/", get(whose))
        .layer(from_fn_with_state(guarded, guard))
        .layer(from_fn(follow));
    for (peer, expected) in [("198.51.100.1", "203.0.113.9"), ("192.0.2.7", "192.0.2.7")] {
        let request = Request::get("/").header("x-forwarded-for", "203.0.113.9");
        let response = answer(&router, request.extension(from(peer))).await;
        assert_eq!(text(response).await, expected);
    }
}

#[tokio::test]
async fn the_api_answers_nothing_that_a_page_embeds() {
    let shop = Shop::with(&Settings::default(), Vec::new()).await;
    let router = shop.site();
    for uri in [BOOKS, "/api/v1/tasks"] {
        for (purpose, status) in [
            ("image", StatusCode::FORBIDDEN),
            ("iframe", StatusCode::FORBIDDEN),
            ("script", StatusCode::FORBIDDEN),
            ("video", StatusCode::FORBIDDEN),
            ("empty", StatusCode::OK),
            ("document", StatusCode::OK),
        ] {
            let request = Request::get(uri).header("sec-fetch-dest", purpose);
            let answered = answer(&router, request).await;
            assert_eq!(answered.status(), status, "{uri} {purpose}");
        }
    }
    let script = Request::get("/pkg/app.js").header("sec-fetch-dest", "script");
    assert_eq!(answer(&router, script).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn no_path_leads_out_of_a_folder() {
    let shop = Shop::new().await;
    let router = shop.site();
    let secret = shop.root().join("../secret.txt");
    std::fs::write(&secret, "a secret of the folder above").unwrap();
    for path in [
        "/../secret.txt",
        "/pkg/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/pkg/..%2f..%2fsecret.txt",
        "/fonts/%2e%2e/%2e%2e/secret.txt",
        "/..%5csecret.txt",
        "/.%2e/secret.txt%00.js",
        "//secret.txt",
    ] {
        let answered = answer(&router, Request::get(path)).await;
        let told = text(answered).await;
        assert!(!told.contains("a secret of"), "{path}");
    }
    for name in ["..%2fsecret", "%2e%2e", "a%2fb", ".%2e%5csecret"] {
        let request = Request::put(format!("/api/v1/collections/{name}"))
            .header(header::AUTHORIZATION, format!("Bearer {ADMIN}"))
            .header(header::CONTENT_TYPE, "application/json");
        let request = request.body(Body::from(r#"{"text": "text"}"#)).unwrap();
        let answered = router.clone().oneshot(request).await.unwrap();
        assert_eq!(answered.status(), StatusCode::BAD_REQUEST, "{name}");
    }
    assert!(secret.is_file());
}

#[tokio::test]
async fn caches_hand_no_answer_to_others() {
    let shop = Shop::new().await;
    let keyed = shop.site();
    let private = with_key(&keyed, ADMIN, "192.0.2.7").await;
    assert_eq!(
        private.headers()[header::CACHE_CONTROL],
        "private, no-cache"
    );
    let vary = private.headers().get_all(header::VARY).iter();
    let vary: Vec<_> = vary.map(|by| by.to_str().unwrap()).collect();
    assert!(vary.contains(&"authorization, api-key, cookie"), "{vary:?}");
    for uri in [BOOKS, "/card.png?q=ship", "/c/books/card.png"] {
        let refused = answer(&keyed, Request::get(uri)).await;
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED, "{uri}");
        assert_eq!(refused.headers()[header::CACHE_CONTROL], "no-store");
    }
    let file = answer(&keyed, Request::get("/pkg/app.js")).await;
    let kept = file.headers()[header::CACHE_CONTROL].to_str().unwrap();
    assert!(kept.starts_with("public"), "{kept}");
    let open = Shop::with(&Settings::default(), vec![Key::of_all("one", ADMIN)]).await;
    let public = answer(&open.api(), Request::get(BOOKS)).await;
    let kept = public.headers().get(header::CACHE_CONTROL);
    // What everybody may read may change with the next write.
    assert!(kept.is_some_and(|kept| kept == "private, no-cache"));
}

#[tokio::test]
async fn a_page_says_nothing_that_a_caller_put_into_headers_of_proxies() {
    let router = Shop::with(&Settings::default(), vec![Key::of_all("one", ADMIN)])
        .await
        .site();
    let page = async |peer: &str| {
        let request = Request::get("/about")
            .header(header::HOST, "search.example")
            .header("x-forwarded-host", "evil.example")
            .header("x-forwarded-for", "evil.example")
            .header("x-forwarded-proto", "https")
            .header("forwarded", "host=evil.example")
            .extension(from(peer));
        let answered = answer(&router, request).await;
        assert_eq!(answered.status(), StatusCode::OK);
        text(answered).await
    };
    let told = page("192.0.2.7").await;
    assert!(!told.contains("evil.example"));
    assert!(!told.contains("https://search.example"));
    assert!(told.contains("http://search.example"));
    // A proxy on this machine may end TLS.
    assert!(page("127.0.0.1").await.contains("https://search.example"));
    let slashed = Request::get("/about/").header(header::HOST, "evil.example");
    let moved = answer(&router, slashed).await;
    assert_eq!(moved.headers()[header::LOCATION], "/about");
}

/// The paths of a router's routes, each with its methods.
fn routes(router: &Router) -> BTreeMap<String, BTreeSet<String>> {
    let shown = format!("{router:?}");
    // What follows is for paths without a route.
    let shown = shown.split("fallback_router").next().unwrap();
    let mut methods = BTreeMap::new();
    let mut paths = Vec::new();
    for part in shown.split("RouteId(").skip(1) {
        let (id, rest) = part.split_once(')').unwrap();
        if let Some(path) = rest.strip_prefix(": \"") {
            paths.push((id.to_owned(), path.split('"').next().unwrap().to_owned()));
        } else if let Some((_, allowed)) = rest.rsplit_once("allow_header: Bytes(b\"") {
            let allowed = allowed.split('"').next().unwrap().split(',');
            let allowed: BTreeSet<String> = allowed.map(str::to_owned).collect();
            methods.insert(id.to_owned(), allowed);
        }
    }
    let of = |id: &String| methods.get(id).cloned().unwrap_or_default();
    paths
        .iter()
        .map(|(id, path)| (path.clone(), of(id)))
        .collect()
}

#[tokio::test]
async fn each_route_of_the_api_is_in_the_table_of_what_it_needs() {
    let routes = routes(&Shop::new().await.api());
    assert!(routes.len() > 30, "{routes:?}");
    for (path, methods) in &routes {
        for method in methods.iter().filter(|method| *method != "HEAD") {
            let listed = TABLE.iter().any(|(m, p, _)| m == method && p == path);
            assert!(
                listed,
                "{method} {path} is missing in keys/needs.rs and docs/keys.md"
            );
        }
    }
    for (method, path, _) in TABLE {
        let methods = routes.get(path);
        // A route for any method lists none.
        let served = methods.is_some_and(|all| all.is_empty() || all.contains(method));
        assert!(served, "there is no route {method} {path}");
    }
}

#[tokio::test]
async fn each_route_that_needs_a_role_is_refused_without_it() {
    let settings = Settings {
        requests_per_second: 0,
        ..Settings::default()
    };
    let router = Shop::with(&settings, all_keys()).await.api();
    for (method, path, role) in TABLE {
        let uri = ["{name}", "{id}", "{field}", "{upload}"]
            .iter()
            .fold(path.to_owned(), |path, name| path.replace(name, "films"));
        let ask = async |key: Option<&str>| {
            let method: Method = method.parse().unwrap();
            let mut request = Request::builder().method(method).uri(&uri);
            if let Some(key) = key {
                request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
            }
            let asked = tokio::time::timeout(LONG, answer(&router, request));
            asked.await.expect("no answer").status()
        };
        let status = ask(None).await;
        let refused = status == StatusCode::UNAUTHORIZED;
        assert_eq!(refused, role.is_some(), "{method} {path}: {status}");
        if role.is_some_and(|role| role > crate::keys::Role::Search) {
            let status = ask(Some(SEARCH)).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{method} {path}");
        }
    }
}
