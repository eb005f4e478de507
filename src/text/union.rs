//! The records that contain any of some terms.

use roaring::RoaringBitmap;

use super::part::TextPart;
use super::statistics::Term;

/// Lists with fewer records in all than one in this many are merged by sorting, longer ones by
/// setting bits.
const FEW: u64 = 64;

/// The records of a part that contain any of some terms, deleted ones among them.
pub fn union<'t, 'a: 't>(
    part: &TextPart<'_>,
    terms: impl Iterator<Item = &'t Term<'a>> + Clone,
) -> RoaringBitmap {
    let holding: u64 = terms.clone().map(|term| u64::from(term.holding())).sum();
    if holding < part.index.len() as u64 / FEW {
        return RoaringBitmap::from_sorted_iter(sorted(terms)).unwrap_or_default();
    }
    let bits = bits(part, terms, u32::MAX);
    let bytes: Vec<u8> = bits
        .words
        .iter()
        .flat_map(|word| word.to_le_bytes())
        .collect();
    RoaringBitmap::from_lsb0_bytes(0, &bytes)
}

/// How many records of a part contain any of some terms, deleted ones among them; some number
/// above `limit` if that many do.
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
    if lists == 1 || most > limit {
        return most;
    }
    if holding < part.index.len() as u64 / FEW {
        return sorted(terms).count() as u32;
    }
    bits(part, terms, limit).set
}

/// The records of some terms in order.
fn sorted<'t, 'a: 't>(terms: impl Iterator<Item = &'t Term<'a>>) -> impl Iterator<Item = u32> {
    let mut all = Vec::new();
    for term in terms {
        term.cursor().for_each_block(|records| {
            all.extend(records);
            true
        });
    }
    all.sort_unstable();
    all.dedup();
    all.into_iter()
}

/// One bit for each record of a part.
struct Bits {
    words: Vec<u64>,
    /// How many are set.
    set: u32,
}

/// Sets the bits of the records that contain a term, until more than `limit` are set.
fn bits<'t, 'a: 't>(
    part: &TextPart<'_>,
    terms: impl Iterator<Item = &'t Term<'a>>,
    limit: u32,
) -> Bits {
    let mut bits = Bits {
        words: vec![0; part.index.len().div_ceil(64)],
        set: 0,
    };
    for term in terms {
        term.cursor().for_each_block(|records| {
            for &record in records {
                if let Some(word) = bits.words.get_mut(record as usize / 64) {
                    bits.set += u32::from(*word >> (record % 64) & 1 == 0);
                    *word |= 1 << (record % 64);
                }
            }
            bits.set <= limit
        });
        if bits.set > limit {
            break;
        }
    }
    bits
}
