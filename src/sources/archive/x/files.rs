//! The one table of the files that an X archive may hold.

use crate::sources::archive::format::{SYSTEM, is_of_system};

/// What is done with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// What the archive says about itself and the account.
    About(About),
    /// Posts of one sort.
    Posts(Posts),
    /// The whole text of long posts; `deleted` for those of deleted posts.
    Notes {
        /// Of deleted posts.
        deleted: bool,
    },
    /// A month of posts in the layout until 2019.
    Month,
    /// `tweets.csv` of the layout until 2019.
    Csv,
    /// Comments in live broadcasts and Spaces.
    LiveComments,
    /// Private messages.
    Messages,
    /// Own words of other sorts.
    Other(Other),
    /// Known, and left out for this reason.
    Known(&'static str),
}

/// Files that describe the account or the archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    /// `manifest.js`.
    Manifest,
    /// `account.js`.
    Account,
    /// `profile.js`.
    Profile,
    /// `professional-data.js`.
    Profession,
    /// `protected-history.js`.
    Protection,
    /// `screen-name-change.js`.
    Names,
    /// `user_details.js`, until 2019.
    UserDetails,
    /// `payload_details.js`, until 2019.
    Payload,
    /// `tweet_index.js`, until 2019.
    MonthIndex,
}

/// What sort of posts a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Posts {
    /// On the account's own page.
    Own,
    /// Deleted on the platform.
    Deleted,
    /// In a community.
    Community,
    /// To a circle of chosen readers.
    Circle,
}

/// Own words that are neither posts nor messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Other {
    /// Notes below posts of others.
    Note,
    /// Titles and descriptions of collections of posts.
    Moment,
    /// Long texts.
    Article,
    /// The bio that live broadcasts have had.
    LiveBio,
}

const ADS: &str = "X: advertising data, not read because it holds no words of the account holder";
const DEVICES: &str =
    "X: security and device data (IP addresses, devices, sign-ins), not read because it is not needed";
const OTHERS: &str = "X: contacts, followers, blocks and lists, not read because they are about other people";
/// Said with a count where the manifest has one.
pub(super) const LIKES: &str = "X: likes and bookmarks, not read because they are other people's words";
const TWINS: &str = "X: headers without text, not read because the posts themselves are";
const SETTINGS: &str = "X: account settings and history, not read because they hold no posts";
const BROADCASTS: &str =
    "X: live broadcasts and Spaces, of which only one's own comments are read: look at the titles there";
const SHOP: &str = "X: shop data, not read because it holds no posts";
const VIEWER: &str = "X: files of the archive's own viewer, not read because they hold no data";
const RATINGS: &str = "X: ratings of community notes, not read because they hold no words";
const PROMPTS: &str =
    "X: replies that X asked to reconsider, not read because those that were sent are among the posts";
/// Media are named in their posts.
pub(super) const MEDIA: &str = "X: pictures and videos, of which only the names are read";
/// Said with a count where the manifest has one.
pub(super) const MESSAGES: &str = "Private messages, read only with --include-messages";
const CHATS: &str = "X: conversations with an assistant, not read because they are not posts";

/// The names as in `window.YTD.<name>.part0`; the files are called the same, with `-` for `_`.
const DATA: &[(Role, &[&str])] = &[
    (Role::About(About::Manifest), &["manifest"]),
    (Role::About(About::Account), &["account"]),
    (Role::About(About::Profile), &["profile"]),
    (Role::About(About::Profession), &["professional_data"]),
    (Role::About(About::Protection), &["protected_history"]),
    (Role::About(About::Names), &["screen_name_change"]),
    (Role::About(About::UserDetails), &["user_details"]),
    (Role::About(About::Payload), &["payload_details"]),
    (Role::About(About::MonthIndex), &["tweet_index"]),
    (Role::Posts(Posts::Own), &["tweets", "tweet"]),
    (Role::Posts(Posts::Deleted), &["deleted_tweets", "deleted_tweet"]),
    (Role::Posts(Posts::Community), &["community_tweet", "community_tweets"]),
    (Role::Posts(Posts::Circle), &["twitter_circle_tweet"]),
    (Role::Notes { deleted: false }, &["note_tweet"]),
    (Role::Notes { deleted: true }, &["deleted_note_tweet"]),
    (Role::LiveComments, &["periscope_comments_made_by_user"]),
    (Role::Messages, &["direct_messages", "direct_message", "direct_messages_group", "direct_message_group"]),
    (Role::Known(CHATS), &["grok_chat_item", "grok_chat_media"]),
    (Role::Known(MESSAGES), &["message_event", "key_registry"]),
    (Role::Known(LIKES), &["like", "likes", "bookmark", "bookmarks"]),
    (
        Role::Known(TWINS),
        &[
            "tweet_headers",
            "deleted_tweet_headers",
            "direct_message_headers",
            "direct_message_group_headers",
            "birdwatch_note_tombstone",
            "community_note_tombstone",
        ],
    ),
    (Role::Other(Other::Article), &["article", "twitter_article"]),
    (Role::Other(Other::Note), &["community_note", "birdwatch_note"]),
    (Role::Other(Other::Moment), &["moment"]),
    (Role::Known(RATINGS), &["birdwatch_note_rating", "community_note_rating", "community_note_batsignal"]),
    (Role::Known(PROMPTS), &["reply_prompt"]),
    (
        Role::Known(ADS),
        &[
            "ad_engagements",
            "ad_free_article_visits",
            "ad_impressions",
            "ad_mobile_conversions_attributed",
            "ad_mobile_conversions_unattributed",
            "ad_online_conversions_attributed",
            "ad_online_conversions_unattributed",
            "ads_revenue_sharing",
            "branch_links",
            "personalization",
            "user_link_clicks",
        ],
    ),
    (
        Role::Known(DEVICES),
        &[
            "account_creation_ip",
            "app",
            "connected_application",
            "device_token",
            "email_address_change",
            "ip_audit",
            "ni_devices",
            "phone_number",
            "sso",
        ],
    ),
    (
        Role::Known(OTHERS),
        &[
            "block",
            "contact",
            "direct_message_mute",
            "follower",
            "following",
            "lists_member",
            "lists_subscribed",
            "mute",
            "periscope_followers",
            "smartblock",
            "twitter_circle",
            "twitter_circle_member",
        ],
    ),
    (Role::Other(Other::LiveBio), &["periscope_profile_description"]),
    (Role::Known(BROADCASTS), &["periscope_broadcast_metadata", "spaces_metadata"]),
    (
        Role::Known(SETTINGS),
        &[
            "account_label",
            "account_suspension",
            "account_timezone",
            "ageinfo",
            "article_metadata",
            "lists_created",
            "tweetdeck",
            "twitter_article_metadata",
            "periscope_account_information",
            "periscope_ban_information",
            "periscope_expired_broadcasts",
            "saved_search",
            "verified",
            "verified_organization",
        ],
    ),
    (
        Role::Known(SHOP),
        &[
            "catalog_item",
            "commerce_catalog",
            "product_drop",
            "product_set",
            "shop_module",
            "shopify_account",
            "twitter_shop",
        ],
    ),
];

/// Names that are not data files.
const OTHER_FILES: &[(Role, &[&str])] = &[
    (Role::Csv, &["tweets.csv"]),
    (Role::Known(VIEWER), &["your archive.html", "index.html", "readme.txt", "license"]),
];

/// Folders whose whole content is known.
const FOLDERS: &[(Role, &[&str])] = &[(Role::Known(VIEWER), &["assets", "css", "img", "lib"])];

/// What a path inside an archive is, and the number of its part: `tweets-part10.js` is part 10.
pub(super) fn role(path: &str) -> Option<(Role, u64)> {
    let path = path.to_ascii_lowercase();
    if is_of_system(&path) {
        return Some((Role::Known(SYSTEM), 0));
    }
    let mut folders: Vec<&str> = path.split('/').collect();
    let file = folders.pop()?;
    for folder in &folders {
        if folder.ends_with("_media") {
            return Some((Role::Known(MEDIA), 0));
        }
        if let Some((role, _)) = FOLDERS.iter().find(|(_, names)| names.contains(folder)) {
            return Some((*role, 0));
        }
    }
    if let Some((role, _)) = OTHER_FILES.iter().find(|(_, names)| names.contains(&file)) {
        return Some((*role, 0));
    }
    let stem = file.strip_suffix(".js").or_else(|| file.strip_suffix(".json"))?;
    if let Some(month) = month(stem) {
        return Some((Role::Month, month));
    }
    // What a browser adds to a second download: `tweets (1).js`.
    let stem = stem.split(" (").next().unwrap_or(stem);
    let (stem, part) = match stem.rsplit_once("-part") {
        Some((stem, number)) => (stem, number.parse().ok()?),
        None => (stem, 0),
    };
    data(&stem.replace('-', "_")).map(|role| (role, part))
}

/// What a file is by its first bytes, whatever its name: `window.YTD.tweets.part0 = [`.
pub(super) fn role_by_content(start: &[u8]) -> Option<(Role, u64)> {
    let start = String::from_utf8_lossy(start);
    let start = start.trim_start_matches('\u{feff}').trim_start();
    if start.starts_with("window.__THAR_CONFIG") {
        return Some((Role::About(About::Manifest), 0));
    }
    if let Some(rest) = start.strip_prefix("window.YTD.") {
        let (name, part) = rest.split_once('.')?;
        let digits: String = part.strip_prefix("part")?.chars().take_while(char::is_ascii_digit).collect();
        return data(&name.to_ascii_lowercase()).map(|role| (role, digits.parse().unwrap_or(0)));
    }
    if let Some(rest) = start.strip_prefix("Grailbird.data.tweets_") {
        return rest.get(..7).and_then(month).map(|month| (Role::Month, month));
    }
    if let Some(rest) = start.strip_prefix("var ") {
        return data(rest.split([' ', '=']).next()?).map(|role| (role, 0));
    }
    if let Some(record) = start.strip_prefix('[').and_then(|list| list.trim_start().strip_prefix('{')) {
        // The list without its assignment, as some tools leave it.
        return record.trim_start().starts_with("\"tweet\"").then_some((Role::Posts(Posts::Own), 0));
    }
    let header = start.lines().next()?.replace('"', "");
    (header.starts_with("tweet_id,") && header.split(',').any(|column| column == "text"))
        .then_some((Role::Csv, 0))
}

fn data(name: &str) -> Option<Role> {
    DATA.iter().find(|(_, names)| names.contains(&name)).map(|(role, _)| *role)
}

/// `2013_02` as a number that sorts.
fn month(stem: &str) -> Option<u64> {
    let (year, month) = stem.split_once('_')?;
    let shape = year.len() == 4 && month.len() == 2;
    let number = format!("{year}{month}").parse().ok();
    number.filter(|_| shape && stem.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_'))
}

/// Whether the name alone says that this is an X archive.
pub(super) fn is_telling(role: Role) -> bool {
    matches!(
        role,
        Role::Posts(_) | Role::Month | Role::Notes { .. } | Role::Csv | Role::About(About::MonthIndex)
    )
}

/// The manifest's name of a data type (`deletedTweets`) in the table's spelling (`deleted_tweets`).
pub(super) fn role_of_type(name: &str) -> Option<Role> {
    let mut spelled = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            spelled.push('_');
        }
        spelled.push(letter.to_ascii_lowercase());
    }
    data(&spelled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_files_by_name() {
        let own = Some(Role::Posts(Posts::Own));
        for (path, expected, part) in [
            ("data/tweets.js", own, 0),
            ("twitter-2022-11-14/data/tweets-part10.js", own, 10),
            ("tweet.js", own, 0),
            ("tweets (1).js", own, 0),
            ("data/tweets_media/1-a.jpg", Some(Role::Known(MEDIA)), 0),
            ("data/js/tweets/2013_02.js", Some(Role::Month), 201_302),
            ("data/deleted-note-tweet.js", Some(Role::Notes { deleted: true }), 0),
            ("tweets.csv", Some(Role::Csv), 0),
            ("assets/js/ondemand.js", Some(Role::Known(VIEWER)), 0),
            ("data/from-the-future.js", None, 0),
            ("data/photo.jpg", None, 0),
        ] {
            let found = role(path);
            assert_eq!(found.map(|found| found.0), expected, "{path}");
            assert_eq!(found.map_or(0, |found| found.1), part, "{path}");
        }
    }

    #[test]
    fn knows_files_by_content() {
        for (start, expected) in [
            ("window.YTD.tweets.part3 = [", Some((Role::Posts(Posts::Own), 3))),
            ("\u{feff}window.__THAR_CONFIG = {", Some((Role::About(About::Manifest), 0))),
            ("Grailbird.data.tweets_2013_02 = \n [", Some((Role::Month, 201_302))),
            ("var user_details =  {", Some((Role::About(About::UserDetails), 0))),
            ("\"tweet_id\",\"timestamp\",\"text\"\n", Some((Role::Csv, 0))),
            ("[ {", None),
            ("window.YTD.from_the_future.part0", None),
            ("Grailbird.data.tweets_é", None),
        ] {
            assert_eq!(role_by_content(start.as_bytes()), expected, "{start}");
        }
    }

    #[test]
    fn knows_the_manifests_names() {
        assert_eq!(role_of_type("deletedTweets"), Some(Role::Posts(Posts::Deleted)));
        assert_eq!(role_of_type("periscopeCommentsMadeByUser"), Some(Role::LiveComments));
        assert_eq!(role_of_type("tweetsMedia"), None);
    }
}
