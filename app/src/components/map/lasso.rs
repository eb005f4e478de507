//! A shape drawn around points: what the pointer drew, as a polygon of few vertices in the map's
//! units, which the server takes.

use parallax::vocabulary::MAX_VERTICES;

use super::camera::WORLD;

/// The polygon of a line that was drawn, in units of the map; `None` if it surrounds nothing. What is
/// drawn beyond the map's edge is moved onto it.
pub fn polygon(drawn: &[(f64, f64)]) -> Option<Vec<[u16; 2]>> {
    let whole = |place: f64| place.round().clamp(0.0, WORLD) as u16;
    let mut places: Vec<[u16; 2]> = drawn.iter().map(|&(x, y)| [whole(x), whole(y)]).collect();
    places.dedup();
    if places.len() > 1 && places.first() == places.last() {
        places.pop();
    }
    // Every vertex but each second one is kept until there are few enough.
    while places.len() > MAX_VERTICES {
        let mut keep = false;
        places.retain(|_| {
            keep = !keep;
            keep
        });
    }
    (places.len() >= 3 && area(&places) > 0.0).then_some(places)
}

/// Twice the area of a polygon, by the shoelace formula.
fn area(places: &[[u16; 2]]) -> f64 {
    let next = places.iter().cycle().skip(1);
    let sum: f64 = places
        .iter()
        .zip(next)
        .map(|(a, b)| f64::from(a[0]) * f64::from(b[1]) - f64::from(b[0]) * f64::from(a[1]))
        .sum();
    sum.abs()
}

/// The path of a polygon in a drawing, at a scale in pixels a unit.
pub fn path(places: &[[u16; 2]], scale: f64) -> String {
    let mut path = String::new();
    for (at, [x, y]) in places.iter().enumerate() {
        let letter = if at == 0 { 'M' } else { 'L' };
        let (x, y) = (f64::from(*x) * scale, f64::from(*y) * scale);
        path.push_str(&format!("{letter}{x:.1} {y:.1}"));
    }
    path.push('Z');
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_surrounds_nothing_is_no_polygon() {
        assert_eq!(polygon(&[]), None);
        assert_eq!(polygon(&[(5.0, 5.0); 40]), None);
        assert_eq!(polygon(&[(0.0, 0.0), (10.0, 10.0), (20.0, 20.0)]), None);
        let square = [
            (0.0, 0.0),
            (10.0, 0.0),
            (10.0, 10.0),
            (0.0, 10.0),
            (0.0, 0.0),
        ];
        assert_eq!(polygon(&square).unwrap().len(), 4);
    }

    #[test]
    fn long_lines_are_thinned_and_stay_on_the_map() {
        let circle: Vec<(f64, f64)> = (0..5_000)
            .map(|at| {
                let angle = f64::from(at) / 5_000.0 * std::f64::consts::TAU;
                (
                    60_000.0 + 20_000.0 * angle.cos(),
                    30_000.0 + 20_000.0 * angle.sin(),
                )
            })
            .collect();
        let polygon = polygon(&circle).unwrap();
        assert!((MAX_VERTICES / 2..=MAX_VERTICES).contains(&polygon.len()));
        assert_eq!(polygon.iter().map(|[x, _]| *x).max(), Some(u16::MAX));
    }

    #[test]
    fn its_path_is_closed() {
        let path = path(&[[0, 0], [10, 0], [10, 20]], 0.5);
        assert_eq!(path, "M0.0 0.0L5.0 0.0L5.0 10.0Z");
    }
}
