//! What a feed or a list of posts shows in short waits for its page, which says it in full.

use std::collections::{BTreeMap, HashSet};

use url::Url;
use whitecoat_engine::{Authorship, Item};

use super::super::frontier::page_name;

/// Most items that wait.
const MAX_WAITING: usize = 5_000;

/// Items that wait, by the name of their page.
#[derive(Debug, Default)]
pub(super) struct Short {
    waiting: BTreeMap<String, Item>,
    /// Pages that have been read.
    read: HashSet<String>,
}

impl Short {
    /// Keeps an item that is the beginning of something; gives back any other.
    pub(super) fn hold(&mut self, item: Item) -> Option<Item> {
        let page = item.url.as_deref().filter(|_| item.truncated).and_then(|url| Url::parse(url).ok());
        let Some(page) = page.map(|page| page_name(&page)) else { return Some(item) };
        if self.read.contains(&page) {
            return None;
        }
        if self.waiting.len() >= MAX_WAITING || self.waiting.contains_key(&page) {
            return Some(item);
        }
        self.waiting.insert(page, item);
        None
    }

    /// Takes note that what is at an address has been read in full.
    pub(super) fn settle(&mut self, url: &Url) {
        let page = page_name(url);
        self.waiting.remove(&page);
        self.read.insert(page);
    }

    /// Takes note of the items of a page. What it says in full need not be said in short too, but for the time, which pages
    /// often leave out. What it has in short itself waits.
    pub(super) fn complete(&mut self, names: &[&Url], items: &mut Vec<Item>) {
        let names: Vec<String> = names.iter().map(|url| page_name(url)).collect();
        let on =
            |item: &Item| item.url.as_deref().and_then(|url| Url::parse(url).ok()).map(|url| page_name(&url));
        let is_own = |item: &Item| item.authorship == Authorship::Own;
        let is_full = |item: &Item| {
            is_own(item) && !item.truncated && on(item).is_some_and(|page| names.contains(&page))
        };
        if let Some(full) = items.iter_mut().find(|item| is_full(item)) {
            let short = names.iter().find_map(|name| self.waiting.remove(name));
            if let Some(short) = short.filter(|_| full.created_at.is_none()) {
                (full.created_at, full.created_precision) = (short.created_at, short.created_precision);
            }
            self.read.extend(names.iter().cloned());
        }
        let elsewhere = |item: &Item| on(item).is_some_and(|page| !names.contains(&page));
        let hold = |item: Item| if elsewhere(&item) { self.hold(item) } else { Some(item) };
        *items = std::mem::take(items).into_iter().filter_map(hold).collect();
    }

    /// What is left at the end: their pages could not be read.
    pub(super) fn left(&mut self) -> impl Iterator<Item = Item> + use<> {
        std::mem::take(&mut self.waiting).into_values()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use whitecoat_engine::Moment;

    use super::*;

    fn item(url: &str, text: &str, truncated: bool) -> Item {
        let created_at = truncated.then(|| Moment::from_unix_seconds(1_700_000_000)).flatten();
        Item { url: Some(url.to_owned()), text: text.to_owned(), truncated, created_at, ..Item::default() }
    }

    fn read(short: &mut Short, url: &str, items: Vec<Item>) -> Vec<String> {
        let mut items = items;
        short.complete(&[&Url::parse(url).unwrap()], &mut items);
        items
            .iter()
            .map(|item| format!("{}{}", item.text, item.created_at.map_or("", |_| " dated")))
            .collect()
    }

    #[test]
    fn a_page_in_full_takes_the_place_of_its_beginning() {
        let [list, one, two, gone] =
            ["/", "/one", "/two", "/gone"].map(|path| format!("https://h.example{path}"));
        let mut short = Short::default();
        assert!(short.hold(item(&one, "a whole post", false)).is_some());
        let listed = vec![item(&list, "hello", false), item(&one, "1 …", true), item(&gone, "gone …", true)];
        assert_eq!(read(&mut short, &list, listed), ["hello"]);
        assert_eq!(
            read(&mut short, "http://www.h.example/one?utm_source=x", vec![item(&one, "one", false)]),
            ["one dated"]
        );
        // The other way round, the list comes too late.
        assert_eq!(read(&mut short, &two, vec![item(&two, "two", false)]), ["two"]);
        assert_eq!(read(&mut short, &list, vec![item(&two, "2 …", true), item(&one, "1 …", true)]), [""; 0]);
        // What was read another way waits no more.
        assert!(short.hold(item("https://h.example/three", "3 …", true)).is_none());
        short.settle(&Url::parse("https://h.example/three?utm_medium=rss").unwrap());
        assert!(short.hold(item("https://h.example/three", "3 …", true)).is_none());
        // A page that has itself in short only keeps it.
        assert_eq!(read(&mut short, &gone, vec![item(&gone, "gone …", true)]), ["gone … dated"]);
        let left: Vec<String> = short.left().map(|item| item.text).collect();
        assert_eq!(left, ["gone …"]);
    }
}
