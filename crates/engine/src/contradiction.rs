//! Conditions that nothing can meet: a rule file that holds one contradicts itself.

use crate::condition::RawCondition;
use crate::item::{Authorship, Kind};

/// Facts of which an item has one at most.
const ONE_OF: &[&str] = &["kind-", "by-", "country-"];

/// Why no item that a rule looks at can meet a condition; `None` where one can.
pub(crate) fn find(raw: &RawCondition, kinds: &[Kind], authorship: &[Authorship]) -> Option<String> {
    let any: Vec<&str> = raw.signal.iter().chain(&raw.any).map(String::as_str).collect();
    let all: Vec<&str> = raw.all.iter().map(String::as_str).collect();
    let unwanted = |name: &&str| raw.none.iter().any(|none| none == name);
    if let Some(name) = all.iter().find(|name| unwanted(name)) {
        return Some(format!("`{name}` must be seen, and must not be seen"));
    }
    if !any.is_empty() && any.iter().all(unwanted) {
        return Some("every signal of `any` is one of `none` too".to_owned());
    }
    for group in ONE_OF {
        let mut of_group = all.iter().filter(|name| name.starts_with(group));
        if let (Some(one), Some(other)) = (of_group.next(), of_group.next())
            && one != other
        {
            return Some(format!("no item has both `{one}` and `{other}`"));
        }
    }
    let looked_at = |name: &str| looked_at(name, kinds, authorship);
    let never = all.iter().find(|name| !looked_at(name)).copied();
    let never = never.or_else(|| any.first().copied().filter(|_| any.iter().all(|name| !looked_at(name))));
    never.map(|name| format!("the rule does not look at items for which `{name}` holds"))
}

/// Whether a rule with these `kinds` and `authorship` looks at items for which a fact holds.
fn looked_at(fact: &str, kinds: &[Kind], authorship: &[Authorship]) -> bool {
    let of_kind: &[Kind] = match fact {
        "kind-post" => &[Kind::Post],
        "kind-reply" => &[Kind::Reply],
        "kind-comment" => &[Kind::Comment],
        "kind-review-reply" => &[Kind::ReviewReply],
        "kind-caption" => &[Kind::Caption, Kind::Media],
        "kind-article" => &[Kind::Article],
        "kind-message" => &[Kind::Message],
        "kind-profile" => &[Kind::Profile],
        _ => &[],
    };
    let by: &[Authorship] = match fact {
        "by-self" => &[Authorship::Own],
        "by-reshare" => &[Authorship::Reshare],
        "by-other" => &[Authorship::Tagged, Authorship::Other],
        _ => &[],
    };
    let default = [Authorship::Own, Authorship::Reshare];
    let authors = if authorship.is_empty() { &default } else { authorship };
    let kind_fits = of_kind.is_empty() || kinds.is_empty() || of_kind.iter().any(|kind| kinds.contains(kind));
    let author_fits = by.is_empty() || by.iter().any(|author| authors.contains(author));
    kind_fits && author_fits
}
