//! Divides a map into regions of records that are near each other.

use crate::split_mix::SplitMix64;

/// How many regions there are at most at each level.
const MOST: [usize; 2] = [12, 40];

/// At how many records the centres are computed.
const SAMPLED: usize = 20_000;

/// How often centres move.
const ROUNDS: usize = 25;

/// One division of a map.
pub struct Division {
    /// The level.
    pub level: u8,
    /// Where the name of each region belongs: at the record nearest to its centre.
    pub places: Vec<[u16; 2]>,
    /// The region of each record.
    pub of_record: Vec<u16>,
}

/// The divisions of a map into few and into more regions, by k-means.
pub fn divide(places: &[[u16; 2]], seed: u64) -> [Division; 2] {
    // Few records have few regions: about as many as each region has records, up to a factor.
    let most = (places.len() as f64).sqrt() * 0.7;
    let counts = [most / 3.0, most].map(|most| most.round() as usize);
    [0, 1].map(|level: usize| {
        let count = counts[level].clamp(1, MOST[level]);
        let centres = centres(places, count, seed);
        let of_record = places.iter().map(|place| nearest(&centres, place).0 as u16);
        let of_record: Vec<u16> = of_record.collect();
        Division {
            level: level as u8,
            places: middles(places, &centres, &of_record),
            of_record,
        }
    })
}

type Centre = [f64; 2];

fn square(centre: &Centre, place: &[u16; 2]) -> f64 {
    let (x, y) = (
        centre[0] - f64::from(place[0]),
        centre[1] - f64::from(place[1]),
    );
    x * x + y * y
}

/// The nearest centre, and the square of its distance.
fn nearest(centres: &[Centre], place: &[u16; 2]) -> (usize, f64) {
    let squares = centres.iter().map(|centre| square(centre, place));
    let nearer = |best: (usize, f64), next: (usize, f64)| if next.1 < best.1 { next } else { best };
    squares.enumerate().fold((0, f64::INFINITY), nearer)
}

/// The centres of k-means, which start as in k-means++ (Arthur & Vassilvitskii, 2007).
fn centres(places: &[[u16; 2]], count: usize, seed: u64) -> Vec<Centre> {
    let mut random = SplitMix64::new(seed);
    let every = places.len().div_ceil(SAMPLED).max(1);
    let sample: Vec<[u16; 2]> = places.iter().step_by(every).copied().collect();
    if sample.is_empty() {
        return Vec::new();
    }
    let at = |place: [u16; 2]| place.map(f64::from);
    let mut centres = vec![at(sample[random.below(sample.len() as u64) as usize])];
    let mut squares: Vec<f64> = sample
        .iter()
        .map(|place| square(&centres[0], place))
        .collect();
    while centres.len() < count {
        let all: f64 = squares.iter().sum();
        let mut drawn = random.bits() as f64 / u64::MAX as f64 * all;
        let chosen = squares.iter().position(|square| {
            drawn -= square;
            drawn < 0.0
        });
        let Some(chosen) = chosen else { break };
        let centre = at(sample[chosen]);
        for (own, place) in squares.iter_mut().zip(&sample) {
            *own = own.min(square(&centre, place));
        }
        centres.push(centre);
    }
    for _ in 0..ROUNDS {
        let mut sums = vec![([0.0; 2], 0u32); centres.len()];
        for place in &sample {
            let (sum, count) = &mut sums[nearest(&centres, place).0];
            sum[0] += f64::from(place[0]);
            sum[1] += f64::from(place[1]);
            *count += 1;
        }
        for (centre, (sum, count)) in centres.iter_mut().zip(sums) {
            if count > 0 {
                *centre = sum.map(|sum| sum / f64::from(count));
            }
        }
    }
    centres
}

/// The record of each region that is nearest to its centre.
fn middles(places: &[[u16; 2]], centres: &[Centre], of_record: &[u16]) -> Vec<[u16; 2]> {
    let mut best = vec![(f64::INFINITY, [0; 2]); centres.len()];
    for (place, &region) in places.iter().zip(of_record) {
        let distance = square(&centres[region as usize], place);
        let best = &mut best[region as usize];
        if distance < best.0 {
            *best = (distance, *place);
        }
    }
    best.into_iter().map(|(_, place)| place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_near_records() {
        let corners = [
            [1_000, 1_000],
            [60_000, 1_000],
            [1_000, 60_000],
            [60_000, 60_000],
        ];
        let places: Vec<[u16; 2]> = (0..400u16)
            .map(|at| {
                let [x, y] = corners[at as usize % 4];
                [x + at, y + at * 7 % 400]
            })
            .collect();
        let [few, more] = divide(&places, 1);
        assert_eq!((few.places.len(), more.places.len()), (5, 14));
        for division in [&few, &more] {
            let whole = (0..division.places.len() as u16).all(|region| {
                let own = (0..places.len()).filter(|&at| division.of_record[at] == region);
                let mut corners: Vec<usize> = own.map(|at| at % 4).collect();
                corners.dedup();
                corners.sort_unstable();
                corners.dedup();
                corners.len() <= 1
            });
            assert!(whole);
            assert!(division.places.iter().all(|place| places.contains(place)));
        }
        let again = divide(&places, 1);
        assert_eq!(again[1].of_record, more.of_record);
    }

    #[test]
    fn one_place_is_one_region() {
        let [few, more] = divide(&[[5, 5]; 100], 1);
        assert_eq!((few.places, more.places), (vec![[5, 5]], vec![[5, 5]]));
        assert!(divide(&[], 1)[0].places.is_empty());
    }
}
