//! What fingers and the mouse do: one that moves drags the map, two enlarge it, and one that is
//! pressed and lifted in the same place chooses a point.

/// How far a pointer may move between press and lift to choose a point, in pixels.
const STILL: f64 = 5.0;

/// What a movement asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Motion {
    /// Nothing.
    None,
    /// The map moves to the right and down.
    Drag(f64, f64),
    /// The same, and then it becomes larger by a factor, around a point of the screen.
    Pinch {
        /// To the right and down.
        moved: (f64, f64),
        /// The factor.
        factor: f64,
        /// The middle between the fingers.
        around: (f64, f64),
    },
}

#[derive(Debug, Clone, Copy)]
struct Finger {
    id: i32,
    at: (f64, f64),
}

/// The pointers that are down, at most two.
#[derive(Debug, Clone, Default)]
pub struct Gestures {
    fingers: Vec<Finger>,
    /// How far the only pointer has moved since it was pressed; infinite after a pinch.
    moved: f64,
}

impl Gestures {
    /// A pointer is pressed.
    pub fn press(&mut self, id: i32, at: (f64, f64)) {
        self.fingers.retain(|finger| finger.id != id);
        if self.fingers.len() == 2 {
            return;
        }
        self.moved = if self.fingers.is_empty() {
            0.0
        } else {
            f64::INFINITY
        };
        self.fingers.push(Finger { id, at });
    }

    /// A pointer moves. One that is not pressed asks for nothing.
    pub fn go(&mut self, id: i32, at: (f64, f64)) -> Motion {
        let Some(place) = self.fingers.iter().position(|finger| finger.id == id) else {
            return Motion::None;
        };
        let before = self.fingers[place].at;
        self.fingers[place].at = at;
        match self.fingers[..] {
            [_] => {
                let by = (at.0 - before.0, at.1 - before.1);
                let was_still = self.moved <= STILL;
                self.moved += by.0.hypot(by.1);
                // A hand that trembles while it chooses does not move the map.
                match self.moved <= STILL && was_still {
                    true => Motion::None,
                    false => Motion::Drag(by.0, by.1),
                }
            }
            [one, two] => {
                let other = if place == 0 { two.at } else { one.at };
                let middle = |a: (f64, f64)| ((a.0 + other.0) / 2.0, (a.1 + other.1) / 2.0);
                let apart = |a: (f64, f64)| (a.0 - other.0).hypot(a.1 - other.1).max(1.0);
                let (from, around) = (middle(before), middle(at));
                Motion::Pinch {
                    moved: (around.0 - from.0, around.1 - from.1),
                    factor: apart(at) / apart(before),
                    around,
                }
            }
            _ => Motion::None,
        }
    }

    /// A pointer is lifted. Returns whether it chooses the point where it is.
    pub fn lift(&mut self, id: i32) -> bool {
        let known = self.fingers.iter().any(|finger| finger.id == id);
        self.fingers.retain(|finger| finger.id != id);
        known && self.moved <= STILL
    }

    /// Whether any pointer is pressed.
    pub fn is_down(&self) -> bool {
        !self.fingers.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_press_in_one_place_chooses_and_a_longer_way_drags() {
        let mut gestures = Gestures::default();
        gestures.press(1, (10.0, 10.0));
        assert_eq!(gestures.go(1, (12.0, 10.0)), Motion::None);
        assert!(gestures.lift(1));

        gestures.press(1, (10.0, 10.0));
        assert_eq!(gestures.go(1, (30.0, 15.0)), Motion::Drag(20.0, 5.0));
        assert_eq!(gestures.go(1, (31.0, 15.0)), Motion::Drag(1.0, 0.0));
        assert!(!gestures.lift(1));
        assert_eq!(gestures.go(1, (0.0, 0.0)), Motion::None);
        assert!(!gestures.lift(1) && !gestures.is_down());
    }

    #[test]
    fn two_fingers_enlarge_around_their_middle() {
        let mut gestures = Gestures::default();
        gestures.press(1, (0.0, 0.0));
        gestures.press(2, (10.0, 0.0));
        gestures.press(3, (99.0, 0.0));
        let expected = Motion::Pinch {
            moved: (5.0, 0.0),
            factor: 2.0,
            around: (10.0, 0.0),
        };
        assert_eq!(gestures.go(2, (20.0, 0.0)), expected);
        assert_eq!(gestures.go(3, (50.0, 0.0)), Motion::None);
        // The finger that stays drags, and chooses nothing when it is lifted.
        assert!(!gestures.lift(1));
        assert_eq!(gestures.go(2, (21.0, 0.0)), Motion::Drag(1.0, 0.0));
        assert!(!gestures.lift(2));
    }
}
