//! See `whitecoat::sources::properties`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| whitecoat::sources::properties::packed(bytes));
