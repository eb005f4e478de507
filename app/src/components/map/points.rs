//! The arrays of numbers that the server sends: where the points are, and which class of a facet each
//! has. They are in the order of the map, so that the position in the array is a record's index.

use super::grid::Grid;
use crate::problem::Problem;

const HEADER: usize = 16;

/// Where all points are.
#[derive(Debug, Clone, PartialEq)]
pub struct Points {
    /// To the right.
    pub x: Vec<u16>,
    /// Downwards.
    pub y: Vec<u16>,
    /// For finding those near a place.
    pub grid: Grid,
}

impl Points {
    /// Reads `GET …/map/points`.
    ///
    /// # Errors
    /// `unreachable` if it is anything else.
    pub fn read(bytes: &[u8]) -> Result<Self, Problem> {
        let ([count, _], body) = split(bytes, b"PXMP")?;
        let count = count as usize;
        if count.checked_mul(4) != Some(body.len()) {
            return Err(odd());
        }
        let (x, y) = body.split_at(2 * count);
        let numbers = |bytes: &[u8]| -> Vec<u16> {
            let pairs = bytes.chunks_exact(2);
            pairs
                .map(|two| u16::from_le_bytes([two[0], two[1]]))
                .collect()
        };
        let (x, y) = (numbers(x), numbers(y));
        let grid = Grid::of(&x, &y);
        Ok(Self { x, y, grid })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.x.len()
    }

    /// Where one is.
    pub fn at(&self, index: u32) -> Option<(f64, f64)> {
        let index = index as usize;
        Some(((*self.x.get(index)?).into(), (*self.y.get(index)?).into()))
    }

    /// The point nearest to a place, if one is near enough.
    pub fn nearest(&self, x: f64, y: f64, radius: f64) -> Option<u32> {
        self.grid.nearest(&self.x, &self.y, (x, y), radius)
    }
}

/// Reads `GET …/map/colours`: the class of each point.
///
/// # Errors
/// `unreachable` if it is anything else, or not of `count` points.
pub fn classes(bytes: &[u8], count: usize) -> Result<Vec<u8>, Problem> {
    let ([points, _], body) = split(bytes, b"PXMC")?;
    if points as usize != count || body.len() != count {
        return Err(odd());
    }
    Ok(body.to_vec())
}

/// The two numbers of a header of this kind, and what follows it.
fn split<'a>(bytes: &'a [u8], kind: &[u8; 4]) -> Result<([u32; 2], &'a [u8]), Problem> {
    let header = bytes.get(..HEADER).ok_or_else(odd)?;
    let number = |at: usize| {
        let four = [header[at], header[at + 1], header[at + 2], header[at + 3]];
        u32::from_le_bytes(four)
    };
    if &header[..4] != kind || number(4) != 1 {
        return Err(odd());
    }
    Ok(([number(8), number(12)], &bytes[HEADER..]))
}

fn odd() -> Problem {
    Problem {
        code: "unreachable".into(),
        message: "The points of the map could not be read; reload the page.".into(),
    }
}

/// The order in which points are drawn: a permutation of `0..count` of which every beginning is
/// spread evenly over the whole. It goes on by the golden section of the count each time, so that
/// after any number of steps the gaps have at most three lengths (the three-distance theorem; Knuth,
/// TAOCP volume 3, 6.4).
pub fn drawing_order(count: u32) -> impl Iterator<Item = u32> {
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    let mut step = ((f64::from(count) * GOLDEN) as u32).max(1);
    while common_divisor(step, count.max(1)) != 1 {
        step += 1;
    }
    let mut at = 0u64;
    (0..count).map(move |_| {
        let now = at as u32;
        at = (at + u64::from(step)) % u64::from(count);
        now
    })
}

fn common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(kind: &[u8; 4], version: u32, numbers: [u32; 2], body: &[u8]) -> Vec<u8> {
        let mut bytes = kind.to_vec();
        for number in [version, numbers[0], numbers[1]] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend(body);
        bytes
    }

    #[test]
    fn places_are_read_as_they_are_sent() {
        let body = [1, 0, 255, 255, 0, 1, 2, 0];
        let points = Points::read(&file(b"PXMP", 1, [2, 0], &body)).unwrap();
        assert_eq!((&*points.x, &*points.y), (&[1, 65_535][..], &[256, 2][..]));
        assert_eq!(points.at(1), Some((65_535.0, 2.0)));
        assert_eq!(points.at(2), None);
        assert_eq!(points.nearest(3.0, 250.0, 10.0), Some(0));
        let kinds = classes(&file(b"PXMC", 1, [2, 1], &[0, 255]), 2).unwrap();
        assert_eq!(kinds, [0, 255]);
        assert_eq!(
            Points::read(&file(b"PXMP", 1, [0, 0], &[]))
                .unwrap()
                .count(),
            0
        );
    }

    #[test]
    fn what_is_cut_or_of_another_kind_is_refused() {
        let whole = file(b"PXMP", 1, [2, 0], &[0; 8]);
        for bytes in [
            &whole[..15],
            &whole[..23],
            &[],
            &file(b"PXMC", 1, [2, 0], &[0; 8]),
            &file(b"PXMP", 2, [2, 0], &[0; 8]),
            &file(b"PXMP", 1, [u32::MAX, 0], &[0; 8]),
        ] {
            assert!(Points::read(bytes).is_err(), "{bytes:?}");
        }
        assert!(classes(&file(b"PXMC", 1, [2, 1], &[0, 1]), 3).is_err());
    }

    #[test]
    fn every_beginning_of_the_order_is_a_sample_of_all() {
        for count in [0, 1, 2, 3, 10, 340, 1_000, 40_474] {
            let order: Vec<u32> = drawing_order(count).collect();
            let mut sorted = order.clone();
            sorted.sort_unstable();
            assert!(sorted.into_iter().eq(0..count), "{count}");
            // A tenth of the points has about a tenth of those of any tenth of the records.
            let part = count / 10;
            if part >= 100 {
                for tenth in 0..10 {
                    let inside = |index: &&u32| **index / part == tenth;
                    let found = order[..part as usize].iter().filter(inside).count() as u32;
                    assert!(
                        found.abs_diff(part / 10) <= 3 + part / 200,
                        "{count}, {tenth}: {found}"
                    );
                }
            }
        }
    }
}
