//! The content security policy of every page: scripts from this server and the page's own inline
//! ones, no styles except the stylesheet, and pictures from anywhere, since records link to them,
//! unless the reader refuses those of other hosts.

use http::{HeaderValue, header};
use leptos::nonce::use_nonce;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

use crate::pictures::Pictures;

/// Sets the policy's header on the response.
pub fn send_content_security_policy() {
    let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>()) else {
        return;
    };
    // In development, pages reload themselves through a web socket.
    let sockets = if cfg!(debug_assertions) {
        " ws: wss:"
    } else {
        ""
    };
    let pictures = if Pictures::of_page().own_only {
        ""
    } else {
        " http: https:"
    };
    let policy = format!(
        "default-src 'none'; \
         script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; \
         style-src 'self'; font-src 'self'; \
         img-src 'self'{pictures}; \
         connect-src 'self'{sockets}; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
}
