//! Speech recognition by the browser: the Web Speech API of the W3C's community group. Some browsers
//! have it under another name, so it is looked up at run time.

use leptos::prelude::{Callable, Callback, window};
use leptos::wasm_bindgen::closure::Closure;
use leptos::wasm_bindgen::{JsCast, JsValue};
use web_sys::js_sys::{Array, Function, Reflect};

use super::storage::local_storage;

/// The names of the constructor.
const NAMES: [&str; 2] = ["SpeechRecognition", "webkitSpeechRecognition"];

/// The events that are listened for.
const EVENTS: [&str; 3] = ["onresult", "onerror", "onend"];

const KEY: &str = "speech";

/// What comes of listening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// What was understood so far.
    Text(String),
    /// Why it failed, by the name that the browser gives it.
    Failed(String),
    /// The end.
    Over,
}

/// A microphone that is on, until it is over or stopped.
pub struct Listening {
    recognition: JsValue,
    /// Called by the browser, for as long as this exists.
    _told: Closure<dyn Fn(JsValue)>,
}

impl Listening {
    /// Ends it. What was understood so far stays.
    pub fn stop(&self) {
        call(&self.recognition, "stop");
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        for event in EVENTS {
            set(&self.recognition, event, &JsValue::NULL);
        }
        call(&self.recognition, "abort");
    }
}

/// Whether the browser offers it.
pub fn can_listen() -> bool {
    constructor().is_some()
}

/// Starts to listen, in the language that the browser is set to. `None` if the browser refuses.
pub fn listen(heard: Callback<Heard>) -> Option<Listening> {
    let recognition = Reflect::construct(&constructor()?, &Array::new()).ok()?;
    let told = Closure::<dyn Fn(JsValue)>::new(move |event: JsValue| {
        heard.run(match get(&event, "type").as_string().as_deref() {
            Some("result") => Heard::Text(transcript(&event)),
            Some("error") => Heard::Failed(get(&event, "error").as_string().unwrap_or_default()),
            _ => Heard::Over,
        });
    });
    let language = window().navigator().language().unwrap_or_default();
    set(&recognition, "lang", &language.into());
    set(&recognition, "interimResults", &JsValue::TRUE);
    for event in EVENTS {
        set(&recognition, event, told.as_ref());
    }
    call(&recognition, "start").then_some(Listening {
        recognition,
        _told: told,
    })
}

/// Whether the reader allowed it before.
pub fn speech_is_allowed() -> bool {
    let kept = local_storage().and_then(|storage| storage.get_item(KEY).ok().flatten());
    kept.as_deref() == Some("allowed")
}

/// Remembers whether the reader allows it.
pub fn allow_speech(allowed: bool) {
    let _ = local_storage().map(|storage| match allowed {
        true => storage.set_item(KEY, "allowed"),
        false => storage.remove_item(KEY),
    });
}

/// The best transcripts of all that was said, one after the other.
fn transcript(event: &JsValue) -> String {
    let results = get(event, "results");
    let count = get(&results, "length").as_f64().unwrap_or(0.0) as u32;
    let part = |at: u32| {
        let result = Reflect::get_u32(&results, at).unwrap_or(JsValue::UNDEFINED);
        let best = Reflect::get_u32(&result, 0).unwrap_or(JsValue::UNDEFINED);
        get(&best, "transcript").as_string().unwrap_or_default()
    };
    let parts: String = (0..count).map(part).collect();
    parts.trim().to_owned()
}

fn constructor() -> Option<Function> {
    let window = window();
    let named = |name: &&str| get(&window, name).dyn_into().ok();
    NAMES.iter().find_map(named)
}

fn get(of: &JsValue, name: &str) -> JsValue {
    Reflect::get(of, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

fn set(of: &JsValue, name: &str, value: &JsValue) {
    let _ = Reflect::set(of, &name.into(), value);
}

/// Calls a method without arguments. Returns whether it is there and does not fail.
fn call(of: &JsValue, name: &str) -> bool {
    let method = get(of, name).dyn_into::<Function>();
    method.is_ok_and(|method| method.call0(of).is_ok())
}
