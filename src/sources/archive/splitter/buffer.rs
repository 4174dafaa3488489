//! The splitter's buffer: filling it, freeing it, handing it out.

use std::io::Read;
use std::sync::Arc;

use super::chunk::Chunk;
use super::{CHUNK_BYTES, Fault, Splitter, State};

impl<R: Read> Splitter<R> {
    /// The first byte of the buffer that is still needed.
    pub(super) fn needed_from(&self) -> usize {
        match self.state {
            State::Inside(start) => start,
            State::Seeking => self.seek.kept.unwrap_or(self.position),
            // One byte more, because the look back may need it.
            State::Lost => self.position.saturating_sub(1),
            _ => self.position,
        }
    }

    /// Frees the front of the buffer, or makes it longer where one element fills it.
    pub(super) fn make_room(&mut self) {
        let from = self.needed_from();
        if self.elements.is_empty() && from > 0 {
            self.buffer.copy_within(from..self.filled, 0);
            self.moved(from);
        }
        if self.filled == self.buffer.len() {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
    }

    pub(super) fn moved(&mut self, by: usize) {
        self.filled -= by;
        self.position -= by;
        self.offset += by as u64;
        if let State::Inside(start) = &mut self.state {
            *start -= by;
        }
        if let Some(kept) = &mut self.seek.kept {
            *kept -= by;
        }
    }

    pub(super) fn fill(&mut self) {
        while let Some(free) = self.buffer.get_mut(self.filled..).filter(|free| !free.is_empty()) {
            match self.reader.read(free) {
                Ok(0) => {
                    self.ended = true;
                    return;
                }
                Ok(count) => {
                    self.filled += count;
                    self.bytes_read += count as u64;
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.faults.push(Fault {
                        offset: self.offset + self.filled as u64,
                        reason: format!("The file cannot be read further: {error}").into(),
                    });
                    self.ended = true;
                    self.read_failed = true;
                    return;
                }
            }
        }
    }

    pub(super) fn take_chunk(&mut self) -> Option<Chunk> {
        if self.elements.is_empty() && self.faults.is_empty() && self.bytes_read == 0 {
            return None;
        }
        let fresh = self.pool.lock().ok().and_then(|mut pool| pool.pop());
        let mut next = fresh.unwrap_or_else(|| vec![0; CHUNK_BYTES]);
        let from = self.needed_from();
        let rest = self.buffer.get(from..self.filled).unwrap_or_default();
        if next.len() < rest.len() {
            next.resize(rest.len(), 0);
        }
        if let Some(room) = next.get_mut(..rest.len()) {
            room.copy_from_slice(rest);
        }
        let chunk = Chunk {
            bytes: std::mem::replace(&mut self.buffer, next),
            elements: std::mem::take(&mut self.elements),
            lists: std::mem::take(&mut self.lists),
            key: self.key,
            offset: self.offset,
            bytes_read: std::mem::take(&mut self.bytes_read),
            faults: std::mem::take(&mut self.faults),
            pool: Arc::clone(&self.pool),
        };
        self.moved(from);
        Some(chunk)
    }
}
