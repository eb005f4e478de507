//! Compressed copies of files, which the server sends to browsers that accept them.

use std::io::Write;

use anyhow::Result;
use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;
use rayon::prelude::*;

use crate::Files;
use crate::names::DIGESTS;

/// Adds a copy in Brotli (`.br`) and one in gzip (`.gz`) of each file that they make smaller.
pub fn add_compressed(files: &mut Files) -> Result<()> {
    let served: Vec<_> = files.iter().filter(|(path, _)| *path != DIGESTS).collect();
    let compressed = served.into_par_iter().map(|(path, content)| {
        let copies = [("br", brotli(content)?), ("gz", gzip(content)?)];
        let smaller = copies
            .into_iter()
            .filter(|(_, copy)| copy.len() < content.len())
            .map(|(extension, copy)| (format!("{path}.{extension}"), copy));
        Ok(smaller.collect::<Vec<_>>())
    });
    let compressed: Vec<_> = compressed.collect::<Result<_>>()?;
    files.extend(compressed.into_iter().flatten());
    Ok(())
}

fn brotli(mut content: &[u8]) -> Result<Vec<u8>> {
    let mut compressed = Vec::new();
    let params = BrotliEncoderParams {
        quality: 11,
        size_hint: content.len(),
        ..BrotliEncoderParams::default()
    };
    brotli::BrotliCompress(&mut content, &mut compressed, &params)?;
    Ok(compressed)
}

fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn a_copy_unpacks_to_the_file_and_is_smaller() {
        let long = b"body { color: black }\n".repeat(100);
        let mut files = Files::from([
            ("a.css".to_owned(), long.clone()),
            ("b.css".to_owned(), b"b".to_vec()),
            (DIGESTS.to_owned(), long.clone()),
        ]);
        add_compressed(&mut files).unwrap();
        let names: Vec<&str> = files.keys().map(String::as_str).collect();
        assert_eq!(names, ["a.css", "a.css.br", "a.css.gz", "b.css", DIGESTS]);
        let mut unpacked = Vec::new();
        brotli::BrotliDecompress(&mut &files["a.css.br"][..], &mut unpacked).unwrap();
        assert_eq!(unpacked, long);
        unpacked.clear();
        let mut gzip = flate2::read::GzDecoder::new(&files["a.css.gz"][..]);
        gzip.read_to_end(&mut unpacked).unwrap();
        assert_eq!(unpacked, long);
    }
}
