//! The canvas: it draws what the chart says, and tells the chart what the pointer and the keyboard do.

use leptos::ev::{KeyboardEvent, MouseEvent, PointerEvent, WheelEvent};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::closure::Closure;
use std::time::Duration;
use web_sys::{HtmlCanvasElement, ResizeObserver};

use super::camera::View;
use super::chart::Chart;
use super::gestures::{Gestures, Motion};
use super::lasso::polygon;
use super::overlay::Overlay;
use super::pace::Pace;
use super::palette::{Colours, Palette};
use super::renderer::{Frame, Renderer};
use crate::browser::on_theme_change;
use crate::components::later::later;

/// How near to a point a mouse, or a finger, has to be, in pixels.
const REACH: (f64, f64) = (12.0, 24.0);
/// How far an arrow key moves the map, in pixels.
const STEP: f64 = 80.0;
/// How much closer a key or a button goes.
pub const CLOSER: f64 = 1.6;
/// How long after its last movement the map counts as still.
const REST: Duration = Duration::from_millis(140);
/// With so many points, a device with a touch screen is taken to be slow.
const MANY: usize = 150_000;
/// More pixels than this for each CSS pixel cannot be told apart in points.
const DENSEST: f64 = 2.0;

/// The map itself.
#[component]
pub fn Stage(
    /// What is drawn.
    chart: Chart,
    /// What the canvas is called.
    label: String,
) -> impl IntoView {
    let canvas = NodeRef::<leptos::html::Canvas>::new();
    let colours = NodeRef::<leptos::html::Div>::new();
    let lines = RwSignal::new(Vec::<(f64, f64)>::new());
    let lost = RwSignal::new(false);
    draws(chart, canvas, colours, lost);

    let gestures = StoredValue::new(Gestures::default());
    let place = |event: &PointerEvent| (f64::from(event.offset_x()), f64::from(event.offset_y()));
    let reach = |event: &PointerEvent| match event.pointer_type().as_str() {
        "touch" => REACH.1,
        _ => REACH.0,
    };
    let press = move |event: PointerEvent| {
        if event.button() != 0 {
            return;
        }
        if let Some(canvas) = canvas.get_untracked() {
            // Fails only for a pointer that is gone.
            let _ = canvas.set_pointer_capture(event.pointer_id());
        }
        let at = place(&event);
        if chart.draws.get_untracked() && event.is_primary() {
            lines.set(vec![chart.camera.get_untracked().place(at.0, at.1)]);
        }
        gestures.update_value(|gestures| gestures.press(event.pointer_id(), at));
    };
    let go = move |event: PointerEvent| {
        let at = place(&event);
        if !lines.read_untracked().is_empty() {
            if event.is_primary() {
                let on_map = chart.camera.get_untracked().place(at.0, at.1);
                lines.update(|lines| lines.push(on_map));
            }
            return;
        }
        let motion = gestures.try_update_value(|gestures| gestures.go(event.pointer_id(), at));
        match motion.unwrap_or(Motion::None) {
            Motion::Drag(right, down) => chart.see(|camera| camera.moved(right, down)),
            Motion::Pinch {
                moved,
                factor,
                around,
            } => chart.see(|camera| {
                let moved = camera.moved(moved.0, moved.1);
                moved.zoomed(factor, around.0, around.1)
            }),
            Motion::None if gestures.with_value(Gestures::is_down) => {}
            Motion::None => point_at(chart, chart.near(at, reach(&event))),
        }
    };
    let lift = move |event: PointerEvent| {
        let still = gestures.try_update_value(|gestures| gestures.lift(event.pointer_id()));
        let drawn = std::mem::take(&mut *lines.write());
        if !drawn.is_empty() {
            if let Some(shape) = polygon(&drawn) {
                chart.shape.set(shape);
                chart.draws.set(false);
            }
        } else if still == Some(true) {
            chart.chosen.set(chart.near(place(&event), reach(&event)));
        }
    };
    let let_go = move |event: PointerEvent| {
        gestures.update_value(|gestures| {
            gestures.lift(event.pointer_id());
        });
        lines.set(Vec::new());
    };
    let wheel = move |event: WheelEvent| {
        event.prevent_default();
        let lines = match event.delta_mode() {
            WheelEvent::DOM_DELTA_LINE => 16.0,
            WheelEvent::DOM_DELTA_PAGE => 400.0,
            _ => 1.0,
        };
        // Two fingers that pinch on a touch pad are sent as a wheel with the control key.
        let speed = if event.ctrl_key() { 0.01 } else { 0.0018 };
        let factor = (-event.delta_y() * lines * speed).clamp(-1.0, 1.0).exp();
        let (x, y) = (f64::from(event.offset_x()), f64::from(event.offset_y()));
        chart.see(|camera| camera.zoomed(factor, x, y));
    };
    let twice = move |event: MouseEvent| {
        let (x, y) = (f64::from(event.offset_x()), f64::from(event.offset_y()));
        chart.go(chart.camera.get_untracked().zoomed(2.0, x, y).view);
    };
    let key = move |event: KeyboardEvent| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        if typed(chart, &event.key()) {
            event.prevent_default();
        }
    };
    let forget = move |event: web_sys::Event| {
        // Otherwise the browser does not give the canvas back.
        event.prevent_default();
        lost.set(true);
    };
    view! {
        <div class="map-stage" class:is-drawing=move || chart.draws.get()>
            <canvas
                node_ref=canvas
                class="map-canvas"
                tabindex="0"
                role="application"
                aria-label=label
                aria-describedby="map-keys"
                on:pointerdown=press
                on:pointermove=go
                on:pointerup=lift
                on:pointercancel=let_go
                on:pointerleave=move |_| point_at(chart, None)
                on:wheel=wheel
                on:dblclick=twice
                on:keydown=key
                on:webglcontextlost=forget
                on:webglcontextrestored=move |_: web_sys::Event| lost.set(false)
            ></canvas>
            <Overlay chart lines=lines.read_only() />
            <Colours colours />
        </div>
    }
    .into_any()
}

fn point_at(chart: Chart, point: Option<u32>) {
    if chart.pointed.get_untracked() != point {
        chart.pointed.set(point);
    }
}

/// Does what a key stands for; returns whether it stands for anything.
fn typed(chart: Chart, key: &str) -> bool {
    let step = |right: f64, down: f64| chart.see(|camera| camera.moved(right, down));
    match key {
        "ArrowLeft" => step(STEP, 0.0),
        "ArrowRight" => step(-STEP, 0.0),
        "ArrowUp" => step(0.0, STEP),
        "ArrowDown" => step(0.0, -STEP),
        "+" | "=" => chart.zoom(CLOSER),
        "-" | "_" => chart.zoom(1.0 / CLOSER),
        "0" => chart.go(View::WHOLE),
        "Enter" | " " => chart.chosen.set(chart.near_middle()),
        "Escape" => return chart.leave(),
        _ => return false,
    }
    point_at(chart, chart.near_middle());
    true
}

/// Draws a frame whenever what is drawn has changed, and only then.
fn draws(
    chart: Chart,
    canvas: NodeRef<leptos::html::Canvas>,
    colours: NodeRef<leptos::html::Div>,
    lost: RwSignal<bool>,
) {
    let renderer = StoredValue::new(None::<Renderer>);
    let palette = RwSignal::new(Palette::default());
    let pace = StoredValue::new(Pace::default());
    // Counts what was uploaded.
    let loaded = RwSignal::new(0u32);

    Effect::new(move || {
        let (Some(canvas), false) = (canvas.get(), lost.get()) else {
            renderer.set_value(None);
            return;
        };
        let prepared = Renderer::of(canvas);
        chart.blind.set(prepared.is_none());
        renderer.set_value(prepared);
        loaded.update(|loaded| *loaded += 1);
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
    // Everything is uploaded again if the renderer is another one.
    let uploaded = Memo::new(move |_| {
        loaded.track();
        let points = chart.points.read();
        let points = points.as_ref()?;
        let touch = window().match_media("(pointer: coarse)").ok().flatten();
        let touch = touch.is_some_and(|touch| touch.matches());
        pace.set_value(Pace::of(touch && points.count() >= MANY));
        renderer.update_value(|renderer| {
            if let Some(renderer) = renderer {
                renderer.load(points);
            }
        });
        Some((loaded.get_untracked(), points.count()))
    });
    let painted = Memo::new(move |before: Option<&u32>| {
        uploaded.track();
        let coloured = chart.coloured.read();
        let classes = coloured.as_ref().map(|coloured| &*coloured.classes);
        renderer.update_value(|renderer| {
            if let Some(renderer) = renderer {
                renderer.colour(classes);
            }
        });
        before.copied().unwrap_or_default().wrapping_add(1)
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
