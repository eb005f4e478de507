//! Finds the end of a JSON value by counting brackets.

/// Counts brackets outside strings. A JSON string cannot contain a raw line break, so an unclosed
/// string ends there: a missing quote does not affect later lines.
#[derive(Default)]
pub struct Brackets {
    depth: usize,
    in_string: bool,
    escaped: bool,
}

impl Brackets {
    /// Processes a byte and returns whether a bracket or string is open after it.
    pub fn pass(&mut self, byte: u8) -> bool {
        if self.in_string {
            match byte {
                b'\n' => (self.in_string, self.escaped) = (false, false),
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.in_string = false,
                _ => {}
            }
        } else {
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
        self.is_open()
    }

    /// Whether a bracket or string is open.
    pub fn is_open(&self) -> bool {
        self.depth > 0 || self.in_string
    }
}

/// The length of the object or list at the beginning of the bytes; `None` if it does not end within
/// them.
pub fn length_of_value(bytes: &[u8]) -> Option<usize> {
    let mut brackets = Brackets::default();
    let end = bytes.iter().position(|&byte| !brackets.pass(byte));
    end.map(|end| end + 1)
}
