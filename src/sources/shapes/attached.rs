//! Files that go with an item.

use whitecoat_engine::{Media, MediaKind};

use super::value::some;
use crate::sources::web::page::dom::file_name;

const IMAGES: &[&str] = &["avif", "bmp", "gif", "heic", "jfif", "jpeg", "jpg", "png", "svg", "webp"];
const VIDEOS: &[&str] = &["3gp", "avi", "m4v", "mkv", "mov", "mp4", "mpeg", "ogv", "webm"];

/// What a file is, by the ending of its name.
pub(in crate::sources) fn kind(name: &str) -> MediaKind {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    match ending.as_str() {
        ending if IMAGES.contains(&ending) => MediaKind::Image,
        ending if VIDEOS.contains(&ending) => MediaKind::Video,
        _ => MediaKind::Document,
    }
}

/// The file at an address or a path, without what stands behind its `?`, which often expires.
pub(in crate::sources) fn at(address: &str) -> Media {
    let path = address.split('?').next().unwrap_or_default();
    let file_name = file_name(path);
    Media { kind: kind(&file_name), path: some(path), file_name, ..Media::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_tell_the_kind() {
        for (name, expected) in [
            ("https://example.org/a/SCAN.JPEG?x=1", MediaKind::Image),
            ("clip.mp4", MediaKind::Video),
            ("a.b/letter", MediaKind::Document),
            ("", MediaKind::Document),
        ] {
            assert_eq!(at(name).kind, expected, "{name}");
        }
    }
}
