//! Speaking instead of typing, where the browser can turn speech into text. It is off until the reader
//! has been told where the sound goes and has allowed it.

use std::time::Duration;

use leptos::ev::{KeyboardEvent, keydown};
use leptos::html::{Dialog, Input};
use leptos::prelude::*;

use super::dialog::{close, open};
use crate::browser::speech::{
    Heard, Listening, allow_speech, can_listen, listen, speech_is_allowed,
};

/// How long it is said why nothing was understood.
const READ: Duration = Duration::from_secs(8);

/// Whether the reader allowed it, for all of the page.
#[derive(Clone, Copy)]
pub struct Speech(RwSignal<bool>);

impl Speech {
    /// Provides it to the page.
    pub fn provide() {
        let allowed = RwSignal::new(false);
        Effect::new(move || allowed.set(speech_is_allowed()));
        provide_context(Self(allowed));
    }

    fn allow(self, allowed: bool) {
        allow_speech(allowed);
        self.0.set(allowed);
    }
}

/// The button, once the page is alive, if the browser can do it.
#[component]
pub fn Microphone(
    /// The field that is filled.
    field: NodeRef<Input>,
    /// Called when it was filled.
    on_heard: Callback<()>,
) -> impl IntoView {
    let offered = RwSignal::new(false);
    Effect::new(move || offered.set(can_listen()));
    move || offered.get().then(|| offer(field, on_heard))
}

fn offer(field: NodeRef<Input>, on_heard: Callback<()>) -> AnyView {
    let speech = expect_context::<Speech>();
    let dialog = NodeRef::<Dialog>::new();
    let said = RwSignal::new("");
    let on = RwSignal::new(false);
    // Not dropped by the events that it reports.
    let listening = StoredValue::new_local(None::<Listening>);
    let heard = Callback::new(move |heard: Heard| match heard {
        Heard::Text(text) => {
            if let Some(field) = field.get_untracked() {
                field.set_value(&text);
                on_heard.run(());
            }
        }
        Heard::Failed(why) => {
            let why = reason(&why);
            said.set(why);
            set_timeout(
                move || {
                    let _ = said.try_update(|said| {
                        if *said == why {
                            *said = "";
                        }
                    });
                },
                READ,
            );
        }
        Heard::Over => {
            on.set(false);
            said.update(|said| {
                if *said == LISTENING {
                    *said = "";
                }
            });
        }
    });
    let stop = move || {
        listening.with_value(|listening| {
            if let Some(listening) = listening {
                listening.stop();
            }
        });
    };
    let start = move || {
        let now = listen(heard);
        on.set(now.is_some());
        said.set(if now.is_some() { LISTENING } else { REFUSED });
        listening.set_value(now);
    };
    let press = move |_| match (on.get_untracked(), speech.0.get_untracked()) {
        (true, _) => stop(),
        (false, true) => start(),
        (false, false) => open(dialog),
    };
    let allow = move |_| {
        speech.allow(true);
        close(dialog);
        start();
    };
    let escape = window_event_listener(keydown, move |event: KeyboardEvent| {
        if event.key() == "Escape" && on.get_untracked() {
            event.prevent_default();
            stop();
        }
    });
    on_cleanup(move || escape.remove());
    view! {
        <button
            type="button"
            class="speak"
            aria-label="Speak instead of typing"
            title="Speak instead of typing"
            aria-pressed=move || if on.get() { "true" } else { "false" }
            on:click=press
        >
            <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
                <path d="M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3zM5 11a7 7 0 0 0 14 0M12 18v3" />
            </svg>
        </button>
        <span class="speak-said" role="status">
            {said}
        </span>
        <dialog node_ref=dialog class="keys" aria-labelledby="speak-title">
            <h2 id="speak-title">"Speak instead of typing?"</h2>
            <p class="speak-note">
                "Your browser turns what you say into text. Most browsers send the recording to \
                 their manufacturer\u{2019}s servers for that. This server only gets the text. Your choice is \
                 kept in this browser; you can take it back in the list of keys at the bottom of the \
                 page."
            </p>
            <p class="speak-ways">
                <button type="button" class="button" on:click=allow>
                    "Allow"
                </button>
                <button type="button" class="button-quiet" on:click=move |_| close(dialog)>
                    "Cancel"
                </button>
            </p>
        </dialog>
    }
    .into_any()
}

/// Takes back what was allowed; nothing if it was not.
#[component]
pub fn SpeechChoice() -> impl IntoView {
    let speech = expect_context::<Speech>();
    move || {
        speech.0.get().then(|| {
            view! {
                <p class="speak-choice">
                    "Speech input is on. "
                    <button
                        type="button"
                        class="link-button"
                        on:click=move |_| speech.allow(false)
                    >
                        "Turn it off"
                    </button>
                </p>
            }
        })
    }
}

const LISTENING: &str = "Listening. Press Esc to stop.";
const REFUSED: &str = "The browser did not start listening. Try again.";

/// Why nothing was understood, by the browser's name for it.
fn reason(error: &str) -> &'static str {
    match error {
        "not-allowed" | "service-not-allowed" => {
            "The browser does not allow this page to use the microphone. Its settings can change that."
        }
        "no-speech" => "Nothing was heard. Try again.",
        "audio-capture" => "No microphone was found.",
        "network" => "The browser could not reach the service that turns speech into text.",
        "language-not-supported" => "The browser cannot turn speech in its language into text.",
        // Stopped.
        "aborted" => "",
        _ => "The browser could not turn the speech into text.",
    }
}
