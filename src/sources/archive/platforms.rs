//! Marks of exports that are not read, or of the parts of known ones that hold nothing to read, so that a refusal can say what it
//! refuses.

/// Names and parts of names, in lower case. A mark that ends in `/` is a folder anywhere in the path, one that begins with `.`
/// an ending, any other the end of the path.
const PLATFORMS: &[(&str, &[&str])] = &[
    ("Google Takeout", &["takeout/"]),
    ("LinkedIn", &["connections.csv", "rich_media.csv", "causes you care about.csv"]),
    ("Reddit", &["subscribed_subreddits.csv", "saved_posts.csv"]),
];

/// The platform that the most names speak for.
pub(super) fn guess<'n>(names: impl Iterator<Item = &'n str>) -> Option<&'static str> {
    let mut votes = vec![0_u32; PLATFORMS.len()];
    for name in names {
        let name = format!("/{}", name.to_ascii_lowercase());
        for ((_, marks), vote) in PLATFORMS.iter().zip(&mut votes) {
            *vote += u32::from(marks.iter().any(|mark| is_marked(&name, mark)));
        }
    }
    let most = votes.iter().copied().max().filter(|most| *most > 0)?;
    PLATFORMS.iter().zip(votes).find(|(_, votes)| *votes == most).map(|((platform, _), _)| *platform)
}

fn is_marked(name: &str, mark: &str) -> bool {
    if mark.ends_with('/') {
        name.contains(&format!("/{mark}"))
    } else {
        name.strip_suffix(mark).is_some_and(|before| mark.starts_with('.') || before.ends_with('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::guess;

    #[test]
    fn guesses_by_the_most_marks() {
        for (names, expected) in [
            (vec!["Takeout/YouTube and YouTube Music/comments/comments.csv"], Some("Google Takeout")),
            (vec!["Connections.csv", "Skills.csv"], Some("LinkedIn")),
            (vec!["saved_posts.csv", "subscribed_subreddits.csv", "posts.csv"], Some("Reddit")),
            (vec!["notes.txt", "mysaved_posts.csv"], None),
        ] {
            assert_eq!(guess(names.iter().copied()), expected, "{names:?}");
        }
    }
}
