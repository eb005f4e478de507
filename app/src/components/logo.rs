//! A record's picture, or its initial if there is no picture or it does not load. The initial is
//! placed behind the picture, so that it works without JavaScript too.

use leptos::prelude::*;

use crate::pictures::Pictures;

const TINTS: u32 = 8;

/// The picture. It adds nothing to the name next to it, so it has no alternative text.
#[component]
pub fn Logo(
    /// The record's name.
    name: String,
    /// The picture's address.
    image: Option<String>,
) -> impl IntoView {
    let class = format!("logo logo-tint-{}", tint(&name));
    let image = image.filter(|image| Pictures::here().allows(image));
    view! {
        <span class=class aria-hidden="true">
            <span class="monogram">{initial(&name)}</span>
            {image.map(|image| view! { <Picture image initial=initial(&name) /> })}
        </span>
    }
}

#[component]
fn Picture(image: String, initial: String) -> impl IntoView {
    let failed = RwSignal::new(false);
    let picture = NodeRef::<leptos::html::Img>::new();
    Effect::new(move || {
        // A picture that failed before hydration is loaded again, so that the error handler
        // runs. The address is read from the attribute, so it stays as rendered.
        if let Some(picture) = picture.get()
            && picture.complete()
            && picture.natural_width() == 0
            && let Some(address) = picture.get_attribute("src")
        {
            picture.set_src(&address);
        }
    });
    view! {
        <img
            node_ref=picture
            class="logo-image"
            class:is-missing=failed
            src=image
            data-initial=initial
            alt=""
            width="40"
            height="40"
            loading="lazy"
            decoding="async"
            referrerpolicy="no-referrer"
            on:error=move |_| failed.set(true)
        />
    }
}

fn initial(name: &str) -> String {
    let letter = name.chars().find(|letter| letter.is_alphanumeric());
    letter.map_or_else(|| "\u{b7}".into(), |letter| letter.to_uppercase().collect())
}

/// A tint that is the same for the same name.
fn tint(name: &str) -> u32 {
    let hash = name.bytes().fold(0u32, |hash, byte| {
        hash.wrapping_mul(31).wrapping_add(byte.into())
    });
    hash % TINTS
}
