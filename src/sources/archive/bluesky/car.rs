//! Content-addressed archives (CAR, version 1), block by block.

use std::io::{self, BufReader, ErrorKind, Read};

use ipld_core::cid::Cid;
use ipld_core::ipld::Ipld;
use ring::digest::SHA256;

/// The largest header that is read, in bytes.
const MAX_HEADER_BYTES: u64 = 64 * 1024;

/// The largest block that is read, in bytes. The protocol allows 2 MiB.
const MAX_BLOCK_BYTES: u64 = 16 * 1024 * 1024;

/// The code of the digest in identifiers.
const SHA_256: u64 = 0x12;

/// How many bytes a length takes at most.
const MAX_LENGTH_BYTES: u32 = 9;

const NO_CAR: &str = "Bluesky: the file is no CAR file: it does not begin with a header";
const OTHER_VERSION: &str = "Bluesky: the CAR file is of another version than 1, which is not read";
const NO_ROOT: &str = "Bluesky: the CAR file names no root to begin from";
const CUT: &str = "Bluesky: the file ends in the middle of a block";
const NO_LENGTH: &str = "Bluesky: a block has no length, so that the rest of the file cannot be followed";
const NO_NAME: &str = "Bluesky: a block has no valid identifier";
const ALTERED: &str =
    "Bluesky: a block does not hold what its identifier names: it is damaged or was altered";
const TOO_LONG: &str = "Bluesky: a block is too long (limit: 16 MiB)";

/// What names a block: the digest in its identifier.
pub(super) type Digest = [u8; 32];

/// The digest of an identifier. All that the network uses have 32 bytes.
pub(super) fn digest(cid: &Cid) -> Digest {
    let mut digest = Digest::default();
    digest.iter_mut().zip(cid.hash().digest()).for_each(|(into, from)| *into = *from);
    digest
}

/// Whether the digest in an identifier is that of the content. Other digests than SHA-256, which the network does not use,
/// are not checked.
fn is_named_rightly(cid: &Cid, content: &[u8]) -> bool {
    cid.hash().code() != SHA_256 || cid.hash().digest() == ring::digest::digest(&SHA256, content).as_ref()
}

/// One block.
pub(super) struct Block {
    pub(super) name: Digest,
    /// Where it begins in the file.
    pub(super) offset: u64,
    pub(super) data: Vec<u8>,
}

/// Reads blocks in the order of the file.
pub(super) struct Blocks<R> {
    reader: BufReader<R>,
    offset: u64,
    over: bool,
    bytes_read: u64,
}

impl<R: Read> Blocks<R> {
    /// Reads the header. Returns the root too.
    pub(super) fn open(reader: R) -> Result<(Self, Digest), &'static str> {
        let mut blocks = Self { reader: BufReader::new(reader), offset: 0, over: false, bytes_read: 0 };
        let length = blocks.length().ok().flatten().filter(|length| (1..=MAX_HEADER_BYTES).contains(length));
        let header = length.and_then(|length| blocks.take(length).ok()).ok_or(NO_CAR)?;
        let Ok(Ipld::Map(header)) = serde_ipld_dagcbor::from_slice(&header) else { return Err(NO_CAR) };
        match header.get("version") {
            Some(Ipld::Integer(1)) => {}
            Some(_) => return Err(OTHER_VERSION),
            None => return Err(NO_CAR),
        }
        match header.get("roots") {
            Some(Ipld::List(roots)) => match roots.first() {
                Some(Ipld::Link(root)) => Ok((blocks, digest(root))),
                _ => Err(NO_ROOT),
            },
            _ => Err(NO_ROOT),
        }
    }

    /// How many bytes were read since the last call.
    pub(super) fn take_bytes_read(&mut self) -> u64 {
        std::mem::take(&mut self.bytes_read)
    }

    /// The next block, or what is wrong and where.
    pub(super) fn next(&mut self) -> Option<Result<Block, (u64, String)>> {
        if self.over {
            return None;
        }
        let offset = self.offset;
        let length = match self.length() {
            Ok(Some(length)) if length > 0 => length,
            Ok(None) => return None,
            Ok(Some(_)) => return Some(self.lost(offset, NO_LENGTH.to_owned())),
            Err(error) => return Some(self.lost(offset, reason(&error, NO_LENGTH))),
        };
        if length > MAX_BLOCK_BYTES {
            return Some(match self.skip(length) {
                Ok(()) => Err((offset, TOO_LONG.to_owned())),
                Err(error) => self.lost(offset, reason(&error, TOO_LONG)),
            });
        }
        let mut data = match self.take(length) {
            Ok(data) => data,
            Err(error) => return Some(self.lost(offset, reason(&error, CUT))),
        };
        let mut rest = data.as_slice();
        let Ok(cid) = Cid::read_bytes(&mut rest) else { return Some(Err((offset, NO_NAME.to_owned()))) };
        if !is_named_rightly(&cid, rest) {
            return Some(Err((offset, ALTERED.to_owned())));
        }
        let named = data.len() - rest.len();
        data.drain(..named);
        Some(Ok(Block { name: digest(&cid), offset, data }))
    }

    /// Nothing behind this can be read.
    fn lost(&mut self, offset: u64, reason: String) -> Result<Block, (u64, String)> {
        self.over = true;
        Err((offset, reason))
    }

    fn take(&mut self, length: u64) -> io::Result<Vec<u8>> {
        let mut data = Vec::new();
        let count = self.reader.by_ref().take(length).read_to_end(&mut data)? as u64;
        self.moved(count);
        if count == length { Ok(data) } else { Err(ErrorKind::UnexpectedEof.into()) }
    }

    fn skip(&mut self, length: u64) -> io::Result<()> {
        let count = io::copy(&mut self.reader.by_ref().take(length), &mut io::sink())?;
        self.moved(count);
        if count == length { Ok(()) } else { Err(ErrorKind::UnexpectedEof.into()) }
    }

    fn moved(&mut self, count: u64) {
        self.offset += count;
        self.bytes_read += count;
    }

    /// A length in groups of seven bits. `None` at the end of the file.
    fn length(&mut self) -> io::Result<Option<u64>> {
        let mut length = 0;
        for at in 0..MAX_LENGTH_BYTES {
            let mut byte = [0];
            match self.reader.read_exact(&mut byte) {
                Err(error) if error.kind() == ErrorKind::UnexpectedEof && at == 0 => return Ok(None),
                other => other?,
            }
            self.moved(1);
            let [byte] = byte;
            length |= u64::from(byte & 0x7F) << (7 * at);
            if byte & 0x80 == 0 {
                return Ok(Some(length));
            }
        }
        Err(ErrorKind::InvalidData.into())
    }
}

fn reason(error: &io::Error, otherwise: &str) -> String {
    match error.kind() {
        ErrorKind::UnexpectedEof => CUT.to_owned(),
        ErrorKind::InvalidData => otherwise.to_owned(),
        _ => format!("The file cannot be read further: {error}"),
    }
}
