//! What the splitter hands out.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, Mutex};

use super::CHUNK_BYTES;

/// A part of the file that could not be split.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Where in the file, in bytes.
    pub(crate) offset: u64,
    /// What is wrong there, as a fixed sentence.
    pub(crate) reason: Cow<'static, str>,
}

/// A run of whole elements.
#[derive(Debug)]
pub(crate) struct Chunk {
    pub(super) bytes: Vec<u8>,
    pub(super) elements: Vec<Range<usize>>,
    pub(super) lists: Vec<u64>,
    /// The key that the elements' list stands under, if any.
    pub(crate) key: Option<&'static str>,
    /// Where the bytes begin in the file.
    pub(super) offset: u64,
    /// How many bytes were read from the file for this chunk.
    pub(crate) bytes_read: u64,
    /// What could not be split since the last chunk.
    pub(crate) faults: Vec<Fault>,
    pub(super) pool: Pool,
}

/// Buffers that are used again, because fresh memory costs as much as scanning it.
pub(super) type Pool = Arc<Mutex<Vec<Vec<u8>>>>;

impl Chunk {
    /// The elements in order, each with its offset in the file.
    pub(crate) fn elements(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let bytes = &self.bytes;
        let offset = self.offset;
        self.elements
            .iter()
            .map(move |range| (offset + range.start as u64, bytes.get(range.clone()).unwrap_or_default()))
    }

    /// For each element, which of the lists under wanted keys it stands in, counted from 1.
    pub(crate) fn lists(&self) -> impl Iterator<Item = u64> {
        self.lists.iter().copied()
    }

    /// How many elements there are.
    pub(crate) fn len(&self) -> usize {
        self.elements.len()
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        if self.bytes.len() == CHUNK_BYTES
            && let Ok(mut pool) = self.pool.lock()
        {
            pool.push(std::mem::take(&mut self.bytes));
        }
    }
}
