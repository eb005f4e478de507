use std::borrow::Cow;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::split_mix::SplitMix64;
use crate::vector::{cosine, normalise};

/// Vectors in memory, compared exactly.
struct Plain(Vec<Vec<f32>>);

impl Plain {
    /// All other points, nearest first.
    fn order(&self, point: u32) -> Vec<u32> {
        let others = (0..self.0.len() as u32).filter(|&other| other != point);
        let mut others: Vec<u32> = others.collect();
        others.sort_by(|&a, &b| {
            self.cosine(point, b)
                .total_cmp(&self.cosine(point, a))
                .then(a.cmp(&b))
        });
        others
    }
}

impl Space for Plain {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn dimension(&self) -> usize {
        self.0.first().map_or(0, Vec::len)
    }

    fn vector(&self, point: u32) -> Option<Cow<'_, [f32]>> {
        Some(Cow::Borrowed(self.0.get(point as usize)?))
    }

    fn cosine(&self, one: u32, other: u32) -> f32 {
        cosine(&self.0[one as usize], &self.0[other as usize])
    }

    fn nearest(&self, point: u32, count: usize) -> Vec<u32> {
        self.order(point).into_iter().take(count).collect()
    }

    fn ranks(&self, point: u32, others: &[u32]) -> Vec<u32> {
        let order = self.order(point);
        let rank = |other| order.iter().position(|at| at == other);
        let ranks = others.iter().map(rank);
        ranks.map(|at| at.unwrap_or_default() as u32 + 1).collect()
    }
}

/// Groups of points around random centres.
fn groups(count: usize, each: usize, seed: u64) -> Plain {
    const WIDTH: usize = 32;
    let mut random = SplitMix64::new(seed);
    let mut number = || random.bits() as i64 as f32 / i64::MAX as f32;
    let centres: Vec<Vec<f32>> = (0..count)
        .map(|_| (0..WIDTH).map(|_| number()).collect())
        .collect();
    let vectors = (0..count * each).map(|at| {
        let centre = centres[at % count].iter();
        let mut vector: Vec<f32> = centre.map(|x| x + 0.3 * number()).collect();
        normalise(&mut vector).unwrap();
        vector
    });
    Plain(vectors.collect())
}

fn go_on(_: f32) -> bool {
    true
}

fn threads(count: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new()
        .num_threads(count)
        .build()
        .unwrap()
}

#[test]
fn a_seed_gives_the_same_places_on_any_number_of_threads() {
    let space = groups(5, 40, 1);
    let [one, three] =
        [1, 3].map(|count| threads(count).install(|| project(&space, 7, &go_on).unwrap()));
    assert_eq!(one, three);
    assert_ne!(one, project(&space, 8, &go_on).unwrap());
    assert!(one.iter().flatten().all(|x| x.is_finite()));
}

#[test]
fn groups_stay_groups() {
    const GROUPS: usize = 6;
    let space = groups(GROUPS, 50, 3);
    let places = project(&space, 1, &go_on).unwrap();
    let square = |a: Place, b: Place| (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2);
    let same = (0..places.len()).filter(|&at| {
        let others = (0..places.len()).filter(|&other| other != at);
        let nearest = others.min_by(|&a, &b| {
            square(places[at], places[a]).total_cmp(&square(places[at], places[b]))
        });
        nearest.is_some_and(|nearest| nearest % GROUPS == at % GROUPS)
    });
    let same = same.count();
    assert!(
        same * 100 >= places.len() * 98,
        "{same} of {}",
        places.len()
    );
    let trust = trustworthiness(&space, &places, 15, 300, 1).unwrap();
    assert!(trust > 0.9, "{trust}");
}

#[test]
fn trustworthiness_is_one_for_a_faithful_map_and_about_half_for_a_random_one() {
    // On an arc, the order by cosine is that by distance.
    let angles = (0..200).map(|at| at as f32 * 0.01);
    let places: Vec<Place> = angles.map(|angle| [angle.cos(), angle.sin()]).collect();
    let space = Plain(places.iter().map(|place| place.to_vec()).collect());
    let trust = trustworthiness(&space, &places, 10, 1_000, 1).unwrap();
    assert!(trust > 0.999, "{trust}");
    let mut random = SplitMix64::new(5);
    let shuffled: Vec<Place> = (0..200)
        .map(|_| [random.below(1 << 20) as f32, random.below(1 << 20) as f32])
        .collect();
    let trust = trustworthiness(&space, &shuffled, 10, 1_000, 1).unwrap();
    assert!((0.4..0.6).contains(&trust), "{trust}");
    assert_eq!(trustworthiness(&space, &places[..20], 10, 1_000, 1), None);
}

#[test]
fn few_points_have_places_too() {
    for count in 0..5 {
        let space = groups(1, count, 2);
        let places = project(&space, 1, &go_on).unwrap();
        assert_eq!(places.len(), count);
        assert!(places.iter().flatten().all(|x| x.is_finite()));
    }
}

#[test]
fn it_stops_when_told_to() {
    let space = groups(3, 30, 1);
    assert_eq!(project(&space, 1, &|_| false), None);
    let steps = AtomicUsize::new(0);
    let few = |done: f32| {
        assert!((0.0..=1.0).contains(&done));
        steps.fetch_add(1, Ordering::Relaxed) < 20
    };
    assert_eq!(project(&space, 1, &few), None);
    assert_eq!(steps.into_inner(), 21);
}
