//! Which part of the map is seen, and how large. The map is a square of [`WORLD`] units a side; the
//! screen is measured in CSS pixels from the top left corner of the canvas. Both have y downwards.

use parallax::vocabulary::MAP_EXTENT;

/// The side of the map, in its own units.
pub const WORLD: f64 = MAP_EXTENT as f64;

/// The space around the whole map on the screen, in pixels.
const MARGIN: f64 = 28.0;
/// How many times larger than the whole map fits a part of it can be seen: a unit is then some four
/// pixels.
const CLOSEST: f64 = 400.0;

/// A part of the map on a screen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Camera {
    /// The width of the screen.
    pub width: f64,
    /// Its height.
    pub height: f64,
    /// What is seen.
    pub view: View,
}

/// What is seen, whatever the size of the screen. The address keeps it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// The place in the middle of the screen.
    pub x: f64,
    /// The same, downwards.
    pub y: f64,
    /// How many times larger than the whole map fits.
    pub zoom: f64,
}

impl View {
    /// The whole map.
    pub const WHOLE: Self = Self {
        x: WORLD / 2.0,
        y: WORLD / 2.0,
        zoom: 1.0,
    };

    /// As in the address: `x,y,zoom`.
    pub fn read(text: &str) -> Option<Self> {
        let mut numbers = text.split(',').map(|part| part.trim().parse::<f64>().ok());
        let (x, y, zoom) = (numbers.next()??, numbers.next()??, numbers.next()??);
        let finite = x.is_finite() && y.is_finite() && zoom.is_finite();
        let alone = numbers.next().is_none();
        (finite && alone).then(|| Self { x, y, zoom }.bounded())
    }

    /// For the address; `None` for the whole map.
    pub fn written(self) -> Option<String> {
        let text = format!("{:.0},{:.0},{:.2}", self.x, self.y, self.zoom);
        let whole = Self::WHOLE;
        let usual = format!("{:.0},{:.0},{:.2}", whole.x, whole.y, whole.zoom);
        (text != usual).then_some(text)
    }

    /// A view on the way from this one to another; `part` is 0 here and 1 there.
    pub fn towards(self, to: Self, part: f64) -> Self {
        let mix = |from: f64, to: f64| from + (to - from) * part;
        Self {
            x: mix(self.x, to.x),
            y: mix(self.y, to.y),
            zoom: mix(self.zoom.ln(), to.zoom.ln()).exp(),
        }
    }

    /// The nearest view that is allowed: amid the map, and neither too far nor too close.
    fn bounded(self) -> Self {
        Self {
            x: self.x.clamp(0.0, WORLD),
            y: self.y.clamp(0.0, WORLD),
            zoom: self.zoom.clamp(1.0, CLOSEST),
        }
    }
}

impl Camera {
    /// A view on a screen whose size is not known yet.
    pub fn of(view: View) -> Self {
        Self {
            width: 0.0,
            height: 0.0,
            view: view.bounded(),
        }
    }

    /// How many pixels a unit of the map has.
    pub fn scale(self) -> f64 {
        let side = self.width.min(self.height) - 2.0 * MARGIN;
        side.max(1.0) / WORLD * self.view.zoom
    }

    /// Where on the screen the map's own corner, 0 and 0, is.
    pub fn origin(self) -> (f64, f64) {
        let scale = self.scale();
        (
            self.width / 2.0 - self.view.x * scale,
            self.height / 2.0 - self.view.y * scale,
        )
    }

    /// The place on the map that is at a place on the screen.
    pub fn place(self, x: f64, y: f64) -> (f64, f64) {
        let ((left, top), scale) = (self.origin(), self.scale());
        ((x - left) / scale, (y - top) / scale)
    }

    /// The same view on a screen of another size.
    pub fn sized(self, width: f64, height: f64) -> Self {
        Self {
            width,
            height,
            ..self
        }
    }

    /// Another view on the same screen.
    pub fn seeing(self, view: View) -> Self {
        Self {
            view: view.bounded(),
            ..self
        }
    }

    /// The map drawn some pixels further to the right and down.
    pub fn moved(self, right: f64, down: f64) -> Self {
        let scale = self.scale();
        self.seeing(View {
            x: self.view.x - right / scale,
            y: self.view.y - down / scale,
            ..self.view
        })
    }

    /// The map drawn larger by a factor; the place at this point of the screen stays there.
    pub fn zoomed(self, factor: f64, x: f64, y: f64) -> Self {
        let (map_x, map_y) = self.place(x, y);
        let zoom = View {
            zoom: self.view.zoom * factor,
            ..self.view
        };
        let larger = self.seeing(zoom);
        let scale = larger.scale();
        larger.seeing(View {
            x: map_x - (x - self.width / 2.0) / scale,
            y: map_y - (y - self.height / 2.0) / scale,
            ..larger.view
        })
    }

    /// The corners of what is seen, as far as it is on the map, clockwise.
    pub fn seen(self) -> [(f64, f64); 4] {
        let on_map = |(x, y): (f64, f64)| (x.clamp(0.0, WORLD), y.clamp(0.0, WORLD));
        let (left, top) = on_map(self.place(0.0, 0.0));
        let (right, bottom) = on_map(self.place(self.width, self.height));
        [(left, top), (right, top), (right, bottom), (left, bottom)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: (f64, f64), b: (f64, f64)) -> bool {
        (a.0 - b.0).abs() < 1e-6 * WORLD && (a.1 - b.1).abs() < 1e-6 * WORLD
    }

    #[test]
    fn the_whole_map_fits_the_shorter_side() {
        let camera = Camera::of(View::WHOLE).sized(900.0, 600.0);
        let (left, top) = camera.origin();
        assert!((top - MARGIN).abs() < 1e-9);
        assert!((left - (900.0 - 600.0) / 2.0 - MARGIN).abs() < 1e-9);
        assert!(close(
            camera.place(450.0, 300.0),
            (WORLD / 2.0, WORLD / 2.0)
        ));
        let corners = camera.seen();
        assert_eq!(corners[0], (0.0, 0.0));
        assert_eq!(corners[2], (WORLD, WORLD));
    }

    #[test]
    fn the_place_under_the_pointer_stays_there() {
        let camera = Camera::of(View {
            x: 20_000.0,
            y: 30_000.0,
            zoom: 3.0,
        })
        .sized(900.0, 600.0);
        for factor in [0.8, 1.0, 2.5, 30.0] {
            let before = camera.place(500.0, 250.0);
            let after = camera.zoomed(factor, 500.0, 250.0).place(500.0, 250.0);
            assert!(close(before, after), "{factor}: {before:?} {after:?}");
        }
        let (x, y) = camera.place(100.0, 100.0);
        let moved = camera.moved(40.0, -25.0);
        assert!(close(moved.place(140.0, 75.0), (x, y)));
    }

    #[test]
    fn no_view_leaves_the_map() {
        let camera = Camera::of(View::WHOLE).sized(900.0, 600.0);
        let far = camera.zoomed(1e9, 0.0, 0.0).moved(1e9, -1e9);
        assert_eq!(far.view.zoom, CLOSEST);
        assert_eq!((far.view.x, far.view.y), (0.0, WORLD));
        assert_eq!(far.zoomed(1e-9, 1.0, 1.0).view.zoom, 1.0);
    }

    #[test]
    fn a_view_is_found_again_in_the_address() {
        assert_eq!(View::WHOLE.written(), None);
        let view = View {
            x: 1_234.0,
            y: 60_000.0,
            zoom: 12.5,
        };
        assert_eq!(View::read(&view.written().unwrap()), Some(view));
        for odd in ["", "1,2", "1,2,x", "1,2,3,4", "NaN,1,1", "1,inf,1"] {
            assert_eq!(View::read(odd), None, "{odd}");
        }
        assert_eq!(View::read("-5,1e9,0").unwrap().zoom, 1.0);
    }

    #[test]
    fn a_way_ends_where_it_leads() {
        let to = View {
            x: 9.0,
            y: 8.0,
            zoom: 64.0,
        };
        let from = View::WHOLE;
        assert_eq!(from.towards(to, 0.0), from);
        assert!((from.towards(to, 1.0).zoom - 64.0).abs() < 1e-9);
        // Each part of the way enlarges by the same factor.
        assert!((from.towards(to, 0.5).zoom - 8.0).abs() < 1e-9);
    }
}
