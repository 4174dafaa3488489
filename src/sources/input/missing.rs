//! What is said of a name behind which there is nothing.

use std::fs;
use std::path::{Path, PathBuf};

use url::Url;

use super::unreadable;
use crate::sources::InputError;

/// How many neighbours of a missing file are compared with its name.
const NEIGHBOURS: usize = 10_000;
/// How alike two names must be, from 0 to 1, before one is offered for the other.
const ALIKE: f64 = 0.8;

/// Offers what the user may have meant.
pub(super) fn missing(path: &Path, name: &str) -> InputError {
    if is_handle(name) {
        return unreadable(
            name,
            "looks like a handle, but not like one of Mastodon (@name@host) or Bluesky (bsky:name.host)",
            "give the whole handle, the address of the profile (https://...) or the archive that the platform exports",
        );
    }
    let next = if let Some(neighbour) = similar_neighbour(path) {
        format!("did you mean {}?", neighbour.display())
    } else if name.contains("://") {
        "only http and https addresses can be read".to_owned()
    } else if Url::parse(&format!("https://{name}"))
        .is_ok_and(|url| url.host_str().is_some_and(|h| h.contains('.')))
        && !name.contains('\\')
        && name.contains('/')
        && !name.starts_with(['/', '.'])
    {
        format!("check the path, or write https://{name} if it is a web address")
    } else {
        "check the spelling and the folder".to_owned()
    };
    unreadable(name, "there is no such file or folder", &next)
}

/// `@name@host`, `@name` or `bsky:name`.
fn is_handle(name: &str) -> bool {
    (name.len() > 1 && name.starts_with('@') && !name.contains(['/', '\\'])) || name.starts_with("bsky:")
}

fn similar_neighbour(path: &Path) -> Option<PathBuf> {
    let wanted = path.file_name()?.to_string_lossy().to_lowercase();
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::read_dir(folder)
        .ok()?
        .take(NEIGHBOURS)
        .filter_map(|entry| entry.ok())
        .map(|entry| {
            let name = entry.file_name();
            (strsim::jaro_winkler(&wanted, &name.to_string_lossy().to_lowercase()), name)
        })
        .filter(|(alike, _)| *alike >= ALIKE)
        .max_by(|(a, a_name), (b, b_name)| a.total_cmp(b).then_with(|| b_name.cmp(a_name)))
        .map(|(_, name)| path.with_file_name(name))
}
