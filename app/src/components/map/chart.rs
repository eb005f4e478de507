//! What the parts of the map's page share: what is drawn, what is chosen, and the ways to change it.

use std::collections::HashMap;
use std::sync::Arc;

use leptos::prelude::*;
use parallax::vocabulary::{MapLegend, MapPlace, MapRecord, MapRegion};

use super::camera::{Camera, View};
use super::points::Points;
use super::together::Hit;
use crate::browser::map_record;

/// How long a way to another part of the map takes, in milliseconds.
const WAY_MS: f64 = 260.0;

/// The map as signals. Until the page is alive, it has no points.
#[derive(Clone, Copy)]
pub struct Chart {
    /// The collection's name in the API.
    pub collection: StoredValue<String>,
    /// The path of the collection's search page.
    pub path: StoredValue<String>,
    /// What is seen.
    pub camera: RwSignal<Camera>,
    /// All points.
    pub points: RwSignal<Option<Arc<Points>>>,
    /// The facet that colours them.
    pub colour: RwSignal<Option<String>>,
    /// What its colours mean, and the class of every point.
    pub coloured: RwSignal<Option<Arc<Coloured>>>,
    /// The only class in full colour, by its slot in the palette.
    pub lit: RwSignal<Option<u8>>,
    /// The point that is pointed at, here or in a list.
    pub pointed: RwSignal<Option<u32>>,
    /// The point whose card is open.
    pub chosen: RwSignal<Option<u32>>,
    /// Whether the pointer draws a shape instead of moving the map.
    pub draws: RwSignal<bool>,
    /// The shape, in units of the map; empty for none.
    pub shape: RwSignal<Vec<[u16; 2]>>,
    /// The regions that are named.
    pub regions: StoredValue<Arc<Vec<MapRegion>>>,
    /// The hits of the query.
    pub hits: Memo<Arc<Vec<Hit>>>,
    /// Where the query itself would be.
    pub query: Memo<Option<MapPlace>>,
    /// Whether the browser cannot draw the map.
    pub blind: RwSignal<bool>,
    names: StoredValue<HashMap<u32, MapRecord>>,
    /// Counts ways; a newer one ends those before it.
    ways: StoredValue<u32>,
}

/// The colours of a facet.
#[derive(Debug, Clone, PartialEq)]
pub struct Coloured {
    /// What they mean.
    pub legend: MapLegend,
    /// The class of every point.
    pub classes: Vec<u8>,
}

impl Chart {
    /// A map without points, with the answer of a query.
    pub fn of(
        (collection, path): (String, String),
        regions: Vec<MapRegion>,
        hits: Memo<Arc<Vec<Hit>>>,
        query: Memo<Option<MapPlace>>,
    ) -> Self {
        Self {
            collection: StoredValue::new(collection),
            path: StoredValue::new(path),
            camera: RwSignal::new(Camera::of(View::WHOLE)),
            points: RwSignal::new(None),
            colour: RwSignal::new(None),
            coloured: RwSignal::new(None),
            lit: RwSignal::new(None),
            pointed: RwSignal::new(None),
            chosen: RwSignal::new(None),
            draws: RwSignal::new(false),
            shape: RwSignal::new(Vec::new()),
            regions: StoredValue::new(Arc::new(regions)),
            hits,
            query,
            blind: RwSignal::new(false),
            names: StoredValue::new(HashMap::new()),
            ways: StoredValue::new(0),
        }
    }

    /// Changes what is seen, at once.
    pub fn see(self, change: impl FnOnce(Camera) -> Camera) {
        self.ways.update_value(|ways| *ways += 1);
        self.camera.update(|camera| *camera = change(*camera));
    }

    /// Goes to another view: in a short movement, or at once if the reader wants none.
    pub fn go(self, to: View) {
        let from = self.camera.get_untracked().view;
        self.see(|camera| camera);
        let calm = window().match_media("(prefers-reduced-motion: reduce)");
        if calm.ok().flatten().is_some_and(|calm| calm.matches()) {
            self.camera.update(|camera| *camera = camera.seeing(to));
            return;
        }
        let way = self.ways.get_value();
        self.step(way, now(), from, to);
    }

    fn step(self, way: u32, began: f64, from: View, to: View) {
        request_animation_frame(move || {
            // The page may be gone, or the reader moves the map.
            if self.ways.try_get_value() != Some(way) {
                return;
            }
            let part = ((now() - began) / WAY_MS).clamp(0.0, 1.0);
            // Fast at first, then slower.
            let eased = 1.0 - (1.0 - part).powi(3);
            let view = from.towards(to, eased);
            self.camera.update(|camera| *camera = camera.seeing(view));
            if part < 1.0 {
                self.step(way, began, from, to);
            }
        });
    }

    /// Goes closer by a factor, or further away, around the middle.
    pub fn zoom(self, factor: f64) {
        let camera = self.camera.get_untracked();
        let zoomed = camera.zoomed(factor, camera.width / 2.0, camera.height / 2.0);
        self.go(zoomed.view);
    }

    /// Shows a place from nearby.
    pub fn show(self, x: u16, y: u16) {
        let zoom = self.camera.get_untracked().view.zoom.max(6.0);
        self.go(View {
            x: x.into(),
            y: y.into(),
            zoom,
        });
    }

    /// The point nearest to a place on the screen, at most some pixels away.
    pub fn near(self, (x, y): (f64, f64), pixels: f64) -> Option<u32> {
        let camera = self.camera.get_untracked();
        let (map_x, map_y) = camera.place(x, y);
        let points = self.points.read_untracked();
        points
            .as_ref()?
            .nearest(map_x, map_y, pixels / camera.scale())
    }

    /// The point nearest to the middle of the screen, which the keyboard points at.
    pub fn near_middle(self) -> Option<u32> {
        let camera = self.camera.get_untracked();
        self.near((camera.width / 2.0, camera.height / 2.0), 60.0)
    }

    /// Ends what is begun or chosen, the last first. Returns whether there was anything.
    pub fn leave(self) -> bool {
        if self.draws.get_untracked() {
            self.draws.set(false);
        } else if self.chosen.get_untracked().is_some() {
            self.chosen.set(None);
        } else if !self.shape.read_untracked().is_empty() {
            self.shape.set(Vec::new());
        } else if self.lit.get_untracked().is_some() {
            self.lit.set(None);
        } else {
            return false;
        }
        true
    }

    /// The record of a point, from what was answered before or from the server; `None` if it no longer
    /// exists, or the server does not answer.
    pub async fn record(self, index: u32) -> Option<MapRecord> {
        if let Some(known) = self
            .names
            .try_with_value(|names| names.get(&index).cloned())?
        {
            return Some(known);
        }
        let collection = self.collection.try_get_value()?;
        let found = map_record(&collection, index).await.ok().flatten()?;
        self.names.try_update_value(|names| {
            names.insert(index, found.clone());
        });
        Some(found)
    }

    /// What a point is in the legend: the facet and the value.
    pub fn value(self, index: u32) -> Option<(String, String)> {
        let coloured = self.coloured.read();
        let coloured = coloured.as_ref()?;
        let class = *coloured.classes.get(index as usize)?;
        let mut classes = coloured.legend.classes.iter();
        let own = classes.find(|own| own.class == class)?;
        Some((coloured.legend.facet.clone(), own.value.clone()))
    }
}

/// The time, in milliseconds.
fn now() -> f64 {
    web_sys::js_sys::Date::now()
}
