//! The files of Takeout. It translates the names of folders and files, and the headers of tables; what is read is therefore
//! told by what stands in it, and only what is left out by names in several languages.

use super::{plus_page, youtube};
use crate::sources::archive::format::{Is, Known, Role};
use crate::sources::archive::rows::Header;

const INDEX: Role = "index";
pub(super) const COMMENTS: Role = "comments";
pub(super) const OLD_COMMENTS: Role = "comments as a page";
pub(super) const VIDEOS: Role = "videos";
pub(super) const VIDEO_TEXTS: Role = "texts of videos in pieces";
pub(super) const POSTS: Role = "community posts";
pub(super) const CHANNEL: Role = "channel";
pub(super) const MAPS: Role = "reviews by the account";
pub(super) const BUSINESS: Role = "reviews of the business";
pub(super) const PLUS: Role = "google+ post";
pub(super) const PLUS_PAGE: Role = "google+ post as a page";
pub(super) const PLUS_COMMENTS: Role = "google+ comments";
pub(super) const PLAY: Role = "reviews of apps";
pub(super) const SHOPPING: Role = "reviews of shops and products";
pub(super) const PLACE: Role = "place of the business";
pub(super) const CHAT: Role = "conversation";
pub(super) const CHAT_OWNER: Role = "owner of conversations";
pub(super) const PERSON: Role = "profile";

/// What is told by its content and not read.
pub(super) const ACTIVITY: Role = "activity";

/// Why histories are not read.
pub(super) const NOT_OWN: &str = "Google: histories, searches, playlists and subscriptions are not read";

const HISTORY: Is = Is::Left(NOT_OWN);
const MEDIA: Is = Is::Left("Google: pictures, videos, mail and calls are not read");
/// Why some own words are not read.
pub(super) const NEW_LAYOUT: &str =
    "Google: own words in a layout that this version does not read yet: look at them yourself";

const OWN_WORDS: Is = Is::Left(NEW_LAYOUT);
const NOTES: Is = Is::Left("Google: notes and lists to oneself are not read because they are not public");
const SYSTEM: Is = Is::Left("Google: settings, devices, places and purchases are not read");

/// The first that fits counts.
pub(super) const FILES: &[Known] = &[
    Known("archive_browser.html", Is::Telling(INDEX)),
    Known("takeout/archiv*.html", Is::Part(INDEX)),
    Known("my-comments.html", Is::Telling(OLD_COMMENTS)),
    Known("my-live-chat-messages.html", Is::Telling(OLD_COMMENTS)),
    // The names in English; in other languages what stands in the files tells.
    Known("takeout/*/comments/*.csv", Is::Part(COMMENTS)),
    Known("video metadata/video texts*.csv", OWN_WORDS),
    Known("video metadata/videos*.csv", Is::Part(VIDEOS)),
    Known("videos/videos*.csv", Is::Part(VIDEOS)),
    Known("posts/posts*.csv", Is::Part(POSTS)),
    Known("channels/channel.csv", Is::Part(CHANNEL)),
    Known("maps (your places)/reviews.json", Is::Part(MAPS)),
    Known("location-*/reviews*.json", Is::Telling(BUSINESS)),
    Known("location-*/additionaldata.json", Is::Part(PLACE)),
    Known("google+ stream/activitylog/comments.json", Is::Telling(PLUS_COMMENTS)),
    Known("google+ stream/activitylog/comments.html", OWN_WORDS),
    Known("google+ stream/activitylog/", HISTORY),
    Known("google+ stream/*/*.json", Is::Telling(PLUS)),
    Known("google+ stream/*/*.html", Is::Telling(PLUS_PAGE)),
    Known("takeout/profile/profile.json", Is::Part(PERSON)),
    Known("watch-history.*", HISTORY),
    Known("search-history.*", HISTORY),
    Known("subscriptions/*.csv", HISTORY),
    Known("playlists/*.csv", HISTORY),
    Known("my activity/", HISTORY),
    Known("takeout/chrome/", HISTORY),
    Known("takeout/mail/", MEDIA),
    Known("google photos/", MEDIA),
    Known("takeout/drive/", MEDIA),
    Known("takeout/access log activity/", SYSTEM),
    Known("google chat/groups/*/messages.json", Is::Part(CHAT)),
    Known("google chat/users/*/user_info.json", Is::Part(CHAT_OWNER)),
    Known("google chat/", SYSTEM),
    Known("google play store/reviews.json", Is::Part(PLAY)),
    Known("google shopping/*reviews/*.csv", Is::Part(SHOPPING)),
    Known("google shopping/", SYSTEM),
    Known("questions and answers/*.json", OWN_WORDS),
    Known("takeout/google pay/", SYSTEM),
    Known("takeout/home app/", SYSTEM),
    Known("takeout/timeline/", SYSTEM),
    Known("takeout/fit/", SYSTEM),
    Known("google play store/", SYSTEM),
    Known("location history/", SYSTEM),
    Known("takeout/contacts/", SYSTEM),
    Known("takeout/calendar/", SYSTEM),
    Known("maps/photos and videos/", MEDIA),
    Known("maps (your places)/saved places.json", SYSTEM),
    Known("my labeled places/", SYSTEM),
    Known("commute routes/", SYSTEM),
    Known("music (library and uploads)/", HISTORY),
    Known("music library songs.csv", HISTORY),
    Known("takeout/saved/", HISTORY),
    Known("takeout/keep/", NOTES),
    Known("takeout/tasks/", NOTES),
    Known("takeout/google meet/", SYSTEM),
    Known("takeout/google finance/", SYSTEM),
    Known("takeout/google account/", SYSTEM),
    Known("takeout/voice/", MEDIA),
    Known("takeout/hangouts/", MEDIA),
    // What is not read, in other languages: German, Spanish, French, Italian, Portuguese, Dutch, Polish, Russian, Czech.
    Known("takeout/*/verlauf/", HISTORY),
    Known("takeout/*/historial/", HISTORY),
    Known("takeout/*/historique/", HISTORY),
    Known("takeout/*/cronologia/", HISTORY),
    Known("takeout/*/histórico/", HISTORY),
    Known("takeout/*/geschiedenis/", HISTORY),
    Known("takeout/*/historia/", HISTORY),
    Known("takeout/*/история/", HISTORY),
    Known("takeout/*/historie/", HISTORY),
    Known("takeout/*/abos/", HISTORY),
    Known("takeout/*/suscripciones/", HISTORY),
    Known("takeout/*/abonnements/", HISTORY),
    Known("takeout/*/iscrizioni/", HISTORY),
    Known("takeout/*/inscrições/", HISTORY),
    Known("takeout/*/subscrições/", HISTORY),
    Known("takeout/*/abonnementen/", HISTORY),
    Known("takeout/*/subskrypcje/", HISTORY),
    Known("takeout/*/подписки/", HISTORY),
    Known("takeout/*/odběry/", HISTORY),
    Known("takeout/*/playlisten/", HISTORY),
    Known("takeout/*/listas de reproducción/", HISTORY),
    Known("takeout/*/playlist/", HISTORY),
    Known("takeout/*/listas de reprodução/", HISTORY),
    Known("takeout/*/afspeellijsten/", HISTORY),
    Known("takeout/*/playlisty/", HISTORY),
    Known("takeout/*/плейлисты/", HISTORY),
    Known("takeout/meine aktivitäten/", HISTORY),
    Known("takeout/mi actividad/", HISTORY),
    Known("takeout/mon activité/", HISTORY),
    Known("takeout/le mie attività/", HISTORY),
    Known("takeout/minha atividade/", HISTORY),
    Known("takeout/a minha atividade/", HISTORY),
    Known("takeout/mijn activiteit/", HISTORY),
    Known("takeout/moja aktywność/", HISTORY),
    Known("takeout/мои действия/", HISTORY),
    Known("takeout/moje aktivita/", HISTORY),
    Known("takeout/google fotos/", MEDIA),
    Known("takeout/google foto/", MEDIA),
    Known("takeout/google zdjęcia/", MEDIA),
    Known("takeout/google фото/", MEDIA),
    Known("takeout/google fotky/", MEDIA),
    Known("takeout/zdjęcia google/", MEDIA),
    Known("takeout/fotos de google/", MEDIA),
];

/// What a file is by its first bytes.
pub(super) fn by_content(start: &[u8]) -> Option<Role> {
    let text = String::from_utf8_lossy(start);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with('{') || text.starts_with('[') {
        return json(text);
    }
    if text.starts_with('<') {
        // In other languages than English the names of these pages say nothing.
        let is_list = text.contains("<li>") && text.contains("youtube.com/watch?v=") && text.contains(" UTC");
        return if is_list { Some(OLD_COMMENTS) } else { plus_page::is_one(text).then_some(PLUS_PAGE) };
    }
    let header = Header::of(start);
    if header.has(&["channel id", "channel visibility"]) || youtube::is_channel(&header, text) {
        return Some(CHANNEL);
    }
    if header.has(&["post id", "post text"]) || text.contains("\nUgkx") {
        return Some(POSTS);
    }
    if youtube::is_videos(&header) {
        return Some(VIDEOS);
    }
    if youtube::are_video_texts(&header) {
        return Some(VIDEO_TEXTS);
    }
    let words = header.has(&["comment id"]) || header.has(&["live chat id"]);
    let runs = ["\"{\"\"text\"\":", "\"{\"\"takeoutSegments\"\":"];
    (words || runs.iter().any(|mark| text.contains(mark))).then_some(COMMENTS)
}

fn json(text: &str) -> Option<Role> {
    let has = |key: &str| text.contains(key);
    if has("\"FeatureCollection\"")
        && (has("review_text_published")
            || has("five_star_rating")
            || has("Star Rating")
            || has("\"Review Comment\""))
    {
        Some(MAPS)
    } else if has("\"reviews\"") && (has("\"starRating\"") || has("\"reviewReply\"")) {
        Some(BUSINESS)
    } else if has("https://plus.google.com/") && (has("\"creationTime\"") || has("\"activityId\"")) {
        Some(PLUS)
    } else if has("\"header\"") && has("\"titleUrl\"") && has("\"products\"")
        || has("\"FeatureCollection\"") && has("google_maps_url")
    {
        Some(ACTIVITY)
    } else if has("\"formattedName\"") && has("\"emails\"") {
        Some(PERSON)
    } else {
        None
    }
}
