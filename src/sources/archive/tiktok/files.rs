//! The files of TikTok's exports. The text layout is known in English and Dutch.

use crate::sources::archive::format::Is::{Left, Part, Telling};
use crate::sources::archive::format::{Known, Role};

pub(super) const DATA: Role = "data";
pub(super) const COMMENTS: Role = "comments as text";
pub(super) const POSTS: Role = "posts as text";
pub(super) const DELETED: Role = "deleted posts as text";
pub(super) const REVIEWS: Role = "reviews as text";
pub(super) const PROFILE: Role = "profile as text";
pub(super) const SETTINGS: Role = "settings as text";
pub(super) const MESSAGES: Role = "messages as text";
pub(super) const LIVE: Role = "live streams as text";
/// Files of the text layout that tell the platform, and are not read.
pub(super) const HISTORY: Role = "histories as text";

/// Why histories are not read.
pub(super) const NO_WORDS: &str =
    "TikTok: likes, favourites, histories, contacts and purchases, not read because they hold no own words";

/// The first that fits counts.
pub(super) const FILES: &[Known] = &[
    Known("user_data_tiktok*.json", Telling(DATA)),
    Known("user_data*.json", Part(DATA)),
    Known("comments/comments.txt", Telling(COMMENTS)),
    Known("comments.txt", Part(COMMENTS)),
    Known("reacties.txt", Part(COMMENTS)),
    Known("posts/post.txt", Telling(POSTS)),
    Known("posts/posts.txt", Telling(POSTS)),
    Known("post.txt", Part(POSTS)),
    Known("posts.txt", Part(POSTS)),
    Known("berichten.txt", Part(POSTS)),
    Known("recently deleted posts.txt", Telling(DELETED)),
    Known("onlangs verwijderde berichten.txt", Telling(DELETED)),
    Known("location reviews.txt", Telling(REVIEWS)),
    Known("locatierecensies.txt", Telling(REVIEWS)),
    Known("product reviews.txt", Part(REVIEWS)),
    Known("productrecensies.txt", Part(REVIEWS)),
    Known("profile info*.txt", Part(PROFILE)),
    Known("profielinformatie.txt", Part(PROFILE)),
    Known("settings.txt", Part(SETTINGS)),
    Known("instellingen.txt", Part(SETTINGS)),
    Known("direct messages.txt", Part(MESSAGES)),
    Known("group chat.txt", Part(MESSAGES)),
    Known("directe berichten.txt", Part(MESSAGES)),
    Known("groepschat.txt", Part(MESSAGES)),
    Known("watch live history.txt", Telling(LIVE)),
    Known("go live history.txt", Telling(LIVE)),
    Known("live comments.txt", Part(LIVE)),
    Known("reactie op livestream.txt", Telling(LIVE)),
    Known("geschiedenis van live bekijken.txt", Telling(LIVE)),
    Known("geschiedenis van live gaan.txt", Telling(LIVE)),
    Known("favorite hashtags.txt", Telling(HISTORY)),
    Known("favorite sounds.txt", Telling(HISTORY)),
    Known("off tiktok activity.txt", Telling(HISTORY)),
    Known("activiteit buiten tiktok.txt", Telling(HISTORY)),
    Known("favoriete geluiden.txt", Telling(HISTORY)),
    Known("activity/*.txt", Left(NO_WORDS)),
    Known("your activity/*.txt", Left(NO_WORDS)),
    Known("likes and favorites/*.txt", Left(NO_WORDS)),
    Known("ads and data/*.txt", Left(NO_WORDS)),
    Known("app settings/*.txt", Left(NO_WORDS)),
    Known("profile and settings/*.txt", Left(NO_WORDS)),
    Known("profile/*.txt", Left(NO_WORDS)),
    Known("income* wallet*/*.txt", Left(NO_WORDS)),
    Known("tiktok live/*.txt", Left(NO_WORDS)),
    Known("tiktok shop*/*.txt", Left(NO_WORDS)),
    Known("tiktok/*/*.txt", Left(NO_WORDS)),
];

/// What a file is by its first bytes.
pub(super) fn by_content(start: &[u8]) -> Option<Role> {
    const MARKS: &[&str] = &[
        "\"ProfileMap\"",
        "\"Ads and data\"",
        "\"CommentsList\"",
        "\"FavoriteEffectsList\"",
        "\"Favorite Effects\"",
        "\"Favorite Hashtags\"",
        "\"Login History\"",
    ];
    let start = String::from_utf8_lossy(start);
    let start = start.trim_start_matches('\u{feff}').trim_start();
    if start.starts_with('{') {
        return MARKS.iter().any(|mark| start.contains(mark)).then_some(DATA);
    }
    let mut lines = start.lines();
    lines.next().filter(|first| first.starts_with("Date: 20") || first.starts_with("Datum: 20"))?;
    let next = lines.next()?;
    if next.starts_with("Comment: ") || next.starts_with("Reactie: ") {
        return Some(COMMENTS);
    }
    let own = |line: &str| line.starts_with("Like(s):") || line.starts_with("Who can view:");
    (next.starts_with("Link: ") && lines.take(2).any(own)).then_some(POSTS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_files_by_content() {
        for (start, expected) in [
            ("{\"Comment\": {\"Comments\": {\"CommentsList\": [", Some(DATA)),
            ("Date: 2024-01-02 03:04:05 UTC\nComment: first\n", Some(COMMENTS)),
            ("\u{feff}Datum: 2024-01-02 03:04:05 UTC\r\nReactie: eerste\r\n", Some(COMMENTS)),
            ("Date: 2024-01-02 03:04:05 UTC\nLink: https://a\nLike(s): 3\n", Some(POSTS)),
            ("Date: 2024-01-02 03:04:05 UTC\nLink: https://a\n\nDate: 2024", None),
            ("Date: Monday\nComment: none\n", None),
            ("", None),
        ] {
            assert_eq!(by_content(start.as_bytes()), expected, "{start}");
        }
    }
}
