//! Marks of other platforms' exports, so that a refusal can say what it refuses.

/// Names and parts of names, in lower case. A mark that ends in `/` is a folder anywhere in the path, one that begins with `.`
/// an ending, any other the end of the path.
const PLATFORMS: &[(&str, &[&str])] = &[
    ("Google Takeout", &["takeout/", "archive_browser.html"]),
    ("Mastodon", &["outbox.json", "actor.json"]),
    ("LinkedIn", &["shares.csv", "connections.csv", "rich_media.csv", "causes you care about.csv"]),
    (
        "Reddit",
        &[
            "comment_headers.csv",
            "post_headers.csv",
            "checkfile.csv",
            "subscribed_subreddits.csv",
            "saved_posts.csv",
        ],
    ),
    ("TikTok", &["user_data_tiktok.json", "user_data.json", "posts/recently deleted posts.txt"]),
    ("Snapchat", &["memories_history.json", "snap_history.json"]),
    ("Discord", &["messages/index.json"]),
    ("Tumblr", &["posts/posts.xml", "posts.zip"]),
    ("Medium", &["profile/profile.html"]),
    ("Substack", &["posts.csv"]),
    ("Pinterest", &["pinterest.html", "pinterest-sample.html"]),
    ("Telegram", &["result.json", "test_single_export.json"]),
    ("WhatsApp", &["_chat.txt"]),
    ("Bluesky", &[".car"]),
    ("Blogger", &["bloggerexport.xml"]),
    ("WordPress", &[".wordpress.xml", "wordpressexport.xml"]),
    ("Google+", &["google+ stream/"]),
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
            (vec!["outbox.json", "actor.json", "likes.json"], Some("Mastodon")),
            (vec!["Takeout/YouTube and YouTube Music/comments/comments.csv"], Some("Google Takeout")),
            (vec!["Shares.csv", "Comments.csv"], Some("LinkedIn")),
            (vec!["comment_headers.csv", "comments.csv", "checkfile.csv", "posts.csv"], Some("Reddit")),
            (vec!["repo.car"], Some("Bluesky")),
            (vec!["notes.txt", "myoutbox.json"], None),
        ] {
            assert_eq!(guess(names.iter().copied()), expected, "{names:?}");
        }
    }
}
