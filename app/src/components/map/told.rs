//! What is said about the map as a whole.

use parallax::vocabulary::MapView;

use crate::numbers::{counted, thousands};

/// How many records it shows, and how many are missing.
pub fn size(map: &MapView) -> String {
    let shown = match map.points == map.of_records {
        true => counted(map.points, "record"),
        false => format!(
            "{} of {}",
            thousands(map.points),
            counted(map.of_records, "record")
        ),
    };
    let newer = match map.outdated {
        0 => String::new(),
        1 => " One was written since the map was computed, and is not on it yet.".into(),
        newer => format!(
            " {} were written since the map was computed, and are not on it yet.",
            thousands(newer)
        ),
    };
    format!("{shown}.{newer}")
}

/// That a newer one is being computed, if it is.
pub fn renewed(map: &MapView) -> Option<&'static str> {
    map.progress
        .map(|_| " A newer map is being computed; reload the page later to see it.")
}

/// How far near points can be trusted to be similar, in plain words.
pub fn trust(map: &MapView) -> Option<String> {
    let trust = map.trustworthiness?;
    Some(format!(
        "How reliable neighbours are was measured for this map: its trustworthiness is {trust:.2}. It \
         would be 1 if all neighbours here were also neighbours in meaning, and about 0.5 if the \
         places were random."
    ))
}

/// How much of the computation is done.
pub fn progress(map: &MapView) -> Option<String> {
    let done = map.progress?.clamp(0.0, 1.0);
    Some(format!("{:.0} %", f64::from(done) * 100.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(points: u32, of_records: u32, outdated: u32) -> MapView {
        MapView {
            points,
            of_records,
            outdated,
            ..MapView::default()
        }
    }

    #[test]
    fn missing_records_are_counted() {
        assert_eq!(size(&map(1, 1, 0)), "1 record.");
        assert_eq!(size(&map(40_474, 40_474, 0)), "40,474 records.");
        let told = size(&map(1_000, 1_200, 200));
        assert!(
            told.starts_with("1,000 of 1,200 records. 200 were"),
            "{told}"
        );
        assert!(size(&map(3, 4, 1)).contains("One was"));
    }

    #[test]
    fn what_was_measured_is_said_as_it_was() {
        let measured = MapView {
            trustworthiness: Some(0.934),
            progress: Some(0.426),
            ..MapView::default()
        };
        assert!(trust(&measured).unwrap().contains("0.93"));
        assert_eq!(progress(&measured).as_deref(), Some("43 %"));
        assert_eq!(trust(&MapView::default()), None);
        assert_eq!(progress(&MapView::default()), None);
    }
}
