//! Routes with their descriptions. A route can only be added with one, so the router and the document
//! come from the same list.

use axum::Router;
use axum::extract::{RawQuery, Request};
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{MethodFilter, on};

use super::about::About;
use crate::http::error::Failure;
use crate::service::Service;

/// A route as the document has it.
#[derive(Debug, Clone)]
pub struct Described {
    pub method: Method,
    pub path: String,
    pub about: About,
}

/// Routes and their descriptions.
#[derive(Default)]
pub struct Routes {
    router: Router<Service>,
    described: Vec<Described>,
}

impl Routes {
    /// No routes yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a route for GET, and so for HEAD.
    #[must_use]
    pub fn get<H: Handler<T, Service>, T: 'static>(self, path: &str, run: H, about: About) -> Self {
        self.add(Method::GET, MethodFilter::GET, path, run, about)
    }

    /// Adds a route for POST.
    #[must_use]
    pub fn post<H: Handler<T, Service>, T: 'static>(
        self,
        path: &str,
        run: H,
        about: About,
    ) -> Self {
        self.add(Method::POST, MethodFilter::POST, path, run, about)
    }

    /// Adds a route for PUT.
    #[must_use]
    pub fn put<H: Handler<T, Service>, T: 'static>(self, path: &str, run: H, about: About) -> Self {
        self.add(Method::PUT, MethodFilter::PUT, path, run, about)
    }

    /// Adds a route for PATCH.
    #[must_use]
    pub fn patch<H: Handler<T, Service>, T: 'static>(
        self,
        path: &str,
        run: H,
        about: About,
    ) -> Self {
        self.add(Method::PATCH, MethodFilter::PATCH, path, run, about)
    }

    /// Adds a route for DELETE.
    #[must_use]
    pub fn delete<H: Handler<T, Service>, T: 'static>(
        self,
        path: &str,
        run: H,
        about: About,
    ) -> Self {
        self.add(Method::DELETE, MethodFilter::DELETE, path, run, about)
    }

    /// Adds a path at which a route of the list is served as well, because of how records may be
    /// called. The document has that route already.
    #[must_use]
    pub fn also<H: Handler<T, Service>, T: 'static>(
        mut self,
        method: MethodFilter,
        path: &str,
        run: H,
    ) -> Self {
        self.router = self.router.route(path, on(method, run));
        self
    }

    /// Adds other routes.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.described.extend(other.described);
        self
    }

    /// Puts all routes below a path.
    #[must_use]
    pub fn below(mut self, path: &str) -> Self {
        self.router = Router::new().nest(path, self.router);
        for route in &mut self.described {
            route.path = format!("{path}{}", route.path);
        }
        self
    }

    /// Changes the router, to add a layer.
    #[must_use]
    pub fn layered(mut self, layer: impl FnOnce(Router<Service>) -> Router<Service>) -> Self {
        self.router = layer(self.router);
        self
    }

    /// The router and the descriptions.
    pub fn split(self) -> (Router<Service>, Vec<Described>) {
        (self.router, self.described)
    }

    fn add<H: Handler<T, Service>, T: 'static>(
        mut self,
        method: Method,
        filter: MethodFilter,
        path: &str,
        run: H,
        about: About,
    ) -> Self {
        let mut route = on(filter, run);
        if about.refuses_parameters() {
            route = route.layer(from_fn(no_parameters));
        }
        self.router = self.router.route(path, route);
        self.described.push(Described {
            method,
            path: path.to_owned(),
            about,
        });
        self
    }
}

/// Refuses parameters where there are none, so that a misspelt or misplaced one is noticed.
async fn no_parameters(
    RawQuery(query): RawQuery,
    request: Request,
    next: Next,
) -> Result<Response, Failure> {
    let query = query.unwrap_or_default();
    match form_urlencoded::parse(query.as_bytes()).next() {
        Some((name, _)) => Err(Failure::bad_request(format!(
            "the URL has the parameter {name}, but this route takes none in the URL"
        ))),
        None => Ok(next.run(request).await),
    }
}
