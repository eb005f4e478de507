//! Reading a form.

use leptos::wasm_bindgen::JsCast;
use web_sys::UrlSearchParams;
use web_sys::{Element, FormData, HtmlFormElement, HtmlInputElement, HtmlSelectElement};

/// The form's fields as the query a browser without JavaScript would send.
pub fn query_of(form: &HtmlFormElement) -> Option<String> {
    let data = FormData::new_with_form(form).ok()?;
    let query = UrlSearchParams::new_with_str_sequence_sequence(&data).ok()?;
    Some(query.to_string().into())
}

/// Whether any field differs from what the page came with.
pub fn was_changed(form: &HtmlFormElement) -> bool {
    let Ok(fields) = form.query_selector_all("input, select") else {
        return false;
    };
    (0..fields.length()).any(|at| {
        let Some(field) = fields.get(at) else {
            return false;
        };
        if let Some(input) = field.dyn_ref::<HtmlInputElement>() {
            match input.type_().as_str() {
                "radio" | "checkbox" => input.checked() != input.default_checked(),
                "range" => settled(input).is_some_and(|settled| input.value() != settled),
                _ => input.value() != input.default_value(),
            }
        } else if let Some(select) = field.dyn_ref::<HtmlSelectElement>() {
            select.value() != first_value(select)
        } else {
            false
        }
    })
}

/// What the browser makes of the value that a slider came with: one of the slider's steps.
fn settled(slider: &HtmlInputElement) -> Option<String> {
    let copy: HtmlInputElement = slider.clone_node().ok()?.dyn_into().ok()?;
    copy.set_value(&slider.default_value());
    Some(copy.value())
}

/// The value of the option that is chosen at first.
fn first_value(select: &HtmlSelectElement) -> String {
    let option = |which: &str| -> Option<Element> { select.query_selector(which).ok().flatten() };
    let option = option("option[selected]").or_else(|| option("option"));
    option
        .and_then(|option| option.get_attribute("value"))
        .unwrap_or_default()
}
