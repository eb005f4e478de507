//! ZIP and gzip, and whatever claims to be one of them.

#![no_main]

use libfuzzer_sys::fuzz_target;
use parallax_fuzz::{allow_panics_of_documents, import};

fuzz_target!(init: allow_panics_of_documents(), |data: &[u8]| {
    import("upload", data);
});
