//! How many points are drawn while the map moves: all, unless the device is slow. It is found out by
//! the time between frames; a device with a touch screen is taken to be slow if there are many.

/// How many points a slow device draws while the map moves.
const FEW: usize = 60_000;
/// The time between two frames, in milliseconds, from which on one is late: 60 a second, and some room.
const LATE: f64 = 25.0;
/// A longer time is a pause, not a frame.
const PAUSE: f64 = 200.0;
/// How many more late frames than timely ones show that a device is slow.
const PATIENCE: u32 = 8;

/// The pace of a device.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pace {
    last: f64,
    late: u32,
    slow: bool,
}

impl Pace {
    /// That of a device that is taken to be slow, or not, until its frames are known.
    pub fn of(slow: bool) -> Self {
        Self {
            slow,
            ..Self::default()
        }
    }

    /// Notes a frame of a moving map, at a time in milliseconds.
    pub fn frame(&mut self, now: f64) {
        let gone = now - self.last;
        self.last = now;
        match gone {
            gone if gone >= PAUSE => {}
            gone if gone > LATE => self.late += 1,
            _ => self.late = self.late.saturating_sub(1),
        }
        self.slow |= self.late >= PATIENCE;
    }

    /// How many of so many points to draw.
    pub fn share(self, points: usize, moving: bool) -> usize {
        if self.slow && moving {
            points.min(FEW)
        } else {
            points
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_that_is_late_again_and_again_draws_less_while_moving() {
        let mut pace = Pace::of(false);
        for frame in 0..100 {
            pace.frame(f64::from(frame) * 16.7);
        }
        assert_eq!(pace.share(500_000, true), 500_000);
        // Pauses between gestures are no late frames.
        for pause in 1..100 {
            pace.frame(2_000.0 + f64::from(pause) * 900.0);
        }
        assert_eq!(pace.share(500_000, true), 500_000);
        for frame in 0..=PATIENCE {
            pace.frame(200_000.0 + f64::from(frame) * 40.0);
        }
        assert_eq!(pace.share(500_000, true), FEW);
        assert_eq!(pace.share(500_000, false), 500_000);
        assert_eq!(pace.share(340, true), 340);
    }
}
