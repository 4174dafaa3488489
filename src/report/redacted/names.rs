//! Ids and file names of a redacted copy. Many sources make them of a title or of a file's name, in which a patient may
//! be named: what holds words gets a number instead, the same one wherever it stands.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::path::Path;

use whitecoat_engine::Item;

/// Runs of letters shorter than this name nobody.
const SHORTEST: usize = 3;
/// How many characters an id of Bluesky has, and which. It is made of the time, and begins with `3` these decades.
const TIMED: (usize, &str) = (13, "234567abcdefghijklmnopqrstuvwxyz");
/// Words that sources put into ids and places themselves.
const OURS: &[&str] = &[
    "derived", "profile", "post", "comment", "reply", "message", "media", "photo", "video", "story", "reel",
    "review", "line", "row", "record", "json", "main", "text",
];
/// An extension is no longer.
const EXTENSION: usize = 5;

/// The numbers that were given, in the order of the copy. Names are kept as digests, as there may be one for each item.
#[derive(Debug, Default)]
pub(super) struct Names {
    digests: RandomState,
    ids: HashMap<u64, usize>,
    files: HashMap<u64, usize>,
}

impl Names {
    /// Puts numbers for whatever in an item's ids and source holds words; says for how many.
    pub(super) fn number(&mut self, item: &mut Item) -> u64 {
        let parent = item.parent.as_mut().and_then(|parent| parent.id.as_mut());
        let others = [item.thread.as_mut(), item.version_of.as_mut(), parent];
        let mut count = 0;
        for id in std::iter::once(&mut item.id).chain(others.into_iter().flatten()) {
            if tells(id) {
                *id = numbered(&mut self.ids, "item", self.digests.hash_one(&*id));
                count += 1;
            }
        }
        let (file, record) = item.source.split_once('#').unwrap_or((&item.source, ""));
        if tells(file) || tells(record) {
            let ending = Path::new(file).extension().and_then(|ending| ending.to_str());
            let is_plain = |ending: &&str| {
                ending.len() <= EXTENSION && ending.chars().all(|c| c.is_ascii_alphanumeric())
            };
            let ending = ending.filter(is_plain).map_or(String::new(), |ending| format!(".{ending}"));
            let record =
                if record.is_empty() || tells(record) { String::new() } else { format!("#{record}") };
            let digest = self.digests.hash_one(file);
            item.source = numbered(&mut self.files, "file", digest) + &ending + &record;
            count += 1;
        }
        count
    }
}

fn numbered(known: &mut HashMap<u64, usize>, what: &str, digest: u64) -> String {
    let next = known.len() + 1;
    let number = known.entry(digest).or_insert(next);
    format!("{what}-{number}")
}

/// Whether a name holds words that are not a source's own. Digests and ids made of the time hold none.
fn tells(name: &str) -> bool {
    if name.chars().any(|c| !c.is_ascii() && c.is_alphabetic()) {
        return true;
    }
    let (length, alphabet) = TIMED;
    let is_timed = name.len() == length && name.chars().all(|c| alphabet.contains(c));
    if is_timed && name.starts_with('3') {
        return false;
    }
    // The parts of a digest or a UUID.
    let is_digest = |part: &str| {
        part.len() > SHORTEST
            && part.chars().any(|c| c.is_ascii_digit())
            && part.chars().all(|c| c.is_ascii_hexdigit())
    };
    let word = |run: &str| run.len() >= SHORTEST && !OURS.contains(&run.to_ascii_lowercase().as_str());
    name.split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|part| !is_digest(part))
        .any(|part| part.split(|c: char| !c.is_ascii_alphabetic()).any(word))
}

#[cfg(test)]
mod tests {
    use whitecoat_engine::Parent;

    use super::*;

    #[test]
    fn random_ids_stay_and_words_go() {
        for plain in [
            "1979886496773046272",
            "ig-1",
            "profile-903114205",
            "derived-80c433bcafc7a118488b0928",
            "123e4567-e89b-12d3-a456-426614174000",
            "3kowrzgyaz22t",
            "line 12",
            "main-text:1",
            "",
        ] {
            assert!(!tells(plain), "{plain}");
        }
        for telling in [
            "mr-ode-came-in",
            "agnes_thwaite_57",
            "agnesth57",
            "johnsmith57ward12",
            "agnesthwaite2",
            "https://a.example/ode",
            "item-3",
            "Åse-12",
            "data/tweets.js",
        ] {
            assert!(tells(telling), "{telling}");
        }
    }

    #[test]
    fn links_between_items_hold() {
        let mut names = Names::default();
        let item = |id: &str, parent: &str, source: &str| Item {
            id: id.into(),
            thread: Some("goodbye-ada".into()),
            parent: Some(Parent { id: Some(parent.into()), ..Parent::default() }),
            source: source.into(),
            ..Item::default()
        };
        let mut first = item("goodbye-ada", "7", "a.zip/goodbye-ada.html#0");
        let mut second = item("8", "goodbye-ada", "a.zip/goodbye-ada.html#ada");
        let mut third = item("item-1", "8", "9");
        let counts: Vec<u64> = [&mut first, &mut second, &mut third].map(|item| names.number(item)).to_vec();
        assert_eq!(counts, [3, 3, 2]);
        let parent =
            |item: &Item| item.parent.as_ref().and_then(|parent| parent.id.clone()).unwrap_or_default();
        assert_eq!((first.id.as_str(), parent(&first)), ("item-1", "7".to_owned()));
        assert_eq!((second.id.as_str(), parent(&second)), ("8", "item-1".to_owned()));
        assert_eq!((third.id.as_str(), parent(&third)), ("item-2", "8".to_owned()));
        assert_eq!(
            (first.source.as_str(), second.source.as_str(), third.source.as_str()),
            ("file-1.html#0", "file-1.html", "9")
        );
        assert!([first, second, third].iter().all(|item| item.thread.as_deref() == Some("item-1")));
    }
}
