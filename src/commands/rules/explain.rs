//! `whitecoat rules explain`: one rule as a page of guidance.

use std::io::{self, Write};

use anstyle::Style;
use whitecoat_engine::{Guidance, Item, Rule};

use crate::report::summary::{style_of, wrapped};
use crate::wording::word;

/// Columns of a page.
const WIDTH: usize = 90;
/// How many examples of each sort are shown.
const EXAMPLES: usize = 3;
/// The weightiest cues are enough to understand a rule.
const CUES: usize = 6;
const BOLD: Style = Style::new().bold();

/// The identifier classes of HIPAA's safe harbor, 45 CFR 164.514(b)(2)(i), by letter.
const IDENTIFIERS: [&str; 18] = [
    "names",
    "places smaller than a state",
    "dates, and ages over 89",
    "telephone numbers",
    "fax numbers",
    "email addresses",
    "social security numbers",
    "medical record numbers",
    "health plan numbers",
    "account numbers",
    "certificate or licence numbers",
    "vehicle identifiers and plates",
    "device identifiers",
    "web addresses",
    "IP addresses",
    "biometric identifiers",
    "full-face pictures",
    "any other unique mark",
];

pub(super) fn write(rule: &Rule, guidance: &Guidance, to: &mut dyn Write) -> io::Result<()> {
    let colour = style_of(rule.severity);
    writeln!(to, "{BOLD}{}{BOLD:#}", rule.title)?;
    writeln!(
        to,
        "{}, {colour}{}{colour:#} before anything raises or lowers it",
        rule.id,
        rule.severity.name()
    )?;
    let identifiers = identifiers(guidance);
    paragraph("Why it matters", &rule.why, to)?;
    paragraph("What to do", &format!("{}: {}", rule.action, rule.action_detail), to)?;
    list("A finding is about", &guidance.about, to)?;
    list("It is surer with", &guidance.surer, to)?;
    list("It is less sure with", &guidance.less_sure, to)?;
    list("What raises the severity", &guidance.raised_by, to)?;
    list("What lowers the severity", &guidance.lowered_by, to)?;
    list("One step more severe where", &guidance.raised_in, to)?;
    list("Identifiers (HIPAA 164.514)", &identifiers, to)?;
    list("Makes a finding", &examples(rule, true), to)?;
    list("Makes none", &examples(rule, false), to)?;
    list("Guidance it rests on", &rule.guidelines, to)
}

fn identifiers(guidance: &Guidance) -> Vec<String> {
    let name = |letter: &char| {
        let index = u32::from(*letter).checked_sub(u32::from('A'))?;
        let name = IDENTIFIERS.get(usize::try_from(index).ok()?)?;
        Some(format!("{letter}: {name}"))
    };
    guidance.identifiers.iter().filter_map(name).collect()
}

fn examples(rule: &Rule, hit: bool) -> Vec<String> {
    let fitting = rule.examples.iter().filter(|example| example.hit == hit);
    fitting.take(EXAMPLES).map(|example| shown(&example.item)).collect()
}

/// An example's words, after what they are when that is not a post.
fn shown(item: &Item) -> String {
    let context = match (&item.parent, word(&item.kind).as_str()) {
        (Some(parent), kind) => {
            let said = parent.text.as_deref().map_or(String::new(), |text| format!(", who wrote “{text}”"));
            let who = match word(&parent.author).as_str() {
                "unknown" => "somebody".to_owned(),
                "self" => "oneself".to_owned(),
                "public" => "somebody from the public".to_owned(),
                who => format!("a {who}"),
            };
            format!("{} to {who}{said}: ", kind.replace('-', " "))
        }
        (None, "post") => String::new(),
        (None, kind) => format!("{}: ", kind.replace('-', " ")),
    };
    let media = item.media.iter().map(|medium| medium.alt.as_str()).filter(|alt| !alt.is_empty());
    let media = media.map(|alt| format!(" [picture: {alt}]")).collect::<String>();
    format!("{context}“{}”{media}", item.text)
}

fn heading(text: &str, to: &mut dyn Write) -> io::Result<()> {
    writeln!(to, "\n{BOLD}{text}{BOLD:#}")
}

fn paragraph(title: &str, text: &str, to: &mut dyn Write) -> io::Result<()> {
    heading(title, to)?;
    wrapped(text, WIDTH - 2).iter().try_for_each(|line| writeln!(to, "  {line}"))
}

/// A heading with a point a line; nothing when there is no point.
fn list(title: &str, points: &[String], to: &mut dyn Write) -> io::Result<()> {
    if points.is_empty() {
        return Ok(());
    }
    heading(title, to)?;
    for point in points.iter().take(CUES) {
        for (index, line) in wrapped(point, WIDTH - 4).iter().enumerate() {
            writeln!(to, "  {} {line}", if index == 0 { "-" } else { " " })?;
        }
    }
    match points.len().saturating_sub(CUES) {
        0 => Ok(()),
        more => writeln!(to, "  - and {more} more that weigh less"),
    }
}
