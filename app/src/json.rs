//! How the page reads JSON: in the answers of server functions, in resources that come with the
//! page, and in answers of the API. In the browser, its own parser reads the text and
//! serde-wasm-bindgen the types, so that the WebAssembly has neither serde_json's parser nor a copy
//! of it for each type. The server only writes JSON, with serde_json.

use std::fmt;

use leptos::server::codee::{Decoder, Encoder};
use leptos::server_fn::codec::Post;
use leptos::server_fn::{Bytes, ContentType, Decodes, Encodes, Format, FormatType};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The encoding of resources, of server functions' answers and of their errors.
pub struct Json;

/// The encoding of an answer in a server function's `protocol`.
pub type InJson = Post<Json>;

/// A resource whose value comes with the page as JSON. Made by [`resource`].
pub type Resource<T> = leptos::prelude::Resource<T, Json>;

/// Like `Resource::new`, which would read its value with serde_json.
#[track_caller]
pub fn resource<S, T, Fut>(
    source: impl Fn() -> S + Send + Sync + 'static,
    fetcher: impl Fn(S) -> Fut + Send + Sync + 'static,
) -> Resource<T>
where
    S: PartialEq + Clone + Send + Sync + 'static,
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
    Fut: Future<Output = T> + Send + 'static,
{
    Resource::new_with_options(source, fetcher, false)
}

/// Reads a value. Numbers beyond 2^53 lose digits in the browser; no id is that large.
///
/// # Errors
/// If the text is not JSON, or not of this type.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, NotRead> {
    #[cfg(feature = "hydrate")]
    let read = {
        let parsed = web_sys::js_sys::JSON::parse(text).map_err(|_| NotRead)?;
        serde_wasm_bindgen::from_value(parsed)
    };
    #[cfg(not(feature = "hydrate"))]
    let read = serde_json::from_str(text);
    read.map_err(|_| NotRead)
}

/// The text is not JSON, or does not fit the type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotRead;

impl fmt::Display for NotRead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not the expected JSON")
    }
}

impl ContentType for Json {
    const CONTENT_TYPE: &'static str = "application/json";
}

impl FormatType for Json {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T: Serialize> Encodes<T> for Json {
    type Error = serde_json::Error;

    fn encode(output: &T) -> Result<Bytes, Self::Error> {
        serde_json::to_vec(output).map(Into::into)
    }
}

impl<T: DeserializeOwned> Decodes<T> for Json {
    type Error = NotRead;

    fn decode(bytes: Bytes) -> Result<T, NotRead> {
        read(std::str::from_utf8(&bytes).map_err(|_| NotRead)?)
    }
}

impl<T: Serialize> Encoder<T> for Json {
    type Error = serde_json::Error;
    type Encoded = String;

    fn encode(value: &T) -> Result<String, Self::Error> {
        serde_json::to_string(value)
    }
}

impl<T: DeserializeOwned> Decoder<T> for Json {
    type Error = NotRead;
    type Encoded = str;

    fn decode(text: &str) -> Result<T, NotRead> {
        read(text)
    }
}
