//! Captions of pictures: what is written below one is said of it, and goes where its alternative text goes.

use std::collections::{HashMap, HashSet};

use ego_tree::NodeId;
use scraper::ElementRef;
use url::Url;
use whitecoat_engine::Media;

use super::dom;
use super::furniture::Letters;

/// How far above a caption its picture may hang.
const MAX_ABOVE: usize = 3;

/// The captions of a text.
#[derive(Debug, Default)]
pub(super) struct Captions {
    /// The elements that are captions.
    elements: HashSet<NodeId>,
    /// What they say of each picture.
    of: HashMap<NodeId, String>,
}

impl Captions {
    /// The captions below `root` that have a picture there. Any other stays a line of the text.
    pub(super) fn find(root: ElementRef<'_>, base: Option<&Url>, letters: &Letters) -> Self {
        let mut found = Self::default();
        for element in root.descendants().filter_map(ElementRef::wrap).filter(is_caption) {
            let Some(picture) = picture_of(element, base, letters) else { continue };
            let said = dom::text(element, &[]);
            let known = found.of.entry(picture).or_default();
            if !known.contains(&said) {
                *known = if known.is_empty() { said } else { format!("{known}\n{said}") };
            }
            found.elements.insert(element.id());
        }
        found
    }

    /// Whether an element is a caption that goes to its picture.
    pub(super) fn holds(&self, element: ElementRef<'_>) -> bool {
        self.elements.contains(&element.id())
    }

    /// What they say.
    pub(super) fn text(&self) -> String {
        let mut said: Vec<&str> = self.of.values().map(String::as_str).collect();
        said.sort_unstable();
        said.join("\n")
    }

    /// The pictures below `root`, each with what its caption says.
    pub(super) fn pictures(&self, root: ElementRef<'_>, base: Option<&Url>) -> Vec<Media> {
        let shown = dom::shown_pictures(root, base);
        shown
            .map(|(element, mut media)| {
                match self.of.get(&element.id()) {
                    Some(said) if said.contains(&media.alt) => media.alt.clone_from(said),
                    Some(said) if !media.alt.contains(said.as_str()) => {
                        media.alt = format!("{}\n{said}", media.alt);
                    }
                    _ => {}
                }
                media
            })
            .collect()
    }
}

fn is_caption(element: &ElementRef<'_>) -> bool {
    let is_named = || {
        matches!(element.value().name(), "div" | "p" | "span" | "small")
            && element.value().classes().any(|name| name.to_ascii_lowercase().contains("caption"))
    };
    element.value().name() == "figcaption" || is_named()
}

/// The picture next to a caption: in the nearest element around it that says little else.
fn picture_of(caption: ElementRef<'_>, base: Option<&Url>, letters: &Letters) -> Option<NodeId> {
    let has_picture = |element| dom::shown_pictures(element, base).next().map(|(picture, _)| picture.id());
    let said = letters.all(caption);
    if said == 0 || has_picture(caption).is_some() {
        return None;
    }
    let around = caption.ancestors().filter_map(ElementRef::wrap).take(MAX_ABOVE);
    let mut around = around.take_while(|around| letters.all(*around) <= said * 2);
    around.find_map(has_picture)
}

#[cfg(test)]
mod tests {
    use scraper::Html;

    use super::*;

    #[test]
    fn captions_are_said_of_their_pictures() {
        for (html, alt, text) in [
            ("<figure><img src=a.jpg alt=Ward><figcaption>Bed 4</figcaption></figure>", "Ward\nBed 4", ""),
            ("<figure><img src=a.jpg alt='Bed 4'><figcaption>Bed 4</figcaption></figure>", "Bed 4", ""),
            (
                "<div class=wp-caption><a><img src=a.jpg></a><p class=wp-caption-text>Bed 4</p></div>",
                "Bed 4",
                "",
            ),
            // Without a picture of its own it is a line of the text.
            ("<figure><figcaption>Bed 4</figcaption></figure>", "", "Bed 4"),
            ("<p class=caption>Bed 4</p><p>What I have learned there</p><img src=a.jpg>", "", "Bed 4"),
        ] {
            let page = Html::parse_fragment(html);
            let root = page.root_element();
            let letters = Letters::of(root);
            let captions = Captions::find(root, None, &letters);
            let said = captions.pictures(root, None).into_iter().map(|it| it.alt).collect::<String>();
            let left = dom::text_unless(root, &|element| captions.holds(element));
            assert_eq!((said.as_str(), left.lines().next().unwrap_or_default()), (alt, text), "{html}");
        }
    }
}
