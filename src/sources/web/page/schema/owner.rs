//! Whose page it is, by what the page says of people and practices.

use serde_json::Value;

use super::super::json_ld::{Graph, Node, is};
use super::super::people::same_person;
use super::{BUSINESS, PERSON, top_level};

/// What only people have who are described for what they do.
const WORK: &[&str] = &["hasOccupation", "jobTitle", "medicalSpecialty", "worksFor"];

/// Whose page it is.
#[derive(Debug, Default)]
pub(super) struct Owner<'v> {
    pub(super) name: String,
    pub(super) person: bool,
    node: Option<&'v Node>,
}

impl<'v> Owner<'v> {
    /// The first person that the page is about or describes, else the first practice.
    pub(super) fn of(graph: &Graph<'v>, values: &'v [Value]) -> Self {
        let mains = top_level(values).flat_map(|node| {
            let linked =
                ["mainEntity", "about", "itemReviewed"].into_iter().flat_map(|key| graph.nodes(node, key));
            linked.chain(std::iter::once(node))
        });
        let mains: Vec<&'v Node> = mains.collect();
        [PERSON, BUSINESS]
            .into_iter()
            .find_map(|types| {
                let node = *mains.iter().find(|node| is(node, types) && node.contains_key("name"))?;
                Some(Self { name: graph.words(node, &["name"]), person: types == PERSON, node: Some(node) })
            })
            .unwrap_or_default()
    }

    /// Whether somebody of that name is the owner.
    pub(super) fn is(&self, name: &str) -> bool {
        same_person(name, &self.name)
    }

    /// Whether a review is what the owner says of a thing: by a link to the very person whose page it is, and with a profession,
    /// since anybody who writes a review may be described somewhere. What is said of people and practices is others' words.
    pub(super) fn reviews_thing(&self, graph: &Graph<'v>, review: &'v Node) -> bool {
        let Some(owner) = self.node.filter(|_| self.person) else { return false };
        let reviewed = graph.nodes(review, "itemReviewed");
        let is_thing = |node: &&Node| !is(node, PERSON) && !is(node, BUSINESS);
        !reviewed.is_empty()
            && reviewed.iter().all(is_thing)
            && WORK.iter().any(|key| owner.contains_key(*key))
            && graph.nodes(review, "author").into_iter().any(|author| std::ptr::eq(author, owner))
    }
}
