//! The little that the cutter knows of tags.

use memchr::memmem;

/// What begins with a `<`.
pub(super) enum Tag {
    /// Ends behind its `>`; those in quotes do not count.
    Whole(usize),
    /// Goes on behind these bytes.
    Open,
    /// Another `<` comes first, so that it is none.
    None,
}

/// Looks at each byte once, since the next look begins at the `<` that ended this one.
pub(super) fn tag_end(rest: &[u8]) -> Tag {
    let mut quote = None;
    for (at, byte) in rest.iter().enumerate().skip(1) {
        match (quote, byte) {
            (_, b'<') => return Tag::None,
            (None, b'>') => return Tag::Whole(at + 1),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    Tag::Open
}

pub(super) fn tag_name(tag: &[u8]) -> &[u8] {
    let name = tag.strip_prefix(b"</").or_else(|| tag.strip_prefix(b"<")).unwrap_or(tag);
    let end = name.iter().position(|byte| b" \t\r\n/>".contains(byte)).unwrap_or(name.len());
    name.get(..end).unwrap_or_default()
}

/// Where the next record of a name begins behind the end of another, in a text that should hold neither.
pub(super) fn next_record(text: &[u8], name: &[u8]) -> Option<usize> {
    let closing = [b"</", name, b">"].concat();
    let opening = [b"<", name].concat();
    memmem::find_iter(text, &closing).find_map(|at| {
        let behind = text.get(at + closing.len()..)?;
        let next = behind.iter().position(|byte| !byte.is_ascii_whitespace())?;
        let tag = behind.get(next..)?.strip_prefix(opening.as_slice())?;
        matches!(tag.first(), Some(b' ' | b'>' | b'\t' | b'\r' | b'\n')).then_some(at + closing.len() + next)
    })
}
