//! PDF. A document is read on a thread of its own, where a panic of its reader is not an error.

#![no_main]

use libfuzzer_sys::fuzz_target;
use parallax_fuzz::{allow_panics_of_documents, import};

fuzz_target!(init: allow_panics_of_documents(), |data: &[u8]| {
    if data.starts_with(b"%PDF-") {
        import("document.pdf", data);
    } else {
        import("document.pdf", &[b"%PDF-1.7\n", data].concat());
    }
});
