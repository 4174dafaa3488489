//! Comments under the posts of a blog: mostly other people's.

use std::collections::BTreeMap;

use whitecoat_engine::{Authorship, Item, Kind, LiveState, Parent, Visibility};

use super::text;
use crate::coverage::Coverage;
use crate::sources::archive::account::Account;
use crate::sources::archive::gather::Gather;
use crate::sources::archive::item::derived_id;
use crate::sources::archive::stored_html::words;
use crate::sources::archive::xml::Element;
use crate::sources::shapes::wordpress::{NO_WORDS, answers_comment, answers_post, comment_id, time};

const SPAM: &str = "WordPress: spam, and notices of links from elsewhere, are not read";

/// The comments of one entry by their numbers.
type Numbered<'e> = BTreeMap<&'e str, &'e Element>;

/// By what the blog's own people are known among those who comment.
pub(super) struct Comments {
    ids: Vec<String>,
    emails: Vec<String>,
}

impl Comments {
    pub(super) fn of(authors: &[&Element]) -> Self {
        let all = |name: &str| {
            let values = authors.iter().map(|author| author.get(name).to_lowercase());
            values.filter(|value| !value.is_empty() && value != "0").collect()
        };
        Self { ids: all("wp:author_id"), emails: all("wp:author_email") }
    }

    fn is_own(&self, comment: &Element) -> bool {
        let email = comment.get("wp:comment_author_email").to_lowercase();
        self.ids.iter().any(|id| id == comment.get("wp:comment_user_id")) || self.emails.contains(&email)
    }

    /// All comments of one entry.
    pub(super) fn take(
        &self,
        account: &Account,
        entry: &Element,
        post: &str,
        visibility: Visibility,
        place: &str,
        gather: &mut Gather,
    ) {
        let by_number: Numbered<'_> =
            entry.all("wp:comment").map(|comment| (comment.get("wp:comment_id"), comment)).collect();
        for comment in entry.all("wp:comment") {
            let sort = comment.get("wp:comment_type");
            let approved = comment.get("wp:comment_approved");
            if approved == "spam" || matches!(sort, "pingback" | "trackback") {
                gather.coverage().skip(SPAM, place);
                continue;
            }
            let (visibility, live_state) = match approved {
                "1" | "" => (visibility, LiveState::Unknown),
                "trash" | "post-trashed" => (Visibility::Private, LiveState::Deleted),
                _ => (Visibility::Private, LiveState::Unknown),
            };
            let (created_at, created_precision) = time(
                comment.get("wp:comment_date_gmt"),
                comment.get("wp:comment_date"),
                "",
                place,
                gather.coverage(),
            );
            let shown = words(&text::html(comment.get("wp:comment_content")), gather.coverage());
            let number = comment.get("wp:comment_id");
            let id = match number {
                "" => derived_id(&[post, comment.get("wp:comment_date"), &shown]),
                number => comment_id(number),
            };
            let item = Item {
                id,
                kind: Kind::Comment,
                text: shown,
                created_at,
                created_precision,
                authorship: if self.is_own(comment) { Authorship::Own } else { Authorship::Other },
                visibility,
                live_state,
                parent: Some(self.parent(&by_number, comment, post)),
                thread: Some(post.to_owned()),
                ..account.item(place)
            };
            gather.keep(item, NO_WORDS);
        }
    }

    /// The comment that another one answers, or else the post.
    fn parent(&self, all: &Numbered<'_>, comment: &Element, post: &str) -> Parent {
        let number = comment.get("wp:comment_parent");
        if matches!(number, "" | "0") {
            return answers_post(post);
        }
        let answered = all.get(number).map(|answered| {
            let stored = text::html(answered.get("wp:comment_content"));
            (self.is_own(answered), words(&stored, &mut Coverage::default()))
        });
        answers_comment(number, answered)
    }
}
