//! The item: one normalised piece of content, whatever platform it came from.
//!
//! This is the contract between sources and rules, and the shape of one line of an items file.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::moment::Moment;

/// One post, reply, caption, profile text or other piece of content.
///
/// Only `id` and `text` are required of a foreign items file; everything else has an honest "unknown".
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// The platform's own identifier, or one that a source derived and marked so in [`Item::source`].
    pub id: String,
    /// What sort of content this is.
    #[serde(default)]
    pub kind: Kind,
    /// The platform's short name in lower case, such as `x` or `mastodon`.
    #[serde(default)]
    pub platform: String,
    /// The account's handle, without `@`.
    #[serde(default)]
    pub account: String,
    /// The words, as the platform shows them (entities decoded), not normalised.
    pub text: String,
    /// When it was published.
    #[serde(default)]
    pub created_at: Option<Moment>,
    /// When the source saw it there, for a page that was saved or captured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_at: Option<Moment>,
    /// How exact `created_at` is.
    #[serde(default)]
    pub created_precision: Precision,
    /// Where it can be seen. Never invented.
    #[serde(default)]
    pub url: Option<String>,
    /// Whose words these are.
    #[serde(default)]
    pub authorship: Authorship,
    /// Who may read it.
    #[serde(default)]
    pub visibility: Visibility,
    /// Whether it is still there.
    #[serde(default)]
    pub live_state: LiveState,
    /// What it answers.
    #[serde(default)]
    pub parent: Option<Parent>,
    /// An identifier shared by the items of one thread.
    #[serde(default)]
    pub thread: Option<String>,
    /// The first version's id, when this is a version of an edited item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version_of: Option<String>,
    /// Pictures, videos and documents.
    #[serde(default)]
    pub media: Vec<Media>,
    /// The account's profile, shared by all items of the account.
    #[serde(default)]
    pub profile: Option<Arc<Profile>>,
    /// Where the item was found: archive path or page address, then `#` and the record's number or byte offset.
    #[serde(default)]
    pub source: String,
    /// The source gave only the beginning of the text.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
}

/// What sort of content an item is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A post on one's own account.
    #[default]
    Post,
    /// An answer to a post.
    Reply,
    /// A comment under somebody's post, video or picture.
    Comment,
    /// An answer to a review of the clinician or the practice.
    ReviewReply,
    /// The text that goes with a picture or a video.
    Caption,
    /// Long text: a blog post or a web page.
    Article,
    /// A private or direct message.
    Message,
    /// A profile's own text: the bio.
    Profile,
    /// A picture, video or document that stands alone.
    Media,
}

/// Whose words an item holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Authorship {
    /// The account holder's.
    #[default]
    #[serde(rename = "self")]
    Own,
    /// Somebody else's, passed on by the account holder.
    Reshare,
    /// Somebody else's, in which the account holder is tagged.
    Tagged,
    /// Somebody else's, on the account holder's page.
    Other,
}

/// Who may read an item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Visibility {
    /// Everybody.
    Public,
    /// Followers, friends, or members of a group.
    Followers,
    /// The people addressed, or nobody.
    Private,
    /// The source does not say. This is not "public".
    #[default]
    Unknown,
}

/// Whether an item is still on the platform.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LiveState {
    /// Seen there in this run.
    Live,
    /// Deleted on the platform, though still held by the source.
    Deleted,
    /// Deleted as far as the account's own export says, and yet seen by everybody in this run.
    StillVisible,
    /// Not known.
    #[default]
    Unknown,
}

/// How exact a time is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// To the second.
    Second,
    /// To the minute.
    Minute,
    /// Only the day is known.
    Day,
    /// Only the month is known.
    Month,
    /// There is no time.
    #[default]
    Unknown,
}

/// The thing that an item answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Parent {
    /// What the author is to the clinician.
    #[serde(default)]
    pub author: ParentAuthor,
    /// What sort of thing it is.
    #[serde(default)]
    pub kind: ParentKind,
    /// Its identifier on the platform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The author's handle, without `@`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handle: Option<String>,
    /// Its words, when the source has them.
    #[serde(default)]
    pub text: Option<String>,
}

/// What the author of a parent is to the clinician.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ParentAuthor {
    /// A patient, a client, or one of their family.
    Patient,
    /// Somebody from the public.
    Public,
    /// Another clinician or a workmate.
    Colleague,
    /// The account holder.
    #[serde(rename = "self")]
    Own,
    /// Not known.
    #[default]
    Unknown,
}

/// What sort of thing a parent is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ParentKind {
    /// A post.
    #[default]
    Post,
    /// A review.
    Review,
    /// A comment.
    Comment,
}

/// One picture, video or document of an item.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Media {
    /// What it is.
    #[serde(default)]
    pub kind: MediaKind,
    /// Its path inside the archive, or its address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Its file name.
    #[serde(default)]
    pub file_name: String,
    /// The description written for people who cannot see it.
    #[serde(default)]
    pub alt: String,
    /// Latitude and longitude in degrees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gps: Option<(f64, f64)>,
    /// When it was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured_at: Option<Moment>,
    /// The title that the file gives itself.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Whom the file names as its author or owner.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub author: String,
    /// Whom the file names as the patient.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub patient: String,
    /// The serial number of the camera or device.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub device: String,
}

/// What a medium is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MediaKind {
    /// A picture.
    #[default]
    Image,
    /// A video or an animation.
    Video,
    /// Anything else.
    Document,
}

/// What an account says about its holder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// Display name.
    pub name: String,
    /// The bio.
    pub bio: String,
    /// The profession, as the subject file or the platform says.
    pub profession: String,
    /// The employer or practice.
    pub employer: String,
    /// The place.
    pub location: String,
    /// Country code: `US`, `UK`, `CA`, `AU`, `IE`, `NZ`, or empty.
    pub jurisdiction: String,
    /// Handles and names that the account had before, as far as the source says.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub former_names: Vec<String>,
    /// Who the account's settings let in, as far as the source says.
    #[serde(skip_serializing_if = "Settings::is_empty")]
    pub settings: Settings,
}

/// Settings of an account; `None` where the source does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Only those who were let in may read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub private: Option<bool>,
    /// Its holder decides who may follow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approves_followers: Option<bool>,
    /// It is shown to people who look for accounts, or its posts to those who search.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub findable: Option<bool>,
}

impl Settings {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether everybody may read it, as far as is known.
    pub fn is_open(&self) -> bool {
        match self.private {
            Some(private) => !private,
            None => self.findable == Some(true) && self.approves_followers == Some(false),
        }
    }
}
