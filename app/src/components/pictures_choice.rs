//! Whether pictures from other hosts are shown: what that means, and a button that changes it.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::pictures::Pictures;

/// The line. Its form works without JavaScript, and loads the page again, since the server decides
/// what a page may load.
#[component]
pub fn PicturesChoice() -> impl IntoView {
    let location = use_location();
    let here = move || {
        let (path, search) = (location.pathname.get(), location.search.get());
        match search.trim_start_matches('?') {
            "" => path,
            search => format!("{path}?{search}"),
        }
    };
    let (said, show, change) = if Pictures::here().own_only {
        (
            "Pictures from other hosts are not shown.",
            "all",
            "Show them",
        )
    } else {
        (
            "Your browser fetches pictures from the hosts that records name.",
            "own",
            "Show none from other hosts",
        )
    };
    view! {
        <form class="pictures-choice" method="post" action="/pictures">
            <input type="hidden" name="to" value=here />
            {said}
            " "
            <button type="submit" name="show" value=show class="link-button">
                {change}
            </button>
        </form>
    }
}
