//! The sums of a window's records, which are added up word by word: see [`super::pruned`].

/// A window that takes more memory, in numbers, is not kept for the next search.
const MOST_KEPT: usize = 1 << 18;

/// The sums of a window's records, by distance from its start. It is empty until a window is
/// opened. Each thread keeps one and uses it again, because to clear its memory would take longer
/// than many searches do.
#[derive(Default)]
pub struct Window {
    /// The first record.
    start: u32,
    sums: Sums,
    /// The same for what the best of the current word's terms adds.
    of_word: Sums,
}

/// Sums, which are all zero except those of the records that were touched.
#[derive(Default)]
struct Sums {
    sums: Vec<f32>,
    /// The records that have a sum. A record occurs as often as its sum was updated.
    touched: Vec<u32>,
}

impl Window {
    /// Opens a window of the records from `start` to `end`. None of them has a sum yet.
    pub fn open(&mut self, start: u32, end: u32) {
        self.start = start;
        self.sums.reserve(start, end);
    }

    /// Makes room for the next word, of which the best term counts.
    pub fn open_word(&mut self, end: u32) {
        self.of_word.reserve(self.start, end);
    }

    /// Adds what a word adds to some records.
    pub fn add(&mut self, records: &[u32], shares: &[f32]) {
        self.sums
            .update(self.start, records, shares, |sum, share| sum + share);
    }

    /// For each of these records, keeps the most that a term of the current word adds.
    pub fn raise(&mut self, records: &[u32], shares: &[f32]) {
        self.of_word.update(self.start, records, shares, f32::max);
    }

    /// Adds what the current word's best terms add to the sums.
    pub fn close_word(&mut self) {
        let (start, sums) = (self.start, &mut self.sums);
        self.of_word.drain(start, |record, share| {
            sums.update(start, &[record], &[share], |sum, share| sum + share);
        });
    }

    /// Whether it takes little memory.
    pub fn is_small(&self) -> bool {
        let touched = [&self.sums, &self.of_word].map(|sums| sums.touched.capacity());
        touched.iter().all(|&touched| touched <= MOST_KEPT)
    }

    /// Calls `call` with each sum, in any order, and clears them.
    pub fn drain(&mut self, call: impl FnMut(u32, f32)) {
        self.sums.drain(self.start, call);
    }
}

impl Sums {
    fn reserve(&mut self, start: u32, end: u32) {
        let span = (end.wrapping_sub(start) as usize).saturating_add(1);
        if self.sums.len() < span {
            self.sums.resize(span, 0.0);
        }
    }

    fn update(
        &mut self,
        start: u32,
        records: &[u32],
        shares: &[f32],
        both: impl Fn(f32, f32) -> f32,
    ) {
        for (&record, &share) in records.iter().zip(shares) {
            if let Some(sum) = self.sums.get_mut(record.wrapping_sub(start) as usize) {
                *sum = both(*sum, share);
            }
        }
        self.touched.extend_from_slice(records);
    }

    fn drain(&mut self, start: u32, mut call: impl FnMut(u32, f32)) {
        for &record in &self.touched {
            if let Some(sum) = self.sums.get_mut(record.wrapping_sub(start) as usize) {
                let sum = std::mem::take(sum);
                // Every share is above zero.
                if sum > 0.0 {
                    call(record, sum);
                }
            }
        }
        self.touched.clear();
    }
}
