//! Finding the point under the pointer: the points sorted into the cells of a grid, once.

/// How many units of the map a cell has a side, as a power of two.
const CELL_BITS: u32 = 8;
/// How many cells there are a side.
const SIDE: usize = 1 << (16 - CELL_BITS);

/// The points of every cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// Where the points of a cell begin, and after the last cell where they end.
    starts: Vec<u32>,
    /// The indexes of the points, cell by cell.
    points: Vec<u32>,
}

impl Grid {
    /// Sorts points by counting those of each cell. Records that were deleted are at 0 and 0, where no
    /// other one is, and are left out.
    pub fn of(x: &[u16], y: &[u16]) -> Self {
        let mut starts = vec![0u32; SIDE * SIDE + 1];
        let places = || x.iter().zip(y).enumerate();
        let cells = || {
            let exist = places().filter(|(_, place)| *place != (&0, &0));
            exist.map(|(index, (&x, &y))| (index, cell_of(x, y)))
        };
        for (_, cell) in cells() {
            starts[cell + 1] += 1;
        }
        for cell in 1..starts.len() {
            starts[cell] += starts[cell - 1];
        }
        let mut next = starts.clone();
        let mut points = vec![0; starts[SIDE * SIDE] as usize];
        for (index, cell) in cells() {
            points[next[cell] as usize] = index as u32;
            next[cell] += 1;
        }
        Self { starts, points }
    }

    /// The point nearest to a place, at most `radius` away; of several, the one of the lowest index.
    /// The coordinates are those the grid was made of.
    pub fn nearest(&self, x: &[u16], y: &[u16], at: (f64, f64), radius: f64) -> Option<u32> {
        let cells = |middle: f64| {
            let cell = |place: f64| (place.clamp(0.0, 65_535.0) as usize) >> CELL_BITS;
            cell(middle - radius)..=cell(middle + radius)
        };
        let mut best: Option<(f64, u32)> = None;
        for row in cells(at.1) {
            for column in cells(at.0) {
                let cell = row * SIDE + column;
                let points = self.starts[cell] as usize..self.starts[cell + 1] as usize;
                for &index in &self.points[points] {
                    let right = f64::from(x[index as usize]) - at.0;
                    let down = f64::from(y[index as usize]) - at.1;
                    let found = (right * right + down * down, index);
                    if found.0 <= radius * radius && best.is_none_or(|best| found < best) {
                        best = Some(found);
                    }
                }
            }
        }
        best.map(|(_, index)| index)
    }
}

fn cell_of(x: u16, y: u16) -> usize {
    (usize::from(y) >> CELL_BITS) * SIDE + (usize::from(x) >> CELL_BITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_point_is_the_one_that_looking_at_all_finds() {
        // A fixed sequence of numbers that look random (Numerical Recipes' generator).
        let mut state = 7u32;
        let mut number = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) as u16
        };
        let x: Vec<u16> = (0..3_000).map(|_| number()).collect();
        let y: Vec<u16> = (0..3_000).map(|_| number() / 3).collect();
        let grid = Grid::of(&x, &y);
        for radius in [0.0, 40.0, 700.0, 5_000.0] {
            for _ in 0..200 {
                let at = (f64::from(number()), f64::from(number()));
                let all = (0..x.len()).map(|index| {
                    let right = f64::from(x[index]) - at.0;
                    let down = f64::from(y[index]) - at.1;
                    (right * right + down * down, index as u32)
                });
                let near = all.filter(|(away, _)| *away <= radius * radius);
                let best = near.min_by(|a, b| a.partial_cmp(b).unwrap());
                let expected = best.map(|(_, index)| index);
                assert_eq!(grid.nearest(&x, &y, at, radius), expected);
            }
        }
    }

    #[test]
    fn places_outside_and_empty_maps_are_harmless() {
        let grid = Grid::of(&[65_535], &[65_535]);
        let near = |at, radius| grid.nearest(&[65_535], &[65_535], at, radius);
        assert_eq!(near((66_000.0, 66_000.0), 700.0), Some(0));
        assert_eq!(near((-1e12, 1e12), 5.0), None);
        assert_eq!(
            Grid::of(&[0], &[0]).nearest(&[0], &[0], (0.0, 0.0), 9.0),
            None
        );
        assert_eq!(Grid::of(&[], &[]).nearest(&[], &[], (0.0, 0.0), 1e9), None);
    }
}
