//! What makes an item, and a finding, the same one in the next export and on another machine.

use whitecoat_engine::{Field, Finding, Item, Span};

/// What the id of an item begins with when its source had to make it up.
pub const DERIVED_ID: &str = "derived-";

/// Sixteen hexadecimal digits are enough to tell findings of one subject apart.
const ID_LENGTH: usize = 16;
/// As many tell versions of one item apart.
const WORDS_LENGTH: usize = 12;

/// Names an item across exports.
///
/// Platform and platform id where there are both; otherwise platform, account, time and the whole text, because an id
/// without a platform, or one that was made up, means nothing outside its file. All versions of an edited item share
/// the identity of the first.
pub fn of_item(item: &Item) -> blake3::Hash {
    let mut parts = Parts::default();
    parts.add(&item.platform);
    if item.platform.is_empty() || item.id.is_empty() || item.id.starts_with(DERIVED_ID) {
        parts.add(&item.account);
        parts.add(&item.created_at.map(|moment| moment.to_string()).unwrap_or_default());
        parts.add(&words(item));
    } else {
        parts.add(item.version_of.as_ref().unwrap_or(&item.id));
    }
    parts.hash()
}

/// The same for copies on other platforms and accounts: text and alt texts without regard to case, white space and links (each
/// platform renames the files, and shortens addresses in its own way). `None` where an item has no words to compare.
pub fn of_words(item: &Item) -> Option<blake3::Hash> {
    let all = item.media.iter().map(|media| &media.alt).fold(item.text.clone(), |all, alt| all + "\n" + alt);
    let lower = all.to_lowercase();
    let is_link = |word: &&str| word.starts_with("https://") || word.starts_with("http://");
    let folded = lower.split_whitespace().filter(|word| !is_link(word)).collect::<Vec<_>>().join(" ");
    (!folded.is_empty()).then(|| blake3::hash(folded.as_bytes()))
}

/// A finding's id: rule, item and which match it is; never a hash of the matched words alone, which a short number
/// would be guessed back from.
pub fn of_finding(finding: &Finding, item: &blake3::Hash) -> String {
    let mut parts = Parts::default();
    parts.add(&finding.rule.id);
    parts.add(item.to_hex().as_str());
    parts.add(&finding.ordinal.to_string());
    // Beginning with a letter, it is no number that a spreadsheet could round.
    format!("f{}", shortened(&parts.hash(), ID_LENGTH))
}

/// An item and its words at one time, written `i…-v…`: what the next audit tells an edited post and a removed one by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The item, whatever it says.
    pub item: String,
    /// What it says.
    pub words: String,
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.item, self.words)
    }
}

impl Version {
    /// Reads what was written.
    pub fn parse(written: &str) -> Option<Self> {
        let (item, words) = written.trim().split_once('-')?;
        let is = |part: &str, lead, length| {
            part.len() == length + 1
                && part.starts_with(lead)
                && part.bytes().skip(1).all(|byte| byte.is_ascii_hexdigit())
        };
        (is(item, 'i', ID_LENGTH) && is(words, 'v', WORDS_LENGTH))
            .then(|| Self { item: item.to_owned(), words: words.to_owned() })
    }
}

/// The version of an item whose identity is known. The digest of the words depends on the item, so that the same
/// short text has another one elsewhere.
pub fn of_version(item: &Item, identity: &blake3::Hash) -> Version {
    let mut parts = Parts::default();
    parts.add(identity.to_hex().as_str());
    parts.add(&words(item));
    Version {
        item: format!("i{}", shortened(identity, ID_LENGTH)),
        words: format!("v{}", shortened(&parts.hash(), WORDS_LENGTH)),
    }
}

/// Whether a text looks like a finding's id.
pub fn is_finding_id(text: &str) -> bool {
    text.len() == ID_LENGTH + 1
        && text.starts_with('f')
        && text.bytes().skip(1).all(|b| b.is_ascii_hexdigit())
}

fn shortened(hash: &blake3::Hash, length: usize) -> String {
    hash.to_hex().chars().take(length).collect()
}

/// What the items of one story share: made of their names, in order.
pub fn of_story(items: &[String]) -> String {
    let mut parts = Parts::default();
    items.iter().for_each(|item| parts.add(item));
    parts.hash().to_hex().chars().take(ID_LENGTH).collect()
}

/// The text that a span cuts.
pub fn field_text(item: &Item, field: Field) -> &str {
    match field {
        Field::Text => &item.text,
        Field::MediaAlt(index) => item.media.get(index).map_or("", |media| &media.alt),
        Field::MediaFileName(index) => item.media.get(index).map_or("", |media| &media.file_name),
    }
}

/// A field's name in reports: `text`, `media.0.alt`, `media.0.file_name`.
pub fn field_name(field: Field) -> String {
    match field {
        Field::Text => "text".to_owned(),
        Field::MediaAlt(index) => format!("media.{index}.alt"),
        Field::MediaFileName(index) => format!("media.{index}.file_name"),
    }
}

/// First and one past the last code point of a span, which editors and other languages count alike.
pub fn code_points(item: &Item, span: Span) -> (usize, usize) {
    let text = field_text(item, span.field);
    let up_to = |byte: usize| text.char_indices().take_while(|(at, _)| *at < byte).count();
    (up_to(span.start), up_to(span.end))
}

fn words(item: &Item) -> String {
    let mut all = item.text.clone();
    for media in &item.media {
        for part in [&media.alt, &media.file_name] {
            all.push('\n');
            all.push_str(part);
        }
    }
    all
}

/// Parts hashed with their lengths, so that no two lists of parts look alike.
#[derive(Default)]
struct Parts(blake3::Hasher);

impl Parts {
    fn add(&mut self, part: &str) {
        self.0.update(&(part.len() as u64).to_le_bytes());
        self.0.update(part.as_bytes());
    }

    fn hash(&self) -> blake3::Hash {
        self.0.finalize()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(platform: &str, id: &str, text: &str) -> Item {
        Item { platform: platform.into(), id: id.into(), text: text.into(), ..Item::default() }
    }

    #[test]
    fn a_platform_id_outlives_an_edit_and_versions_share_it() {
        assert_eq!(of_item(&item("x", "1", "a")), of_item(&item("x", "1", "b")));
        assert_ne!(of_item(&item("x", "1", "a")), of_item(&item("x", "2", "a")));
        assert_ne!(of_item(&item("x", "1", "a")), of_item(&item("threads", "1", "a")));
        let version = Item { version_of: Some("1".into()), ..item("x", "9", "b") };
        assert_eq!(of_item(&version), of_item(&item("x", "1", "a")));
    }

    #[test]
    fn an_id_without_a_platform_or_one_made_up_does_not_count() {
        assert_ne!(of_item(&item("", "1", "a")), of_item(&item("", "1", "b")));
        assert_eq!(of_item(&item("", "1", "a")), of_item(&item("", "2", "a")));
        let derived = |id: &str| item("x", id, "a");
        assert_eq!(of_item(&derived("derived-2")), of_item(&derived("derived-3")));
    }

    #[test]
    fn versions_of_an_item_can_be_read_back() {
        let version = |text| {
            let item = item("x", "1", text);
            of_version(&item, &of_item(&item))
        };
        let (first, second) = (version("a"), version("b"));
        assert_eq!(first.item, second.item);
        assert_ne!(first.words, second.words);
        assert_eq!(Version::parse(&first.to_string()), Some(first));
        for nonsense in ["", "i12-v3", "1.79E+18", "i0123456789abcdef-w0123456789ab"] {
            assert_eq!(Version::parse(nonsense), None, "{nonsense}");
        }
        assert!(is_finding_id("f0123456789abcdef") && !is_finding_id("1.23E+15"));
    }

    #[test]
    fn spans_count_code_points() {
        let item = item("x", "1", "👩‍⚕️ Mr Ode");
        let start = item.text.find("Mr").unwrap_or_default();
        let span = Span { field: Field::Text, start, end: start + 6 };
        assert_eq!(code_points(&item, span), (5, 11));
    }

    #[test]
    fn copies_differ_in_case_spaces_and_links_only() {
        assert_eq!(
            of_words(&item("x", "1", "Bed  4\nagain https://t.co/x1")),
            of_words(&item("threads", "2", "bed 4 Again"))
        );
        assert_ne!(of_words(&item("x", "1", "bed 4")), of_words(&item("threads", "2", "bed 5")));
        assert_eq!(of_words(&item("x", "1", "https://t.co/x1")), None);
        assert_eq!(of_words(&item("x", "1", " ")), None);
    }
}
