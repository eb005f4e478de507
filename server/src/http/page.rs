//! The page: the app's routes, rendered on the server, its server functions, and the files of
//! the built site.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Request, StatusCode, Uri, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, get, post};
use leptos::prelude::{LeptosOptions, provide_context, use_context};
use leptos_axum::{LeptosRoutes, generate_route_list, render_app_to_stream_with_context};
use parallax_app::backend::{AccessCheck, SharedBackend};
use parallax_app::{App, shell};

use super::guard::{Guard, Part, guard};
use super::path_here::is_path_here;
use super::{card, files, sign_in, stack};
use crate::caller;
use crate::keys::Sight;
use crate::service::Service;
use crate::site::{self, Site};

/// Everything except the API.
pub fn router(service: Service, site: Site, keys: Guard) -> Router {
    let Site { files: built, page } = site;
    let options = LeptosOptions::builder().output_name(site::NAME).build();
    let cards = card::router(service.clone(), built.clone());
    let access: AccessCheck = Arc::new({
        let keys = keys.clone();
        move |parts: &Parts| keys.access(parts)
    });
    let context = move || {
        // A page is rendered by several tasks, so what the request may see travels with the backend,
        // and so does the caller: when they leave, those tasks are dropped.
        let parts = use_context::<Parts>();
        let extensions = parts.as_ref().map(|parts| &parts.extensions);
        let sight = extensions.and_then(|extensions| extensions.get().cloned());
        let caller = extensions.and_then(|extensions| extensions.get().cloned());
        let service = service.with_sight(sight.unwrap_or(Sight::Nothing));
        let backend: SharedBackend = Arc::new(service.working_for(caller));
        provide_context(backend);
        provide_context(Arc::clone(&access));
    };
    let draw = {
        let options = options.clone();
        move || shell(options.clone(), page.clone())
    };
    let render = render_app_to_stream_with_context(context.clone(), draw.clone());
    let unknown: MethodRouter = get(move |request: Request<Body>| {
        let slashed = without_last_slash(request.uri());
        let page = slashed.is_none().then(|| render(request));
        async move {
            match (slashed, page) {
                (Some(uri), _) => Redirect::permanent(&uri).into_response(),
                (None, Some(page)) => (StatusCode::NOT_FOUND, page.await).into_response(),
                (None, None) => StatusCode::NOT_FOUND.into_response(),
            }
        }
    });
    let guarded = |part| from_fn_with_state((keys.clone(), part), guard);
    let rendered = Router::new()
        .leptos_routes_with_context(&options, generate_route_list(App), context, draw)
        .with_state(options);
    let pages = stack::rendered(rendered)
        .merge(cards)
        .layer(guarded(Part::Page));
    Router::new()
        .route("/pictures", post(choose_pictures))
        .merge(sign_in::router(keys.keys()))
        // Files are served outside the page's rendering context, so that they do not inherit state
        // such as the status of a page that failed.
        .merge(files::router(&built, unknown))
        .layer(guarded(Part::Files))
        .merge(pages)
        .layer(from_fn(caller::follow))
}

/// Remembers for a year whether pictures from other hosts are shown, and goes back to the page.
async fn choose_pictures(body: Bytes) -> Response {
    let mut cookie = HeaderValue::from_static("pictures=; Path=/; Max-Age=0; SameSite=Lax");
    let mut back = HeaderValue::from_static("/");
    for (name, value) in form_urlencoded::parse(&body) {
        match &*name {
            "show" if value == "own" => {
                let own = "pictures=own; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly";
                cookie = HeaderValue::from_static(own);
            }
            "to" if is_path_here(&value) => {
                back = HeaderValue::from_str(&value).unwrap_or(back);
            }
            _ => {}
        }
    }
    let headers = [(header::SET_COOKIE, cookie), (header::LOCATION, back)];
    (StatusCode::SEE_OTHER, headers).into_response()
}

/// Where to redirect a path with a trailing slash, except `/` itself.
fn without_last_slash(uri: &Uri) -> Option<String> {
    let path = uri.path().strip_suffix('/')?;
    // The rest could point to another host, as `//host` and `/\host` do in a browser.
    if !is_path_here(path) {
        return None;
    }
    Some(match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::Files;
    use axum::http::Method;
    use leptos::prelude::Owner;
    use leptos_axum::ResponseOptions;
    use parallax_app::files::PageFiles;
    use tower::ServiceExt;

    #[tokio::test]
    async fn the_choice_of_pictures_is_remembered_and_leads_nowhere_else() {
        let chosen = |body: &'static str| async move {
            let response = choose_pictures(Bytes::from_static(body.as_bytes())).await;
            let header = |name| response.headers()[name].to_str().unwrap().to_owned();
            (header(header::SET_COOKIE), header(header::LOCATION))
        };
        let (cookie, back) = chosen("show=own&to=%2Fc%2Fbooks%3Fq%3Da%252Bb").await;
        assert!(cookie.starts_with("pictures=own; Path=/; Max-Age=31536000"));
        assert_eq!(back, "/c/books?q=a%2Bb");
        assert!(chosen("show=all").await.0.contains("Max-Age=0"));
        for elsewhere in [
            "https%3A%2F%2Fa.example",
            "%2F%2Fa.example",
            "%2F%09%2Fa.example",
            "%2F%5Ca.example",
            "%2F%0D%0Ax%3Ay",
        ] {
            let body = format!("to={elsewhere}");
            let response = choose_pictures(Bytes::from(body)).await;
            assert_eq!(response.headers()[header::LOCATION], "/", "{elsewhere}");
        }
    }

    /// Sends a request to a site with one picture, one script and the code of one page, laid out as
    /// by a build.
    async fn ask(method: Method, uri: &str) -> Response {
        let site = tempfile::tempdir().unwrap();
        std::fs::write(site.path().join("favicon.svg"), "<svg/>").unwrap();
        std::fs::create_dir(site.path().join("pkg")).unwrap();
        std::fs::write(site.path().join("pkg/app.js"), "//").unwrap();
        std::fs::write(site.path().join("pkg/split_about.wasm"), "\0asm").unwrap();
        let built = Site {
            files: Files::InFolder(site.path().to_owned()),
            page: PageFiles::default(),
        };
        let request = Request::builder().method(method).uri(uri);
        let request = request.body(Body::empty()).unwrap();
        let router = router(Service::new(1), built, Guard::default());
        router.oneshot(request).await.unwrap()
    }

    #[tokio::test]
    async fn a_page_that_failed_leaves_no_status_to_a_file() {
        // What rendering a page can leave behind on a shared thread.
        let left_behind = Owner::new();
        left_behind.set();
        let failed = ResponseOptions::default();
        failed.set_status(StatusCode::BAD_REQUEST);
        provide_context(failed);
        let response = ask(Method::GET, "/favicon.svg").await;
        assert_eq!(response.status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn a_function_that_fails_says_so_in_its_status() {
        for function in [
            "explain?request[id]=1&request[search][q]=milk",
            "search?request[q]=milk",
            "names",
            "tasks",
        ] {
            // The service has not started.
            let response = ask(Method::GET, &format!("/fn/{function}")).await;
            let status = response.status();
            assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{function}");
        }
        let response = ask(Method::GET, "/fn/explain?request[id]=1").await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    }

    #[tokio::test]
    async fn files_are_only_read_and_the_package_is_kept() {
        let response = ask(Method::POST, "/favicon.svg").await;
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
        let kept = |response: &Response| response.headers().get(header::CACHE_CONTROL).is_some();
        assert!(kept(&ask(Method::GET, "/pkg/app.js").await));
        let missing = ask(Method::GET, "/pkg/old.js").await;
        assert_eq!(missing.status(), StatusCode::NOT_FOUND);
        assert!(!kept(&missing));
    }

    #[tokio::test]
    async fn a_path_that_no_file_can_have_is_not_found() {
        for length in [255, 6_000] {
            for folder in ["", "pkg/", "fonts/", "c/a/"] {
                let path = format!("/{folder}{}.js", "a".repeat(length));
                let response = ask(Method::GET, &path).await;
                assert_eq!(response.status(), StatusCode::NOT_FOUND, "{folder}");
            }
        }
    }

    #[tokio::test]
    async fn a_browser_compiles_the_code_of_a_page_while_it_arrives() {
        let response = ask(Method::GET, "/pkg/split_about.wasm").await;
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/wasm");
        assert!(response.headers().contains_key(header::CACHE_CONTROL));
    }

    #[tokio::test]
    async fn a_slash_too_many_is_taken_away_on_this_server_only() {
        let response = ask(Method::GET, "/c/sample/?q=milk").await;
        assert_eq!(response.status(), StatusCode::PERMANENT_REDIRECT);
        assert_eq!(response.headers()[header::LOCATION], "/c/sample?q=milk");
        for elsewhere in [
            "//elsewhere.example/",
            "/\\elsewhere.example/",
            "/\\/elsewhere.example/",
        ] {
            let response = ask(Method::GET, elsewhere).await;
            assert_eq!(response.status(), StatusCode::NOT_FOUND, "{elsewhere}");
            assert!(!response.headers().contains_key(header::LOCATION));
        }
    }
}
