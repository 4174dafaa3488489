//! What the archive says about itself and its account.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use serde::Deserialize;
use whitecoat_engine::{Item, Kind, Profile, Visibility};

use super::files::{About, Posts, Role, role_of_type};
use super::text::unescape;
use super::{Found, PLATFORM};
use crate::coverage::Coverage;
use crate::sources::archive::container::{Container, Entry};
use crate::sources::archive::encoding::repair;
use crate::sources::archive::loose::{List, Maybe, Text};
use crate::sources::archive::splitter::Splitter;

/// How much of a file about the account is read. Manifests have about 20 kB.
const MAX_ABOUT_BYTES: u64 = 4 * 1024 * 1024;

/// The account holder.
#[derive(Debug, Default)]
pub(super) struct Account {
    /// The number that never changes; empty if unknown.
    pub(super) id: String,
    /// The handle without `@`; empty if unknown.
    pub(super) handle: String,
    /// Shared by all items.
    pub(super) profile: Arc<Profile>,
    /// The page that the profile leads to.
    pub(super) website: String,
    /// Where the bio was found.
    pub(super) bio_source: String,
}

impl Account {
    /// The page of a post. The form without a handle redirects to the one with it.
    pub(super) fn post_url(&self, id: &str) -> String {
        let owner = if self.handle.is_empty() { "i/web" } else { &self.handle };
        format!("https://x.com/{owner}/status/{id}")
    }

    /// The bio as an item. X shows it to everybody, of protected accounts too.
    pub(super) fn bio(&self) -> Option<Item> {
        let owner = if self.id.is_empty() { &self.handle } else { &self.id };
        let site = Some(format!("Website: {}", self.website)).filter(|_| !self.website.is_empty());
        let bio = Some(self.profile.bio.clone()).filter(|bio| !bio.is_empty());
        let shown: Vec<String> = bio.into_iter().chain(site).collect();
        (!shown.is_empty()).then(|| Item {
            id: format!("profile-{owner}"),
            kind: Kind::Profile,
            platform: PLATFORM.to_owned(),
            account: self.handle.clone(),
            text: shown.join("\n"),
            url: (!self.handle.is_empty()).then(|| format!("https://x.com/{}", self.handle)),
            visibility: Visibility::Public,
            profile: Some(Arc::clone(&self.profile)),
            source: self.bio_source.clone(),
            ..Item::default()
        })
    }
}

/// What is known before the first post is read.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) account: Account,
    /// How many records each file holds, by lower-case file name, as the manifest says.
    pub(super) listed: BTreeMap<String, (Role, u64)>,
    /// The folder of the media of each sort of posts.
    pub(super) media_folders: BTreeMap<String, String>,
    /// How many posts the archive says that it holds.
    pub(super) posts: Option<u64>,
    /// The first and the last year, where the archive says.
    pub(super) years: Option<(i64, i64)>,
}

impl Facts {
    /// Reads all files about the account. What cannot be read costs nothing but itself.
    pub(super) fn gather(container: &mut Container, found: &[Found], coverage: &mut Coverage) -> Self {
        let mut facts = Self::default();
        let mut profile = Profile::default();
        for file in found {
            let Role::About(about) = file.role else { continue };
            for record in records(container, &file.entry, coverage) {
                let read = facts.take(about, &mut profile, record.as_bytes(), &file.entry, coverage);
                if read.is_err() {
                    coverage.fail("A file about the account is not valid JSON", file.entry.name.clone());
                }
            }
        }
        facts.account.profile = Arc::new(profile);
        facts
    }

    fn take(
        &mut self,
        about: About,
        profile: &mut Profile,
        record: &[u8],
        entry: &Entry,
        coverage: &mut Coverage,
    ) -> serde_json::Result<()> {
        let account = &mut self.account;
        match about {
            About::Manifest => {
                let manifest: Manifest<'_> = serde_json::from_slice(record)?;
                self.take_manifest(manifest, profile, coverage);
            }
            About::Account => {
                let file: AccountFile<'_> = serde_json::from_slice(record)?;
                let Some(held) = file.account.0 else { return Ok(()) };
                set(&mut account.id, &held.account_id);
                set(&mut account.handle, &held.username);
                set(&mut profile.name, &held.account_display_name);
            }
            About::Profile => {
                let file: ProfileFile<'_> = serde_json::from_slice(record)?;
                let Some(held) = file.profile.0.and_then(|profile| profile.description.0) else { return Ok(()) };
                set(&mut profile.bio, &held.bio);
                set(&mut profile.location, &held.location);
                set(&mut account.website, &held.website);
                account.bio_source = format!("{}#0", entry.name);
            }
            About::Profession => {
                let file: ProfessionFile<'_> = serde_json::from_slice(record)?;
                let Some(held) = file.professional_data.0 else { return Ok(()) };
                let names: Vec<_> = held.category_names.0.iter().filter_map(|category| category.0.as_ref()?.name.some()).collect();
                if !names.is_empty() {
                    profile.profession = unescape(&names.join(", ")).into_owned();
                }
            }
            About::Protection => coverage.note(
                "X: the account was protected at times, so not every post was public (the archive does not say which)",
            ),
            About::Names => {
                let change: NameChange<'_> = serde_json::from_slice(record)?;
                let nested = change.screen_name_change.0.and_then(|outer| outer.screen_name_change.0);
                if let Some(former) = nested.as_ref().and_then(|change| change.changed_from.some()) {
                    profile.former_names.push(former.to_owned());
                }
            }
            About::UserDetails => {
                let held: UserDetails<'_> = serde_json::from_slice(record)?;
                set(&mut account.id, &held.id);
                set(&mut account.handle, &held.screen_name);
                set(&mut profile.name, &held.full_name);
                set(&mut profile.bio, &held.bio);
                set(&mut profile.location, &held.location);
                account.bio_source = format!("{}#0", entry.name);
            }
            About::Payload => {
                let held: Payload<'_> = serde_json::from_slice(record)?;
                self.posts = self.posts.or_else(|| held.tweets.some()?.parse().ok());
            }
            About::MonthIndex => {
                let held: Month<'_> = serde_json::from_slice(record)?;
                if let Some(year) = held.year.some().and_then(|year| year.parse().ok()) {
                    let (first, last) = self.years.unwrap_or((year, year));
                    self.years = Some((first.min(year), last.max(year)));
                }
                if let (Some(file), Some(count)) = (held.file_name.some(), number(&held.tweet_count)) {
                    self.listed.insert(base_name(file), (Role::Month, count));
                }
            }
        }
        Ok(())
    }

    fn take_manifest(&mut self, manifest: Manifest<'_>, profile: &mut Profile, coverage: &mut Coverage) {
        if let Some(user) = manifest.user_info.0 {
            set(&mut self.account.id, &user.account_id);
            set(&mut self.account.handle, &user.user_name);
            set(&mut profile.name, &user.display_name);
        }
        if manifest.archive_info.0.is_some_and(|info| info.is_partial_archive.0 == "true") {
            coverage.note("X: the archive says that it is one of several parts: give the other parts too");
        }
        for (name, held) in manifest.data_types {
            let (Some(role), Some(held)) = (role_of_type(&name), held.0) else { continue };
            for file in held.files.0.into_iter().filter_map(|file| file.0) {
                let (Some(path), Some(count)) = (file.file_name.some(), number(&file.count)) else {
                    continue;
                };
                if matches!(role, Role::Posts(Posts::Own | Posts::Community | Posts::Circle)) {
                    self.posts = Some(self.posts.unwrap_or(0).saturating_add(count));
                }
                if let Some(folder) = held.media_directory.some() {
                    self.media_folders.insert(base_name(path), folder.to_owned());
                }
                self.listed.insert(base_name(path), (role, count));
            }
        }
    }
}

/// The last part of a path, in lower case.
pub(super) fn base_name(path: &str) -> String {
    path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase()
}

/// Sets what is not yet known: the first file that says it wins, and the manifest comes first.
fn set(field: &mut String, text: &Text<'_>) {
    if field.is_empty() {
        *field = unescape(text.0.trim()).into_owned();
    }
}

fn number(text: &Text<'_>) -> Option<u64> {
    text.some()?.parse().ok()
}

/// The records of a small file.
fn records(container: &mut Container, entry: &Entry, coverage: &mut Coverage) -> Vec<String> {
    let mut records = Vec::new();
    let reader = match container.read(entry) {
        Ok(reader) => reader,
        Err(reason) => {
            coverage.fail(&reason, entry.name.clone());
            return records;
        }
    };
    let mut splitter = Splitter::new(reader.take(MAX_ABOUT_BYTES));
    while let Some(mut chunk) = splitter.next_chunk() {
        for (_, record) in chunk.elements() {
            records.push(
                repair(record).map_or_else(|| String::from_utf8_lossy(record).into_owned(), |fixed| fixed.0),
            );
        }
        for fault in std::mem::take(&mut chunk.faults) {
            coverage.fail(&fault.reason, format!("{}#{}", entry.name, fault.offset));
        }
    }
    records
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Manifest<'a> {
    #[serde(borrow)]
    user_info: Maybe<UserInfo<'a>>,
    archive_info: Maybe<ArchiveInfo<'a>>,
    data_types: BTreeMap<String, Maybe<DataType<'a>>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct UserInfo<'a> {
    #[serde(borrow)]
    account_id: Text<'a>,
    user_name: Text<'a>,
    display_name: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ArchiveInfo<'a> {
    #[serde(borrow)]
    is_partial_archive: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct DataType<'a> {
    #[serde(borrow)]
    files: List<Maybe<ListedFile<'a>>>,
    media_directory: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ListedFile<'a> {
    #[serde(borrow)]
    file_name: Text<'a>,
    count: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct AccountFile<'a> {
    #[serde(borrow)]
    account: Maybe<AccountHeld<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct AccountHeld<'a> {
    #[serde(borrow)]
    username: Text<'a>,
    account_id: Text<'a>,
    account_display_name: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ProfileFile<'a> {
    #[serde(borrow)]
    profile: Maybe<ProfileHeld<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ProfileHeld<'a> {
    #[serde(borrow)]
    description: Maybe<Description<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Description<'a> {
    #[serde(borrow)]
    bio: Text<'a>,
    website: Text<'a>,
    location: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct NameChange<'a> {
    #[serde(borrow)]
    screen_name_change: Maybe<OuterChange<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct OuterChange<'a> {
    #[serde(borrow)]
    screen_name_change: Maybe<InnerChange<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct InnerChange<'a> {
    #[serde(borrow)]
    changed_from: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ProfessionFile<'a> {
    #[serde(borrow)]
    professional_data: Maybe<ProfessionHeld<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ProfessionHeld<'a> {
    #[serde(borrow)]
    category_names: List<Maybe<Category<'a>>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Category<'a> {
    #[serde(borrow)]
    name: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct UserDetails<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    screen_name: Text<'a>,
    full_name: Text<'a>,
    bio: Text<'a>,
    location: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Payload<'a> {
    #[serde(borrow)]
    tweets: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Month<'a> {
    #[serde(borrow)]
    file_name: Text<'a>,
    year: Text<'a>,
    tweet_count: Text<'a>,
}
