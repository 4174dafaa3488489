//! Items on their way from an importer to the sink: each once, in batches.

use whitecoat_engine::Item;

use super::item::{cap, derived_id, say_if_capped};
use super::twins::{Seen, TWICE};
use crate::coverage::Coverage;
use crate::sources::{Batch, Decoded, Sink, Stopped};

/// How many items make a batch, and how many bytes of text.
const BATCH_ITEMS: usize = 500;
const BATCH_BYTES: usize = 1024 * 1024;

/// What waits for the next batch, and what has been there already.
#[derive(Debug, Default)]
pub(super) struct Gather {
    seen: Seen,
    out: Decoded,
    bytes: usize,
}

impl Gather {
    /// Where to say what could not be read.
    pub(super) fn coverage(&mut self) -> &mut Coverage {
        &mut self.out.coverage
    }

    /// Keeps an item, unless it was there already; one without words and media is counted for `empty`.
    ///
    /// Some exports number copies alike that differ, so that the text counts too; and some leave a number out.
    pub(super) fn keep(&mut self, mut item: Item, empty: &str) {
        if item.text.is_empty() && item.media.is_empty() {
            self.out.coverage.skip(empty, item.source);
            return;
        }
        if !self.seen.is_new(&format!("{:?} {} {}", item.kind, item.id, item.text)) {
            self.out.coverage.skip(TWICE, item.source);
            return;
        }
        if item.id.is_empty() {
            item.id = derived_id(&[&item.platform, &item.text]);
        }
        item.truncated |= cap(&mut item.text);
        say_if_capped(&item, &mut self.out.coverage);
        self.bytes += item.text.len();
        self.out.items.push(item);
    }

    /// Hands over what has gathered, if it is enough for a batch.
    pub(super) fn hand_over(&mut self, sink: &mut dyn Sink) -> Result<(), Stopped> {
        let full = self.out.items.len() >= BATCH_ITEMS || self.bytes >= BATCH_BYTES;
        if full { self.finish(sink) } else { Ok(()) }
    }

    /// Hands over all that has gathered.
    pub(super) fn finish(&mut self, sink: &mut dyn Sink) -> Result<(), Stopped> {
        let Decoded { items, coverage } = std::mem::take(&mut self.out);
        self.bytes = 0;
        sink.coverage().absorb(coverage);
        if items.is_empty() { Ok(()) } else { sink.batch(Batch::ready(items)) }
    }
}
