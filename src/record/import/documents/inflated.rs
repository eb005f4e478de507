//! Checks the unpacked size of a PDF's streams before they are unpacked into memory.

use std::io::{self, Read};

use flate2::read::ZlibDecoder;

/// The most that one stream may unpack to. A page's pictures are larger than its text.
const MAX_STREAM_BYTES: u64 = 256 << 20;

/// The most that all streams together may unpack to.
const MAX_BYTES: u64 = 2 << 30;

/// How many times a stream may be compressed.
const MAX_LAYERS: usize = 3;

/// Rejects files that unpack to far more than any real document.
pub fn check(pdf: &[u8]) -> Result<(), String> {
    let mut left = MAX_BYTES;
    let mut rest = pdf;
    while let Some(at) = rest.windows(6).position(|word| word == b"stream") {
        rest = &rest[at + 6..];
        let data = rest
            .strip_prefix(b"\r\n")
            .or_else(|| rest.strip_prefix(b"\n"))
            .or_else(|| rest.strip_prefix(b"\r"));
        let Some(data) = data.filter(|data| is_packed(data)) else {
            continue;
        };
        let layers = layers(data);
        let most = left.min(MAX_STREAM_BYTES);
        let unpacked = unpacked(data, layers, most);
        left = left.saturating_sub(unpacked);
        if unpacked >= most || layers == MAX_LAYERS {
            return Err("the PDF unpacks to more than any document holds".into());
        }
    }
    Ok(())
}

/// Whether bytes begin like zlib data.
fn is_packed(data: &[u8]) -> bool {
    let [first, second, ..] = data else {
        return false;
    };
    first & 0x0f == 8 && u16::from_be_bytes([*first, *second]).is_multiple_of(31)
}

fn decoder(data: &[u8], layers: usize) -> Box<dyn Read + '_> {
    let mut reader: Box<dyn Read + '_> = Box::new(data);
    for _ in 0..layers {
        reader = Box::new(ZlibDecoder::new(reader));
    }
    reader
}

/// How many times the data is compressed.
fn layers(data: &[u8]) -> usize {
    let packed = |layers: &usize| {
        let mut beginning = [0; 2];
        let read = decoder(data, *layers).read_exact(&mut beginning);
        read.is_ok() && is_packed(&beginning)
    };
    1 + (1..MAX_LAYERS).take_while(packed).count()
}

/// The unpacked size of the data, counted up to a limit. Damaged data ends early.
fn unpacked(data: &[u8], layers: usize, most: u64) -> u64 {
    let mut counted = decoder(data, layers).take(most);
    let mut sink = Counter(0);
    // A damaged stream counts as far as it can be read.
    let _ = io::copy(&mut counted, &mut sink);
    sink.0
}

struct Counter(u64);

impl io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::check;
    use flate2::Compression;
    use flate2::write::ZlibEncoder;
    use std::io::Write;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(bytes).unwrap();
        packed.finish().unwrap()
    }

    fn pdf(stream: &[u8]) -> Vec<u8> {
        [b"%PDF-1.7\n1 0 obj <<>> stream\r\n", stream, b"\nendstream"].concat()
    }

    #[test]
    fn any_line_end_may_stand_before_a_stream() {
        let data = packed(&vec![0; 257 << 20]);
        for end in ["\r\n", "\n", "\r"] {
            let pdf = [b"1 0 obj <<>> stream", end.as_bytes(), &data].concat();
            assert!(check(&pdf).is_err(), "{end:?}");
        }
    }

    #[test]
    fn streams_that_unpack_to_too_much_are_refused() {
        assert!(check(&pdf(&packed(&vec![b'x'; 1 << 20]))).is_ok());
        assert!(check(&pdf(b"BT (text) Tj ET")).is_ok());
        assert!(check(&pdf(&packed(&vec![0; 257 << 20]))).is_err());
        // If compressed twice, a little data unpacks to a lot.
        let twice = packed(&packed(&vec![0; 257 << 20]));
        assert!(check(&pdf(&twice)).is_err());
        assert!(check(&pdf(&packed(&packed(b"x")))).is_ok());
        let thrice = packed(&packed(&packed(b"x")));
        assert!(check(&pdf(&thrice)).is_err());
    }
}
