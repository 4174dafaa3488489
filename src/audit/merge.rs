//! What is one thing to deal with is one row.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use whitecoat_engine::{LiveState, Visibility};

use crate::report::Row;
use crate::report::row;

/// Joins what is one thing to deal with: the same rule on versions of one item, and on the same words posted on another
/// account. The latest one that is public and not deleted stands for all; the others are its `related`.
pub fn merge(mut rows: Vec<Row>) -> Vec<Row> {
    rows.sort_unstable_by(standing);
    let mut first_of_item = BTreeMap::new();
    let mut first_of_words: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    // The rows that another stands for, by the one that does.
    let mut copies: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, row) in rows.iter().enumerate() {
        let on_account = |other: &usize| rows.get(*other).is_some_and(|other| same_account(other, row));
        let item = (Arc::clone(&row.rule.id), row.ordinal, *row.identity.as_bytes());
        let words = row.words.map(|words| (Arc::clone(&row.rule.id), row.ordinal, *words.as_bytes()));
        let same_words = || {
            let firsts = first_of_words.get(words.as_ref()?)?;
            let elsewhere = |first: &&usize| {
                !on_account(first) && !copies.get(*first).into_iter().flatten().any(on_account)
            };
            firsts.iter().find(elsewhere).copied()
        };
        let first = first_of_item.get(&item).copied().or_else(same_words);
        first_of_item.entry(item).or_insert(first.unwrap_or(at));
        match (first, words) {
            (Some(first), _) => copies.entry(first).or_default().push(at),
            (None, Some(words)) => first_of_words.entry(words).or_default().push(at),
            (None, None) => {}
        }
    }
    let mut is_copy = vec![false; rows.len()];
    for (first, copies) in copies {
        let refs = copies.iter().filter_map(|copy| rows.get(*copy)).map(Row::item_ref);
        let mut related: Vec<String> = refs.collect();
        for copy in &copies {
            if let Some(is_copy) = is_copy.get_mut(*copy) {
                *is_copy = true;
            }
        }
        related.sort();
        related.dedup();
        if let Some(row) = rows.get_mut(first) {
            let own = row.item_ref();
            related.retain(|other| *other != own);
            row.related = related;
        }
    }
    let mut is_copy = is_copy.into_iter();
    rows.retain(|_| !is_copy.next().unwrap_or(false));
    row::sort(&mut rows);
    rows
}

/// The order in which one row stands for another.
fn standing(a: &Row, b: &Row) -> Ordering {
    let out_of_sight =
        |row: &Row| (row.visibility != Visibility::Public, row.live_state == LiveState::Deleted);
    let instant = |row: &Row| row.posted_at.map(|moment| moment.instant());
    out_of_sight(a)
        .cmp(&out_of_sight(b))
        .then_with(|| instant(b).cmp(&instant(a)))
        .then_with(|| (&a.platform, &a.account, &a.item_id).cmp(&(&b.platform, &b.account, &b.item_id)))
        .then_with(|| (&a.rule.id, a.ordinal, &a.source).cmp(&(&b.rule.id, b.ordinal, &b.source)))
}

fn same_account(a: &Row, b: &Row) -> bool {
    (&a.platform, &a.account) == (&b.platform, &b.account)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use whitecoat_engine::{Field, Item, Moment, Rule, Severity, Span};

    use super::*;

    fn rule() -> Arc<Rule> {
        crate::report::tests::rule("privacy/patient-name", Severity::Critical)
    }

    fn row(platform: &str, id: &str, text: &str, day: &str) -> Row {
        let item = Item {
            platform: platform.into(),
            account: "drk".into(),
            id: id.into(),
            text: text.into(),
            created_at: format!("{day}T10:00:00Z").parse::<Moment>().ok(),
            visibility: Visibility::Public,
            ..Item::default()
        };
        let span = Span { field: Field::Text, start: 0, end: 1 };
        Row::of(&item, &crate::report::tests::finding(rule(), span, span), true)
    }

    fn shown(rows: Vec<Row>) -> Vec<String> {
        merge(rows).iter().map(|row| format!("{} {:?}", row.item_ref(), row.related)).collect()
    }

    #[test]
    fn copies_on_other_accounts_count_once_and_the_latest_stands_for_them() {
        let rows = || {
            vec![
                row("x", "1", "Bed 4 again", "2024-01-01"),
                row("threads", "2", "bed 4  again", "2024-01-03"),
                row("x", "3", "Something else", "2024-01-02"),
            ]
        };
        let expected = ["threads:2 [\"x:1\"]", "x:3 []"];
        assert_eq!(shown(rows()), expected);
        assert_eq!(shown(rows().into_iter().rev().collect()), expected);
    }

    #[test]
    fn the_same_words_twice_on_one_account_are_two_things_to_remove() {
        let rows = vec![row("x", "1", "Same", "2024-01-01"), row("x", "2", "Same", "2024-01-02")];
        assert_eq!(shown(rows), ["x:2 []", "x:1 []"]);
    }

    #[test]
    fn versions_of_one_item_and_the_same_export_twice_count_once() {
        let version = |id: &str, text: &str, day: &str| {
            let item = Item {
                platform: "mastodon".into(),
                id: id.into(),
                text: text.into(),
                version_of: (id != "1").then(|| "1".into()),
                created_at: format!("{day}T10:00:00Z").parse::<Moment>().ok(),
                ..Item::default()
            };
            let span = Span { field: Field::Text, start: 0, end: 1 };
            Row::of(&item, &crate::report::tests::finding(rule(), span, span), true)
        };
        let rows = vec![
            version("1", "a", "2024-01-01"),
            version("1b", "b", "2024-01-02"),
            version("1", "a", "2024-01-01"),
        ];
        let merged = merge(rows);
        assert_eq!(merged.len(), 1);
        assert_eq!((merged[0].item_ref().as_str(), merged[0].occurrences()), ("mastodon:1b", 2));
        assert_eq!(merged[0].finding_id, version("1", "a", "2024-01-01").finding_id);
    }
}
