//! One line of an audit: what is kept of a finding once its item is gone.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use whitecoat_engine::{
    Authorship, Evidence, Finding, Item, Kind, LiveState, Modifier, Moment, ParentAuthor, Precision, Profile,
    Rule, Severity, UNDERSTOOD, Visibility,
};

use super::{People, excerpt};
use crate::identity;
use crate::subject::Match;

/// What stands between the entries of a list in one string.
pub const APART: &str = "; ";

/// What became of a finding since the last audit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The last audit did not have it, or there was none.
    #[default]
    New,
    /// It is still there.
    Persisting,
    /// It was dealt with, and has to be looked at again.
    Reopened,
    /// The post was changed or removed as decided.
    Resolved,
    /// The post is no longer there, and nobody had decided that.
    Gone,
    /// The post is as it was; the rules or the profile no longer find it.
    RuleChanged,
    /// Its account, or the post, was not read this time.
    NotRead,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::New,
        Self::Persisting,
        Self::Reopened,
        Self::Resolved,
        Self::Gone,
        Self::RuleChanged,
        Self::NotRead,
    ];

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Persisting => "persisting",
            Self::Reopened => "reopened",
            Self::Resolved => "resolved",
            Self::Gone => "gone",
            Self::RuleChanged => "rule-changed",
            Self::NotRead => "not-read",
        }
    }
}

/// A finding with what the reports say about its item.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names are those of the finding and the item")]
pub struct Row {
    pub finding_id: String,
    pub rule: Arc<Rule>,
    pub severity: Severity,
    pub confidence: f32,
    pub modifiers: Vec<Modifier>,
    /// `signal@scope:weight`, the weightiest first, apart by [`APART`]. One string: an audit keeps all its rows in memory.
    pub evidence: Box<str>,
    /// What the reader says, where the finding rests on it.
    pub reading: Option<Box<str>>,
    /// Names of the signals that spoke against the finding, apart by [`APART`].
    pub guards: Box<str>,
    pub identifiers: Vec<char>,
    pub quasi_identifiers: Vec<&'static str>,
    pub excerpt: String,
    /// Which text of the item the span cuts.
    pub span_field: String,
    /// In Unicode code points.
    pub span: (usize, usize),
    pub ordinal: usize,
    /// `platform:id` of other versions and copies of the item in which the same was found.
    pub related: Vec<String>,
    /// How many people fit what is told, where it tells of somebody.
    pub people: Option<Box<People>>,
    /// How many more matches in the item have no row of their own.
    pub further: usize,

    pub item_id: String,
    pub kind: Kind,
    pub platform: String,
    pub account: String,
    pub posted_at: Option<Moment>,
    pub precision: Precision,
    pub url: Option<String>,
    pub source: String,
    pub authorship: Authorship,
    pub visibility: Visibility,
    pub live_state: LiveState,
    pub parent_author: Option<ParentAuthor>,
    pub parent_ref: Option<String>,
    pub profile: Option<Arc<Profile>>,

    /// What became of it since the last audit.
    pub status: Status,
    /// What its reader decided, and noted, in the last audit's table.
    pub decision: String,
    pub note: String,
    /// What else its reader has filled in, by column.
    pub filled_in: BTreeMap<&'static str, String>,
    /// The decision holds: nothing is left to do.
    pub settled: bool,
    /// The day of the audit that first had it, unless it is this one.
    pub first_seen: Option<String>,
    /// Whose account it is, and why.
    pub identity_match: Match,
    pub identity_basis: String,
    /// Its words, and where they stand, may not be shown.
    pub withheld: bool,
    /// Where an archive keeps a copy of its page.
    pub archived_url: Option<String>,
    /// Its place in the draw of old items.
    pub drawn: Option<u64>,

    /// The item and its words as they are now, for the next audit.
    pub item_version: String,
    /// The item across exports and versions.
    pub identity: blake3::Hash,
    /// The item's words, to find copies by.
    pub words: Option<blake3::Hash>,
}

impl Row {
    /// The row of a finding in `item`.
    pub fn of(item: &Item, finding: &Finding, mask: bool) -> Self {
        let identity = identity::of_item(item);
        let weighed = finding.evidence.iter();
        let guards = weighed.clone().filter(|evidence| evidence.weight < 0.0);
        Self {
            finding_id: identity::of_finding(finding, &identity),
            rule: Arc::clone(&finding.rule),
            severity: finding.severity,
            confidence: finding.confidence,
            modifiers: finding.modifiers.clone(),
            evidence: weighed.map(weighed_evidence).collect::<Vec<_>>().join(APART).into(),
            guards: guards.map(|evidence| &*evidence.signal).collect::<Vec<_>>().join(APART).into(),
            reading: finding.evidence.iter().find_map(reading),
            identifiers: finding.identifiers.clone(),
            quasi_identifiers: finding.quasi_identifiers.clone(),
            excerpt: excerpt::of(item, finding, mask),
            span_field: identity::field_name(finding.span.field),
            span: identity::code_points(item, finding.span),
            ordinal: finding.ordinal,
            related: Vec::new(),
            people: finding.crowd.as_deref().map(|fits| Box::new(People::of(fits))),
            further: finding.further,
            item_id: item.id.clone(),
            kind: item.kind,
            platform: item.platform.clone(),
            account: item.account.clone(),
            posted_at: item.created_at,
            precision: item.created_precision,
            url: item.url.clone(),
            source: item.source.clone(),
            authorship: item.authorship,
            visibility: item.visibility,
            live_state: item.live_state,
            parent_author: item.parent.as_ref().map(|parent| parent.author),
            parent_ref: item.parent.as_ref().and_then(|parent| parent.id.clone()),
            profile: item.profile.clone(),
            status: Status::New,
            decision: String::new(),
            note: String::new(),
            filled_in: BTreeMap::new(),
            settled: false,
            first_seen: None,
            identity_match: Match::Unlisted,
            identity_basis: String::new(),
            withheld: false,
            archived_url: None,
            drawn: None,
            item_version: identity::of_version(item, &identity).to_string(),
            identity,
            words: identity::of_words(item),
        }
    }

    /// Whether somebody still has to look at it.
    pub fn is_open(&self) -> bool {
        !self.settled
    }

    /// Leaves rule and day, and nothing that leads to the post. `number` tells such rows apart.
    pub fn withhold(&mut self, number: usize) {
        self.finding_id = format!("withheld-{number}");
        self.precision = match self.precision {
            Precision::Second | Precision::Minute => Precision::Day,
            other => other,
        };
        for text in [&mut self.excerpt, &mut self.item_id, &mut self.platform, &mut self.account] {
            text.clear();
        }
        for text in [&mut self.source, &mut self.item_version, &mut self.identity_basis] {
            text.clear();
        }
        self.archived_url = None;
        (self.url, self.parent_ref, self.parent_author, self.profile) = (None, None, None, None);
        (self.modifiers, self.identifiers, self.quasi_identifiers) = Default::default();
        (self.related, self.further, self.span, self.kind) = Default::default();
        (self.people, self.reading) = Default::default();
        self.forget_evidence();
    }

    /// Drops what counted, where no column shows it.
    pub fn forget_evidence(&mut self) {
        (self.evidence, self.guards) = Default::default();
    }

    /// The item as `platform:id`.
    pub fn item_ref(&self) -> String {
        format!("{}:{}", self.platform, self.item_id)
    }

    /// How often the same was found: in versions and copies of the item, and in matches without a row of their own.
    pub fn occurrences(&self) -> usize {
        1 + self.related.len() + self.further
    }
}

/// `signal@scope:weight`; for the learned signal with the words that weighed most.
fn weighed_evidence(evidence: &Evidence) -> String {
    let words = match evidence.words.as_slice() {
        [] => String::new(),
        words => format!("({})", words.join(", ")),
    };
    format!("{}{words}@{}:{:+.2}", evidence.signal, evidence.scope, evidence.weight)
}

/// The reader's reasons, where the finding rests on it: the words that moved it, and the kind of labelled post that this is like.
fn reading(evidence: &Evidence) -> Option<Box<str>> {
    let Evidence { signal, scope, words, resembles, .. } = evidence;
    let alone = *scope == "focus";
    if &**signal != UNDERSTOOD || !(alone || resembles.is_some() || !words.is_empty()) {
        return None;
    }
    let found = if alone { "where the rule itself saw nothing" } else { "where the rule alone was not sure" };
    let mut said = format!("Found by the reader, a language model, {found}");
    if !words.is_empty() {
        let words: Vec<String> = words.iter().map(|word| format!("“{word}”")).collect();
        said.push_str(&format!("; it goes by {}", words.join(", ")));
    }
    if let Some(kind) = resembles {
        said.push_str(&format!("; like a post labelled: {kind}"));
    }
    Some(format!("{said}.").into())
}

/// Puts rows into the order of the report: the worst first, then the newest, then by ids. The order depends on nothing
/// but the rows.
pub fn sort(rows: &mut [Row]) {
    rows.sort_unstable_by(|a, b| {
        let key = |row: &Row| {
            (
                Reverse(row.severity),
                row.posted_at.is_none(),
                Reverse(row.posted_at.map(|moment| moment.instant())),
            )
        };
        key(a)
            .cmp(&key(b))
            .then_with(|| a.item_id.cmp(&b.item_id))
            .then_with(|| a.rule.id.cmp(&b.rule.id))
            .then_with(|| a.ordinal.cmp(&b.ordinal))
            .then_with(|| a.finding_id.cmp(&b.finding_id))
            .then_with(|| a.source.cmp(&b.source))
    });
}
