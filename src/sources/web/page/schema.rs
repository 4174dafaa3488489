//! schema.org nodes to items: profiles, articles, posts, comments, reviews and the replies to them.

mod owner;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;
use whitecoat_engine::{
    Authorship, Item, Kind, Media, MediaKind, Moment, Parent, ParentAuthor, ParentKind, Precision, Profile,
};

use super::json_ld::{Graph, MAX_DEPTH, Node, is, list};
use super::people::{country, profession_of, same_person};
use super::{Found, Place, dates, dom};
use owner::Owner;

const PERSON: &[&str] = &["Person", "Physician", "IndividualPhysician"];
const BUSINESS: &[&str] = &[
    "Dentist",
    "Hospital",
    "LocalBusiness",
    "MedicalBusiness",
    "MedicalClinic",
    "MedicalOrganization",
    "Optician",
    "Organization",
    "Pharmacy",
    "PhysiciansOffice",
    "Physiotherapy",
    "ProfessionalService",
];
const ARTICLE: &[&str] = &[
    "AboutPage",
    "AdvertiserContentArticle",
    "Article",
    "BlogPosting",
    "LiveBlogPosting",
    "MedicalScholarlyArticle",
    "MedicalWebPage",
    "NewsArticle",
    "OpinionNewsArticle",
    "QAPage",
    "Report",
    "ScholarlyArticle",
    "TechArticle",
];
const POST: &[&str] = &["DiscussionForumPosting", "Question", "SocialMediaPosting"];
const COMMENT: &[&str] = &["Answer", "Comment", "CorrectionComment"];
const REVIEW: &[&str] = &["CriticReview", "EmployerReview", "Review", "UserReview"];
const VIDEO: &[&str] = &["VideoObject"];
/// What a practice offers, where it is described.
const SERVICE: &[&str] = &[
    "MedicalProcedure",
    "MedicalTest",
    "MedicalTherapy",
    "Offer",
    "PhysicalExam",
    "PhysicalTherapy",
    "Product",
    "Service",
    "SurgicalProcedure",
    "TherapeuticProcedure",
];

/// Reads all nodes of a page.
pub(super) fn read(values: &[Value], place: &Place) -> Found {
    let graph = Graph::of(values);
    let owner = Owner::of(&graph, values);
    let mut walk = Walk { graph, place, owner, seen: BTreeSet::new(), found: Found::default() };
    // A comment that stands beside its post is reached through the post first.
    for late in [false, true] {
        for node in top_level(values).filter(|node| is(node, COMMENT) == late) {
            walk.visit(node, None, 0);
        }
    }
    walk.found
}

fn top_level(values: &[Value]) -> impl Iterator<Item = &Node> {
    values.iter().flat_map(|value| list(Some(value))).filter_map(Value::as_object).flat_map(|node| {
        let inner = list(node.get("@graph")).filter_map(Value::as_object);
        std::iter::once(node).chain(inner)
    })
}

/// What a node is an answer to.
#[derive(Clone, Debug)]
struct Answered {
    parent: Parent,
    author: String,
}

struct Walk<'v> {
    graph: Graph<'v>,
    place: &'v Place,
    owner: Owner<'v>,
    seen: BTreeSet<usize>,
    found: Found,
}

impl<'v> Walk<'v> {
    fn visit(&mut self, node: &'v Node, answered: Option<&Answered>, depth: usize) {
        if depth > MAX_DEPTH || !self.seen.insert(std::ptr::from_ref(node) as usize) {
            return;
        }
        if is(node, REVIEW) {
            let this = self.review(node);
            self.children(node, Some(&this), &["author", "creator"], depth);
        } else if is(node, COMMENT) {
            let this = self.comment(node, answered);
            self.children(node, Some(&this), &["author", "creator", "parentItem"], depth);
        } else if is(node, POST) || is(node, ARTICLE) || is(node, VIDEO) {
            let this = self.written(node);
            self.children(node, Some(&this), &[], depth);
        } else {
            if is(node, PERSON) || is(node, BUSINESS) {
                self.profile(node);
            } else if is(node, SERVICE) {
                self.service(node);
            }
            self.children(node, None, &[], depth);
        }
    }

    /// Visits what hangs on a node. Only comments and answers hear of `this`.
    fn children(&mut self, node: &'v Node, this: Option<&Answered>, without: &[&str], depth: usize) {
        for (key, value) in node.iter().filter(|(key, _)| !without.contains(&key.as_str())) {
            for value in list(Some(value)) {
                let Some(child) = self.graph.node(value) else { continue };
                let answers = matches!(
                    key.as_str(),
                    "comment" | "reply" | "replies" | "acceptedAnswer" | "suggestedAnswer" | "subjectOf"
                );
                self.visit(child, this.filter(|_| answers), depth + 1);
            }
        }
    }

    fn profile(&mut self, node: &'v Node) {
        let graph = &self.graph;
        let address = graph.nodes(node, "address").into_iter().next().unwrap_or(node);
        let location: Vec<String> = ["addressLocality", "addressRegion"]
            .iter()
            .map(|key| graph.words(address, &[key]))
            .filter(|words| !words.is_empty())
            .collect();
        let bio = graph.words(node, &["description", "disambiguatingDescription"]);
        let profession =
            graph.words(node, &["jobTitle", "hasOccupation", "medicalSpecialty", "honorificSuffix"]);
        let profile = Profile {
            name: graph.words(node, &["name", "alternateName"]),
            bio: bio.clone(),
            profession: profession_of(&profession, is(node, BUSINESS) && !is(node, PERSON)),
            employer: graph
                .words(node, &["worksFor", "hospitalAffiliation", "affiliation", "parentOrganization"]),
            location: location.join(", "),
            jurisdiction: country(&graph.words(address, &["addressCountry"])).to_owned(),
            ..Profile::default()
        };
        let handle = graph.words(node, &["alternateName"]);
        let mut item = self.item(node, Kind::Profile, bio);
        item.account = handle.trim_start_matches('@').to_owned();
        if self.owner.is(&profile.name) && self.found.profile.is_none() {
            self.found.profile = Some(profile.clone());
        }
        let profile = Arc::new(profile);
        item.profile = Some(Arc::clone(&profile));
        self.push(item);
        self.contact(node, address, &profile);
    }

    /// How to reach somebody, as far as it is said: an item of its own, since a bio is about something else.
    fn contact(&mut self, node: &'v Node, address: &'v Node, profile: &Arc<Profile>) {
        let graph = &self.graph;
        let place: Vec<String> = ["streetAddress", "addressLocality", "addressRegion", "postalCode"]
            .iter()
            .map(|key| graph.words(address, &[key]))
            .filter(|words| !words.is_empty())
            .collect();
        let point = graph.nodes(node, "contactPoint").into_iter().next();
        let ways = [("Telephone", "telephone"), ("Fax", "faxNumber"), ("Email", "email")];
        let ways = ways.iter().filter_map(|(name, key)| {
            let said = [Some(node), point, Some(address)].into_iter().flatten();
            let said = said.map(|node| graph.words(node, &[key])).find(|words| !words.is_empty())?;
            Some(format!("{name}: {}", said.trim_start_matches("mailto:").trim_start_matches("tel:")))
        });
        let ways: Vec<String> = ways.collect();
        if ways.is_empty() && !address.contains_key("streetAddress") {
            return;
        }
        let lines = [vec![profile.name.clone(), place.join(", ")], ways].concat();
        let lines: Vec<String> = lines.into_iter().filter(|line| !line.is_empty()).collect();
        let item = Item {
            kind: Kind::Profile,
            text: lines.join("\n"),
            profile: Some(Arc::clone(profile)),
            ..Item::default()
        };
        self.push(item);
    }

    /// What is offered, where it is described in words.
    fn service(&mut self, node: &'v Node) {
        let name = self.graph.words(node, &["name", "alternateName", "serviceType"]);
        let description = self.graph.words(node, &["description", "howPerformed", "preparation"]);
        if !description.is_empty() {
            let item = self.item(node, Kind::Article, dom::titled(&name, &description));
            self.push(item);
        }
    }

    fn written(&mut self, node: &'v Node) -> Answered {
        let kind = match () {
            () if is(node, VIDEO) => Kind::Caption,
            () if is(node, POST) => Kind::Post,
            () => Kind::Article,
        };
        let title = self.graph.words(node, &["headline", "name"]);
        let mut body = self.graph.words(node, &["articleBody", "text"]);
        if body.is_empty() && kind == Kind::Caption {
            body = self.graph.words(node, &["description", "caption", "transcript"]);
        }
        let author = self.graph.words(node, &["author", "creator"]);
        let mut item = self.item(node, kind, dom::titled(&title, &body));
        // Without a body there is only what says when the page was written.
        if body.is_empty() {
            if self.found.created.0.is_none() {
                self.found.created = (item.created_at, item.created_precision);
            }
            item.text = String::new();
        }
        // Somebody else's question, on a page where the owner answers.
        let own = kind != Kind::Post || author.is_empty() || self.owner.is(&author);
        item.authorship = if own { Authorship::Own } else { Authorship::Other };
        let parent = Parent {
            author: if own { ParentAuthor::Own } else { ParentAuthor::Public },
            kind: ParentKind::Post,
            id: some(item.id.clone()),
            handle: None,
            text: some(if item.text.is_empty() { title } else { item.text.clone() }),
        };
        self.push(item);
        Answered { parent, author }
    }

    fn review(&mut self, node: &'v Node) -> Answered {
        let title = self.graph.words(node, &["name", "headline"]);
        let body = self.graph.words(node, &["reviewBody", "text", "description"]);
        let own = self.owner.reviews_thing(&self.graph, node);
        let kind = if own { Kind::Article } else { Kind::Comment };
        let mut item = self.item(node, kind, dom::titled(&title, &body));
        item.authorship = if own { Authorship::Own } else { Authorship::Other };
        let parent = Parent {
            author: if own { ParentAuthor::Own } else { ParentAuthor::Patient },
            kind: if own { ParentKind::Post } else { ParentKind::Review },
            id: some(item.id.clone()),
            handle: None,
            text: some(item.text.clone()),
        };
        self.push(item);
        Answered { parent, author: self.graph.words(node, &["author", "creator"]) }
    }

    fn comment(&mut self, node: &'v Node, answered: Option<&Answered>) -> Answered {
        let author = self.graph.words(node, &["author", "creator"]);
        let answered = answered.cloned().or_else(|| self.parent_item(node));
        let on_review = answered.as_ref().is_some_and(|it| it.parent.kind == ParentKind::Review);
        let own = if on_review {
            // Replies of a practice come under many names; only a person who is known not to be the owner is another.
            let reviewer = answered.as_ref().map(|it| it.author.as_str()).unwrap_or_default();
            let person = self.graph.nodes(node, "author").iter().any(|author| is(author, PERSON));
            !(same_person(&author, reviewer) || person && self.owner.person && !self.owner.is(&author))
        } else {
            let answer_of_the_page = is(node, &["Answer"]) && author.is_empty();
            let of_the_posts_author = answered
                .as_ref()
                .is_some_and(|it| it.parent.author == ParentAuthor::Own && same_person(&author, &it.author));
            answer_of_the_page || of_the_posts_author || self.owner.is(&author)
        };
        let kind = match (on_review, own) {
            (true, true) => Kind::ReviewReply,
            _ if is(node, &["Answer"]) => Kind::Reply,
            _ => Kind::Comment,
        };
        let mut item = self.item(node, kind, self.graph.words(node, &["text", "description", "name"]));
        item.authorship = if own { Authorship::Own } else { Authorship::Other };
        item.parent = answered.map(|it| it.parent);
        let parent = Parent {
            author: if own { ParentAuthor::Own } else { ParentAuthor::Public },
            kind: ParentKind::Comment,
            id: some(item.id.clone()),
            handle: None,
            text: some(item.text.clone()),
        };
        self.push(item);
        Answered { parent, author }
    }

    /// The parent that a comment names itself.
    fn parent_item(&self, node: &'v Node) -> Option<Answered> {
        let above = ["parentItem", "itemReviewed", "about"].iter().find_map(|key| {
            self.graph.nodes(node, key).into_iter().find(|above| {
                is(above, REVIEW) || is(above, COMMENT) || is(above, POST) || is(above, ARTICLE)
            })
        })?;
        let author = self.graph.words(above, &["author", "creator"]);
        let review = is(above, REVIEW);
        let parent = Parent {
            author: match review {
                true => ParentAuthor::Patient,
                false if self.owner.is(&author) => ParentAuthor::Own,
                false => ParentAuthor::Public,
            },
            kind: match review {
                true => ParentKind::Review,
                false if is(above, COMMENT) => ParentKind::Comment,
                false => ParentKind::Post,
            },
            id: self.address(above),
            handle: None,
            text: some(
                self.graph.words(above, &["reviewBody", "text", "articleBody", "headline", "description"]),
            ),
        };
        Some(Answered { parent, author })
    }

    /// The permalink or other absolute name of a node.
    fn address(&self, node: &Node) -> Option<String> {
        ["url", "@id"]
            .iter()
            .flat_map(|key| list(node.get(*key)))
            .filter_map(|value| value.as_str().or_else(|| value.get("@id")?.as_str()))
            .find_map(|address| dom::resolve(self.place.base.as_ref(), address))
            .map(String::from)
    }

    /// When something was written: the first of its dates that can be read, whether it stands alone, among others, or as a
    /// value with a type.
    fn date(&self, node: &'v Node) -> (Option<Moment>, Precision) {
        ["datePublished", "dateCreated", "uploadDate", "dateModified"]
            .iter()
            .flat_map(|key| list(node.get(*key)))
            .map(|value| dates::parse(&self.graph.name(value)))
            .find(|(moment, _)| moment.is_some())
            .unwrap_or_default()
    }

    fn item(&self, node: &'v Node, kind: Kind, text: String) -> Item {
        let (created_at, created_precision) = self.date(node);
        let url = self.address(node);
        Item {
            id: url.clone().unwrap_or_default(),
            kind,
            text,
            created_at,
            created_precision,
            url,
            media: self.media(node),
            ..Item::default()
        }
    }

    fn media(&self, node: &'v Node) -> Vec<Media> {
        let base = self.place.base.as_ref();
        let mut media: Vec<Media> = ["image", "photo"]
            .iter()
            .flat_map(|key| list(node.get(*key)))
            .filter_map(|value| match value {
                Value::String(address) => Some(dom::picture(base, address, "")),
                _ => {
                    let node = self.graph.node(value)?;
                    let address = ["contentUrl", "url"].iter().find_map(|key| node.get(*key)?.as_str())?;
                    Some(dom::picture(
                        base,
                        address,
                        &self.graph.words(node, &["caption", "description", "name"]),
                    ))
                }
            })
            .collect();
        if is(node, VIDEO)
            && let Some(address) = ["contentUrl", "embedUrl"].iter().find_map(|key| node.get(*key)?.as_str())
        {
            media.push(Media { kind: MediaKind::Video, ..dom::picture(base, address, "") });
        }
        media
    }

    fn push(&mut self, item: Item) {
        if !item.text.is_empty() {
            self.found.items.push(item);
        }
    }
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}
