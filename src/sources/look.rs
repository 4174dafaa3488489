//! What the first bytes of a file look like.

use super::items_file::Format;

/// What a file looks like.
#[derive(Debug)]
pub(super) enum Look {
    /// An items file.
    Items(Format),
    /// Something else: what, in words, and what the user can do.
    Other { what: &'static str, next: String },
}

/// A file is binary if of its first so many bytes one in so many is zero.
const BINARY_BYTES: usize = 512;
const BINARY_SHARE: usize = 16;

struct Magic {
    at: usize,
    bytes: &'static [u8],
    what: &'static str,
    next: &'static str,
}

const fn magic(at: usize, bytes: &'static [u8], what: &'static str, next: &'static str) -> Magic {
    Magic { at, bytes, what, next }
}

const TEXT_ONLY: &str =
    "pictures, video and documents are not read on their own; give the archive or page they belong to";
const UNPACK: &str = "unpack it and give what was in it, the file or the folder";
const WHICH_ZIP: &str = "give the export as the platform made it, neither repacked nor one part of several";

const KNOWN: &[Magic] = &[
    magic(0, b"PK\x03\x04", "a zip file, but no post archive of a known platform", WHICH_ZIP),
    magic(0, b"PK\x05\x06", "an empty zip file", "download the export again"),
    magic(
        0,
        b"PK\x07\x08",
        "one part of a split zip file",
        "join the parts: zip -s 0 FIRST.zip --out whole.zip",
    ),
    magic(0, b"\x1f\x8b", "a gzip file (perhaps a .tar.gz), but no post archive of a known platform", UNPACK),
    magic(257, b"ustar", "a tar archive, but no post archive of a known platform", UNPACK),
    magic(0, b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", UNPACK),
    magic(0, b"Rar!", "a RAR archive", UNPACK),
    magic(0, b"BZh", "a bzip2 file", UNPACK),
    magic(0, b"\xfd7zXZ", "an xz file", UNPACK),
    magic(0, b"\x28\xb5\x2f\xfd", "a zstd file", UNPACK),
    magic(0, b"%PDF", "a PDF document", TEXT_ONLY),
    magic(0, b"\xff\xd8\xff", "a JPEG picture", TEXT_ONLY),
    magic(0, b"\x89PNG", "a PNG picture", TEXT_ONLY),
    magic(0, b"GIF8", "a GIF picture", TEXT_ONLY),
    magic(8, b"WEBP", "a WebP picture", TEXT_ONLY),
    magic(4, b"ftyp", "a video or picture (MP4, MOV or HEIC)", TEXT_ONLY),
    magic(0, b"\xd0\xcf\x11\xe0", "an old Office document", "save it as CSV with a column `text`"),
    magic(0, b"SQLite format 3", "a database (SQLite)", "export its posts as CSV with a column `text`"),
];

/// Looks at the beginning of a file; of text in UTF-16, after its conversion.
pub(super) fn at(head: &[u8]) -> Look {
    if let Some(known) =
        KNOWN.iter().find(|known| head.get(known.at..).is_some_and(|rest| rest.starts_with(known.bytes)))
    {
        return other(known.what, known.next);
    }
    let start = head.get(..BINARY_BYTES.min(head.len())).unwrap_or_default();
    if start.iter().filter(|&&byte| byte == 0).count() * BINARY_SHARE > start.len() {
        return other("a binary file of a kind that is not known", UNPACK);
    }
    match Format::of(head) {
        Ok(format) => Look::Items(format),
        Err(look) => look,
    }
}

/// A look that is no items file.
pub(super) fn other(what: &'static str, next: impl Into<String>) -> Look {
    Look::Other { what, next: next.into() }
}
