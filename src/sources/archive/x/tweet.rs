//! Posts of both layouts: `{"tweet": {…}}` with `full_text`, and the bare record of the month files with `text`.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Deserialize;
use whitecoat_engine::{
    Authorship, Item, Kind, LiveState, Media, MediaKind, Parent, ParentAuthor, ParentKind, Precision,
    Visibility,
};

use super::account::Account;
use super::files::Posts;
use super::note::Note;
use super::place::{Geo, Place};
use super::threads::Threads;
use super::time::Misread;
use super::{PLATFORM, text};
use crate::sources::archive::item::{cap, derived_id};
use crate::sources::archive::loose::{List, Maybe, Text};

/// The wrapper of the layout since 2019.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Wrapper<'a> {
    #[serde(borrow)]
    tweet: Maybe<Tweet<'a>>,
}

/// The fields that are used, of some thirty.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Tweet<'a> {
    #[serde(borrow)]
    id_str: Text<'a>,
    id: Text<'a>,
    full_text: Text<'a>,
    text: Text<'a>,
    created_at: Text<'a>,
    in_reply_to_status_id_str: Text<'a>,
    in_reply_to_status_id: Text<'a>,
    in_reply_to_user_id_str: Text<'a>,
    in_reply_to_user_id: Text<'a>,
    in_reply_to_screen_name: Text<'a>,
    entities: Maybe<Entities<'a>>,
    extended_entities: Maybe<Entities<'a>>,
    edit_info: Maybe<EditInfo<'a>>,
    user: Maybe<User<'a>>,
    retweeted_status: Maybe<Box<Tweet<'a>>>,
    place: Maybe<Place<'a>>,
    geo: Maybe<Geo>,
    coordinates: Maybe<Geo>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Entities<'a> {
    #[serde(borrow)]
    urls: List<Maybe<Link<'a>>>,
    media: List<Maybe<Medium<'a>>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Link<'a> {
    #[serde(borrow)]
    url: Text<'a>,
    expanded_url: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Medium<'a> {
    #[serde(borrow)]
    media_url_https: Text<'a>,
    media_url: Text<'a>,
    r#type: Text<'a>,
    ext_alt_text: Text<'a>,
    media_alt: Text<'a>,
    video_info: Maybe<VideoInfo<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct VideoInfo<'a> {
    #[serde(borrow)]
    variants: List<Maybe<Variant<'a>>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Variant<'a> {
    #[serde(borrow)]
    bitrate: Text<'a>,
    url: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct EditInfo<'a> {
    #[serde(borrow)]
    initial: Maybe<Versions<'a>>,
    edit: Maybe<Edit<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Versions<'a> {
    #[serde(borrow)]
    edit_tweet_ids: List<Text<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Edit<'a> {
    #[serde(borrow)]
    initial_tweet_id: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct User<'a> {
    #[serde(borrow)]
    screen_name: Text<'a>,
    id_str: Text<'a>,
    protected: Text<'a>,
}

impl<'a> Tweet<'a> {
    /// Reads a record, wrapped or bare.
    pub(super) fn read(record: &'a [u8], wrapped: bool) -> serde_json::Result<Self> {
        if wrapped && let Some(tweet) = serde_json::from_slice::<Wrapper<'a>>(record)?.tweet.0 {
            return Ok(tweet);
        }
        serde_json::from_slice(record)
    }

    /// The number of the post, or an empty text.
    pub(super) fn id(&self) -> &str {
        self.id_str.or(&self.id)
    }

    /// The text as the file has it, escaped.
    pub(super) fn raw_text(&self) -> &str {
        self.full_text.or(&self.text)
    }

    /// Whether it holds the spot on the map where it was written.
    pub(super) fn is_located(&self) -> bool {
        [&self.geo, &self.coordinates].into_iter().any(|geo| geo.0.as_ref().is_some_and(Geo::is_spot))
    }

    fn shown_text(&self) -> String {
        let links =
            self.entities.0.iter().flat_map(|entities| &entities.urls.0).filter_map(|link| link.0.as_ref());
        let links = links.map(|link| (&*link.url.0, &*link.expanded_url.0));
        text::expand(text::unescape(self.raw_text()).into_owned(), links)
    }
}

/// What holds for all posts of one file.
pub(super) struct PostFile {
    pub(super) account: Arc<Account>,
    pub(super) threads: Arc<Threads>,
    /// The path inside the archive.
    pub(super) path: String,
    pub(super) sort: Posts,
    /// Records of the layout since 2019.
    pub(super) wrapped: bool,
    /// The folder of the pictures, when the archive has it.
    pub(super) media_folder: Option<String>,
}

impl PostFile {
    /// The item of one record. `None` where the record holds neither words nor pictures.
    pub(super) fn item(
        &self,
        tweet: &Tweet<'_>,
        offset: u64,
        note: Option<&Note>,
        misread: &Misread,
    ) -> Option<Item> {
        let media = self.media(tweet);
        let original = tweet.retweeted_status.0.as_deref();
        let authorship = match original {
            None if !text::is_reshare(tweet.raw_text()) => Authorship::Own,
            _ => Authorship::Reshare,
        };
        let (mut shown, mut truncated) = match (note, original) {
            (Some(note), _) => (note.text.clone(), note.capped),
            (None, Some(original)) => (passed_on(original), false),
            (None, None) if authorship == Authorship::Reshare => {
                (tweet.shown_text(), text::reshare_is_cut(tweet.raw_text()))
            }
            (None, None) => (tweet.shown_text(), text::cut(tweet.raw_text()).is_some()),
        };
        if shown.is_empty() && media.is_empty() {
            return None;
        }
        if authorship == Authorship::Own {
            tweet.place.0.iter().for_each(|place| place.add_to(&mut shown));
        }
        truncated |= cap(&mut shown);
        let time = misread.read(&tweet.created_at.0);
        let source = format!("{}#{offset}", self.path);
        let id = if tweet.id().is_empty() {
            derived_id(&[&tweet.created_at.0, &shown])
        } else {
            tweet.id().to_owned()
        };
        let user = tweet.user.0.as_ref();
        let handle = user.and_then(|user| user.screen_name.some()).filter(|_| self.account.handle.is_empty());
        let parent = self.parent(tweet);
        let answered = parent.as_ref().and_then(|parent| parent.id.clone());
        Some(Item {
            kind: if answered.is_some() { Kind::Reply } else { Kind::Post },
            platform: PLATFORM.to_owned(),
            account: handle.unwrap_or(&self.account.handle).to_owned(),
            url: (!tweet.id().is_empty()).then(|| self.account.post_url(&id)),
            created_at: time.map(|time| time.0),
            created_precision: time.map_or(Precision::Unknown, |time| time.1),
            seen_at: None,
            authorship,
            visibility: self.visibility(user),
            live_state: if self.sort == Posts::Deleted { LiveState::Deleted } else { LiveState::Unknown },
            parent,
            thread: self.threads.of_post(&id, answered.as_deref()),
            version_of: version_of(tweet),
            media,
            profile: Some(Arc::clone(&self.account.profile)),
            source,
            truncated,
            text: shown,
            id,
        })
    }

    /// Only the month files say whether the account is protected, as it was when they were made.
    fn visibility(&self, user: Option<&User<'_>>) -> Visibility {
        match (self.sort, user.map(|user| &*user.protected.0)) {
            (Posts::Circle, _) | (_, Some("true")) => Visibility::Followers,
            (Posts::Own, Some("false")) => Visibility::Public,
            _ => Visibility::Unknown,
        }
    }

    /// A user without a post is a plain mention at the beginning; it is kept because it says who is spoken to.
    fn parent(&self, tweet: &Tweet<'_>) -> Option<Parent> {
        let post = tweet.in_reply_to_status_id_str.or(&tweet.in_reply_to_status_id);
        let user = tweet.in_reply_to_user_id_str.or(&tweet.in_reply_to_user_id);
        let handle = tweet.in_reply_to_screen_name.some();
        if post.is_empty() && user.is_empty() && handle.is_none() {
            return None;
        }
        let writer = tweet.user.0.as_ref().map(|user| &*user.id_str.0);
        let own_id =
            [Some(&*self.account.id), writer].into_iter().flatten().any(|id| !id.is_empty() && id == user);
        let own = own_id || handle.is_some_and(|handle| handle.eq_ignore_ascii_case(&self.account.handle));
        Some(Parent {
            author: if own { ParentAuthor::Own } else { ParentAuthor::Unknown },
            kind: ParentKind::Post,
            id: (!post.is_empty()).then(|| post.to_owned()),
            handle: handle.map(str::to_owned),
            text: None,
        })
    }

    fn media(&self, tweet: &Tweet<'_>) -> Vec<Media> {
        let held = |entities: &'_ Maybe<Entities<'_>>| {
            entities.0.as_ref().is_some_and(|held| !held.media.0.is_empty())
        };
        let entities =
            if held(&tweet.extended_entities) { &tweet.extended_entities } else { &tweet.entities };
        let media =
            entities.0.iter().flat_map(|entities| &entities.media.0).filter_map(|medium| medium.0.as_ref());
        media.filter_map(|medium| self.medium(tweet, medium)).collect()
    }

    /// In the media folder a file is called after the post and the last part of its address; the month files have addresses
    /// only.
    fn medium(&self, tweet: &Tweet<'_>, medium: &Medium<'_>) -> Option<Media> {
        let video = medium.video_info.0.as_ref().and_then(best_variant);
        let address = video.unwrap_or_else(|| medium.media_url_https.or(&medium.media_url));
        let name = address.split('?').next()?.rsplit('/').next().filter(|name| !name.is_empty())?;
        let kind = if video.is_some() || medium.r#type.0 == "animated_gif" {
            MediaKind::Video
        } else {
            MediaKind::Image
        };
        let alt = text::unescape(medium.ext_alt_text.or(&medium.media_alt)).into_owned();
        let (path, file_name) = if self.wrapped {
            let file_name = format!("{}-{name}", tweet.id());
            (self.media_folder.as_ref().map(|folder| format!("{folder}/{file_name}")), file_name)
        } else {
            (Some(address.to_owned()), name.to_owned())
        };
        Some(Media { kind, path, file_name, alt, ..Media::default() })
    }
}

/// The variant of the highest bitrate names the file; a GIF's only one has the bitrate 0.
fn best_variant<'v>(video: &'v VideoInfo<'_>) -> Option<&'v str> {
    let variants = video.variants.0.iter().filter_map(|variant| variant.0.as_ref());
    let rated = variants
        .filter_map(|variant| Some((variant.bitrate.some()?.parse::<u64>().ok()?, variant.url.some()?)));
    rated.max_by_key(|(bitrate, _)| *bitrate).map(|(_, url)| url)
}

fn passed_on(original: &Tweet<'_>) -> String {
    let author = original.user.0.as_ref().and_then(|user| user.screen_name.some());
    let author = author.map_or(Cow::Borrowed("RT "), |name| Cow::Owned(format!("RT @{name}: ")));
    author.into_owned() + &original.shown_text()
}

fn version_of(tweet: &Tweet<'_>) -> Option<String> {
    let info = tweet.edit_info.0.as_ref()?;
    let first = info.edit.0.as_ref().and_then(|edit| edit.initial_tweet_id.some());
    let edited = info.initial.0.as_ref().is_some_and(|initial| initial.edit_tweet_ids.0.len() > 1);
    first.or_else(|| edited.then(|| tweet.id())).map(str::to_owned)
}
