//! The form in which people give a key. It needs no script, and none can run in it.

use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use parallax_app::Problem;

use super::html::escaped;
use crate::keys::Key;

/// Nothing but the style, which is a file of the page.
const POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

/// Why the form is shown.
pub enum Shown<'a> {
    /// The reader opened it.
    Opened,
    /// A page needs a key.
    Needed,
    /// The key was refused.
    Refused(&'a Problem),
    /// The reader is signed in.
    SignedIn(&'a Key),
}

impl Shown<'_> {
    fn status(&self) -> StatusCode {
        match self {
            Self::Opened | Self::SignedIn(_) => StatusCode::OK,
            Self::Needed => StatusCode::UNAUTHORIZED,
            Self::Refused(problem) => {
                StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::UNAUTHORIZED)
            }
        }
    }

    fn told(&self) -> String {
        match self {
            Self::Opened => "<p>Give a key of this service.</p>".into(),
            Self::Needed => "<p>This service is read with a key.</p>".into(),
            Self::Refused(problem) => {
                format!(r#"<p role="alert">{}</p>"#, escaped(&problem.message))
            }
            Self::SignedIn(key) => format!(
                r#"<p>You are signed in with the key “{}”, whose role is {}.</p>
<form method="post" action="/sign-out"><button type="submit">Sign out</button></form>
<p>Another key:</p>"#,
                escaped(&key.name),
                key.role
            ),
        }
    }
}

/// The form, which leads to a path of this server.
pub fn sign_in_form(to: &str, shown: &Shown<'_>) -> Response {
    let (to, told) = (escaped(to), shown.told());
    let page = format!(
        r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Sign in · Parallax</title>
<link rel="stylesheet" href="/sign-in.css">
</head>
<body>
<main>
<h1>Sign in</h1>
{told}
<form method="post" action="/sign-in">
<input type="hidden" name="to" value="{to}">
<label for="key">Key</label>
<input id="key" name="key" type="password" required autocomplete="current-password" spellcheck="false">
<button type="submit">Sign in</button>
</form>
</main>
</body>
</html>
"#
    );
    let headers = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        // With none, browsers hide from which site a form is sent.
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (shown.status(), headers, Html(page)).into_response()
}
