//! A parser for microformats2: elements with `h-*` classes and their `p-*`, `u-*`, `dt-*` and `e-*` properties.
//!
//! The subset that profiles, posts and reviews need; classic microformats are not read.

use scraper::ElementRef;
use url::Url;

use super::dom;

/// Deepest nesting of one microformat in another that is followed.
const MAX_NESTED: usize = 32;

/// A microformat.
#[derive(Debug, Default)]
pub(super) struct Format<'d> {
    /// `h-card`, `h-entry` …
    pub(super) types: Vec<&'d str>,
    /// Properties in document order, without prefix.
    pub(super) properties: Vec<(&'d str, Property<'d>)>,
    /// Microformats inside that are no property.
    pub(super) children: Vec<Format<'d>>,
    /// Its element, for the pictures in it.
    pub(super) element: Option<ElementRef<'d>>,
}

/// One value of a property.
#[derive(Debug, Default)]
pub(super) struct Property<'d> {
    /// The value in words, or the address.
    pub(super) value: String,
    /// The alt text, for a picture.
    pub(super) alt: Option<String>,
    /// The microformat that is the value.
    pub(super) format: Option<Format<'d>>,
}

impl<'d> Format<'d> {
    /// Whether it is of this type.
    pub(super) fn is(&self, name: &str) -> bool {
        self.types.contains(&name)
    }

    /// All values of a property.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Property<'d>> {
        self.properties.iter().filter(move |(key, _)| *key == name).map(|(_, property)| property)
    }

    /// The first value of the first of these properties that has one: the name of a nested card, else the words.
    pub(super) fn first(&self, names: &[&str]) -> String {
        names
            .iter()
            .flat_map(|name| self.all(name))
            .map(|property| match &property.format {
                Some(card) if card.is("h-card") => card.first(&["name"]),
                _ => property.value.clone(),
            })
            .find(|words| !words.is_empty())
            .unwrap_or_default()
    }
}

/// The microformats of a page that are not inside another.
pub(super) fn parse<'d>(root: ElementRef<'d>, base: Option<&Url>) -> Vec<Format<'d>> {
    let mut top = Format::default();
    Parser { base }.fill(&mut top, root, 0);
    top.children
}

struct Parser<'u> {
    base: Option<&'u Url>,
}

/// The `h-*` classes of an element.
fn types(element: ElementRef<'_>) -> Vec<&str> {
    let mut types: Vec<_> = element.value().classes().filter(|class| is_name(class, "h-")).collect();
    types.sort_unstable();
    types
}

/// The property classes of an element as prefix and name.
fn property_names(element: ElementRef<'_>) -> Vec<(&str, &str)> {
    element
        .value()
        .classes()
        .filter(|class| ["p-", "u-", "dt-", "e-"].iter().any(|prefix| is_name(class, prefix)))
        .filter_map(|class| class.split_once('-'))
        .collect()
}

fn is_name(class: &str, prefix: &str) -> bool {
    class.strip_prefix(prefix).is_some_and(|name| {
        !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && !name.starts_with('-')
            && !name.ends_with('-')
    })
}

impl Parser<'_> {
    /// Reads the properties and children below `element` into `format`.
    fn fill<'d>(&self, format: &mut Format<'d>, element: ElementRef<'d>, nested: usize) {
        let children = |of: ElementRef<'d>| of.children().rev().filter_map(ElementRef::wrap);
        let mut open: Vec<ElementRef<'d>> = children(element).collect();
        while let Some(element) = open.pop() {
            let names = property_names(element);
            let types = types(element);
            if types.is_empty() || nested >= MAX_NESTED {
                for (prefix, name) in names {
                    format.properties.push((name, self.property(prefix, element)));
                }
                if element.value().name() != "template" {
                    open.extend(children(element));
                }
                continue;
            }
            let mut inner = Format { types, element: Some(element), ..Format::default() };
            self.fill(&mut inner, element, nested + 1);
            self.imply(&mut inner, element);
            match names.first() {
                None => format.children.push(inner),
                Some((prefix, name)) => {
                    let mut property = self.property(prefix, element);
                    // The address of what is inside, and none made of its words.
                    match inner.all("url").next() {
                        Some(address) if *prefix == "u" => property.value.clone_from(&address.value),
                        None if *prefix == "u" && !names_address(element) => {
                            property.value = dom::text(element, &[]);
                        }
                        _ => {}
                    }
                    property.format = Some(inner);
                    format.properties.push((name, property));
                }
            }
        }
    }

    fn property<'d>(&self, prefix: &str, element: ElementRef<'d>) -> Property<'d> {
        let attr = |names: &[(&[&str], &str)]| {
            names.iter().find_map(|(elements, attr)| {
                elements.contains(&element.value().name()).then(|| element.attr(attr)).flatten()
            })
        };
        let (value, alt) = match prefix {
            "u" => {
                let address = attr(&[
                    (&["a", "area", "link"], "href"),
                    (&["img", "audio", "video", "source", "iframe"], "src"),
                    (&["video"], "poster"),
                    (&["object"], "data"),
                    (&["abbr"], "title"),
                    (&["data", "input"], "value"),
                ])
                .map(str::to_owned)
                .unwrap_or_else(|| dom::text(element, &[]));
                // Words are no address, though one could be made of them.
                let base = self.base.filter(|_| !address.trim().contains(char::is_whitespace));
                let resolved = base.and_then(|base| base.join(address.trim()).ok()).map(String::from);
                (resolved.unwrap_or(address), element.attr("alt").map(str::to_owned))
            }
            "dt" => {
                let value = attr(&[
                    (&["time", "ins", "del"], "datetime"),
                    (&["abbr"], "title"),
                    (&["data", "input"], "value"),
                ]);
                (value.map(str::to_owned).unwrap_or_else(|| value_parts(element, " ")), None)
            }
            "p" => {
                let value = attr(&[
                    (&["abbr", "link"], "title"),
                    (&["data", "input"], "value"),
                    (&["img", "area"], "alt"),
                ]);
                (value.map(str::to_owned).unwrap_or_else(|| value_parts(element, "")), None)
            }
            _ => (dom::text(element, &[]), None),
        };
        Property { value: value.trim().to_owned(), alt, format: None }
    }

    /// The name, picture and address that an element has without saying so.
    fn imply<'d>(&self, format: &mut Format<'d>, element: ElementRef<'d>) {
        let nested =
            !format.children.is_empty() || format.properties.iter().any(|(_, it)| it.format.is_some());
        let prefixes: Vec<&str> = property_prefixes(element).collect();
        if !nested && !prefixes.contains(&"p") && !prefixes.contains(&"e") {
            let value = implied_name(element);
            if !value.is_empty() {
                format.properties.push(("name", Property { value, ..Property::default() }));
            }
        }
        for (name, kinds) in
            [("photo", [("img", "src"), ("object", "data")]), ("url", [("a", "href"), ("area", "href")])]
        {
            let said =
                format.all(name).next().is_some() || (name == "url" && (nested || prefixes.contains(&"u")));
            let found = kinds.iter().find_map(|(kind, attr)| implied(element, kind, attr));
            if let Some(found) = found.filter(|_| !said) {
                format.properties.push((name, self.property("u", found)));
            }
        }
    }
}

/// The element itself, the only one of its kind inside it, or inside its only child, when it has `attr`.
fn implied<'d>(element: ElementRef<'d>, kind: &str, attr: &str) -> Option<ElementRef<'d>> {
    let fits = |it: &ElementRef<'d>| it.value().name() == kind && it.attr(attr).is_some();
    let only_of_kind = |of: ElementRef<'d>| {
        let mut same = of.child_elements().filter(|it| it.value().name() == kind);
        same.next().filter(|it| fits(it) && types(*it).is_empty() && same.next().is_none())
    };
    Some(element)
        .filter(fits)
        .or_else(|| only_of_kind(element))
        .or_else(|| only_of_kind(only_child(element).filter(|it| types(*it).is_empty())?))
}

fn only_child(element: ElementRef<'_>) -> Option<ElementRef<'_>> {
    let mut children = element.child_elements();
    children.next().filter(|_| children.next().is_none())
}

/// The alt text or title of the element, its only child or that one's only child; else all its words.
fn implied_name(element: ElementRef<'_>) -> String {
    let child = only_child(element).filter(|it| types(*it).is_empty());
    let grandchild = child.and_then(only_child).filter(|it| types(*it).is_empty());
    let named = [Some(element), child, grandchild].into_iter().flatten().find_map(|it| {
        let attr = match it.value().name() {
            "img" | "area" => it.attr("alt"),
            "abbr" => it.attr("title"),
            _ => None,
        };
        attr.map(str::trim).filter(|name| !name.is_empty())
    });
    named.map(str::to_owned).unwrap_or_else(|| with_alts(element))
}

/// Whether an element itself may hold an address.
fn names_address(element: ElementRef<'_>) -> bool {
    ["href", "src", "poster", "data", "title", "value"].iter().any(|name| element.attr(name).is_some())
}

/// The prefixes of all property classes below `root`.
fn property_prefixes(root: ElementRef<'_>) -> impl Iterator<Item = &str> {
    root.descendants()
        .skip(1)
        .filter_map(ElementRef::wrap)
        .flat_map(|element| property_names(element).into_iter().map(|(prefix, _)| prefix))
}

/// The text of an element with pictures by their alt text.
fn with_alts(element: ElementRef<'_>) -> String {
    let mut text = dom::text(element, &[]);
    for image in element.descendants().filter_map(ElementRef::wrap).filter(|it| it.value().name() == "img") {
        if let Some(alt) = image.attr("alt").map(str::trim).filter(|alt| !alt.is_empty()) {
            text.push(' ');
            text.push_str(alt);
        }
    }
    text.trim().to_owned()
}

/// The value-class pattern: the parts marked `value`, joined; without any, all the text.
fn value_parts(element: ElementRef<'_>, between: &str) -> String {
    let parts: Vec<String> = element
        .descendants()
        .skip(1)
        .filter_map(ElementRef::wrap)
        .filter(|part| part.value().classes().any(|class| class == "value"))
        .map(|part| {
            let attr = match part.value().name() {
                "img" | "area" => part.attr("alt"),
                "time" | "ins" | "del" => part.attr("datetime"),
                "abbr" => part.attr("title"),
                "data" => part.attr("value"),
                _ => None,
            };
            attr.map(str::to_owned).unwrap_or_else(|| dom::text(part, &[]))
        })
        .collect();
    if parts.is_empty() { dom::text(element, &[]) } else { parts.join(between) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use std::path::Path;

    use scraper::Html;
    use serde_json::Value;

    use super::*;

    /// The words of a value of the suite, spaces collapsed.
    fn words(value: &Value) -> String {
        let text = match value {
            Value::String(text) => text.as_str(),
            other => other.get("value").and_then(Value::as_str).unwrap_or_default(),
        };
        // `https://h` and `https://h/` are one address; picture addresses are deliberately not put among the words.
        let text = text
            .strip_suffix("http://example.com/images/photo.gif")
            .filter(|it| !it.is_empty())
            .unwrap_or(text);
        let text = Url::parse(text).map(String::from).unwrap_or_else(|_| text.to_owned());
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// What of `expected` is not in `found`: types, and each value of each property in order.
    fn differences(found: &[Format<'_>], expected: &Value, at: &str, out: &mut Vec<String>) {
        let expected = expected.as_array().unwrap();
        if found.len() != expected.len() {
            return out.push(format!("{at}: {} items for {}", found.len(), expected.len()));
        }
        for (format, expected) in found.iter().zip(expected) {
            let types: Vec<_> =
                expected["type"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            if format.types != types {
                out.push(format!("{at}: {:?} for {types:?}", format.types));
            }
            let properties = expected["properties"].as_object().unwrap();
            for (name, values) in properties {
                let ours: Vec<String> =
                    format.all(name).map(|it| words(&Value::from(it.value.as_str()))).collect();
                let theirs: Vec<String> = values.as_array().unwrap().iter().map(words).collect();
                if ours != theirs {
                    out.push(format!("{at}: {name} {ours:?} for {theirs:?}"));
                }
            }
            if let Some((name, _)) =
                format.properties.iter().find(|(name, _)| !properties.contains_key(*name))
            {
                out.push(format!("{at}: {name} is not expected"));
            }
            if let Some(children) = expected.get("children") {
                differences(&format.children, children, at, out);
            }
        }
    }

    #[test]
    fn the_address_of_something_nested_is_its_own() {
        let base = Url::parse("https://h.example/a/").ok();
        for (inside, expected) in [
            ("<a class=u-url href=/9>said</a> <p class=p-content>Why so?</p>", "https://h.example/9"),
            (
                "<a class=u-url href=https://o.example/9>said</a><a class=u-url href=/2>2</a>",
                "https://o.example/9",
            ),
            ("<p class=p-content>Why so?</p>", "Why so?"),
            ("<p class=p-content>Why?</p>", "Why?"),
            ("", ""),
        ] {
            let html = format!("<div class=h-entry><div class='u-in-reply-to h-cite'>{inside}</div></div>");
            let document = Html::parse_document(&html);
            let found = parse(document.root_element(), base.as_ref());
            let value = found[0].all("in-reply-to").next().map(|property| property.value.as_str());
            assert_eq!(value, Some(expected), "{inside}");
        }
    }

    /// The published suite for the formats that are read, in place when it is there.
    #[test]
    fn agrees_with_the_published_suite() {
        let suite =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/pages/microformats/microformats-v2");
        let (mut cases, mut out) = (0, Vec::new());
        for folder in ["h-card", "h-entry", "h-feed", "h-review"] {
            let Ok(entries) = std::fs::read_dir(suite.join(folder)) else { return };
            for path in entries.map(|entry| entry.unwrap().path()) {
                if path.extension().is_none_or(|it| it != "html") || path.ends_with("change-log.html") {
                    continue;
                }
                cases += 1;
                let document = Html::parse_document(&std::fs::read_to_string(&path).unwrap());
                let base = super::super::base(&document, Url::parse("http://example.com/").ok().as_ref());
                let found = parse(document.root_element(), base.as_ref());
                let expected: Value =
                    serde_json::from_str(&std::fs::read_to_string(path.with_extension("json")).unwrap())
                        .unwrap();
                let at = format!("{folder}/{}", path.file_stem().unwrap().to_string_lossy());
                differences(&found, &expected["items"], &at, &mut out);
            }
        }
        assert!(cases == 16 && out.is_empty(), "{cases} cases:\n{}", out.join("\n"));
    }
}
