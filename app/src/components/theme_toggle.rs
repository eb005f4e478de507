//! The choice between the system's theme, light and dark. `public/theme.js` applies the stored
//! theme before the page is drawn; this component changes and stores it.

use leptos::prelude::*;

const KEY: &str = "theme";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn next(self) -> Self {
        match self {
            Self::System => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::System,
        }
    }

    fn icon(self) -> &'static str {
        match self {
            Self::System => "M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18",
            Self::Light => {
                "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2M12 20v2M2 12h2M20 12h2\
                 M4.9 4.9l1.4 1.4M17.7 17.7l1.4 1.4M4.9 19.1l1.4-1.4M17.7 6.3l1.4-1.4"
            }
            Self::Dark => "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z",
        }
    }
}

/// A button that cycles through the themes. Without JavaScript the system's theme is used, and
/// the stylesheet hides the button.
#[component]
pub fn ThemeToggle() -> impl IntoView {
    let theme = RwSignal::new(Theme::System);
    Effect::new(move || theme.set(applied()));
    let label = move || {
        let theme = theme.get();
        format!("Theme: {}. Change to {}", theme.name(), theme.next().name())
    };
    let change = move |_| {
        let next = theme.get_untracked().next();
        apply(next);
        theme.set(next);
    };
    view! {
        <button type="button" class="theme-toggle with-js" aria-label=label title=label on:click=change>
            <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" data-theme-icon=move || theme.get().name()>
                <path d=move || theme.get().icon() />
            </svg>
        </button>
    }
}

/// The theme the page is drawn in.
fn applied() -> Theme {
    let root = document().document_element();
    match root
        .and_then(|root| root.get_attribute("data-theme"))
        .as_deref()
    {
        Some("light") => Theme::Light,
        Some("dark") => Theme::Dark,
        _ => Theme::System,
    }
}

/// Draws the page in a theme and stores the choice. If the browser forbids storage, the choice
/// lasts until the page is closed.
fn apply(theme: Theme) {
    let storage = window().local_storage().ok().flatten();
    let root = document().document_element();
    if theme == Theme::System {
        let _ = root.map(|root| root.remove_attribute("data-theme"));
        let _ = storage.map(|storage| storage.remove_item(KEY));
    } else {
        let _ = root.map(|root| root.set_attribute("data-theme", theme.name()));
        let _ = storage.map(|storage| storage.set_item(KEY, theme.name()));
    }
}
