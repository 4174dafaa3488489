//! The `whitecoat` command.
fn main() {}
