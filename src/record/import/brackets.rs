//! Where a JSON value ends, by its brackets alone.

/// Counts brackets outside strings. No JSON string holds a raw line end, so one left open
/// ends there: a lost quote need not cost what stands on later lines.
#[derive(Default)]
pub struct Brackets {
    depth: usize,
    in_string: bool,
    escaped: bool,
}

impl Brackets {
    /// Passes a byte; whether a bracket or string is open after it.
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

/// The length of the value that the bytes begin with, which is an object or a list; nothing
/// where it does not end in them.
pub fn length_of_value(bytes: &[u8]) -> Option<usize> {
    let mut brackets = Brackets::default();
    let end = bytes.iter().position(|&byte| !brackets.pass(byte));
    end.map(|end| end + 1)
}
