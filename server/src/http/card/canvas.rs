//! Draws lines of text and simple shapes.

use skrifa::MetadataProvider;
use skrifa::instance::Size;
use skrifa::outline::{DrawSettings, OutlinePen};
use tiny_skia::{Color, FillRule, Paint, Path, PathBuilder, Pixmap, Rect, Transform};

use super::fonts::Face;
use super::line::Line;

/// A colour, as a stylesheet writes it: `0xRRGGBB`.
pub type Rgb = u32;

/// A picture that is being drawn.
pub struct Canvas {
    pixmap: Pixmap,
}

impl Canvas {
    /// An area of one colour; `None` if it has no size.
    pub fn new(width: u32, height: u32, colour: Rgb) -> Option<Self> {
        let mut pixmap = Pixmap::new(width, height)?;
        pixmap.fill(color(colour));
        Some(Self { pixmap })
    }

    /// Draws a line that begins at a place on its base line.
    pub fn write(
        &mut self,
        faces: &[Face<'_>],
        line: &Line,
        size: f32,
        place: (f32, f32),
        colour: Rgb,
    ) {
        let mut pen = Pen::default();
        for placed in &line.glyphs {
            let Some(face) = faces.get(placed.face) else {
                continue;
            };
            let outlines = face.font.outline_glyphs();
            if let Some(glyph) = outlines.get(placed.glyph) {
                pen.place = (place.0 + placed.x, place.1);
                let settings = DrawSettings::unhinted(Size::new(size), &face.location);
                // A glyph that cannot be drawn is left out.
                let _ = glyph.draw(settings, &mut pen);
            }
        }
        if let Some(path) = pen.path.finish() {
            self.fill(&path, colour);
        }
    }

    /// Fills a rectangle with rounded corners: left, top, width, height, and the radius of each corner
    /// from the top left one on.
    pub fn rounded(&mut self, [left, top, width, height]: [f32; 4], radii: [f32; 4], colour: Rgb) {
        // How far the control points of a quarter of a circle are from its corner, as a share of the
        // radius.
        const FAR: f32 = 1.0 - 0.552_285;
        let (right, bottom) = (left + width, top + height);
        let [a, b, c, d] = radii;
        let mut path = PathBuilder::new();
        path.move_to(left + a, top);
        path.line_to(right - b, top);
        path.cubic_to(right - b * FAR, top, right, top + b * FAR, right, top + b);
        path.line_to(right, bottom - c);
        path.cubic_to(
            right,
            bottom - c * FAR,
            right - c * FAR,
            bottom,
            right - c,
            bottom,
        );
        path.line_to(left + d, bottom);
        path.cubic_to(
            left + d * FAR,
            bottom,
            left,
            bottom - d * FAR,
            left,
            bottom - d,
        );
        path.line_to(left, top + a);
        path.cubic_to(left, top + a * FAR, left + a * FAR, top, left + a, top);
        path.close();
        if let Some(path) = path.finish() {
            self.fill(&path, colour);
        }
    }

    /// Fills a rectangle: left, top, width, height.
    pub fn rectangle(&mut self, [left, top, width, height]: [f32; 4], colour: Rgb) {
        if let Some(rect) = Rect::from_xywh(left, top, width, height) {
            self.fill(&PathBuilder::from_rect(rect), colour);
        }
    }

    fn fill(&mut self, path: &Path, colour: Rgb) {
        let mut paint = Paint::default();
        paint.set_color(color(colour));
        paint.anti_alias = true;
        let still = Transform::identity();
        self.pixmap
            .fill_path(path, &paint, FillRule::Winding, still, None);
    }

    /// The picture as a PNG file.
    pub fn png(&self) -> Option<Vec<u8>> {
        self.pixmap.encode_png().ok()
    }
}

fn color(colour: Rgb) -> Color {
    let [_, red, green, blue] = colour.to_be_bytes();
    Color::from_rgba8(red, green, blue, 255)
}

/// Adds the outlines of glyphs to a path. In a font, up is positive.
struct Pen {
    path: PathBuilder,
    /// Where the glyph begins.
    place: (f32, f32),
}

impl Default for Pen {
    fn default() -> Self {
        Self {
            path: PathBuilder::new(),
            place: (0.0, 0.0),
        }
    }
}

impl Pen {
    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        (self.place.0 + x, self.place.1 - y)
    }
}

impl OutlinePen for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.line_to(x, y);
    }

    fn quad_to(&mut self, cx0: f32, cy0: f32, x: f32, y: f32) {
        let ((cx, cy), (x, y)) = (self.at(cx0, cy0), self.at(x, y));
        self.path.quad_to(cx, cy, x, y);
    }

    fn curve_to(&mut self, cx0: f32, cy0: f32, cx1: f32, cy1: f32, x: f32, y: f32) {
        let ((ax, ay), (bx, by)) = (self.at(cx0, cy0), self.at(cx1, cy1));
        let (x, y) = self.at(x, y);
        self.path.cubic_to(ax, ay, bx, by, x, y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}
