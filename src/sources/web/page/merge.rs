//! Putting together what several readers found in one page, each thing once.

use std::collections::hash_map::RandomState;
use std::collections::{BTreeSet, HashSet};
use std::hash::{BuildHasher, BuildHasherDefault, Hasher};

use whitecoat_engine::{Item, Kind, ParentAuthor};

/// How many words one shingle has.
const SHINGLE: usize = 5;
/// The share of a text's shingles that must be known for the text to be known, in per cent.
const KNOWN_PERCENT: usize = 90;
/// Articles of fewer words are not completed: they may be quoted as a whole.
const MIN_CUT_WORDS: usize = 20;
/// What is left of the main text after the known paragraphs are taken out must have this many words to be an item.
const MIN_REST_WORDS: usize = 5;

/// The most words, numbers not counted, of a line that only belongs to something else, such as the name under a review.
const MAX_AROUND_WORDS: usize = 4;

/// What became of the rest of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rest {
    None,
    /// A few words, left out.
    Little,
    Kept,
}

/// Takes what was hashed with a secret key already.
#[derive(Debug, Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// Items so far, with their readers, and what their texts consist of.
#[derive(Debug, Default)]
pub(super) struct Merged {
    pub(super) items: Vec<(&'static str, Item)>,
    /// How many of the items are in the three below: they are looked at only when there is something to compare.
    learned: usize,
    texts: Vec<String>,
    shingles: HashSet<u64, BuildHasherDefault<Hashed>>,
    hasher: RandomState,
    /// Short lines that stand around what was read, such as names and dates.
    around: BTreeSet<String>,
}

impl Merged {
    /// Adds the items that no *other* reader has found yet. (One reader may say the same thing twice and mean it.)
    pub(super) fn add(&mut self, reader: &'static str, items: impl IntoIterator<Item = Item>) {
        let mut items = items.into_iter().peekable();
        if items.peek().is_some() {
            self.learn();
            let new: Vec<_> =
                items.filter(|item| !self.knows(&item.text)).map(|item| (reader, item)).collect();
            self.items.extend(new);
        }
    }

    /// Notes the short ones of the lines that stand in what was read: names, dates, "in reply to". Long ones may be
    /// something that the reader has missed.
    pub(super) fn pass_over(&mut self, text: &str) {
        let text = text.to_lowercase();
        let is_number = |word: &&&str| word.bytes().all(|byte| byte.is_ascii_digit());
        let weight = |words: &[&str]| words.iter().filter(|word| !is_number(word)).count();
        let lines = text.lines().map(words).filter(|words| !words.is_empty());
        let short = lines.filter(|words| weight(words) <= MAX_AROUND_WORDS);
        self.around.extend(short.map(|words| words.join(" ")));
    }

    /// Adds an item without the paragraphs that are known, also as what others said and an item answers.
    pub(super) fn add_rest(&mut self, reader: &'static str, mut item: Item) -> Rest {
        if !self.items.is_empty() {
            let cut = self.take_cut(&item);
            self.learn();
            self.learn_answered();
            let paragraphs: Vec<&str> =
                item.text.split('\n').filter(|line| !self.knows(line) && !self.is_around(line)).collect();
            let rest = paragraphs.join("\n");
            if rest.split_whitespace().count() < MIN_REST_WORDS {
                cut.into_iter().for_each(|(place, cut)| self.items.insert(place, cut));
                return if rest.trim().is_empty() { Rest::None } else { Rest::Little };
            }
            item.text = rest.trim().to_owned();
            if let Some((place, cut)) = cut {
                self.items.insert(place, completed(cut, item));
                return Rest::Kept;
            }
        }
        self.items.push((reader, item));
        Rest::Kept
    }

    /// Takes out the article of which `item` is the whole, and the markup says only the beginning.
    fn take_cut(&mut self, item: &Item) -> Option<(usize, (&'static str, Item))> {
        let is_cut = |it: &Item| it.kind == Kind::Article && is_cut(&it.text);
        if item.kind != Kind::Article || !self.items.iter().any(|(_, it)| is_cut(it)) {
            return None;
        }
        let all = item.text.to_lowercase();
        let all = words(&all);
        let place = self.items.iter().position(|(_, it)| is_cut(it) && begins(&it.text, &all))?;
        // What it says is not known any more.
        (self.learned, self.texts, self.shingles) = Default::default();
        Some((place, self.items.remove(place)))
    }

    /// Takes in what the items consist of that were added since the last time.
    fn learn(&mut self) {
        let new: Vec<String> =
            self.items.iter().skip(self.learned).map(|(_, item)| item.text.to_lowercase()).collect();
        new.iter().for_each(|text| self.take_in(text));
        self.learned = self.items.len();
    }

    /// Takes in what others said and the items answer: it stands on the page, and is not the page's own. Only for the rest:
    /// a reader may still find it as an item.
    fn learn_answered(&mut self) {
        let parents = self.items.iter().filter_map(|(_, item)| item.parent.as_ref());
        let others = parents.filter(|parent| parent.author != ParentAuthor::Own);
        let texts: BTreeSet<String> =
            others.filter_map(|parent| parent.text.as_deref()).map(str::to_lowercase).collect();
        texts.iter().for_each(|text| self.take_in(text));
    }

    fn take_in(&mut self, lower: &str) {
        let words = words(lower);
        self.shingles.extend(shingles(&words, &self.hasher));
        self.texts.push(format!(" {} ", words.join(" ")));
    }

    fn is_around(&self, line: &str) -> bool {
        !self.around.is_empty() && self.around.contains(&words(&line.to_lowercase()).join(" "))
    }

    /// Whether the words of `text` stand in an item already: all in a row in one, or nearly all in runs.
    fn knows(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        let words = words(&text);
        if words.is_empty() {
            // An empty line stays with the paragraphs around it; anything without a word is not worth an item.
            return !text.trim().is_empty();
        }
        if words.len() < SHINGLE * 4 {
            let text = format!(" {} ", words.join(" "));
            return self.texts.iter().any(|known| known.contains(&text));
        }
        let (mut known, mut all) = (0, 0);
        for shingle in shingles(&words, &self.hasher) {
            all += 1;
            known += usize::from(self.shingles.contains(&shingle));
        }
        known * 100 >= all * KNOWN_PERCENT
    }
}

/// What stands for each run of words. A word is hashed once, though it is in several runs.
fn shingles(words: &[&str], hasher: &RandomState) -> Vec<u64> {
    let hashes: Vec<u64> = words.iter().map(|word| hasher.hash_one(word)).collect();
    let run = |run: &[u64]| run.iter().fold(0_u64, |all, word| all.rotate_left(11) ^ word);
    hashes.windows(SHINGLE).map(run).collect()
}

/// Whether the last words of `text`, but for the very last, which may be cut too, stand in a longer text.
fn begins(text: &str, all: &[&str]) -> bool {
    let text = text.to_lowercase();
    let words = words(&text);
    let end = words.len().saturating_sub(1);
    let last = end.checked_sub(MIN_CUT_WORDS).and_then(|from| words.get(from..end));
    last.is_some_and(|last| words.len() < all.len() && all.windows(last.len()).any(|window| window == last))
}

/// An article that was cut, with all its words and pictures.
fn completed((reader, mut cut): (&'static str, Item), whole: Item) -> (&'static str, Item) {
    let title = cut.text.split_once("\n\n").map(|(title, _)| title).unwrap_or_default();
    cut.text = if whole.text.contains(title) { whole.text } else { format!("{title}\n\n{}", whole.text) };
    let known: BTreeSet<_> = cut.media.iter().map(|known| known.path.clone()).collect();
    cut.media.extend(whole.media.into_iter().filter(|new| !known.contains(&new.path)));
    (reader, cut)
}

/// Whether a text ends within a sentence.
fn is_cut(text: &str) -> bool {
    let text = text.trim_end();
    text.ends_with("...") || !text.ends_with(['.', '!', '?', '"', '”', '»', '\'', '’', ')', ':', '。'])
}

/// The words of a text in lower case, without punctuation.
fn words(lower: &str) -> Vec<&str> {
    lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use whitecoat_engine::Parent;

    use super::*;

    fn item(text: &str) -> Item {
        Item { text: text.to_owned(), ..Item::default() }
    }

    fn texts(merged: &Merged) -> Vec<&str> {
        merged.items.iter().map(|(_, item)| item.text.as_str()).collect()
    }

    #[test]
    fn a_later_reader_repeats_nothing() {
        let long: String = (0..60).map(|n| format!("word{n} ")).collect();
        let mut merged = Merged::default();
        merged.add("a", [item("Thank you, Bob!"), item("Thank you, Bob!"), item(&long)]);
        merged.add("b", [item("thank you bob"), item("Thank you"), item("new"), item(&long.to_uppercase())]);
        assert_eq!(texts(&merged), ["Thank you, Bob!", "Thank you, Bob!", long.as_str(), "new"]);
    }

    #[test]
    fn names_and_dates_around_what_was_read_are_no_rest() {
        let mut merged = Merged::default();
        merged.add("a", [item("Cleared my rash in a week.")]);
        merged.pass_over(
            "Cleared my rash in a week.\nNia P.\nTeacher, Bodmin\nThis line was missed by the reader.",
        );
        let text = "Reviews of us\n\nNia P.\nTeacher, Bodmin\nThis line was missed by the reader.";
        assert_ne!(merged.add_rest("b", item(text)), Rest::Little);
        assert_eq!(
            texts(&merged),
            ["Cleared my rash in a week.", "Reviews of us\n\nThis line was missed by the reader."]
        );
    }

    #[test]
    fn an_article_that_is_cut_is_completed() {
        let whole: String = (0..60).map(|n| format!("word{n} ")).collect();
        let article = |text: &str| Item { kind: Kind::Article, ..item(text) };
        for (cut, expected) in [
            (format!("{}…", &whole[..230]), vec![format!("A title\n\n{}", whole.trim())]),
            (
                format!("{}.", &whole[..230]),
                vec![format!("A title\n\n{}.", &whole[..230]), whole.trim().to_owned()],
            ),
        ] {
            let mut merged = Merged::default();
            merged.add("a", [article(&format!("A title\n\n{cut}"))]);
            assert_ne!(merged.add_rest("b", article(&whole)), Rest::Little);
            assert_eq!(texts(&merged), expected);
        }
    }

    #[test]
    fn what_somebody_else_said_and_is_answered_is_no_rest() {
        let question = "Do you ever treat your own family?";
        let rest = format!("{question}\n\nNever, but my sister asks me that every single week.");
        for (author, expected) in [
            (ParentAuthor::Public, "Never, but my sister asks me that every single week."),
            (ParentAuthor::Unknown, "Never, but my sister asks me that every single week."),
            (ParentAuthor::Own, rest.as_str()),
        ] {
            let parent = Parent { author, text: Some(question.to_owned()), ..Parent::default() };
            let mut merged = Merged::default();
            merged.add("a", [Item { parent: Some(parent), ..item("Never.") }]);
            // The question itself may be found by another reader.
            merged.add("b", [item(question)]);
            assert_eq!(texts(&merged), ["Never.", question]);
            merged.items.pop();
            assert_ne!(merged.add_rest("c", item(&rest)), Rest::Little);
            assert_eq!(texts(&merged), ["Never.", expected], "{author:?}");
        }
    }

    #[test]
    fn the_rest_of_the_main_text_is_kept_when_it_says_something() {
        let rest = "This is something else that was said in twelve words or a few more.";
        let mut merged = Merged::default();
        merged.add("a", [item("Known words here.")]);
        assert_ne!(merged.add_rest("b", item(&format!("Known words here.\n\n{rest}"))), Rest::Little);
        assert_eq!(merged.add_rest("c", item("Known words here.\n\nShare this")), Rest::Little);
        assert_ne!(merged.add_rest("d", item("Known words here.")), Rest::Little);
        assert_eq!(texts(&merged), ["Known words here.", rest]);
    }
}
