//! The Exif block of photographs, and their XMP.

use std::io::Cursor;

use exif::{Context, Exif, In, Tag, Value};
use jiff::civil::DateTime;
use jiff::tz::Offset;
use whitecoat_engine::Moment;

use super::{Embedded, shortened, xmp};

/// Title and author as Windows writes them, in UTF-16.
const WINDOWS_TITLE: Tag = Tag(Context::Tiff, 0x9c9b);
const WINDOWS_AUTHOR: Tag = Tag(Context::Tiff, 0x9c9d);

/// What the beginning of a picture says.
pub(super) fn read(head: &[u8]) -> Embedded {
    let block = exif::Reader::new()
        .continue_on_error(true)
        .read_from_container(&mut Cursor::new(head))
        .or_else(|error| error.distill_partial_result(|_| {}));
    let mut found = block.map(|exif| of_exif(&exif)).unwrap_or_default();
    let (title, author) = xmp::title_and_author(head);
    if found.title.is_empty() {
        found.title = title;
    }
    if found.author.is_empty() {
        found.author = author;
    }
    found
}

fn of_exif(exif: &Exif) -> Embedded {
    let first = |tags: &[Tag]| tags.iter().find_map(|tag| text(exif, *tag)).unwrap_or_default();
    Embedded {
        gps: place(exif),
        captured_at: time(exif),
        title: first(&[Tag::ImageDescription, WINDOWS_TITLE]),
        author: first(&[Tag::Artist, WINDOWS_AUTHOR, Tag::CameraOwnerName]),
        patient: String::new(),
        device: first(&[Tag::BodySerialNumber]),
    }
}

fn value(exif: &Exif, tag: Tag) -> Option<&Value> {
    exif.get_field(tag, In::PRIMARY).map(|field| &field.value)
}

fn text(exif: &Exif, tag: Tag) -> Option<String> {
    let text = match value(exif, tag)? {
        Value::Ascii(lines) => String::from_utf8_lossy(lines.first()?).into_owned(),
        Value::Byte(bytes) => {
            let units: Vec<u16> = bytes.as_chunks().0.iter().map(|pair| u16::from_le_bytes(*pair)).collect();
            String::from_utf16_lossy(&units)
        }
        _ => return None,
    };
    Some(shortened(&text)).filter(|text| !text.is_empty())
}

fn place(exif: &Exif) -> Option<(f64, f64)> {
    let latitude = degrees(exif, Tag::GPSLatitude, Tag::GPSLatitudeRef, "S")?;
    let longitude = degrees(exif, Tag::GPSLongitude, Tag::GPSLongitudeRef, "W")?;
    // Cameras without a fix write zeros.
    let is_place = latitude.abs() <= 90.0 && longitude.abs() <= 180.0 && (latitude, longitude) != (0.0, 0.0);
    is_place.then_some((latitude, longitude))
}

/// Degrees, minutes and seconds as degrees, negative in the `other` half of the earth; to about a metre.
fn degrees(exif: &Exif, tag: Tag, half: Tag, other: &str) -> Option<f64> {
    let Value::Rational(parts) = value(exif, tag)? else { return None };
    let mut degrees = 0.0;
    for (part, size) in parts.iter().zip([1.0, 60.0, 3600.0]) {
        degrees += f64::from(part.num) / f64::from(part.denom) / size;
    }
    let sign = if text(exif, half).is_some_and(|half| half.eq_ignore_ascii_case(other)) { -1.0 } else { 1.0 };
    (degrees.is_finite() && !parts.is_empty()).then(|| sign * (degrees * 1e5).round() / 1e5)
}

/// By the camera's clock; where it does not say its zone, as if it were in UTC.
fn time(exif: &Exif) -> Option<Moment> {
    let clock = [Tag::DateTimeOriginal, Tag::DateTimeDigitized].iter().find_map(|tag| text(exif, *tag))?;
    let clock = DateTime::strptime("%Y:%m:%d %H:%M:%S", clock.get(..19)?).ok()?;
    let zone = text(exif, Tag::OffsetTimeOriginal).and_then(|zone| offset(&zone));
    // A camera that was never set begins at one of these.
    (clock.year() >= 1990).then(|| Moment::of_clock(clock, zone.unwrap_or(Offset::UTC)))?
}

/// `+02:00`.
fn offset(text: &str) -> Option<Offset> {
    let (hours, minutes) = text.split_once(':')?;
    let sign = if hours.starts_with('-') { -1 } else { 1 };
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    Offset::from_seconds((hours.checked_mul(3600)?).checked_add(sign * minutes.checked_mul(60)?)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A JPEG's beginning with an Exif block of these fields: directory, tag, type, count, value.
    fn jpeg(fields: &[(u8, u16, u16, Vec<u8>)]) -> Vec<u8> {
        let width = |kind: u16| match kind {
            5 => 8,
            _ => 1,
        };
        // Directories 0 (image), 1 (Exif) and 2 (GPS), one after another, then the values.
        let mut sizes = [0_usize; 3];
        for (directory, ..) in fields {
            sizes[usize::from(*directory)] += 1;
        }
        sizes[0] += 2;
        let mut starts = [8_usize; 3];
        starts[1] = starts[0] + 6 + 12 * sizes[0];
        starts[2] = starts[1] + 6 + 12 * sizes[1];
        let mut values_at = starts[2] + 6 + 12 * sizes[2];
        let mut tiff = b"II*\0\x08\0\0\0".to_vec();
        let mut values: Vec<u8> = Vec::new();
        for directory in 0..3_u8 {
            tiff.extend(u16::try_from(sizes[usize::from(directory)]).unwrap_or_default().to_le_bytes());
            for (_, tag, kind, value) in fields.iter().filter(|field| field.0 == directory) {
                let count = u32::try_from(value.len() / width(*kind)).unwrap_or_default();
                tiff.extend([tag.to_le_bytes(), kind.to_le_bytes()].concat());
                tiff.extend(count.to_le_bytes());
                if value.len() <= 4 {
                    let mut inline = value.clone();
                    inline.resize(4, 0);
                    tiff.extend(inline);
                } else {
                    tiff.extend(u32::try_from(values_at).unwrap_or_default().to_le_bytes());
                    values_at += value.len();
                    values.extend(value);
                }
            }
            if directory == 0 {
                for (tag, at) in [(0x8769_u16, starts[1]), (0x8825, starts[2])] {
                    tiff.extend([tag.to_le_bytes(), 4_u16.to_le_bytes()].concat());
                    tiff.extend(1_u32.to_le_bytes());
                    tiff.extend(u32::try_from(at).unwrap_or_default().to_le_bytes());
                }
            }
            tiff.extend([0; 4]);
        }
        tiff.extend(values);
        let length = u16::try_from(tiff.len() + 8).unwrap_or_default().to_be_bytes();
        [b"\xff\xd8\xff\xe1", length.as_slice(), b"Exif\0\0", &tiff, b"\xff\xd9"].concat()
    }

    fn rationals(parts: [(u32, u32); 3]) -> Vec<u8> {
        parts.iter().flat_map(|(num, denom)| [num.to_le_bytes(), denom.to_le_bytes()].concat()).collect()
    }

    #[test]
    fn reads_place_time_author_and_camera() {
        let found = read(&jpeg(&[
            (0, 0x010e, 2, b"Ward round\0".to_vec()),
            (0, 0x013b, 2, b"Zo\xc3\xab Ravn\0".to_vec()),
            (1, 0x9003, 2, b"2024:05:01 18:30:05\0".to_vec()),
            (1, 0x9011, 2, b"+02:00\0".to_vec()),
            (1, 0xa431, 2, b"SN-0042\0".to_vec()),
            (2, 1, 2, b"S\0".to_vec()),
            (2, 2, 5, rationals([(33, 1), (51, 1), (2954, 100)])),
            (2, 3, 2, b"E\0".to_vec()),
            (2, 4, 5, rationals([(151, 1), (12, 1), (3360, 100)])),
        ]));
        assert_eq!(found.gps, Some((-33.85821, 151.20933)));
        assert_eq!(found.captured_at.map(|at| at.to_string()).as_deref(), Some("2024-05-01T18:30:05+02:00"));
        assert_eq!((found.title.as_str(), found.author.as_str()), ("Ward round", "Zoë Ravn"));
        assert_eq!(found.device, "SN-0042");
    }

    #[test]
    fn impossible_values_are_none() {
        let place = |latitude, longitude| {
            read(&jpeg(&[
                (1, 0x9003, 2, b"0000:00:00 00:00:00\0".to_vec()),
                (2, 2, 5, rationals(latitude)),
                (2, 4, 5, rationals(longitude)),
            ]))
        };
        for (latitude, longitude) in [
            ([(0, 1), (0, 1), (0, 1)], [(0, 1), (0, 1), (0, 1)]),
            ([(1, 0), (0, 0), (0, 1)], [(1, 1), (0, 1), (0, 1)]),
            ([(91, 1), (0, 1), (0, 1)], [(1, 1), (0, 1), (0, 1)]),
        ] {
            assert_eq!(place(latitude, longitude), Embedded::default());
        }
    }

    #[test]
    fn windows_writes_utf16() {
        let name: Vec<u8> = "Zoë\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(&jpeg(&[(0, 0x9c9d, 1, name)])).author, "Zoë");
    }
}
