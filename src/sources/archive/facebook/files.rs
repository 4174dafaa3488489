//! The files of Facebook's exports.

use crate::sources::archive::format::Is::{Left, Part, Telling};
use crate::sources::archive::format::{Known, Role};
use crate::sources::archive::meta::NOTHING;

pub(super) const POSTS: Role = "posts";
pub(super) const GROUP_POSTS: Role = "posts in groups";
pub(super) const PENDING: Role = "posts in groups that wait";
pub(super) const CHECK_INS: Role = "check-ins";
pub(super) const ARCHIVE: Role = "archived posts";
pub(super) const TRASH: Role = "posts in the trash";
pub(super) const EDITS: Role = "older wordings of posts";
pub(super) const COMMENTS: Role = "comments";
pub(super) const COMMENT_EDITS: Role = "older wordings of comments";
pub(super) const STORIES: Role = "stories";
pub(super) const REELS: Role = "reels";
pub(super) const NOTES: Role = "notes";
pub(super) const EVENTS: Role = "events of the account";
pub(super) const SALES: Role = "things for sale";
pub(super) const REVIEWS: Role = "reviews";
pub(super) const ALBUM: Role = "an album";
pub(super) const PHOTOS: Role = "pictures and videos";
pub(super) const PROFILE: Role = "the profile";
pub(super) const CONVERSATION: Role = "a conversation";
pub(super) const ZONE: Role = "the account's zone";

const ADS: &str = "Facebook: advertising data, not read because it holds no words of the account holder";
const DEVICES: &str = "Facebook: security, device and activity logs, not read because they are not needed";
const OTHERS: &str = "Facebook: friends, followers, contacts and what others shared, not read because they are about other people";
const REACTIONS: &str = "Facebook: reactions, votes and saved things, not read because they hold no words";
const SETTINGS: &str = "Facebook: settings, payments, groups and events, not read because they hold no posts";
const OWN_WORDS: &str =
    "Facebook: own words in a layout that this version does not read yet: look at them yourself";
const PROOF: &str = "Facebook: papers that proved a profession, not read because they are not public";
const MEDIA: &str = "Facebook: pictures and videos, of which only the names are read";
const INDEX: &str = "Facebook: an overview of what other files hold, not read twice";

/// The first that fits counts.
pub(super) const FILES: &[Known] = &[
    Known("no-data.txt", Left(NOTHING)),
    // Media first: their folders lie among those of the posts.
    Known("posts/media/", Left(MEDIA)),
    Known("photos_and_videos/*/*.jpg", Left(MEDIA)),
    Known("photos_and_videos/videos/", Left(MEDIA)),
    Known("stickers_used/", Left(MEDIA)),
    Known("messages/*/*/photos/", Left(MEDIA)),
    Known("messages/*/*/videos/", Left(MEDIA)),
    Known("messages/*/*/audio/", Left(MEDIA)),
    Known("messages/*/*/gifs/", Left(MEDIA)),
    Known("messages/*/*/files/", Left(MEDIA)),
    Known("your_posts_in_groups.json", Telling(GROUP_POSTS)),
    Known("your_posts_in_groups.html", Telling(GROUP_POSTS)),
    Known("group_posts_and_comments.json", Telling(GROUP_POSTS)),
    Known("group_posts_and_comments.html", Telling(GROUP_POSTS)),
    Known("your_posts_and_comments_in_groups.json", Telling(GROUP_POSTS)),
    Known("your_posts_and_comments_in_groups.html", Telling(GROUP_POSTS)),
    Known("posts/your_posts.json", Telling(POSTS)),
    Known("posts/your_posts.html", Telling(POSTS)),
    Known("your_posts_*.json", Telling(POSTS)),
    Known("your_posts_*.html", Telling(POSTS)),
    Known("profile_posts_*.json", Telling(POSTS)),
    Known("profile_posts_*.html", Telling(POSTS)),
    Known("posts_on_other_pages_and_profiles.json", Telling(POSTS)),
    Known("posts_on_other_pages_and_profiles.html", Telling(POSTS)),
    Known("posts/others'_posts_to_your_timeline.*", Left(OTHERS)),
    Known("posts/other_people's_posts_to_your_timeline.*", Left(OTHERS)),
    Known("anonymous_posts_you_ve_written.json", Telling(POSTS)),
    Known("anonymous_posts_you_ve_written.html", Telling(POSTS)),
    Known("anonymous_posts_you've_written.json", Telling(POSTS)),
    Known("anonymous_posts_you've_written.html", Telling(POSTS)),
    Known("posts/check-ins.json", Telling(CHECK_INS)),
    Known("posts/check-ins.html", Telling(CHECK_INS)),
    Known("posts/archive.json", Part(ARCHIVE)),
    Known("posts/archive.html", Part(ARCHIVE)),
    Known("posts/trash.json", Part(TRASH)),
    Known("posts/trash.html", Part(TRASH)),
    Known("edits_you_made_to_posts.json", Telling(EDITS)),
    Known("edits_you_made_to_posts.html", Telling(EDITS)),
    Known("your_pending_posts_in_groups.json", Telling(PENDING)),
    Known("your_pending_posts_in_groups.html", Telling(PENDING)),
    Known("your_comments_in_groups.json", Telling(COMMENTS)),
    Known("your_comments_in_groups.html", Telling(COMMENTS)),
    Known("comments_and_reactions/comments.json", Telling(COMMENTS)),
    Known("comments_and_reactions/comments.html", Telling(COMMENTS)),
    Known("comments/comments.json", Telling(COMMENTS)),
    Known("comments/comments.html", Telling(COMMENTS)),
    Known("facebook_comments.json", Part(COMMENTS)),
    Known("your_comment_edits.json", Telling(COMMENT_EDITS)),
    Known("your_comment_edits.html", Telling(COMMENT_EDITS)),
    Known("album/*.json", Part(ALBUM)),
    Known("album/*.html", Part(ALBUM)),
    Known("uncategorized_photos.json", Part(PHOTOS)),
    Known("uncategorized_photos.html", Part(PHOTOS)),
    Known("your_uncategorized_photos.json", Part(PHOTOS)),
    Known("your_uncategorized_photos.html", Part(PHOTOS)),
    Known("posts/videos.json", Part(PHOTOS)),
    Known("posts/videos.html", Part(PHOTOS)),
    Known("photos_and_videos/your_videos.json", Part(PHOTOS)),
    Known("photos_and_videos/your_videos.html", Part(PHOTOS)),
    Known("your_videos.json", Part(PHOTOS)),
    Known("your_videos.html", Part(PHOTOS)),
    Known("your_photos.*", Left(INDEX)),
    Known("profile_information/profile_information.json", Part(PROFILE)),
    Known("profile_information/profile_information.html", Part(PROFILE)),
    Known("v2_profile_information.json", Part(PROFILE)),
    Known("messages/*/*/message_*.json", Part(CONVERSATION)),
    Known("messages/*/*/message_*.html", Part(CONVERSATION)),
    Known("messages/*/*/message.json", Part(CONVERSATION)),
    Known("messages/*/*/message.html", Part(CONVERSATION)),
    Known("messages/*/message.json", Part(CONVERSATION)),
    Known("messages/*/message.html", Part(CONVERSATION)),
    Known("start_here.html", Left(INDEX)),
    Known("personal_information/health_professional/", Left(PROOF)),
    Known("content_sharing_links_you_have_created.*", Left(INDEX)),
    Known("places_you_have_been_tagged_in.*", Left(OTHERS)),
    Known("places_you've_been_tagged_in.*", Left(OTHERS)),
    Known("likes_and_reactions*", Left(REACTIONS)),
    Known("likes_and_reactions/", Left(REACTIONS)),
    Known("polls_you_voted_on.*", Left(REACTIONS)),
    Known("polls/", Left(REACTIONS)),
    Known("saved_items_and_collections/", Left(REACTIONS)),
    Known("reviews/*.json", Part(REVIEWS)),
    Known("reviews/*.html", Part(REVIEWS)),
    Known("stories/archived_stories.json", Part(STORIES)),
    Known("stories/archived_stories.html", Part(STORIES)),
    Known("stories/story_reactions.*", Left(REACTIONS)),
    Known("stories/", Left(OWN_WORDS)),
    Known("reels/your_reels*.json", Part(REELS)),
    Known("reels/your_reels*.html", Part(REELS)),
    Known("short_videos/your_reels*.json", Part(REELS)),
    Known("short_videos/your_reels*.html", Part(REELS)),
    Known("notes/notes*.json", Part(NOTES)),
    Known("notes/notes*.html", Part(NOTES)),
    Known("notes/", Left(OWN_WORDS)),
    Known("live_videos/", Left(OWN_WORDS)),
    Known("your_answers_to_membership_questions.*", Left(OWN_WORDS)),
    Known("your_events.json", Part(EVENTS)),
    Known("your_events.html", Part(EVENTS)),
    Known("items_sold.json", Part(SALES)),
    Known("items_sold.html", Part(SALES)),
    Known("items_bought.*", Left(SETTINGS)),
    Known("facebook_marketplace/", Left(OWN_WORDS)),
    Known("ads_information/", Left(ADS)),
    Known("ads_and_businesses/", Left(ADS)),
    Known("ads/", Left(ADS)),
    Known("apps_and_websites_off_of_facebook/", Left(ADS)),
    Known("apps_and_websites/", Left(ADS)),
    Known("location/timezone.json", Part(ZONE)),
    Known("location/timezone.html", Part(ZONE)),
    Known("logged_information/", Left(DEVICES)),
    Known("security_and_login_information/", Left(DEVICES)),
    Known("location/", Left(DEVICES)),
    Known("search_history/", Left(DEVICES)),
    Known("search/", Left(DEVICES)),
    Known("your_interactions_on_facebook/", Left(DEVICES)),
    Known("interactions/", Left(DEVICES)),
    Known("navigation_bar/", Left(DEVICES)),
    Known("other_logged_information/", Left(DEVICES)),
    Known("connections/", Left(OTHERS)),
    Known("friends/", Left(OTHERS)),
    Known("friends_and_followers/", Left(OTHERS)),
    Known("following_and_followers/", Left(OTHERS)),
    Known("about_you/", Left(OTHERS)),
    Known("your_address_books.*", Left(OTHERS)),
    Known("preferences/", Left(SETTINGS)),
    Known("personal_information/", Left(SETTINGS)),
    Known("profile_information/", Left(SETTINGS)),
    Known("pages/", Left(SETTINGS)),
    Known("events/", Left(SETTINGS)),
    Known("event_invitations.*", Left(SETTINGS)),
    Known("your_event_responses.*", Left(SETTINGS)),
    Known("your_groups.*", Left(SETTINGS)),
    Known("your_group_membership_activity.*", Left(SETTINGS)),
    Known("your_badges.*", Left(SETTINGS)),
    Known("payment_history/", Left(SETTINGS)),
    Known("facebook_payments/", Left(SETTINGS)),
    Known("marketplace/", Left(SETTINGS)),
    Known("fundraisers/", Left(SETTINGS)),
    Known("messages/", Left(SETTINGS)),
];

/// Keys of Facebook's own in the first bytes of a file.
const KEYS: &[(&str, Role)] = &[
    ("\"group_comments_v2\"", COMMENTS),
    ("\"comments_v2\"", COMMENTS),
    ("\"group_posts_v2\"", GROUP_POSTS),
    ("\"pending_posts_v2\"", PENDING),
    ("\"anonymous_author_posts\"", POSTS),
    ("\"status_updates\"", POSTS),
    ("\"archive_v2\"", ARCHIVE),
    ("\"trash_v2\"", TRASH),
    ("\"other_photos_v2\"", PHOTOS),
    ("\"videos_v2\"", PHOTOS),
    ("\"profile_v2\"", PROFILE),
    ("\"archived_stories_v2\"", STORIES),
    ("\"lasso_videos_v2\"", REELS),
    ("\"your_events_v2\"", EVENTS),
    ("\"items_selling_v2\"", SALES),
];

/// Keys of a post; two of them make one.
const POST_KEYS: &[&str] =
    &["\"attachments\"", "\"data\"", "\"title\"", "\"post\"", "\"label_values\"", "\"fbid\""];

/// What a file is by its first bytes.
pub(super) fn by_content(start: &[u8]) -> Option<Role> {
    let start = String::from_utf8_lossy(start);
    let start = start.trim_start_matches('\u{feff}').trim_start();
    if !start.starts_with(['{', '[']) {
        return None;
    }
    if let Some((_, role)) = KEYS.iter().find(|(key, _)| start.contains(key)) {
        return Some(role);
    }
    // A post is known by its first field: a time in seconds, and what only Facebook puts beside it.
    let record = start.trim_start_matches('[').trim_start().strip_prefix('{')?.trim_start();
    let is_post = record.starts_with("\"timestamp\"")
        && POST_KEYS.iter().filter(|key| record.contains(**key)).count() >= 2
        && (record.contains("\"post\"") || record.contains("\"attachments\""));
    is_post.then_some(POSTS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_files_by_content() {
        for (start, expected) in [
            (r#"{"comments_v2": [{"timestamp""#, Some(COMMENTS)),
            (r#"[{"timestamp": 1, "data": [{"post": "x"}], "title": "y"}]"#, Some(POSTS)),
            (r#"{"timestamp": 1, "attachments": [{"data": []}]}"#, Some(POSTS)),
            (r#"[{"timestamp": 1, "text": "x"}]"#, None),
            (r#"[{"id": 1, "text": "x"}]"#, None),
            ("timestamp", None),
            ("", None),
        ] {
            assert_eq!(by_content(start.as_bytes()), expected, "{start}");
        }
    }
}
