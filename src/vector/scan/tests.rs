use proptest::prelude::*;

use super::*;
use crate::Vector;
use crate::vector::Gathered;

/// The components of a vector.
const WIDTH: usize = 384;

/// The expected result of the scan: every cosine computed, sorted and cut.
fn full_scan(vectors: &[Vector], query: &[f32], k: usize) -> Vec<Neighbour> {
    let mut all: Vec<Neighbour> = (0u32..)
        .zip(vectors)
        .map(|(position, vector)| Neighbour {
            position,
            cosine: cosine(query, vector),
        })
        .collect();
    all.sort_by(Neighbour::best_first);
    all.truncate(k);
    all
}

/// Unit vectors in a few tight clusters, with duplicates: many scores are closer together than
/// the codes can distinguish.
pub fn clustered(seed: u64, n: usize) -> Vec<Vector> {
    let mut state = seed | 1;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f32 / (1u64 << 53) as f32 - 0.5
    };
    let mut many = || (0..WIDTH).map(|_| random()).collect::<Vector>();
    let centres: Vec<Vector> = (0..3).map(|_| many()).collect();
    let mut vectors: Vec<Vector> = Vec::new();
    for i in 0..n {
        let mut vector = if i % 7 == 6 {
            vectors[i / 2].clone()
        } else {
            let centre = centres[i % 3].iter();
            centre.map(|x| x + random() * 0.01).collect()
        };
        crate::vector::normalise(&mut vector).unwrap();
        vectors.push(vector);
    }
    vectors
}

proptest! {
    #[test]
    fn the_scan_equals_a_full_scan_in_f32(seed: u64, n in 1usize..400, k in 0usize..50) {
        let mut vectors = clustered(seed, n + 1);
        let query = vectors.pop().unwrap();
        let scan = ExactScan::new(&vectors);
        prop_assert_eq!(scan.nearest(&query, k, None), full_scan(&vectors, &query, k));
    }

    #[test]
    fn what_reaches_a_cosine_is_a_full_scan_down_to_it(seed: u64, k in 1usize..300, keep in 1u32..9) {
        let mut vectors = clustered(seed, 301);
        let query = vectors.pop().unwrap();
        let scan = ExactScan::new(&vectors);
        let all = full_scan(&vectors, &query, 300);
        let least = all[k - 1].cosine;
        let mut expected = all;
        expected.retain(|near| near.cosine >= least);
        prop_assert_eq!(scan.reaching(&query, least, None), expected.clone());
        let filter: RoaringBitmap = (0..300).filter(|p| p % keep == 0).collect();
        expected.retain(|near| filter.contains(near.position));
        prop_assert_eq!(scan.reaching(&query, least, Some(&filter)), expected.clone());
        // The same positions, whatever else is searched for.
        for nearest in [1, 10, 200] {
            let found = scan.nearest_and_reaching(&query, nearest, least, Some(&filter));
            let mut reaching = found.reaching;
            reaching.sort_unstable();
            let mut positions: Vec<u32> = expected.iter().map(|near| near.position).collect();
            positions.sort_unstable();
            prop_assert_eq!(reaching, positions);
            prop_assert_eq!(found.nearest, scan.nearest(&query, nearest, Some(&filter)));
        }
    }

    #[test]
    fn codes_side_by_side_have_the_cosines_of_each_alone(seed: u64, n in 1usize..30) {
        let scan = ExactScan::new(&clustered(seed, n));
        let codes: Vec<Point<'_>> = (0..n as u32).filter_map(|at| scan.code(at)).collect();
        let mut gathered = Gathered::default();
        codes.iter().for_each(|&code| gathered.push(code));
        let mut space = Estimates::default();
        let between = gathered.between();
        for (code, row) in codes.iter().zip(between.chunks(n)) {
            gathered.cosines(code, &mut space);
            let alone: Vec<f32> = codes.iter().map(|other| code.cosine(other)).collect();
            prop_assert_eq!(&space.cosines, &alone);
            prop_assert_eq!(row, &alone[..]);
        }
    }

    #[test]
    fn a_filtered_scan_equals_a_full_scan_of_what_passes(seed: u64, keep in 1u32..20) {
        let mut vectors = clustered(seed, 300);
        let query = vectors.pop().unwrap();
        let scan = ExactScan::new(&vectors);
        let filter: RoaringBitmap = (0..299).filter(|p| p % keep == 0).collect();
        let mut expected = full_scan(&vectors, &query, 299);
        expected.retain(|near| filter.contains(near.position));
        expected.truncate(10);
        prop_assert_eq!(scan.nearest(&query, 10, Some(&filter)), expected);
    }
}
