//! Ghost: one JSON object with the tables of the database.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use whitecoat_engine::{Profile, Visibility};

use super::account::{Account, recognised};
use super::container::Entry;
use super::first_reading;
use super::format::{Export, Format, Is, Known, Role};
use super::gather::Gather;
use super::records;
use super::splitter::Start;
use super::value::{squeezed, text};
use crate::sources::shapes::ghost::{self, NO_WORDS, PLATFORM, SEVERAL};
use crate::sources::{InputError, Stopped};

const DATABASE: Role = "database";

/// Words of posts that stand in a table of their own.
const BESIDE: &[&str] = &["feature_image_alt", "feature_image_caption", "meta_description"];

/// How many bytes of them are kept until their posts come.
const MAX_BESIDE_BYTES: usize = 32 * 1024 * 1024;

const NOT_JSON: &str = "Ghost: a record is not valid JSON";
const NO_POSTS: &str = "Ghost: the file holds no posts";

/// Ghost's export.
pub(super) static FORMAT: Format =
    Format { name: "Ghost", files: &[Known("*.ghost.*.json", Is::Telling(DATABASE))], by_content, read };

fn by_content(start: &[u8]) -> Option<Role> {
    let start = squeezed(start);
    let has = |mark: &str| memchr::memmem::find(&start, mark.as_bytes()).is_some();
    (start.starts_with(b"{\"db\":[{") && (has("\"exported_on\"") || has("\"data\":{"))).then_some(DATABASE)
}

fn read(export: &mut Export<'_>) -> Result<(), InputError> {
    let files = export.of(DATABASE);
    let mut gather = Gather::default();
    let mut accounts = Vec::new();
    for entry in &files {
        accounts.push(account(export, entry, &mut gather));
    }
    let names: Vec<&str> = accounts.iter().map(|account| account.profile.name.as_str()).collect();
    let names: Vec<&str> = names.into_iter().filter(|name| !name.is_empty()).collect();
    recognised(export, &names.join(" and "));
    for (entry, account) in files.iter().zip(&accounts) {
        if let Some(bio) = account.bio(&format!("{}#0", entry.name), Visibility::Public) {
            gather.keep(bio, NO_WORDS);
        }
        let mut posts = 0_u64;
        let beside = beside(export, entry);
        each(export, entry, &["posts"], &mut gather, &mut |post, place, gather| {
            posts += 1;
            let whole = with_beside(post, &beside);
            let item = ghost::item(account, whole.as_ref().unwrap_or(post), place, gather.coverage());
            gather.keep(item, NO_WORDS);
        })?;
        if posts == 0 && entry.size > 0 {
            gather.coverage().fail(NO_POSTS, &entry.name);
        }
    }
    gather.finish(export.sink)?;
    Ok(())
}

/// The records of some tables.
fn each(
    export: &mut Export<'_>,
    entry: &Entry,
    tables: &'static [&'static str],
    gather: &mut Gather,
    take: &mut dyn FnMut(&Value, &str, &mut Gather),
) -> Result<(), Stopped> {
    records::stream(export.container, export.sink, entry, Start::Under(tables), &mut |chunk, sink| {
        // An object without such tables is handed over as it is.
        for (offset, record) in chunk.elements().filter(|_| chunk.key.is_some()) {
            let place = format!("{}#{offset}", entry.name);
            let parse = |record: &[u8]| serde_json::from_slice::<Value>(record);
            if let Some(value) =
                records::decoded(record, NOT_JSON, || place.clone(), gather.coverage(), parse)
            {
                take(&value, &place, gather);
            }
            gather.hand_over(sink)?;
        }
        Ok(())
    })?;
    Ok(())
}

/// What a table of its own holds of posts, by their numbers.
fn beside(export: &mut Export<'_>, entry: &Entry) -> BTreeMap<String, Vec<(&'static str, Value)>> {
    let (mut found, mut bytes) = (BTreeMap::new(), 0);
    first_reading::records(export.container, entry, &["posts_meta"], &mut |record| {
        let Ok(record) = serde_json::from_slice::<Value>(record) else { return };
        let fields = BESIDE.iter().map(|key| (*key, text(&record, key)));
        let fields: Vec<(&'static str, Value)> = fields
            .filter(|(_, value)| !value.is_empty())
            .inspect(|(_, value)| bytes += value.len())
            .map(|(key, value)| (key, Value::from(value.into_owned())))
            .collect();
        if !fields.is_empty() && bytes <= MAX_BESIDE_BYTES {
            found.insert(text(&record, "post_id").into_owned(), fields);
        }
    });
    found
}

/// A post with what stands in the other table; `None` where there is nothing.
fn with_beside(post: &Value, beside: &BTreeMap<String, Vec<(&'static str, Value)>>) -> Option<Value> {
    let fields = beside.get(text(post, "id").as_ref())?;
    let mut whole = post.clone();
    let held = whole.as_object_mut()?;
    for (key, value) in fields {
        held.insert((*key).to_owned(), value.clone());
    }
    Some(whole)
}

/// The only user, or the site where there are several.
fn account(export: &mut Export<'_>, entry: &Entry, gather: &mut Gather) -> Account {
    let mut users = 0_u64;
    let mut handle = String::new();
    let (mut user, mut site) = (Profile::default(), Profile::default());
    first_reading::records(export.container, entry, &["users", "settings"], &mut |record| {
        let Ok(record) = serde_json::from_slice::<Value>(record) else { return };
        match text(&record, "key").as_ref() {
            "title" => site.name = text(&record, "value").into_owned(),
            "description" => site.bio = text(&record, "value").into_owned(),
            _ => {}
        }
        if record.get("email").is_some() {
            users += 1;
            handle = text(&record, "slug").into_owned();
            user = ghost::profile(&record);
        }
    });
    if users > 1 {
        handle.clear();
        gather.coverage().note(SEVERAL);
    }
    Account { platform: PLATFORM, handle, profile: Arc::new(if users == 1 { user } else { site }) }
}
