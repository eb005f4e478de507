//! The sums of a window's records, added up word by word: see [`super::pruned`].

/// The most records a window spans.
pub const WINDOW: usize = 4_096;

/// The sums of a window's records, by distance from its start.
#[derive(Default)]
pub struct Window {
    sums: Vec<f32>,
    /// One bit for each record, set if it has a sum.
    touched: Vec<u64>,
    /// The same for the best of the current word's terms.
    word_sums: Vec<f32>,
    word_touched: Vec<u64>,
}

impl Window {
    /// Adds what a word adds to a record.
    pub fn add(&mut self, at: u32, sum: f32) {
        if self.sums.is_empty() {
            self.sums = vec![0.0; WINDOW];
            self.touched = vec![0; WINDOW / 64];
        }
        let at = at as usize % WINDOW;
        self.sums[at] += sum;
        self.touched[at / 64] |= 1 << (at % 64);
    }

    /// Takes the best of what the current word's terms add to a record.
    pub fn raise(&mut self, at: u32, sum: f32) {
        if self.word_sums.is_empty() {
            self.word_sums = vec![0.0; WINDOW];
            self.word_touched = vec![0; WINDOW / 64];
        }
        let at = at as usize % WINDOW;
        self.word_sums[at] = self.word_sums[at].max(sum);
        self.word_touched[at / 64] |= 1 << (at % 64);
    }

    /// Adds the best of the current word's terms to the sums.
    pub fn close_word(&mut self) {
        let (mut sums, mut touched) = (
            std::mem::take(&mut self.word_sums),
            std::mem::take(&mut self.word_touched),
        );
        each_bit(&mut touched, |at| {
            self.add(at, std::mem::take(&mut sums[at as usize]));
        });
        (self.word_sums, self.word_touched) = (sums, touched);
    }

    /// Calls `call` with each sum in order, and clears them.
    pub fn drain(&mut self, mut call: impl FnMut(u32, f32)) {
        let sums = &mut self.sums;
        each_bit(&mut self.touched, |at| {
            call(at, std::mem::take(&mut sums[at as usize]));
        });
    }
}

/// Calls `call` with the index of each set bit, and clears them.
fn each_bit(bits: &mut [u64], mut call: impl FnMut(u32)) {
    for (word, bits) in (0u32..).zip(bits) {
        let mut left = std::mem::take(bits);
        while left != 0 {
            call(word * 64 + left.trailing_zeros());
            left &= left - 1;
        }
    }
}
