//! Draws the points with WebGL 2. They are uploaded once, in an order of which every beginning is a
//! sample (`points.rs`), and classes when a facet is chosen. Moving the map only changes a few
//! numbers, so a frame costs what drawing its points costs.

use leptos::wasm_bindgen::{JsCast, JsValue};
use web_sys::js_sys::{Object, Reflect};
use web_sys::{
    HtmlCanvasElement, WebGl2RenderingContext as Gl, WebGlBuffer, WebGlProgram, WebGlShader,
    WebGlUniformLocation,
};

use super::camera::Camera;
use super::palette::{Palette, SLOTS, slot};
use super::points::{Points, drawing_order};

/// The places of the two attributes of a point.
const PLACE: u32 = 0;
const KIND: u32 = 1;
/// The number that says that no class is lit.
const NONE_LIT: i32 = -1;
/// How much of their colour points keep while others are lit.
const DIMMED: f32 = 0.12;
/// How large points are at the least and at the most, in pixels.
const SIZES: (f64, f64) = (2.5, 9.0);
/// How much of the distance between evenly spread points their size is.
const FILLED: f64 = 0.3;

const VERTEX: &str = "#version 300 es
layout(location = 0) in vec2 place;
layout(location = 1) in float kind;
uniform vec2 scale;
uniform vec2 origin;
uniform float size;
uniform float strength;
uniform float dimmed;
uniform int lit;
uniform bool only_lit;
uniform vec3 colours[13];
flat out vec4 colour;
void main() {
  int slot = int(kind + 0.5);
  bool is_lit = lit < 0 || slot == lit;
  // Records that were deleted are at 0 and 0, where no other one is.
  bool is_drawn = place != vec2(0.0) && only_lit == (lit >= 0 && is_lit);
  gl_Position = is_drawn
    ? vec4(place * scale + origin, 0.0, 1.0)
    : vec4(2.0, 2.0, 0.0, 1.0);
  gl_PointSize = only_lit ? size * 1.35 : size;
  colour = vec4(colours[slot], is_lit ? strength : dimmed);
}";

/// A disc with a soft edge. Its colour is multiplied by its opacity, as the blending expects.
const FRAGMENT: &str = "#version 300 es
precision mediump float;
flat in vec4 colour;
out vec4 drawn;
void main() {
  float away = length(gl_PointCoord * 2.0 - 1.0);
  float opacity = colour.a * (1.0 - smoothstep(0.72, 1.0, away));
  drawn = vec4(colour.rgb * opacity, opacity);
}";

/// What a frame shows.
pub struct Frame<'a> {
    /// Which part of the map.
    pub camera: Camera,
    /// How many pixels of the screen a CSS pixel has.
    pub density: f64,
    /// How many points, of the beginning of the drawing order.
    pub count: usize,
    /// The colours.
    pub palette: &'a Palette,
    /// The only class in full colour, by its slot.
    pub lit: Option<u8>,
}

/// The canvas as WebGL sees it.
pub struct Renderer {
    canvas: HtmlCanvasElement,
    gl: Gl,
    places: WebGlBuffer,
    kinds: WebGlBuffer,
    count: usize,
    coloured: bool,
    uniforms: Uniforms,
}

struct Uniforms {
    scale: Option<WebGlUniformLocation>,
    origin: Option<WebGlUniformLocation>,
    size: Option<WebGlUniformLocation>,
    strength: Option<WebGlUniformLocation>,
    dimmed: Option<WebGlUniformLocation>,
    lit: Option<WebGlUniformLocation>,
    only_lit: Option<WebGlUniformLocation>,
    colours: Option<WebGlUniformLocation>,
}

impl Renderer {
    /// Prepares a canvas; `None` if the browser has no WebGL 2, or it does not work.
    pub fn of(canvas: HtmlCanvasElement) -> Option<Self> {
        let options = Object::new();
        for unused in ["antialias", "depth", "stencil"] {
            Reflect::set(&options, &unused.into(), &JsValue::FALSE).ok()?;
        }
        let gl = canvas
            .get_context_with_context_options("webgl2", &options)
            .ok()??;
        let gl: Gl = gl.dyn_into().ok()?;
        let program = program(&gl)?;
        gl.use_program(Some(&program));
        gl.enable(Gl::BLEND);
        gl.blend_func(Gl::ONE, Gl::ONE_MINUS_SRC_ALPHA);
        gl.clear_color(0.0, 0.0, 0.0, 0.0);
        let (places, kinds) = (gl.create_buffer()?, gl.create_buffer()?);
        gl.bind_buffer(Gl::ARRAY_BUFFER, Some(&places));
        gl.enable_vertex_attrib_array(PLACE);
        gl.vertex_attrib_pointer_with_i32(PLACE, 2, Gl::UNSIGNED_SHORT, false, 0, 0);
        gl.bind_buffer(Gl::ARRAY_BUFFER, Some(&kinds));
        gl.vertex_attrib_pointer_with_i32(KIND, 1, Gl::UNSIGNED_BYTE, false, 0, 0);
        let uniform = |name| gl.get_uniform_location(&program, name);
        let uniforms = Uniforms {
            scale: uniform("scale"),
            origin: uniform("origin"),
            size: uniform("size"),
            strength: uniform("strength"),
            dimmed: uniform("dimmed"),
            lit: uniform("lit"),
            only_lit: uniform("only_lit"),
            colours: uniform("colours"),
        };
        Some(Self {
            canvas,
            gl,
            places,
            kinds,
            count: 0,
            coloured: false,
            uniforms,
        })
    }

    /// Uploads all points.
    pub fn load(&mut self, points: &Points) {
        let mut bytes = Vec::with_capacity(4 * points.count());
        for index in drawing_order(points.count() as u32) {
            let index = index as usize;
            // WebGL reads numbers as the processor has them.
            bytes.extend(points.x[index].to_ne_bytes());
            bytes.extend(points.y[index].to_ne_bytes());
        }
        self.upload(&self.places, &bytes);
        self.count = points.count();
        self.coloured = false;
    }

    /// Uploads the class of every point; `None` if no facet colours them.
    pub fn colour(&mut self, classes: Option<&[u8]>) {
        let classes = classes.filter(|classes| classes.len() == self.count);
        self.coloured = classes.is_some();
        if let Some(classes) = classes {
            let order = drawing_order(self.count as u32);
            let kinds: Vec<u8> = order.map(|index| slot(classes[index as usize])).collect();
            self.upload(&self.kinds, &kinds);
        }
    }

    fn upload(&self, buffer: &WebGlBuffer, bytes: &[u8]) {
        self.gl.bind_buffer(Gl::ARRAY_BUFFER, Some(buffer));
        self.gl
            .buffer_data_with_u8_array(Gl::ARRAY_BUFFER, bytes, Gl::STATIC_DRAW);
    }

    /// Draws a frame.
    pub fn draw(&self, frame: &Frame<'_>) {
        let Frame {
            camera, density, ..
        } = *frame;
        let (gl, uniforms) = (&self.gl, &self.uniforms);
        let (wide, high) = (
            (camera.width * density).round() as u32,
            (camera.height * density).round() as u32,
        );
        if wide == 0 || high == 0 {
            return;
        }
        // Setting the size clears the canvas, even if it is the same.
        if (self.canvas.width(), self.canvas.height()) != (wide, high) {
            self.canvas.set_width(wide);
            self.canvas.set_height(high);
        }
        gl.viewport(0, 0, wide as i32, high as i32);
        gl.clear(Gl::COLOR_BUFFER_BIT);
        // From pixels to WebGL's own coordinates: -1 to 1, upwards.
        let (scale, (left, top)) = (camera.scale(), camera.origin());
        let (across, down) = (2.0 / camera.width, -2.0 / camera.height);
        gl.uniform2f(
            uniforms.scale.as_ref(),
            (scale * across) as f32,
            (scale * down) as f32,
        );
        gl.uniform2f(
            uniforms.origin.as_ref(),
            (left * across - 1.0) as f32,
            (top * down + 1.0) as f32,
        );
        let size = size(&camera, self.count);
        gl.uniform1f(uniforms.size.as_ref(), (size * density) as f32);
        gl.uniform1f(uniforms.strength.as_ref(), strength(size));
        gl.uniform1f(uniforms.dimmed.as_ref(), DIMMED);
        let colours = match self.coloured {
            true => frame.palette.slots,
            false => [frame.palette.plain; SLOTS],
        };
        gl.uniform3fv_with_f32_array(uniforms.colours.as_ref(), colours.as_flattened());
        if self.coloured {
            gl.enable_vertex_attrib_array(KIND);
        } else {
            // Without an array, every point has the same kind: 0.
            gl.disable_vertex_attrib_array(KIND);
            gl.vertex_attrib1f(KIND, 0.0);
        }
        let lit = frame.lit.filter(|_| self.coloured);
        gl.uniform1i(uniforms.lit.as_ref(), lit.map_or(NONE_LIT, i32::from));
        let count = frame.count.min(self.count) as i32;
        // What is lit is drawn over the rest.
        for only_lit in [false, true] {
            if lit.is_some() || !only_lit {
                gl.uniform1i(uniforms.only_lit.as_ref(), only_lit.into());
                gl.draw_arrays(Gl::POINTS, 0, count);
            }
        }
    }
}

/// How large points are, in pixels: so that they fill the same part of the map however many there are,
/// and larger, but not as much, when the map is.
fn size(camera: &Camera, count: usize) -> f64 {
    let side = camera.width.min(camera.height) * camera.view.zoom.sqrt();
    let between = side / (count.max(1) as f64).sqrt();
    (between * FILLED).clamp(SIZES.0, SIZES.1)
}

/// How opaque points are: small ones less, so that one sees how many there are.
fn strength(size: f64) -> f32 {
    (0.5 + 0.08 * size).clamp(0.5, 0.9) as f32
}

fn program(gl: &Gl) -> Option<WebGlProgram> {
    let program = gl.create_program()?;
    for (kind, source) in [(Gl::VERTEX_SHADER, VERTEX), (Gl::FRAGMENT_SHADER, FRAGMENT)] {
        gl.attach_shader(&program, &shader(gl, kind, source)?);
    }
    gl.link_program(&program);
    let linked = gl.get_program_parameter(&program, Gl::LINK_STATUS);
    linked.is_truthy().then_some(program)
}

fn shader(gl: &Gl, kind: u32, source: &str) -> Option<WebGlShader> {
    let shader = gl.create_shader(kind)?;
    gl.shader_source(&shader, source);
    gl.compile_shader(&shader);
    let compiled = gl.get_shader_parameter(&shader, Gl::COMPILE_STATUS);
    compiled.is_truthy().then_some(shader)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::components::map::camera::View;

    #[test]
    fn the_shader_has_as_many_colours_as_there_are() {
        assert!(VERTEX.contains(&format!("colours[{SLOTS}]")));
    }

    #[test]
    fn many_points_are_small_and_grow_slower_than_the_map() {
        let at = |zoom| {
            let view = View {
                zoom,
                ..View::WHOLE
            };
            Camera::of(view).sized(800.0, 600.0)
        };
        assert_eq!(size(&at(1.0), 500_000), SIZES.0);
        assert_eq!(size(&at(1.0), 100), SIZES.1);
        let (far, near) = (size(&at(1.0), 5_000), size(&at(4.0), 5_000));
        assert!(far < near && near <= 2.0 * far);
        assert!(strength(far) <= strength(near));
    }
}
