//! Integers in as few bytes as needed: seven bits per byte, with the high bit clear in the last
//! one (LEB128).

/// Appends a number.
pub fn write(bytes: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Reads the number at `at` and moves past it. Everything past the end reads as 0, so that
/// invalid bytes end a loop rather than the program.
#[inline]
pub fn read(bytes: &[u8], at: &mut usize) -> u32 {
    // Most numbers are small.
    match bytes.get(*at) {
        Some(&byte) if byte < 0x80 => {
            *at += 1;
            u32::from(byte)
        }
        _ => read_long(bytes, at),
    }
}

fn read_long(bytes: &[u8], at: &mut usize) -> u32 {
    let (mut number, mut shift) = (0u32, 0);
    loop {
        let byte = bytes.get(*at).copied().unwrap_or(0);
        *at += 1;
        number |= u32::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
        if byte < 0x80 {
            return number;
        }
        shift += 7;
    }
}

/// Moves past `count` numbers at `at`, at most to the end.
pub fn skip(bytes: &[u8], at: &mut usize, count: usize) {
    let mut left = count;
    while left > 0 {
        let Some(&byte) = bytes.get(*at) else {
            *at = bytes.len();
            return;
        };
        left -= usize::from(byte < 0x80);
        *at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(numbers in prop::collection::vec(any::<u32>(), 0..50)) {
            let mut bytes = Vec::new();
            for &number in &numbers {
                write(&mut bytes, number);
            }
            let mut at = 0;
            let read: Vec<u32> = numbers.iter().map(|_| read(&bytes, &mut at)).collect();
            prop_assert_eq!(&read, &numbers);
            prop_assert_eq!(at, bytes.len());
            let mut at = 0;
            skip(&bytes, &mut at, numbers.len());
            prop_assert_eq!(at, bytes.len());
        }

        #[test]
        fn any_bytes_are_read_without_harm(bytes in prop::collection::vec(any::<u8>(), 0..20)) {
            let mut at = 0;
            while at < bytes.len() {
                read(&bytes, &mut at);
            }
        }
    }
}
