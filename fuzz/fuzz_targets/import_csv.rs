//! Tables: any delimiter, quotes, headers, encodings.

#![no_main]

use libfuzzer_sys::fuzz_target;
use parallax_fuzz::import;

fuzz_target!(|data: &[u8]| {
    import("records.csv", data);
});
