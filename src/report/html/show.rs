//! How a finding is worded on the page, and the filters of its template.

use jiff::civil::Date;
use whitecoat_engine::{Authorship, LiveState, Precision, Rule, Visibility};

use super::tally::Tally;
use crate::report::columns::{self, words};
use crate::report::{Row, Run};
use crate::wording::{counted, printable};

/// Characters of an excerpt. Masked ones are shorter; whoever unmasks has the whole in the table.
const EXCERPT_CHARS: usize = 700;
/// The longest `[mask]` that is marked as one.
const MASK_CHARS: usize = 16;

/// A row with what the page says of it.
pub(super) struct Shown<'r> {
    pub(super) row: &'r Row,
    pub(super) status: String,
    decision: String,
    note: String,
    account: usize,
    masked: bool,
}

impl<'r> Shown<'r> {
    pub(super) fn of(row: &'r Row, run: &'r Run, tally: &Tally<'r>) -> Self {
        // What history says of a row is asked of the table's columns, so that page and table never differ.
        let cell = |name: &str| {
            let column = columns::ALL.iter().find(|column| column.name == name);
            column.map(|column| column.cell(row, run)).unwrap_or_default()
        };
        Self {
            row,
            status: cell("status"),
            decision: cell("decision"),
            note: cell("note"),
            account: tally.account(row),
            masked: !run.options.unmask,
        }
    }

    /// How many people fit what is told, and how that was worked out.
    pub(super) fn people(&self) -> Option<String> {
        self.row.people.as_ref().map(|people| printable(&people.why))
    }

    /// What to change so that more people fit.
    pub(super) fn change(&self) -> Option<String> {
        let change = self.row.people.as_ref().map(|people| printable(&people.change))?;
        (!change.is_empty()).then_some(change)
    }

    /// `reply on X`.
    pub(super) fn kind_and_place(&self) -> String {
        match (self.row.withheld, self.row.platform.as_str()) {
            (true, "") => "in a post that this profile does not show".to_owned(),
            (_, "") => self.kind(),
            _ => format!("{} on {}", self.kind(), self.platform()),
        }
    }

    pub(super) fn severity(&self) -> &'static str {
        self.row.severity.name()
    }

    /// What the script filters and sorts by: severity, account's number, confidence, date (or `-`), status.
    pub(super) fn keys(&self) -> String {
        let at = self.at().unwrap_or_else(|| "-".to_owned());
        format!("{} {} {} {at} {}", self.severity(), self.account, self.sure(), self.status)
    }

    /// The confidence with two decimals.
    pub(super) fn sure(&self) -> String {
        format!("{:.2}", self.row.confidence)
    }

    /// Date or month in ISO 8601.
    pub(super) fn at(&self) -> Option<String> {
        let date = self.row.posted_at?.date();
        Some(match self.row.precision {
            Precision::Month => date.strftime("%Y-%m").to_string(),
            _ => date.to_string(),
        })
    }

    /// `3 April 2024`.
    pub(super) fn day(&self) -> String {
        match self.row.posted_at {
            None => "No date".to_owned(),
            Some(moment) if self.row.precision == Precision::Month => {
                moment.date().strftime("%B %Y").to_string()
            }
            Some(moment) => day(moment.date()),
        }
    }

    /// `3 Apr 2024`.
    pub(super) fn short_day(&self) -> String {
        let form = if self.row.precision == Precision::Month { "%b %Y" } else { "%-d %b %Y" };
        self.row.posted_at.map_or("no date".to_owned(), |moment| moment.date().strftime(form).to_string())
    }

    pub(super) fn platform(&self) -> String {
        platform(&self.row.platform)
    }

    pub(super) fn kind(&self) -> String {
        words(&self.row.kind)
    }

    /// `X reply`.
    pub(super) fn heading(&self) -> String {
        match (self.row.withheld, self.row.platform.as_str()) {
            (true, "") => "not shown".to_owned(),
            (_, "") => self.kind(),
            _ => format!("{} {}", self.platform(), self.kind()),
        }
    }

    /// The address, if a browser may follow it.
    pub(super) fn link(&self) -> Option<String> {
        let url = url::Url::parse(self.row.url.as_deref()?).ok()?;
        matches!(url.scheme(), "http" | "https").then(|| url.to_string())
    }

    /// The excerpt as HTML, with its masks marked if `marks`.
    pub(super) fn excerpt(&self, marks: bool) -> String {
        let mut text: String = self.row.excerpt.chars().take(EXCERPT_CHARS).collect();
        if text.len() < self.row.excerpt.len() {
            text.push('…');
        }
        marked(&printable(&text).replace('\n', " "), marks && self.masked)
    }

    pub(super) fn todo(&self) -> String {
        todo(&self.row.rule)
    }

    /// Status, confidence, what moved the severity, what was seen, what was decided.
    pub(super) fn facts(&self) -> String {
        let row = self.row;
        let mut facts = vec![format!("Confidence {}", self.sure())];
        let mut say = |fact: String| facts.push(fact);
        if row.withheld {
            say("without its words: the post also speaks of what this profile never shows".to_owned());
        } else if row.excerpt.is_empty() {
            say("without its words, which this profile does not show".to_owned());
        }
        if let Some(people) = &row.people {
            say(format!("appears to fit {}", people.estimate));
        }
        if !self.status.is_empty() && self.status != "new" {
            say(self.status.clone());
        }
        for modifier in &row.modifiers {
            let name = modifier.name.replace('-', " ");
            match modifier.step {
                0 => say(name),
                step => {
                    say(format!("{} by {}: {name}", if step > 0 { "raised" } else { "lowered" }, step.abs()))
                }
            }
        }
        let seen: Vec<&str> = row.identifiers.iter().map(|letter| identifier(*letter)).collect();
        if !seen.is_empty() {
            say(format!("may identify by {}", seen.join(", ")));
        }
        if row.authorship != Authorship::Own {
            say(format!("words of others ({})", words(&row.authorship)));
        }
        if !matches!(row.visibility, Visibility::Public | Visibility::Unknown) {
            say(format!("seen by {}", words(&row.visibility)));
        }
        if let Some(copy) = &row.archived_url {
            say(format!("an archive keeps a copy: {copy}"));
        }
        if row.live_state == LiveState::Deleted {
            say("deleted there".to_owned());
        }
        if !row.related.is_empty() {
            say(format!(
                "{} elsewhere: {}",
                counted(row.related.len() as u64, "copy", "copies"),
                row.related.join(", ")
            ));
        }
        if row.further > 0 {
            say(format!("{} in the same item", counted(row.further as u64, "more match", "more matches")));
        }
        for (name, text) in [("decision", &self.decision), ("note", &self.note)] {
            if !text.is_empty() {
                say(format!("{name}: {text}"));
            }
        }
        printable(&facts.join(" · ")).replace('\n', " ")
    }
}

/// What to do, without the code where there are words.
pub(super) fn todo(rule: &Rule) -> String {
    match (rule.action.as_str(), rule.action_detail.as_str()) {
        (code, "") => code.replace('-', ", "),
        (_, detail) => detail.to_owned(),
    }
}

/// `3 April 2024`.
pub(super) fn day(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

/// The year in which a row's item was posted.
pub(super) fn year(row: &Row) -> Option<i16> {
    row.posted_at.map(|moment| moment.date().year())
}

/// A platform as people write it.
pub(super) fn platform(key: &str) -> String {
    let known = match key {
        "" => "Not named",
        "linkedin" => "LinkedIn",
        "tiktok" => "TikTok",
        "youtube" => "YouTube",
        "wordpress" => "WordPress",
        "whatsapp" => "WhatsApp",
        other => {
            let mut chars = other.chars();
            let first = chars.next().map(char::to_uppercase).into_iter().flatten();
            return printable(&first.chain(chars).collect::<String>());
        }
    };
    known.to_owned()
}

/// An identifier class of the HIPAA safe-harbor list in words.
fn identifier(letter: char) -> &'static str {
    match letter {
        'A' => "name",
        'B' => "place",
        'C' => "date or age",
        'D' => "telephone",
        'E' => "fax",
        'F' => "e-mail",
        'G' => "social security number",
        'H' => "record number",
        'I' => "health plan number",
        'J' => "account number",
        'K' => "licence number",
        'L' => "vehicle",
        'M' => "device",
        'N' => "web address",
        'O' => "IP address",
        'P' => "voice or fingerprint",
        'Q' => "picture",
        _ => "another code",
    }
}

/// Text as HTML. With `marks`, what stands for something covered, such as `[name]`, is marked.
fn marked(text: &str, marks: bool) -> String {
    let mut html = String::with_capacity(text.len() + 64);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let label = rest.strip_prefix('[').filter(|_| marks).and_then(|after| after.split_once(']'));
        let is_mask = |label: &str| {
            !label.is_empty() && label.len() <= MASK_CHARS && label.bytes().all(|b| b.is_ascii_lowercase())
        };
        if let Some((label, after)) = label.filter(|(label, _)| is_mask(label)) {
            html.push_str("<span class=\"mask\">[");
            html.push_str(label);
            html.push_str("]</span>");
            rest = after;
            continue;
        }
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    html
}

/// The filters of the template.
#[allow(unreachable_pub, reason = "the attribute makes public items of them")]
pub(super) mod filters {
    use askama::Values;

    use crate::reading::Reading;
    use crate::report::summary;
    use crate::wording;

    /// Foreign text on one line, without what would reorder or hide it.
    #[askama::filter_fn]
    pub(crate) fn line(text: impl AsRef<str>, _: &dyn Values) -> askama::Result<String> {
        Ok(wording::printable(text.as_ref()).replace('\n', " "))
    }

    /// The last part of a path or address.
    #[askama::filter_fn]
    pub(crate) fn file_name(path: impl AsRef<str>, _: &dyn Values) -> askama::Result<String> {
        let path = path.as_ref().trim_end_matches(['/', '\\']);
        let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
        Ok(wording::printable(name).replace('\n', " "))
    }

    /// `1,204`.
    #[askama::filter_fn]
    pub(crate) fn thousands(number: impl Number, _: &dyn Values) -> askama::Result<String> {
        Ok(wording::thousands(number.number()))
    }

    /// `1 item`, `2 items`.
    #[askama::filter_fn]
    pub(crate) fn counted(
        number: impl Number,
        _: &dyn Values,
        one: &str,
        many: &str,
    ) -> askama::Result<String> {
        Ok(wording::counted(number.number(), one, many))
    }

    /// What was read of an input, in a line.
    #[askama::filter_fn]
    pub(crate) fn contents(reading: &Reading, _: &dyn Values) -> askama::Result<String> {
        Ok(summary::contents(reading))
    }

    /// A count of whatever type.
    pub(crate) trait Number {
        /// The same as the largest of them.
        fn number(&self) -> u64;
    }

    impl Number for u64 {
        fn number(&self) -> u64 {
            *self
        }
    }

    impl Number for usize {
        fn number(&self) -> u64 {
            u64::try_from(*self).unwrap_or(u64::MAX)
        }
    }

    impl<N: Number> Number for &N {
        fn number(&self) -> u64 {
            (*self).number()
        }
    }
}
