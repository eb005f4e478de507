//! Damaged snapshots: a file is refused, or what is restored can be opened and asked. The bytes are
//! damaged before they are compressed, since a checksum would find the damage otherwise.

#![no_main]

use std::io::{Read, Write};
use std::path::Path;
use std::sync::LazyLock;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use libfuzzer_sys::fuzz_target;
use parallax::collection::restore;
use parallax_fuzz::{damage, open_damaged, shop};

static INTACT: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut packed = Vec::new();
    shop().collection.snapshot(&mut packed).unwrap();
    let mut bytes = Vec::new();
    GzDecoder::new(&packed[..]).read_to_end(&mut bytes).unwrap();
    bytes
});

fuzz_target!(|data: &[u8]| {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = INTACT.clone();
    damage(&mut bytes, data);
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&bytes).unwrap();
    let packed = packed.finish().unwrap();
    if restore(&packed[..], Path::new("shop.snapshot"), folder.path()).is_ok() {
        open_damaged(folder.path());
    }
    // A file of any bytes.
    let folder = tempfile::tempdir().unwrap();
    let _ = restore(data, Path::new("any.snapshot"), folder.path());
});
