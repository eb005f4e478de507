//! Reading a form.

use web_sys::{FormData, HtmlFormElement, UrlSearchParams};

/// The form's fields as the query a browser without JavaScript would send.
pub fn query_of(form: &HtmlFormElement) -> Option<String> {
    let data = FormData::new_with_form(form).ok()?;
    let query = UrlSearchParams::new_with_str_sequence_sequence(&data).ok()?;
    Some(query.to_string().into())
}
