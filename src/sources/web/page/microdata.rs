//! Microdata of a page, as the same values that JSON-LD gives: one reader of schema.org for both.

use std::collections::BTreeMap;

use scraper::{ElementRef, Html, Selector};
use serde_json::{Map, Value};
use url::Url;

use super::{dom, furniture};

/// Deepest nesting of one item in another that is followed.
const MAX_NESTED: usize = 32;

/// Most properties of a page. `itemref` may name the same elements again and again.
const MAX_PROPERTIES: usize = 50_000;

/// The items of a page that are no property of another; `html` is what the document was made of.
pub(super) fn read(html: &str, document: &Html, base: Option<&Url>) -> Vec<Value> {
    // Most pages have none, and a search for a word is cheaper than one in a tree.
    let has = |word: &str| memchr::memmem::find(html.as_bytes(), word.as_bytes()).is_some();
    if !["itemscope", "ITEMSCOPE", "itemScope", "ItemScope"].into_iter().any(has) {
        return Vec::new();
    }
    let all = |selector: &str| {
        let selector = Selector::parse(selector);
        selector.map(|selector| document.select(&selector).collect::<Vec<_>>()).unwrap_or_default()
    };
    let tops = all("[itemscope]:not([itemprop])");
    if tops.is_empty() {
        return Vec::new();
    }
    let mut ids = BTreeMap::new();
    for element in all("[id]") {
        ids.entry(element.attr("id").unwrap_or_default()).or_insert(element);
    }
    let mut walker = Walker { base, ids, left: MAX_PROPERTIES };
    tops.into_iter().map(|top| walker.item(top, &mut Vec::new())).collect()
}

struct Walker<'d, 'u> {
    base: Option<&'u Url>,
    ids: BTreeMap<&'d str, ElementRef<'d>>,
    left: usize,
}

impl<'d> Walker<'d, '_> {
    /// An item; `around` are those that it stands in.
    fn item(&mut self, element: ElementRef<'d>, around: &mut Vec<ego_tree::NodeId>) -> Value {
        let mut node = Map::new();
        let types: Vec<Value> =
            element.attr("itemtype").unwrap_or_default().split_ascii_whitespace().map(Value::from).collect();
        match types.as_slice() {
            [] => {}
            [one] => drop(node.insert("@type".to_owned(), one.clone())),
            _ => drop(node.insert("@type".to_owned(), Value::Array(types))),
        }
        if let Some(id) = element.attr("itemid") {
            node.insert("@id".to_owned(), self.address(id));
        }
        // An item may name itself by `itemref`, which is an error, and no reason to go round for ever.
        if around.len() < MAX_NESTED && !around.contains(&element.id()) {
            around.push(element.id());
            let named = element.attr("itemref").unwrap_or_default().split_ascii_whitespace();
            let named: Vec<_> = named.filter_map(|id| self.ids.get(id).copied()).collect();
            let mut open: Vec<ElementRef<'d>> = named.into_iter().rev().collect();
            open.extend(children(element));
            self.properties(open, &mut node, around);
            around.pop();
        }
        // `<span itemprop="author" itemscope itemtype="…/Person">Ann</span>`: the words stand for a name.
        if !node.keys().any(|key| !key.starts_with('@')) {
            let words = dom::text(element, &[]);
            if !words.is_empty() {
                node.insert("@value".to_owned(), Value::String(words));
            }
        }
        Value::Object(node)
    }

    /// Everything below that is a property of this item, in the order of the page.
    fn properties(
        &mut self,
        mut open: Vec<ElementRef<'d>>,
        node: &mut Map<String, Value>,
        around: &mut Vec<ego_tree::NodeId>,
    ) {
        while let Some(element) = open.pop() {
            let is_item = element.attr("itemscope").is_some();
            let names: Vec<&str> =
                element.attr("itemprop").unwrap_or_default().split_ascii_whitespace().collect();
            if !names.is_empty() {
                if self.left == 0 {
                    return;
                }
                self.left -= 1;
                let value = match () {
                    () if is_item => self.item(element, around),
                    () if names.contains(&"articleBody") && element.value().name() != "meta" => {
                        Value::String(furniture::body(element))
                    }
                    () => self.value(element),
                };
                names.into_iter().for_each(|name| add(node, name, value.clone()));
            }
            if !is_item {
                open.extend(children(element));
            }
        }
    }

    /// The value of an element, which depends on what it is.
    fn value(&self, element: ElementRef<'d>) -> Value {
        let attr = |name: &str| element.attr(name).map(str::trim);
        let value = match element.value().name() {
            "meta" => attr("content"),
            "audio" | "embed" | "iframe" | "img" | "source" | "track" | "video" => {
                return self.address(attr("src").unwrap_or_default());
            }
            "a" | "area" | "link" => return self.address(attr("href").unwrap_or_default()),
            "object" => return self.address(attr("data").unwrap_or_default()),
            "data" | "meter" => attr("value"),
            "time" => attr("datetime"),
            // Many write `content` where the standard does not ask for it, and mean it.
            _ => attr("content").filter(|content| !content.is_empty()),
        };
        Value::String(value.map_or_else(|| dom::text(element, &[]), str::to_owned))
    }

    fn address(&self, address: &str) -> Value {
        let joined = self.base.and_then(|base| base.join(address.trim()).ok());
        Value::String(joined.map_or_else(|| address.trim().to_owned(), String::from))
    }
}

/// The child elements, the first one last.
fn children(element: ElementRef<'_>) -> Vec<ElementRef<'_>> {
    element.children().rev().filter_map(ElementRef::wrap).collect()
}

/// One value or many under a name.
fn add(node: &mut Map<String, Value>, name: &str, value: Value) {
    match node.get_mut(name) {
        None => drop(node.insert(name.to_owned(), value)),
        Some(Value::Array(values)) => values.push(value),
        Some(known) => *known = Value::Array(vec![known.take(), value]),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::path::{Path, PathBuf};

    use serde_json::json;

    use super::*;

    fn found(html: &str) -> Vec<Value> {
        read(html, &Html::parse_document(html), Url::parse("https://h.example/a/").ok().as_ref())
    }

    #[test]
    fn values_depend_on_the_element() {
        let html = "<div itemscope itemtype='https://schema.org/Thing x:Other' itemid=7><meta itemprop=a content=' 1 '>\
            <a itemprop='url b' href=c>t</a><time itemprop=when datetime=2024-05-01>May</time><p itemprop=text>One<br>two</p>\
            <span itemprop=n content=5>five</span><data itemprop=d value=6>six</data><img itemprop=i src=/p.jpg>\
            <div itemprop=in itemscope><b itemprop=name>X</b></div><b itemprop=a>2</b></div>";
        assert_eq!(
            found(html),
            [json!({"@type": ["https://schema.org/Thing", "x:Other"], "@id": "https://h.example/a/7",
                "a": ["1", "2"], "url": "https://h.example/a/c", "b": "https://h.example/a/c", "when": "2024-05-01",
                "text": "One\ntwo", "n": "5", "d": "6", "i": "https://h.example/p.jpg", "in": {"name": "X"}})]
        );
    }

    #[test]
    fn items_that_name_each_other_end() {
        let circle = "<div id=x itemprop=in itemscope itemref=x></div><div itemscope itemref='x y gone'></div>\
            <p id=y><b itemprop=name>N</b></p>";
        assert_eq!(found(circle), [json!({"in": {"in": {}}, "name": "N"})]);
        let deep = format!("<div itemscope>{}", "<div itemprop=in itemscope>".repeat(400));
        assert_eq!(found(&deep).len(), 1);
        let many = format!(
            "<p id=x>{}</p>{}",
            "<b itemprop=n>1</b>".repeat(1000),
            "<div itemscope itemref=x></div>".repeat(1000)
        );
        assert_eq!(found(&many).len(), 1000);
    }

    /// A value of the samples, in the shape in which this walker gives it: words with single spaces, properties beside the
    /// type.
    fn plain(value: &Value) -> Value {
        match value {
            Value::String(text) => json!(text.split_whitespace().collect::<Vec<_>>().join(" ")),
            Value::Array(list) if list.len() == 1 => plain(list.first().unwrap()),
            Value::Array(list) => Value::Array(list.iter().map(plain).collect()),
            Value::Object(node) => {
                let mut flat = Map::new();
                for (key, value) in node {
                    match (key.as_str(), value) {
                        ("properties", Value::Object(inner)) => {
                            flat.extend(inner.iter().map(|(key, value)| (key.clone(), plain(value))));
                        }
                        ("type", value) => drop(flat.insert("@type".to_owned(), plain(value))),
                        ("id", value) => drop(flat.insert("@id".to_owned(), plain(value))),
                        ("textContent", _) => {}
                        ("value", value) => drop(flat.insert("@value".to_owned(), plain(value))),
                        (key, value) => drop(flat.insert(key.to_owned(), plain(value))),
                    }
                }
                Value::Object(flat)
            }
            value => value.clone(),
        }
    }

    /// The samples of a well-known extractor, in place when they are there. Left out is the one (product-ref) where an element
    /// that is named by `itemref` is an item itself: there the extractor departs from the standard.
    #[test]
    fn agrees_with_published_samples() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/pages/structured-data");
        let cases: &[(&str, &str)] = &[
            ("schema.org/Event.001", "https://h.example/"),
            ("schema.org/Event.002", "https://h.example/"),
            ("schema.org/Event.003", "https://h.example/"),
            ("schema.org/Event.004", "https://h.example/"),
            ("schema.org/Event.008", "https://h.example/"),
            ("schema.org/CreativeWork.001", "https://h.example/"),
            ("schema.org/LocalBusiness.002", "https://h.example/"),
            ("schema.org/LocalBusiness.003", "https://h.example/"),
            ("w3c/microdata.4.2.strings", ""),
            ("w3c/microdata.4.2.data", ""),
            ("w3c/microdata.4.2.meter", ""),
            ("w3c/microdata.5.2", ""),
            ("w3c/microdata.5.3", ""),
            ("w3c/microdata.5.5", ""),
            ("w3c/microdata.object", "http://www.example.com/microdata/"),
        ];
        let (mut checked, mut wrong) = (0, Vec::new());
        for (name, base) in cases {
            let with = |end: &str| PathBuf::from(format!("{}.{end}", folder.join(name).display()));
            let Ok(html) = std::fs::read_to_string(with("html")) else { return };
            let expected: Value =
                serde_json::from_str(&std::fs::read_to_string(with("json")).unwrap()).unwrap();
            let expected = expected.get("microdata").unwrap_or(&expected);
            // Those without an address were extracted without one.
            let base = Url::parse(base).ok().filter(|base| base.path() != "/");
            let found = Value::Array(read(&html, &Html::parse_document(&html), base.as_ref()));
            checked += 1;
            if plain(&found) != plain(expected) {
                wrong.push(format!("{name}:\n  {}\n  {}", plain(&found), plain(expected)));
            }
        }
        assert!(
            checked == 15 && wrong.is_empty(),
            "{} of {checked} differ:\n{}",
            wrong.len(),
            wrong.join("\n")
        );
    }
}
