//! WordPress exports (WXR): a feed with everything on the blog, the comments of others too.

mod comment;
mod text;

use std::sync::Arc;

use whitecoat_engine::{Authorship, Item, Kind, LiveState, Media, Profile, Visibility};

use super::account::{Account, recognised};
use super::container::Entry;
use super::format::{Export, Format, Is, Known, Role};
use super::gather::Gather;
use super::html::titled;
use super::item::derived_id;
use super::xml::{self, Element};
use super::{attached, stored_html};
use crate::coverage::Coverage;
use crate::sources::InputError;
use crate::sources::shapes::wordpress::{self, NO_WORDS, PLATFORM, SEVERAL, time};
use comment::Comments;

const FEED: Role = "feed";

/// How far into a file its head reaches at most.
const HEAD_BYTES: usize = 1024 * 1024;

/// Types of entries that hold no words of their own, or other people's data.
const NOISE: &[&str] = &[
    "acf-field",
    "acf-field-group",
    "custom_css",
    "customize_changeset",
    "edd_payment",
    "feedback",
    "flamingo_contact",
    "flamingo_inbound",
    "flamingo_outbound",
    "give_payment",
    "mc4wp-form",
    "nav_menu_item",
    "nf_sub",
    "oembed_cache",
    "revision",
    "scheduled-action",
    "shop_coupon",
    "shop_order",
    "shop_order_refund",
    "shop_subscription",
    "user_request",
    "wp_font_face",
    "wp_font_family",
    "wp_global_styles",
    "wp_navigation",
    "wp_template",
    "wp_template_part",
    "wpcf7_contact_form",
    "wpforms",
];

/// What visitors write in forums (bbPress), who are no authors of the blog.
const FORUM: &[&str] = &["reply", "topic"];

/// Patients' words that the owner has put there, as the plugins for it name them.
const TESTIMONIALS: &[&str] =
    &["jetpack-testimonial", "testimonial", "testimonials", "testimonial-view", "wpm-testimonial"];

const LEFT: &str = "WordPress: older versions, menus, layout, orders and forms sent in are not read";
const NO_ITEMS: &str = "WordPress: the file holds no posts";

/// WordPress's export.
pub(super) static FORMAT: Format = Format {
    name: "WordPress",
    files: &[
        Known("*.wordpress.xml", Is::Telling(FEED)),
        Known("*.wordpress.*.xml", Is::Telling(FEED)),
        Known("wordpressexport*.xml", Is::Telling(FEED)),
    ],
    by_content,
    read,
};

fn by_content(start: &[u8]) -> Option<Role> {
    let has = |mark: &str| memchr::memmem::find(start, mark.as_bytes()).is_some();
    (has("WordPress eXtended RSS") || has("wordpress.org/export/")).then_some(FEED)
}

fn read(export: &mut Export<'_>) -> Result<(), InputError> {
    let files = export.of(FEED);
    let blogs: Vec<Blog> = files.iter().map(|entry| Blog::of(export, entry)).collect();
    let mut names: Vec<&str> = blogs.iter().map(|blog| blog.account.handle.as_str()).collect();
    names.retain(|name| !name.is_empty());
    names.dedup();
    recognised(export, &names.join(" and "));
    let mut gather = Gather::default();
    for (entry, blog) in files.iter().zip(&blogs) {
        if blog.authors > 1 {
            gather.coverage().note(SEVERAL);
        }
        if let Some(bio) = blog.account.bio(&format!("{}#0", entry.name), Visibility::Public) {
            gather.keep(bio, NO_WORDS);
        }
        let mut items = 0_u64;
        xml::stream(export.container, export.sink, entry, &["item"], &mut |item, place, sink| {
            items += 1;
            blog.take(item, place, &mut gather);
            gather.hand_over(sink)
        })?;
        if items == 0 && entry.size > 0 {
            gather.coverage().fail(NO_ITEMS, &entry.name);
        }
    }
    gather.finish(export.sink)?;
    Ok(())
}

/// What the head of a file says.
struct Blog {
    account: Account,
    authors: usize,
    comments: Comments,
}

impl Blog {
    fn of(export: &mut Export<'_>, entry: &Entry) -> Self {
        let head = export.container.peek(entry, HEAD_BYTES);
        let head = memchr::memmem::find(&head, b"<item>").and_then(|end| head.get(..end)).unwrap_or(&head);
        let names = &["title", "link", "description", "wp:base_blog_url", "wp:author"];
        let head = xml::elements(head, names);
        // The first of a name is the blog's; the next is that of its picture.
        let get =
            |name: &str| head.iter().find(|found| found.name == name).map_or("", |found| found.text.as_str());
        let address = [get("wp:base_blog_url"), get("link")].into_iter().find(|address| !address.is_empty());
        let handle =
            address.map_or("", |address| address.split_once("://").map_or(address, |(_, rest)| rest));
        let authors: Vec<&Element> = head.iter().filter(|found| found.name == "wp:author").collect();
        let name = match authors.as_slice() {
            [only] => only.get("wp:author_display_name"),
            _ => get("title"),
        };
        let profile =
            Profile { name: name.to_owned(), bio: get("description").to_owned(), ..Profile::default() };
        let account = Account {
            platform: PLATFORM,
            handle: handle.trim_end_matches('/').to_owned(),
            profile: Arc::new(profile),
        };
        Self { account, authors: authors.len(), comments: Comments::of(&authors) }
    }

    fn take(&self, entry: &Element, place: &str, gather: &mut Gather) {
        let sort = entry.get("wp:post_type");
        if NOISE.contains(&sort) {
            gather.coverage().skip(LEFT, place);
            return;
        }
        let (visibility, live_state) = standing(entry);
        let (created_at, created_precision) = time(
            entry.get("wp:post_date_gmt"),
            entry.get("wp:post_date"),
            entry.get("pubDate"),
            place,
            gather.coverage(),
        );
        let mut item =
            Item { created_at, created_precision, visibility, live_state, ..self.account.item(place) };
        if sort == "attachment" {
            attachment(entry, &mut item, gather.coverage());
        } else {
            article(entry, &mut item, gather.coverage());
            if FORUM.contains(&sort) && (self.authors != 1 || entry.get("dc:creator").is_empty()) {
                (item.kind, item.authorship) = (Kind::Comment, Authorship::Other);
            } else if TESTIMONIALS.contains(&sort) {
                (item.kind, item.authorship) = (Kind::Post, Authorship::Reshare);
            }
        }
        item.id = entry.get("wp:post_id").to_owned();
        if item.id.is_empty() {
            item.id = derived_id(&[entry.get("wp:post_date"), &item.text]);
        }
        let link = entry.get("link");
        item.url = (visibility == Visibility::Public && link.starts_with("http")).then(|| link.to_owned());
        let post = item.id.clone();
        gather.keep(item, NO_WORDS);
        self.comments.take(&self.account, entry, &post, visibility, place, gather);
    }
}

/// A post, a page, or an entry of a type that the blog has added.
fn article(entry: &Element, item: &mut Item, coverage: &mut Coverage) {
    item.kind = Kind::Article;
    (item.text, item.media) = wordpress::article(
        entry.get("title"),
        &text::html(entry.get("content:encoded")),
        &text::html(entry.get("excerpt:encoded")),
        coverage,
    );
}

/// A picture or file, with what is written about it.
fn attachment(entry: &Element, item: &mut Item, coverage: &mut Coverage) {
    let alt = entry.all("wp:postmeta").find(|meta| meta.get("wp:meta_key") == "_wp_attachment_image_alt");
    let alt = alt.map_or("", |meta| meta.get("wp:meta_value"));
    let caption = stored_html::words(&text::html(entry.get("excerpt:encoded")), coverage);
    let description = stored_html::words(&text::html(entry.get("content:encoded")), coverage);
    item.kind = Kind::Media;
    let file = attached::at(entry.get("wp:attachment_url"));
    let title = entry.get("title").trim();
    let title = if is_made_of(title, &file.file_name) { "" } else { title };
    item.text = titled(title, &titled(&caption, &description));
    // What the blog names by itself says nothing.
    if item.text.is_empty() && alt.is_empty() {
        return;
    }
    item.media.push(Media { alt: alt.to_owned(), ..file });
}

/// Whether a title is what the blog makes of a file's name: `IMG 1234` of `IMG-1234-scaled.jpg`.
fn is_made_of(title: &str, file_name: &str) -> bool {
    let letters = |text: &str| -> String {
        text.to_lowercase().chars().filter(|letter| letter.is_alphanumeric()).collect()
    };
    let (stem, _) = file_name.rsplit_once('.').unwrap_or((file_name, ""));
    letters(stem).starts_with(&letters(title))
}

/// Who may read an entry, and whether it is still there.
fn standing(entry: &Element) -> (Visibility, LiveState) {
    match entry.get("wp:status") {
        // Those who have the password.
        "publish" if !entry.get("wp:post_password").is_empty() => (Visibility::Followers, LiveState::Unknown),
        "publish" => (Visibility::Public, LiveState::Unknown),
        "draft" | "auto-draft" | "pending" | "future" | "private" => {
            (Visibility::Private, LiveState::Unknown)
        }
        "trash" => (Visibility::Private, LiveState::Deleted),
        _ => (Visibility::Unknown, LiveState::Unknown),
    }
}
