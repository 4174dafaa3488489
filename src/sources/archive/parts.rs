//! Exports that came in several archives: `takeout-20240501T101010Z-001.zip`, `…-002.zip`.

use std::path::{Path, PathBuf};

use super::container::{Container, is_packed};
use super::{FORMATS, format, x};
use crate::coverage::Coverage;

/// Platforms that come in one export.
const TOGETHER: &[&[&str]] = &[&["Blogger", "Google Takeout"], &["Instagram", "Threads"]];

/// Groups files that are parts of one export, in the order of the first of each; all else stays alone.
pub fn group(paths: Vec<PathBuf>) -> Vec<Vec<PathBuf>> {
    let mut groups: Vec<(Option<String>, Vec<PathBuf>)> = Vec::new();
    for path in paths {
        // Links are left to whoever decides whether to follow them.
        let is_file = std::fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_file());
        let stem = stem(&path).filter(|_| is_file);
        let group = groups.iter_mut().find(|(other, _)| stem.is_some() && *other == stem);
        match group {
            Some((_, group)) if !group.contains(&path) => group.push(path),
            Some(_) => {}
            None => groups.push((stem, vec![path])),
        }
    }
    let whole = |group: Vec<PathBuf>| {
        if group.len() == 1 || are_of_one_export(&group) {
            vec![group]
        } else {
            group.into_iter().map(|path| vec![path]).collect()
        }
    };
    groups.into_iter().flat_map(|(_, group)| whole(group)).collect()
}

/// The name without the number of the part. Only names that number their parts as platforms do have one: `-001` or `part1`
/// at the end.
fn stem(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_string_lossy().to_lowercase();
    let (name, ending) = [".zip", ".tgz", ".tar.gz", ".tar"]
        .iter()
        .find_map(|ending| Some((name.strip_suffix(ending)?.to_owned(), *ending)))?;
    let folder = path.parent().unwrap_or(Path::new(""));
    if let Some(stem) = of_meta(&name) {
        return Some(format!("{}/{stem}{ending}", folder.display()));
    }
    let before = name.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let digits = name.len() - before.len();
    let stem = match before.strip_suffix("part") {
        Some(stem) if digits > 0 => stem,
        _ if digits == 3 => before.strip_suffix('-')?,
        _ => return None,
    };
    // Takeout counts twice, where there is very much: `takeout-20240501T101010Z-1-001.zip`.
    let outer = stem.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let stem = match outer.strip_suffix('-') {
        Some(outer) if name.starts_with("takeout-") && outer.ends_with('z') => outer,
        _ => stem,
    };
    Some(format!("{}/{stem}{ending}", folder.display()))
}

/// `facebook-janeroe-2024-05-01` out of `facebook-janeroe-2024-05-01-x7Kq2`: the parts of a day's export differ only in what
/// Meta makes up for each.
fn of_meta(name: &str) -> Option<&str> {
    if !name.starts_with("facebook-") && !name.starts_with("instagram-") {
        return None;
    }
    let (stem, made_up) = name.rsplit_once('-')?;
    let is_date = |date: &str| {
        let shape: String = date.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
        shape == "0000-00-00"
    };
    let date = stem.get(stem.len().checked_sub("2024-05-01".len())?..)?;
    let is_made_up = !made_up.is_empty() && made_up.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (is_made_up && is_date(date)).then_some(stem)
}

/// Whether all are archives, and what they hold is of one platform: X never splits its archives like this.
fn are_of_one_export(paths: &[PathBuf]) -> bool {
    let mut platforms: Vec<&str> = Vec::new();
    for path in paths {
        let opened = Container::open(std::slice::from_ref(path), &mut Coverage::default());
        let Ok(mut container) = opened else { return false };
        if !is_packed(path).unwrap_or(false) || x::Survey::of(&mut container).is_x() {
            return false;
        }
        let (surveys, _) = format::survey(&mut container, FORMATS);
        platforms.extend(surveys.iter().map(|survey| survey.format.name));
    }
    platforms.sort_unstable();
    platforms.dedup();
    platforms.len() == 1 || TOGETHER.iter().any(|together| together.iter().eq(&platforms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_have_the_same_stem() {
        let stem = |name: &str| stem(Path::new(name));
        let first = stem("a/takeout-20240501T101010Z-001.zip");
        assert!(first.is_some());
        assert_eq!(first, stem("a/takeout-20240501T101010Z-012.zip"));
        assert_eq!(first, stem("a/takeout-20240501T101010Z-2-001.zip"));
        assert_ne!(first, stem("b/takeout-20240501T101010Z-001.zip"));
        assert_ne!(first, stem("a/takeout-20240501T101010Z-001.tgz"));
        assert_eq!(stem("me_part1.zip"), stem("me_part2.zip"));
        assert_eq!(stem("facebook-roe-2024-05-01-x7Kq2.zip"), stem("facebook-roe-2024-05-01-b9Zz1.zip"));
        assert_ne!(stem("facebook-roe-2024-05-01-x7Kq2.zip"), stem("facebook-roe-2024-06-01-b9Zz1.zip"));
        assert_ne!(stem("instagram-roe-2024-05-01-x7Kq2.zip"), stem("instagram-poe-2024-05-01-b9Zz1.zip"));
        for alone in [
            "export-2024-05-01.zip",
            "drjones-1.zip",
            "takeout.zip",
            "posts-001.csv",
            "-.zip",
            "001.zip",
            "facebook-roe-2024-05-01.zip",
            "facebook-é.zip",
        ] {
            assert_eq!(stem(alone), None, "{alone}");
        }
    }
}
