//! The title of the browser tab.

use leptos::prelude::*;
use leptos_meta::Title;

/// The title. The server writes it after the page, when the signals it is made of may be gone, so it
/// is computed at once there.
#[component]
pub fn TabTitle(
    /// The text.
    #[prop(into)]
    text: TextProp,
) -> impl IntoView {
    let text = match cfg!(feature = "ssr") {
        true => escaped(&untrack(|| text.get())).into(),
        false => text,
    };
    view! { <Title text /> }
}

/// The server writes a title into the page verbatim; in the browser it is set as text.
fn escaped(title: &str) -> String {
    title.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_query_gets_markup_into_the_title() {
        let hostile = "</title><script>alert('&')</script>";
        for title in [
            format!("{hostile} · Parallax"),
            format!("Similar to record {hostile} · Parallax"),
        ] {
            let title = escaped(&title);
            assert!(!title.contains('<'), "{title}");
            assert!(title.contains("alert('&amp;')"), "{title}");
        }
    }
}
