//! What is drawn on the canvas, and when.

use std::time::Duration;

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::closure::Closure;
use web_sys::{HtmlCanvasElement, ResizeObserver};

use super::chart::Chart;
use super::pace::Pace;
use super::palette::Palette;
use super::renderer::{Frame, Renderer};
use crate::browser::on_theme_change;
use crate::components::later::later;

/// How long after its last movement the map counts as still.
const REST: Duration = Duration::from_millis(140);
/// With so many points, a device with a touch screen is taken to be slow.
const MANY: usize = 150_000;
/// More pixels than this for each CSS pixel cannot be told apart in points.
const DENSEST: f64 = 2.0;

/// Draws a frame whenever what is drawn has changed, and only then. `lost` says that the system has
/// taken the canvas's drawings away.
pub fn draw(
    chart: Chart,
    canvas: NodeRef<leptos::html::Canvas>,
    colours: NodeRef<leptos::html::Div>,
    lost: RwSignal<bool>,
) {
    let renderer = StoredValue::new(None::<Renderer>);
    let palette = RwSignal::new(Palette::default());
    let pace = StoredValue::new(Pace::default());
    // They count renderers, uploads of points, and uploads of classes: each one follows from the one
    // before it.
    let (prepared, loaded, painted) = (RwSignal::new(0), RwSignal::new(0), RwSignal::new(0));
    let count = |counter: RwSignal<u32>| counter.update(|count| *count += 1);

    Effect::new(move || {
        let (Some(canvas), false) = (canvas.get(), lost.get()) else {
            renderer.set_value(None);
            return;
        };
        let ready = Renderer::of(canvas);
        chart.blind.set(ready.is_none());
        renderer.set_value(ready);
        count(prepared);
    });
    Effect::new(move || {
        if let Some(canvas) = canvas.get() {
            measure(chart, canvas);
        }
    });
    Effect::new(move || {
        let Some(colours) = colours.get() else {
            return;
        };
        palette.set(Palette::of(&colours));
        on_theme_change(move || {
            let _ = palette.try_set(Palette::of(&colours));
        });
    });
    Effect::new(move || {
        prepared.track();
        let points = chart.points.read();
        let Some(points) = points.as_ref() else {
            return;
        };
        let touch = window().match_media("(pointer: coarse)").ok().flatten();
        let touch = touch.is_some_and(|touch| touch.matches());
        pace.set_value(Pace::of(touch && points.count() >= MANY));
        renderer.update_value(|renderer| {
            if let Some(renderer) = renderer {
                renderer.load(points);
            }
        });
        count(loaded);
    });
    Effect::new(move || {
        loaded.track();
        let coloured = chart.coloured.read();
        let classes = coloured.as_ref().map(|coloured| &*coloured.classes);
        renderer.update_value(|renderer| {
            if let Some(renderer) = renderer {
                renderer.colour(classes);
            }
        });
        count(painted);
    });
    let view = Memo::new(move |_| chart.camera.read().view);
    let moving = RwSignal::new(false);
    Effect::new(move |ran_before: Option<()>| {
        view.track();
        if ran_before.is_some() {
            moving.set(true);
            later(REST, move || moving.set(false));
        }
    });
    let frame = move || {
        let Some(camera) = chart.camera.try_get_untracked() else {
            return;
        };
        let density = window().device_pixel_ratio().clamp(0.5, DENSEST);
        let moves = moving.get_untracked();
        if moves {
            let now = web_sys::js_sys::Date::now();
            pace.update_value(|pace| pace.frame(now));
        }
        let points = chart.points.read_untracked();
        let count = points.as_ref().map_or(0, |points| points.count());
        let palette = palette.read_untracked();
        renderer.with_value(|renderer| {
            if let Some(renderer) = renderer {
                renderer.draw(&Frame {
                    camera,
                    density,
                    count: pace.get_value().share(count, moves),
                    palette: &palette,
                    lit: chart.lit.get_untracked(),
                });
            }
        });
    };
    let asked = StoredValue::new(false);
    Effect::new(move || {
        chart.camera.track();
        chart.lit.track();
        palette.track();
        painted.track();
        moving.track();
        if !asked.get_value() {
            asked.set_value(true);
            request_animation_frame(move || {
                // Gone if the page has been left.
                if asked.try_set_value(false).is_none() {
                    frame();
                }
            });
        }
    });
}

/// Keeps the camera at the canvas's size.
fn measure(chart: Chart, canvas: HtmlCanvasElement) {
    let fit = {
        let canvas = canvas.clone();
        move || {
            let (width, height) = (canvas.client_width(), canvas.client_height());
            let (width, height) = (f64::from(width), f64::from(height));
            let _ = chart
                .camera
                .try_update(|camera| *camera = camera.sized(width, height));
        }
    };
    let fit = Closure::<dyn Fn()>::new(fit).into_js_value();
    if let Ok(observer) = ResizeObserver::new(fit.unchecked_ref()) {
        observer.observe(&canvas);
        on_cleanup(move || observer.disconnect());
    }
}
