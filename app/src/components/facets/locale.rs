//! Numbers and dates as the reader's browser writes them. The server does not know the reader's
//! locale, so it writes them in English, and the browser rewrites them once the page is alive.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsValue;
use parallax::vocabulary::FacetKind;
use web_sys::js_sys::{Date, Number, Object, Reflect};

use crate::numbers::{real, thousands};

/// The browser's own locale: no locale has this name.
const OWN: &str = "default";

/// Writes numbers and dates.
#[derive(Clone, Copy)]
pub struct Locale {
    /// Whether the page is alive, so that the browser's locale is known.
    known: RwSignal<bool>,
}

impl Locale {
    /// The reader's locale. Read it in a reactive context.
    pub fn of_reader() -> Self {
        let known = RwSignal::new(false);
        Effect::new(move || known.set(true));
        Self { known }
    }

    /// A count of records.
    pub fn count(self, count: u32) -> String {
        if self.known.get() {
            Number::from(count).to_locale_string(OWN).into()
        } else {
            thousands(count)
        }
    }

    /// A facet's value. What is neither a plain number nor a day is left as it is.
    pub fn value(self, value: &str, kind: FacetKind) -> String {
        let written = match kind {
            FacetKind::Number => self.number(value),
            FacetKind::Date => self.day(value),
            FacetKind::Text | FacetKind::Boolean => None,
        };
        written.unwrap_or_else(|| value.to_owned())
    }

    /// The end of a range, whose kind is told by its form.
    pub fn end(self, value: &str) -> String {
        let written = self.number(value).or_else(|| self.day(value));
        written.unwrap_or_else(|| value.to_owned())
    }

    /// A number of up to three decimals. Those of four digits are often years, so they are not
    /// grouped.
    fn number(self, value: &str) -> Option<String> {
        let digits = value.strip_prefix('-').unwrap_or(value);
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
        let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let short = (1..=15).contains(&whole.len()) && decimals.len() <= 3;
        let grouped = whole.len() > 4 || !decimals.is_empty();
        if !short || !grouped || !plain(whole) || !plain(decimals) {
            return None;
        }
        if self.known.get() {
            let number: f64 = real(value)?;
            return Some(Number::from(number).to_locale_string(OWN).into());
        }
        let sign = if digits.len() < value.len() { "-" } else { "" };
        let point = if decimals.is_empty() { "" } else { "." };
        let whole: u64 = whole.parse().ok()?;
        Some(format!("{sign}{}{point}{decimals}", thousands(whole)))
    }

    /// A day, `2024-05-01`.
    fn day(self, value: &str) -> Option<String> {
        if value.len() != 10 || !self.known.get() {
            return None;
        }
        let date = Date::new(&value.into());
        if date.get_time().is_nan() {
            return None;
        }
        let options = Object::new();
        let set = |name: &str, value: &str| {
            Reflect::set(&options, &JsValue::from(name), &value.into()).is_ok()
        };
        let styled = set("dateStyle", "medium") && set("timeZone", "UTC");
        styled.then(|| date.to_locale_date_string(OWN, &options).into())
    }
}
