//! The files of Instagram's exports.

use crate::sources::archive::format::Is::{Left, Part, Telling};
use crate::sources::archive::format::{Known, Role};
use crate::sources::archive::meta::NOTHING;

pub(super) const POSTS: Role = "posts";
pub(super) const TWIN: Role = "posts once more";
pub(super) const VIDEOS: Role = "videos";
pub(super) const REELS: Role = "reels";
pub(super) const STORIES: Role = "stories";
pub(super) const ARCHIVED: Role = "archived posts";
pub(super) const DELETED: Role = "deleted posts";
pub(super) const OTHER: Role = "other pictures";
pub(super) const PORTRAITS: Role = "profile pictures";
pub(super) const COMMENTS: Role = "comments";
pub(super) const CHANGES: Role = "changes of the profile";
pub(super) const PRIVACY: Role = "changes of who may read";
pub(super) const PROFILE: Role = "the profile";
pub(super) const OLD_MEDIA: Role = "pictures, until 2020";
pub(super) const OLD_COMMENTS: Role = "comments, until 2020";
pub(super) const OLD_PROFILE: Role = "the profile, until 2020";
pub(super) const CONVERSATION: Role = "a conversation";

const ADS: &str = "Instagram: advertising data, not read because it holds no words of the account holder";
const DEVICES: &str = "Instagram: security, device and activity logs, not read because they are not needed";
const OTHERS: &str =
    "Instagram: followers, contacts and what others shared, not read because they are about other people";
const REACTIONS: &str = "Instagram: likes, votes and saved things, not read because they hold no words";
const SETTINGS: &str = "Instagram: settings, payments and history, not read because they hold no posts";
const OWN_WORDS: &str =
    "Instagram: own words in a layout that this version does not read yet: look at them yourself";
const MEDIA: &str = "Instagram: pictures and videos, of which only the names are read";
const INDEX: &str = "Instagram: an overview of what other files hold, not read twice";

/// The first that fits counts.
pub(super) const FILES: &[Known] = &[
    Known("no-data.txt", Left(NOTHING)),
    Known("media/posts/", Left(MEDIA)),
    Known("media/stories/", Left(MEDIA)),
    Known("media/reels/", Left(MEDIA)),
    Known("media/igtv/", Left(MEDIA)),
    Known("media/other/", Left(MEDIA)),
    Known("media/profile/", Left(MEDIA)),
    Known("media/archived_posts/", Left(MEDIA)),
    Known("media/recently_deleted/", Left(MEDIA)),
    Known("messages/*/*/photos/", Left(MEDIA)),
    Known("messages/*/*/videos/", Left(MEDIA)),
    Known("messages/*/*/audio/", Left(MEDIA)),
    Known("content/posts_*.json", Telling(POSTS)),
    Known("content/posts_*.html", Telling(POSTS)),
    Known("media/posts_*.json", Telling(POSTS)),
    Known("media/posts_*.html", Telling(POSTS)),
    Known("instagram_post.json", Telling(POSTS)),
    Known("content/posts.json", Telling(TWIN)),
    Known("media/posts.json", Telling(TWIN)),
    Known("igtv_videos.json", Telling(VIDEOS)),
    Known("igtv_videos.html", Telling(VIDEOS)),
    Known("content/reels.json", Telling(REELS)),
    Known("content/reels.html", Telling(REELS)),
    Known("media/reels.json", Telling(REELS)),
    Known("media/reels.html", Telling(REELS)),
    Known("content/stories.json", Telling(STORIES)),
    Known("content/stories.html", Telling(STORIES)),
    Known("media/stories.json", Telling(STORIES)),
    Known("media/stories.html", Telling(STORIES)),
    Known("archived_posts.json", Telling(ARCHIVED)),
    Known("archived_posts.html", Telling(ARCHIVED)),
    Known("recently_deleted_content.json", Telling(DELETED)),
    Known("recently_deleted_content.html", Telling(DELETED)),
    Known("content/other_content.json", Telling(OTHER)),
    Known("content/other_content.html", Telling(OTHER)),
    Known("media/other_content.json", Telling(OTHER)),
    Known("media/other_content.html", Telling(OTHER)),
    Known("content/profile_photos.json", Telling(PORTRAITS)),
    Known("content/profile_photos.html", Telling(PORTRAITS)),
    Known("media/profile_photos.json", Telling(PORTRAITS)),
    Known("media/profile_photos.html", Telling(PORTRAITS)),
    Known("comments/post_comments*.json", Telling(COMMENTS)),
    Known("comments/post_comments*.html", Telling(COMMENTS)),
    Known("post_comments_*.json", Telling(COMMENTS)),
    Known("comments/reels_comments*.json", Telling(COMMENTS)),
    Known("comments/reels_comments*.html", Telling(COMMENTS)),
    Known("comments/hype*.json", Telling(COMMENTS)),
    Known("comments/hype*.html", Telling(COMMENTS)),
    Known("personal_information/personal_information.json", Part(PROFILE)),
    Known("personal_information/personal_information.html", Part(PROFILE)),
    Known("account_information/personal_information.json", Part(PROFILE)),
    Known("account_information/personal_information.html", Part(PROFILE)),
    Known("messages/inbox/*/message_*.json", Part(CONVERSATION)),
    Known("messages/inbox/*/message_*.html", Part(CONVERSATION)),
    Known("messages/message_requests/*/message_*.json", Part(CONVERSATION)),
    Known("messages/message_requests/*/message_*.html", Part(CONVERSATION)),
    // The importer of Threads reads these.
    Known("threads/threads_and_replies.*", Part("threads")),
    Known("profile_changes.json", Part(CHANGES)),
    Known("profile_changes.html", Part(CHANGES)),
    Known("account_privacy_changes.json", Part(PRIVACY)),
    Known("account_privacy_changes.html", Part(PRIVACY)),
    Known("guides/", Left(OWN_WORDS)),
    Known("notes/", Left(OWN_WORDS)),
    Known("note_interactions.*", Left(OWN_WORDS)),
    Known("start_here.html", Left(INDEX)),
    Known("likes/", Left(REACTIONS)),
    Known("saved/", Left(REACTIONS)),
    Known("story_sticker_interactions/", Left(REACTIONS)),
    Known("story_interactions/", Left(REACTIONS)),
    Known("ads_information/", Left(ADS)),
    Known("ads_and_businesses/", Left(ADS)),
    Known("ads_and_topics/", Left(ADS)),
    Known("apps_and_websites/", Left(ADS)),
    Known("apps_and_websites_off_of_instagram/", Left(ADS)),
    Known("your_topics/", Left(ADS)),
    Known("followers_and_following/", Left(OTHERS)),
    Known("connections/", Left(OTHERS)),
    Known("contacts/", Left(OTHERS)),
    Known("information_about_you/", Left(OTHERS)),
    Known("logged_information/", Left(DEVICES)),
    Known("login_and_account_creation/", Left(DEVICES)),
    Known("security_and_login_information/", Left(DEVICES)),
    Known("device_information/", Left(DEVICES)),
    Known("recent_searches/", Left(DEVICES)),
    Known("past_instagram_insights/", Left(DEVICES)),
    Known("signup_information.json", Left(DEVICES)),
    Known("personal_information/", Left(SETTINGS)),
    Known("account_information/", Left(SETTINGS)),
    Known("preferences/", Left(SETTINGS)),
    Known("comments_settings/", Left(SETTINGS)),
    Known("monetization/", Left(SETTINGS)),
    Known("shopping/", Left(SETTINGS)),
    Known("subscriptions/", Left(SETTINGS)),
    Known("other_activity/", Left(SETTINGS)),
    Known("messages/", Left(SETTINGS)),
    // Until 2020. What tells the platform is in the files.
    Known("media.json", Part(OLD_MEDIA)),
    Known("profile.json", Part(OLD_PROFILE)),
];

/// Keys of Instagram's own in the first bytes of a file.
const KEYS: &[(&str, Role)] = &[
    ("\"ig_stories\"", STORIES),
    ("\"ig_reels_media\"", REELS),
    ("\"ig_igtv_media\"", VIDEOS),
    ("\"ig_archived_post_media\"", ARCHIVED),
    ("\"ig_recently_deleted_media\"", DELETED),
    ("\"ig_other_media\"", OTHER),
    ("\"ig_profile_picture\"", PORTRAITS),
    ("\"comments_media_comments\"", COMMENTS),
    ("\"comments_reels_comments\"", COMMENTS),
    ("\"comments_story_comments\"", COMMENTS),
    ("\"profile_user\"", PROFILE),
    ("\"media_comments\"", OLD_COMMENTS),
];

/// What a file is by its first bytes.
pub(super) fn by_content(start: &[u8]) -> Option<Role> {
    let start = String::from_utf8_lossy(start);
    let start = start.trim_start_matches('\u{feff}').trim_start();
    if !start.starts_with(['{', '[']) || start.contains("\"text_post_app_text_posts\"") {
        return None;
    }
    if let Some((_, role)) = KEYS.iter().find(|(key, _)| start.contains(key)) {
        return Some(role);
    }
    let is_old = ["\"photos\"", "\"videos\"", "\"stories\""].iter().any(|list| start.contains(list));
    if is_old && start.contains("\"taken_at\"") && start.contains("\"path\"") {
        return Some(OLD_MEDIA);
    }
    let record = start.trim_start_matches('[').trim_start().strip_prefix('{')?.trim_start();
    let is_post = record.starts_with("\"media\"")
        && record.contains("\"uri\"")
        && (record.contains("\"creation_timestamp\"") || record.contains("\"media_metadata\""));
    is_post.then_some(POSTS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_files_by_content() {
        for (start, expected) in [
            (r#"{"ig_stories": [{"uri""#, Some(STORIES)),
            (r#"[ {"media": [ {"uri": "media/posts/1.jpg", "creation_timestamp": 1"#, Some(POSTS)),
            (r#"{"text_post_app_text_posts": [{"media": [{"uri": "", "creation_timestamp": 1"#, None),
            (r#"[{"media": "text"}]"#, None),
            ("", None),
        ] {
            assert_eq!(by_content(start.as_bytes()), expected, "{start}");
        }
    }
}
