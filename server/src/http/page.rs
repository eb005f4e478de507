//! The page: routes of the app rendered here, its server functions, and the built site's
//! files.

use std::sync::Arc;

use axum::Router;
use leptos::prelude::{LeptosOptions, provide_context};
use leptos_axum::{LeptosRoutes, file_and_error_handler_with_context, generate_route_list};
use parallax_app::backend::SharedBackend;
use parallax_app::{App, shell};

use crate::service::Service;

/// Everything that is not the API.
pub fn router(service: Service, options: LeptosOptions) -> Router {
    let backend: SharedBackend = Arc::new(service);
    let context = move || provide_context(Arc::clone(&backend));
    let draw = {
        let options = options.clone();
        move || shell(options.clone())
    };
    Router::new()
        .leptos_routes_with_context(&options, generate_route_list(App), context.clone(), draw)
        .fallback(file_and_error_handler_with_context::<LeptosOptions, _>(
            context, shell,
        ))
        .with_state(options)
}
