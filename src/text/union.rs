//! The records that contain any of some terms, and their number.

use roaring::RoaringBitmap;

use super::cursor::Cursor;
use super::part::TextPart;
use super::statistics::Term;

/// Lists with fewer records in all than one in this many are merged by sorting, longer ones by
/// setting bits.
const FEW: u64 = 64;

/// How many records are counted at a time: those of one container of a bitmap, whose bits fit in the
/// processor's first cache.
const RANGE: u32 = 1 << 16;

/// The records of a part that contain any of some terms, deleted ones among them.
pub fn union<'t, 'a: 't>(
    part: &TextPart<'_>,
    terms: impl Iterator<Item = &'t Term<'a>> + Clone,
) -> RoaringBitmap {
    let holding: u64 = terms.clone().map(|term| u64::from(term.holding())).sum();
    if holding < part.index.len() as u64 / FEW {
        return RoaringBitmap::from_sorted_iter(sorted(terms)).unwrap_or_default();
    }
    let bits = bits(part, terms);
    let bytes: Vec<u8> = bits.iter().flat_map(|bits| bits.to_le_bytes()).collect();
    RoaringBitmap::from_lsb0_bytes(0, &bytes)
}

/// The same in rising order.
pub fn records_with_any<'t, 'a: 't>(
    part: &TextPart<'_>,
    terms: impl Iterator<Item = &'t Term<'a>> + Clone,
) -> Vec<u32> {
    let (mut holding, mut lists) = (0, 0);
    for term in terms.clone() {
        holding += u64::from(term.holding());
        lists += 1;
    }
    // A single list is in order.
    if lists < 2 || holding < part.index.len() as u64 / FEW {
        return sorted(terms);
    }
    let mut records = Vec::new();
    for (first, mut left) in (0..).step_by(64).zip(bits(part, terms)) {
        while left != 0 {
            records.push(first + left.trailing_zeros());
            left &= left - 1;
        }
    }
    records
}

/// How many records of a part contain any of some terms and pass; some number above `limit` if that
/// many do. No more postings are decoded than needed to tell.
pub fn count<'t, 'a: 't>(
    part: &TextPart<'_>,
    terms: impl Iterator<Item = &'t Term<'a>> + Clone,
    limit: u32,
) -> u32 {
    let (mut holding, mut most, mut lists) = (0, 0, 0);
    for term in terms.clone() {
        holding += u64::from(term.holding());
        most = most.max(term.holding());
        lists += 1;
    }
    let deleted = part
        .live
        .map_or(0, |live| live.deleted(part.index.len()).len() as u32);
    if part.passing.is_none() {
        // Even if it contains every deleted record.
        let least = most.saturating_sub(deleted);
        if least > limit || (lists == 1 && deleted == 0) {
            return least;
        }
    }
    let passing = part.passing.or(part.live.map(|live| &**live));
    if holding < part.index.len() as u64 / FEW {
        let passes = |at: &u32| passing.is_none_or(|passing| passing.contains(*at));
        return sorted(terms).iter().filter(|at| passes(at)).count() as u32;
    }
    count_by_range(part, terms, passing, limit)
}

/// The same, range by range.
fn count_by_range<'t, 'a: 't>(
    part: &TextPart<'_>,
    terms: impl Iterator<Item = &'t Term<'a>>,
    passing: Option<&RoaringBitmap>,
    limit: u32,
) -> u32 {
    let mut cursors: Vec<Cursor<'a>> = terms.map(Term::cursor).collect();
    let mut count = 0;
    for start in (0..part.index.len() as u32).step_by(RANGE as usize) {
        let mut bits = [0u64; RANGE as usize / 64];
        for cursor in &mut cursors {
            cursor.for_each_below(start.saturating_add(RANGE), |records| {
                for record in records {
                    let at = record.wrapping_sub(start) % RANGE;
                    bits[at as usize / 64] |= 1 << (at % 64);
                }
            });
        }
        count += match passing {
            None => bits.iter().map(|bits| bits.count_ones()).sum::<u32>(),
            Some(passing) => {
                let mut bytes = Vec::with_capacity(RANGE as usize / 8);
                bytes.extend(bits.iter().flat_map(|bits| bits.to_le_bytes()));
                let found = RoaringBitmap::from_lsb0_bytes(start, &bytes);
                found.intersection_len(passing) as u32
            }
        };
        if count > limit {
            break;
        }
    }
    count
}

/// The records of some terms in order.
fn sorted<'t, 'a: 't>(terms: impl Iterator<Item = &'t Term<'a>>) -> Vec<u32> {
    let mut all = Vec::new();
    for term in terms {
        term.cursor().for_each_block(|records| all.extend(records));
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// One bit for each record of a part, set if it contains a term.
fn bits<'t, 'a: 't>(part: &TextPart<'_>, terms: impl Iterator<Item = &'t Term<'a>>) -> Vec<u64> {
    let mut bits = vec![0u64; part.index.len().div_ceil(64)];
    for term in terms {
        term.cursor().for_each_block(|records| {
            for &record in records {
                if let Some(word) = bits.get_mut(record as usize / 64) {
                    *word |= 1 << (record % 64);
                }
            }
        });
    }
    bits
}
