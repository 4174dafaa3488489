//! Post archives.
mod splitter;
