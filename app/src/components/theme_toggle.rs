//! The choice between light and dark. `public/theme.js` applies the stored theme before the page is
//! drawn; this component changes and stores it.

use leptos::prelude::*;

use crate::browser::local_storage;

const KEY: &str = "theme";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Theme {
    Light,
    Dark,
}

impl Theme {
    fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn other(self) -> Self {
        match self {
            Self::Light => Self::Dark,
            Self::Dark => Self::Light,
        }
    }
}

/// The icon until the browser has told the theme: half light, half dark.
const UNKNOWN: &str = "M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18";
const SUN: &str = "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2M12 20v2M2 12h2M20 12h2\
                   M4.9 4.9l1.4 1.4M17.7 17.7l1.4 1.4M4.9 19.1l1.4-1.4M17.7 6.3l1.4-1.4";
const MOON: &str = "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z";

/// A button that changes between light and dark, at every click. The theme of the system is not
/// stored when it is chosen again: the page then follows the system. Without JavaScript, it always
/// does, and the stylesheet hides the button.
#[component]
pub fn ThemeToggle() -> impl IntoView {
    let theme = RwSignal::new(None::<Theme>);
    // The system may change its theme meanwhile, so it is looked up again before it is needed.
    let look = move || theme.set(Some(drawn()));
    Effect::new(look);
    let label = move || match theme.get() {
        None => "Theme".to_owned(),
        Some(theme) => format!(
            "Theme: {}. Change to {}",
            theme.name(),
            theme.other().name()
        ),
    };
    let icon = move || match theme.get() {
        None => UNKNOWN,
        Some(Theme::Light) => SUN,
        Some(Theme::Dark) => MOON,
    };
    let name = move || theme.get().map_or("unknown", Theme::name);
    let change = move |_| {
        let next = drawn().other();
        apply(next);
        theme.set(Some(next));
    };
    view! {
        <button
            type="button"
            class="theme-toggle with-js"
            aria-label=label
            title=label
            on:click=change
            on:focus=move |_| look()
            on:pointerenter=move |_| look()
        >
            <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" data-theme-icon=name>
                <path d=icon />
            </svg>
        </button>
    }
}

/// The theme of the system.
fn of_system() -> Theme {
    let dark = window().match_media("(prefers-color-scheme: dark)");
    let dark = dark.ok().flatten().is_some_and(|dark| dark.matches());
    if dark { Theme::Dark } else { Theme::Light }
}

/// The theme the page is drawn in.
fn drawn() -> Theme {
    let root = document().document_element();
    match root
        .and_then(|root| root.get_attribute("data-theme"))
        .as_deref()
    {
        Some("light") => Theme::Light,
        Some("dark") => Theme::Dark,
        _ => of_system(),
    }
}

/// Draws the page in a theme and stores the choice. If the browser forbids storage, the choice
/// lasts until the page is closed.
fn apply(theme: Theme) {
    let storage = local_storage();
    let root = document().document_element();
    if theme == of_system() {
        let _ = root.map(|root| root.remove_attribute("data-theme"));
        let _ = storage.map(|storage| storage.remove_item(KEY));
    } else {
        let _ = root.map(|root| root.set_attribute("data-theme", theme.name()));
        let _ = storage.map(|storage| storage.set_item(KEY, theme.name()));
    }
}
