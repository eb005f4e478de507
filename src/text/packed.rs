//! Blocks of 128 numbers, packed in as many bits each as the largest of them needs.
//!
//! The crate `bitpacking` has vectorised kernels and chooses among them at run time; its portable
//! one reads and writes the same bytes.

use bitpacking::{BitPacker, BitPacker4x};

/// How many numbers a block has.
pub const BLOCK: usize = BitPacker4x::BLOCK_LEN;

/// The bytes in which both numbers of bits are stored.
const HEAD: usize = 2;
/// The most bytes that a block of numbers takes.
const MOST: usize = BLOCK * 4;

/// The bytes that a block takes with some bits per number.
fn size(bits: u8) -> usize {
    usize::from(bits) * BLOCK / 8
}

/// Appends ascending records, the first of them at or after `before`, and their frequencies, all
/// at least 1.
pub fn write(bytes: &mut Vec<u8>, before: u32, records: &[u32; BLOCK], frequencies: &[u32; BLOCK]) {
    let packer = BitPacker4x::new();
    let less = frequencies.map(|frequency| frequency.wrapping_sub(1));
    let (of_records, of_frequencies) = (
        packer.num_bits_sorted(before, records),
        packer.num_bits(&less),
    );
    bytes.extend([of_records, of_frequencies]);
    let mut block = [0; MOST];
    let size = packer.compress_sorted(before, records, &mut block, of_records);
    bytes.extend(&block[..size]);
    let size = packer.compress(&less, &mut block, of_frequencies);
    bytes.extend(&block[..size]);
}

/// Reads the records of a block; returns whether its bytes are intact.
pub fn read_records(bytes: &[u8], before: u32, records: &mut [u32; BLOCK]) -> bool {
    let Some(&[bits, _]) = bytes.first_chunk::<HEAD>() else {
        return false;
    };
    let packed = bytes.get(HEAD..HEAD + size(bits));
    let Some(packed) = packed.filter(|_| bits <= 32) else {
        return false;
    };
    BitPacker4x::new().decompress_sorted(before, packed, records, bits);
    true
}

/// Reads the frequencies of a block; all 1 if its bytes are not intact.
pub fn read_frequencies(bytes: &[u8], frequencies: &mut [u32; BLOCK]) {
    frequencies.fill(0);
    if let Some(&[of_records, bits]) = bytes.first_chunk::<HEAD>()
        && bits <= 32
        && let start = HEAD + size(of_records)
        && let Some(packed) = bytes.get(start..start + size(bits))
    {
        BitPacker4x::new().decompress(packed, frequencies, bits);
    }
    for frequency in frequencies {
        *frequency = frequency.wrapping_add(1);
    }
}

/// How many of some ascending numbers are below another. Groups of them are compared without
/// branches, which takes less time than the steps of a binary search, of which each waits for the
/// one before.
pub fn below(numbers: &[u32; BLOCK], target: u32) -> usize {
    const GROUP: usize = 16;
    let (groups, _) = numbers.as_chunks::<GROUP>();
    let before = groups
        .iter()
        .map(|group| usize::from(group[GROUP - 1] < target));
    let before: usize = before.sum();
    let within = groups.get(before).map_or(0, |group| {
        let below = group.iter().map(|&number| u32::from(number < target));
        below.sum::<u32>() as usize
    });
    before * GROUP + within
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn blocks_are_read_as_they_were_written(
            before in 0u32..1_000_000,
            gaps in prop::collection::vec(1u32..5_000, BLOCK),
            frequencies in prop::collection::vec(1u32..70_000, BLOCK),
        ) {
            let mut record = before;
            let records: Vec<u32> = gaps.iter().map(|gap| { record += gap; record }).collect();
            let records: [u32; BLOCK] = records.try_into().unwrap();
            let frequencies: [u32; BLOCK] = frequencies.try_into().unwrap();
            let mut bytes = Vec::new();
            write(&mut bytes, before, &records, &frequencies);
            let (mut read, mut counted) = ([0; BLOCK], [0; BLOCK]);
            prop_assert!(read_records(&bytes, before, &mut read));
            read_frequencies(&bytes, &mut counted);
            prop_assert_eq!(read, records);
            prop_assert_eq!(counted, frequencies);
        }

        #[test]
        fn any_bytes_are_read_without_harm(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            let mut numbers = [0; BLOCK];
            read_records(&bytes, 0, &mut numbers);
            read_frequencies(&bytes, &mut numbers);
        }

        #[test]
        fn smaller_numbers_are_counted(mut numbers in prop::collection::vec(0u32..300, BLOCK), target in 0u32..320) {
            numbers.sort_unstable();
            let expected = numbers.partition_point(|&number| number < target);
            let numbers: [u32; BLOCK] = numbers.try_into().unwrap();
            prop_assert_eq!(below(&numbers, target), expected);
        }
    }
}
