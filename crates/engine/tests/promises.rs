//! Every rule keeps the promises of its own file: it finds its `hits` and leaves its `misses` alone.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use whitecoat_engine::Engine;

#[test]
fn rules_keep_their_promises() {
    let engine =
        Engine::builtin().unwrap_or_else(|errors| panic!("the shipped rules do not load:\n{errors}"));
    let broken: Vec<String> = engine
        .broken_promises()
        .iter()
        .map(|b| format!("{}, {}: {}\n    {}", b.file, b.example, b.text, b.explanation))
        .collect();
    assert!(broken.is_empty(), "{} broken promises:\n{}", broken.len(), broken.join("\n"));
}
