//! The document around the application.

use leptos::prelude::*;
use leptos_meta::MetaTags;

use crate::app::App;
use crate::backend::SharedBackend;
use crate::files::PageFiles;
use crate::lazy::hints;
use crate::pictures::Pictures;
use crate::security::send_content_security_policy;
use crate::social::social;

const DESCRIPTION: &str = "Search records by what they mean, by the words they use, or by both, and see why each was found.";

/// The HTML document, with the application in its body.
pub fn shell(options: LeptosOptions, files: PageFiles) -> impl IntoView {
    send_content_security_policy();
    let Pictures { host, own_only } = Pictures::of_page();
    // On a cluster, the stylesheet hides what needs a data folder.
    let on_cluster = use_context::<SharedBackend>().is_some_and(|backend| backend.on_cluster());
    view! {
        <!DOCTYPE html>
        <html
            lang="en"
            data-host=host
            data-own-pictures=own_only.then_some("")
            data-on-cluster=on_cluster.then_some("")
        >
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="description" content=DESCRIPTION />
                {social(DESCRIPTION)}
                <meta name="color-scheme" content="light dark" />
                // Loaded before anything is drawn, so that the wrong theme does not flash.
                <script src="/theme.js"></script>
                {files.tags()}
                // Fonts are always requested without credentials, so a preload must be too.
                <link
                    rel="preload"
                    href="/fonts/inter-latin-wght-normal.woff2"
                    r#as="font"
                    type="font/woff2"
                    crossorigin="anonymous"
                />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <AutoReload options />
                {hints()}
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}
