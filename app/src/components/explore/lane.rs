//! A scale with a dot: where one engine has a record. The text beside it says the same.

use leptos::prelude::*;

/// What is drawn. All places are shares of the width, from 0 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Lane {
    /// Where the dot is; absent if the engine cannot find the record.
    pub dot: Option<f32>,
    /// The part of the scale that counts as found: from and to.
    pub band: Option<(f32, f32)>,
}

impl Lane {
    /// A place among so many, on a logarithmic scale: from the first to the last, with the first ten as
    /// the band.
    pub fn place(place: Option<u32>, of: u32) -> Self {
        let last = (of.max(2) as f32).ln();
        let at = |place: u32| ((place.max(1) as f32).ln() / last).clamp(0.0, 1.0);
        Self {
            dot: place.map(at),
            band: Some((0.0, at(10))),
        }
    }

    /// A similarity, with what is near enough as the band.
    pub fn similarity(similarity: Option<f32>, near_from: Option<f32>) -> Self {
        Self {
            dot: similarity.map(|similarity| similarity.clamp(0.0, 1.0)),
            band: near_from.map(|from| (from.clamp(0.0, 1.0), 1.0)),
        }
    }

    /// How many of some words.
    pub fn share(some: usize, of: usize) -> Self {
        Self {
            dot: Some(some as f32 / of.max(1) as f32),
            band: None,
        }
    }
}

/// How wide the drawing is, and where its line starts and ends: dots at the ends must not be cut.
const WIDTH: f32 = 100.0;
const START: f32 = 3.0;
const END: f32 = 97.0;

/// The drawing, in the colour of the text around it.
pub fn lane(lane: Lane) -> AnyView {
    let x = |share: f32| START + share * (END - START);
    let band = lane.band.map(|(from, to)| {
        // So that the dot of the first place is in it.
        let (from, to) = (x(from) - START, x(to) + START);
        view! { <rect class="lane-band" x=from y="1" width=to - from height="8" rx="2" /> }
    });
    let dot = lane.dot.map(|at| {
        view! {
            <path class="lane-dot" d=format!("M{} 5h0", x(at)) vector-effect="non-scaling-stroke" />
        }
    });
    let line = match lane.dot {
        Some(_) => "lane-line",
        None => "lane-line lane-empty",
    };
    view! {
        <svg
            class="lane"
            viewBox=format!("0 0 {WIDTH} 10")
            preserveAspectRatio="none"
            aria-hidden="true"
        >
            {band}
            <path class=line d=format!("M{START} 5H{END}") vector-effect="non-scaling-stroke" />
            {dot}
        </svg>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_on_a_logarithmic_scale() {
        assert_eq!(Lane::place(Some(1), 340).dot, Some(0.0));
        assert_eq!(Lane::place(Some(340), 340).dot, Some(1.0));
        assert_eq!(Lane::place(None, 340).dot, None);
        let lane = Lane::place(Some(10), 100);
        assert_eq!((lane.dot, lane.band), (Some(0.5), Some((0.0, 0.5))));
    }
}
