//! The patient's name in a DICOM file, by a bounded look for its element: the data set is not taken apart.

use memchr::memmem;

/// What a DICOM file begins with, after 128 bytes that are anybody's.
const MARK: &[u8] = b"DICM";
const MARK_AT: usize = 128;

/// (0010,0010), as it stands in each byte order, with its type where that is written.
const EXPLICIT_LITTLE: &[u8] = b"\x10\0\x10\0PN";
const EXPLICIT_BIG: &[u8] = b"\0\x10\0\x10PN";
const IMPLICIT: &[u8] = b"\x10\0\x10\0";

/// The longest name: three spellings of 64 characters, of up to four bytes each.
const MAX_NAME_BYTES: usize = 1024;

/// Whether a file begins like a DICOM file.
pub(super) fn claims(head: &[u8]) -> bool {
    head.get(MARK_AT..).is_some_and(|rest| rest.starts_with(MARK))
}

/// `DOE^JANE^^^` as `DOE JANE`.
pub(super) fn patient(head: &[u8]) -> Option<String> {
    let data = head.get(MARK_AT + MARK.len()..)?;
    let name = short(data, EXPLICIT_LITTLE, u16::from_le_bytes)
        .or_else(|| short(data, EXPLICIT_BIG, u16::from_be_bytes))
        .or_else(|| implicit(data))?;
    let name = name.split(|byte| *byte == b'=').find(|spelling| !spelling.trim_ascii().is_empty())?;
    let text = match std::str::from_utf8(name) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(name).0.into_owned(),
    };
    let parts: Vec<&str> = text.split(['^', '\0', ' ']).filter(|part| !part.is_empty()).collect();
    Some(parts.join(" ")).filter(|name| !name.is_empty())
}

/// The value of an element whose length is two bytes.
fn short<'d>(data: &'d [u8], tag: &[u8], number: fn([u8; 2]) -> u16) -> Option<&'d [u8]> {
    let rest = data.get(memmem::find(data, tag)? + tag.len()..)?;
    let (length, rest) = rest.split_first_chunk()?;
    rest.get(..usize::from(number(*length)).min(MAX_NAME_BYTES))
}

/// The value of an element without a type, whose length is four bytes: only where it looks like a name.
fn implicit(data: &[u8]) -> Option<&[u8]> {
    memmem::find_iter(data, IMPLICIT).find_map(|at| {
        let (length, rest) = data.get(at + IMPLICIT.len()..)?.split_first_chunk()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        let name = rest.get(..length).filter(|name| !name.is_empty() && name.len() <= MAX_NAME_BYTES)?;
        name.iter().all(|byte| *byte >= b' ').then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_name_in_each_spelling() {
        for (data, expected) in [
            (b"\x08\0\x05\0CS\x0a\0ISO_IR 100\x10\0\x10\0PN\x0a\0Roe^J\xf6rg^ ".as_slice(), Some("Roe Jörg")),
            (b"\0\x10\0\x10PN\0\x08Roe^Jane", Some("Roe Jane")),
            (b"\x10\0\x10\0\x08\0\0\0Roe^Jane", Some("Roe Jane")),
            (b"\x10\0\x10\0PN\x0c\0=Roe^Ja\xc3\xabl^ ", Some("Roe Jaël")),
            (b"\x10\0\x10\0PN\0\0", None),
            (b"\x10\0\x10\0PN\xff\xffcut", None),
            (b"\x10\0\x10\0\xff\xff\xff\xffx", None),
            (b"", None),
        ] {
            let file = [vec![0; MARK_AT], MARK.to_vec(), data.to_vec()].concat();
            assert!(claims(&file));
            assert_eq!(patient(&file).as_deref(), expected, "{data:?}");
        }
        assert!(!claims(b"DICM") && patient(b"short").is_none());
    }
}
