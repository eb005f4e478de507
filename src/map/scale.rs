//! From places to whole numbers.

use crate::projection::Place;
use crate::vocabulary::MAP_EXTENT;

/// The share of points, in thousandths, that may be beyond the edge on either side. A few far ones
/// must not make all others small.
const BEYOND: usize = 5;

/// How far beyond the edge there is room, as a part of half the width. What is further out is drawn
/// nearer, in its order.
const ROOM: f32 = 0.08;

/// The margin that stays empty, likewise: so no point is at 0, which stands for no place.
const MARGIN: f32 = 0.02;

/// Places as coordinates from 0 to [`MAP_EXTENT`], on the same scale in both directions.
pub fn fitted(places: &[Place]) -> Vec<[u16; 2]> {
    let spans = [0, 1].map(|axis: usize| span(places.iter().map(|place| place[axis]).collect()));
    let centres = spans.map(|(from, to)| f32::midpoint(from, to));
    let half = spans.map(|(from, to)| (to - from) / 2.0);
    let half = half[0].max(half[1]).max(f32::MIN_POSITIVE);
    let middle = f32::from(MAP_EXTENT) / 2.0;
    let scaled = |place: &Place| {
        [0, 1].map(|axis: usize| {
            let along = bent((place[axis] - centres[axis]) / half) / (1.0 + ROOM + MARGIN);
            // From a float to a whole number, this saturates.
            (middle + middle * along).round() as u16
        })
    };
    places.iter().map(scaled).collect()
}

/// From where to where nearly all numbers are.
fn span(mut numbers: Vec<f32>) -> (f32, f32) {
    if numbers.is_empty() {
        return (0.0, 0.0);
    }
    numbers.sort_unstable_by(f32::total_cmp);
    let beyond = numbers.len() * BEYOND / 1_000;
    (numbers[beyond], numbers[numbers.len() - 1 - beyond])
}

/// The same number within the edges, and less than [`ROOM`] beyond them outside.
fn bent(along: f32) -> f32 {
    let over = along.abs() - 1.0;
    if over <= 0.0 {
        return along;
    }
    (1.0 + ROOM * (1.0 - (-over / ROOM).exp())).copysign(along)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_kept_and_far_points_do_not_shrink_the_rest() {
        let mut places: Vec<Place> = (0..1_000).map(|at| [at as f32, 500.0]).collect();
        places.push([1e9, 500.0]);
        let fitted = fitted(&places);
        assert!(fitted.is_sorted_by_key(|place| place[0]));
        assert!(fitted.iter().flatten().all(|&at| at > 0 && at < MAP_EXTENT));
        assert!(fitted[900][0] - fitted[100][0] > MAP_EXTENT / 2);
        assert!(fitted.iter().all(|place| place[1] == fitted[0][1]));
    }

    #[test]
    fn equal_places_are_in_the_middle() {
        let middle = MAP_EXTENT / 2 + 1;
        assert_eq!(fitted(&[[3.0, 4.0]; 3]), [[middle, middle]; 3]);
        assert!(fitted(&[]).is_empty());
    }
}
