//! The encodings that mail, and files built like mail, carry bytes in.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

/// Base64 with or without padding: some tools leave it out.
pub(super) const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The bytes of a body. Says whether some of it is damaged; what can be decoded is.
pub(super) fn decode(body: Vec<u8>, encoding: &str) -> (Vec<u8>, bool) {
    if encoding.eq_ignore_ascii_case("quoted-printable") {
        (quoted_printable(&body), false)
    } else if encoding.eq_ignore_ascii_case("base64") {
        base64(&body)
    } else {
        (body, false)
    }
}

fn base64(body: &[u8]) -> (Vec<u8>, bool) {
    let sign = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let has_other = body.iter().any(|byte| !sign(byte) && *byte != b'=' && !byte.is_ascii_whitespace());
    let signs: Vec<u8> = body.iter().copied().filter(sign).collect();
    // A lone sign at the end is what is left of a cut body.
    let whole = if signs.len() % 4 == 1 { signs.len() - 1 } else { signs.len() };
    match LENIENT.decode(signs.get(..whole).unwrap_or_default()) {
        Ok(bytes) => (bytes, has_other || whole < signs.len()),
        Err(_) => (Vec::new(), true),
    }
}

/// `caf=C3=A9 =` and a line's end, joined; what is no escape stays as it is.
fn quoted_printable(body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = memchr::memchr(b'=', rest) {
        let (plain, escape) = rest.split_at_checked(at).unwrap_or((rest, &[]));
        bytes.extend_from_slice(plain);
        rest = match escape {
            [b'=', b'\r', b'\n', after @ ..] | [b'=', b'\n', after @ ..] => after,
            [b'=', high, low, after @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                bytes.push(nibble(*high) << 4 | nibble(*low));
                after
            }
            [b'='] => &[],
            [first, after @ ..] => {
                bytes.push(*first);
                after
            }
            [] => &[],
        };
    }
    bytes.extend_from_slice(rest);
    bytes
}

fn nibble(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 0x20) - b'a' + 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_bodies() {
        for (encoding, body, expected, is_damaged) in [
            ("quoted-printable", "caf=C3=a9 =\r\nna=\nif = =3D=", "café naif = =", false),
            ("Quoted-Printable", "=ZZ =4", "=ZZ =4", false),
            ("base64", "Y2Fm\r\nw6k=", "café", false),
            ("BASE64", "Y2Fmw6k", "café", false),
            ("base64", "Y2Fmw6kx!", "café1", true),
            ("base64", "Y2Fmw", "caf", true),
            ("base64", "", "", false),
            ("8bit", "a=3D", "a=3D", false),
            ("", "a", "a", false),
        ] {
            let (bytes, damaged) = decode(body.as_bytes().to_vec(), encoding);
            assert_eq!((String::from_utf8_lossy(&bytes).as_ref(), damaged), (expected, is_damaged), "{body}");
        }
    }
}
