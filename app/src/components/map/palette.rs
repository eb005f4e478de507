//! The colours of points. The stylesheet knows them, and which theme applies; elements that are never
//! shown bring them here.

use leptos::prelude::*;
use parallax::vocabulary::{MAX_CLASSES, OTHER_VALUE};
use web_sys::HtmlElement;

/// How many colours a coloured map has: of points without a value, of each class, and of those with
/// another value.
pub const SLOTS: usize = MAX_CLASSES + 2;

/// Red, green and blue, 0 to 1.
pub type Colour = [f32; 3];

/// The colours of one theme.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Palette {
    /// That of all points, if no facet colours them.
    pub plain: Colour,
    /// Those of the classes.
    pub slots: [Colour; SLOTS],
}

/// Which colour a class has.
pub fn slot(class: u8) -> u8 {
    match class {
        OTHER_VALUE => SLOTS as u8 - 1,
        // A class that this page does not know looks like another value.
        class if usize::from(class) > MAX_CLASSES => SLOTS as u8 - 1,
        class => class,
    }
}

/// The class of the stylesheet that has the colour of a slot.
pub fn key(slot: u8) -> String {
    format!("map-key map-key-{slot}")
}

/// The element whose children have the colours: the plain one, then those of the slots.
#[component]
pub fn Colours(
    /// The element, for [`Palette::of`].
    colours: NodeRef<leptos::html::Div>,
) -> impl IntoView {
    let slots = (0..SLOTS as u8).map(|slot| view! { <span class=key(slot)></span> });
    view! {
        <div node_ref=colours hidden>
            <span class="map-key map-key-plain"></span>
            {slots.collect_view()}
        </div>
    }
    .into_any()
}

impl Palette {
    /// The colours as they are now. One that cannot be read is grey.
    pub fn of(colours: &HtmlElement) -> Self {
        let children = colours.children();
        let colour = |at: usize| {
            let child = children.item(at as u32)?;
            let style = window().get_computed_style(&child).ok()??;
            read(&style.get_property_value("color").ok()?)
        };
        let colour = |at| colour(at).unwrap_or([0.5; 3]);
        Self {
            plain: colour(0),
            slots: std::array::from_fn(|slot| colour(slot + 1)),
        }
    }
}

/// A computed colour: `rgb(12, 34, 56)`, or `color(srgb 0.1 0.2 0.3)`.
fn read(text: &str) -> Option<Colour> {
    let (kind, numbers) = text.trim().strip_suffix(')')?.split_once('(')?;
    let (numbers, whole) = match kind {
        "rgb" | "rgba" => (numbers, 255.0),
        "color" => (numbers.trim().strip_prefix("srgb")?, 1.0),
        _ => return None,
    };
    let parts = numbers
        .split([',', ' ', '/'])
        .filter(|part| !part.is_empty());
    let mut parts = parts.map(|part| part.parse::<f32>().ok().map(|part| part / whole));
    Some([parts.next()??, parts.next()??, parts.next()??])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_as_browsers_compute_them() {
        assert_eq!(read("rgb(255, 0, 51)"), Some([1.0, 0.0, 0.2]));
        assert_eq!(read("rgba(255, 0, 51, 0.5)"), Some([1.0, 0.0, 0.2]));
        assert_eq!(read("rgb(255 0 51 / 0.5)"), Some([1.0, 0.0, 0.2]));
        assert_eq!(read("color(srgb 1 0 0.2)"), Some([1.0, 0.0, 0.2]));
        for odd in ["", "rgb(1, 2)", "oklch(0.5 0.1 20)", "rgb(a, b, c)"] {
            assert_eq!(read(odd), None, "{odd}");
        }
    }

    #[test]
    fn every_class_has_a_slot() {
        assert_eq!(slot(0), 0);
        assert_eq!(slot(MAX_CLASSES as u8), MAX_CLASSES as u8);
        assert!((0..=255).all(|class| usize::from(slot(class)) < SLOTS));
        assert_eq!(slot(OTHER_VALUE), slot(200));
    }
}
