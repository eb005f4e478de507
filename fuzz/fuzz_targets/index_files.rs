//! Damaged index files. They are caches: a collection opens without them, and damage that is not yet
//! found may make an answer wrong, but must not cause a panic.

#![no_main]

use std::fs;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use parallax::mapped::{MappedFile, about, verify};
use parallax_fuzz::{damage, open_damaged, shop};

const FILES: [&str; 3] = ["columns.idx", "vectors.idx", "graph.idx"];

/// The intact files, and the store.
static INTACT: LazyLock<Vec<(&str, Vec<u8>)>> = LazyLock::new(|| {
    let read = |name| (name, fs::read(shop().folder.join(name)).unwrap());
    FILES.into_iter().chain(["store.redb"]).map(read).collect()
});

fuzz_target!(|data: &[u8]| {
    let Some((&which, edits)) = data.split_first() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    for (at, (name, bytes)) in INTACT.iter().enumerate() {
        let mut bytes = bytes.clone();
        if at == usize::from(which) % FILES.len() {
            damage(&mut bytes, edits);
        }
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    open_damaged(folder.path());

    // A file of any bytes.
    let any = folder.path().join("any.idx");
    fs::write(&any, edits).unwrap();
    let format = u32::from(which);
    let _ = about(&any, format);
    let _ = verify(&any, format);
    if let Ok(file) = MappedFile::open(&any, format) {
        let _ = file.values::<u32>("rows");
        let _ = file.verify();
    }
});
