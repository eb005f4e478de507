//! The canvas, which tells the chart what the pointer and the keyboard do. What is drawn on it is in
//! `drawing.rs`.

use leptos::ev::{KeyboardEvent, MouseEvent, PointerEvent, WheelEvent};
use leptos::prelude::*;

use super::camera::View;
use super::chart::Chart;
use super::drawing::draw;
use super::gestures::{Gestures, Motion};
use super::lasso::polygon;
use super::overlay::Overlay;
use super::palette::Colours;

/// How near to a point a mouse, or a finger, has to be, in pixels.
const REACH: (f64, f64) = (12.0, 24.0);
/// How far an arrow key moves the map, in pixels.
const STEP: f64 = 80.0;
/// How much closer a key or a button goes.
pub const CLOSER: f64 = 1.6;

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
    draw(chart, canvas, colours, lost);

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
        _ => return false,
    }
    point_at(chart, chart.near_middle());
    true
}
