//! `whitecoat check`: one draft, without threads or files.

use std::io::{self, IsTerminal, Read, Write};
use std::sync::Arc;

use jiff::Timestamp;
use whitecoat_engine::{Item, Moment, Profile};

use super::{Ending, Failure, engine};
use crate::audit::{Examiner, Task};
use crate::cli::CheckArgs;
use crate::policy::{Policy, day};
use crate::profile::Loaded;
use crate::report::Row;
use crate::report::columns::{action, possible_patient_data};
use crate::report::summary::{style_of, terminal_width, wrapped};
use crate::subject::{Filler, Subject};
use crate::wording::{counted, printable};

/// A longer draft is no draft.
const MAX_DRAFT_BYTES: u64 = 1024 * 1024;
/// Countries that figures of people are shipped for.
const COUNTRIES: [&str; 6] = ["US", "UK", "CA", "AU", "IE", "NZ"];
const INDENT: &str = "  ";

pub(super) fn run(args: CheckArgs, quiet: bool) -> Result<Ending, Failure> {
    let text = draft(args.text.clone())?;
    let judged_by = Loaded::find(&args.judge.profile)?;
    let (engine, reader) = engine(&args.judge.reader.choice(judged_by.profile.language_model))?;
    let mut policy = Policy::new(&judged_by, &engine, false, day(Timestamp::UNIX_EPOCH))?;
    // It is one's own draft, and it is not posted yet.
    policy.for_draft();
    let profile = about_the_author(&args)?;
    let mut item = Item { id: "draft".to_owned(), text, created_at: now(), profile, ..Item::default() };
    // Options win; the file completes them. Whose account it is needs no asking: the draft is one's own.
    let subject = args.subject.as_deref().map(Subject::open).transpose()?;
    if let Some(subject) = &subject {
        Filler::new(subject).fill(&mut item);
    }
    let started = Timestamp::UNIX_EPOCH;
    let task = Task {
        engine: &engine,
        policy: &policy,
        subject: None,
        previous: None,
        draw: None,
        lacks_inputs: false,
        started,
        copies: false,
        most_read: None,
    };
    let mut findings = Examiner::new(task).of_one(item);
    findings.finish(&policy);
    if let Some(problem) = reader.problem() {
        let _ = writeln!(io::stderr(), "{}", printable(&problem));
    }
    if !quiet {
        write(&findings.rows, &mut anstream::stdout())?;
    }
    let failed = findings.rows.iter().any(|row| row.severity >= args.judge.fail_on);
    Ok(if failed { Ending::Findings } else { Ending::Clean })
}

/// What readers see of the author beside the draft; nothing where nothing was given.
fn about_the_author(args: &CheckArgs) -> Result<Option<Arc<Profile>>, Failure> {
    let country = args.country.to_ascii_uppercase();
    if !country.is_empty() && !COUNTRIES.contains(&country.as_str()) {
        let known = COUNTRIES.join(", ");
        return Err(Failure::Other(format!(
            "--country {:?} is not known; it can be {known}. Leave it out for any other",
            args.country
        )));
    }
    let profile = Profile {
        bio: args.bio.clone(),
        employer: args.employer.clone(),
        location: args.place.clone(),
        jurisdiction: country,
        ..Profile::default()
    };
    Ok((profile != Profile::default()).then(|| Arc::new(profile)))
}

/// A draft would be posted now, here.
fn now() -> Option<Moment> {
    let now = jiff::Zoned::now();
    Moment::of_clock(now.datetime(), now.offset())
}

fn draft(text: Option<String>) -> Result<String, Failure> {
    if let Some(text) = text.filter(|text| text != "-") {
        return Ok(text);
    }
    let stdin = io::stdin();
    if stdin.is_terminal() {
        let _ = writeln!(io::stderr(), "Type or paste the draft, then press Ctrl-D:");
    }
    let mut bytes = Vec::new();
    let read = stdin.lock().take(MAX_DRAFT_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| Failure::Other(format!("cannot read the draft from standard input: {error}")))?;
    if bytes.len() as u64 > MAX_DRAFT_BYTES {
        return Err(Failure::Other(
            "the draft is longer than 1 MiB; use whitecoat audit for files".to_owned(),
        ));
    }
    String::from_utf8(bytes).map_err(|_| Failure::Other("the draft is not valid UTF-8".to_owned()))
}

fn write(rows: &[Row], to: &mut dyn Write) -> io::Result<()> {
    if rows.is_empty() {
        return writeln!(
            to,
            "Nothing found. That is not a clean bill of health: rules cannot see everything."
        );
    }
    let width = terminal_width();
    writeln!(to, "{} in this draft", counted(rows.len() as u64, "possible issue", "possible issues"))?;
    // Neither an excerpt nor a rule is explained twice.
    let mut excerpt = None;
    let mut explained: Vec<&str> = Vec::new();
    let mut counted_for: Option<&String> = None;
    for row in rows {
        let colour = style_of(row.severity);
        let (name, id) = (row.severity.name(), &row.rule.id);
        writeln!(to, "{colour}{name}{colour:#}  {} ({id})", row.rule.title)?;
        let mut texts = Vec::new();
        if excerpt != Some(row.excerpt.as_str()) {
            texts.push(format!("“{}”", printable(&row.excerpt)));
            excerpt = Some(&row.excerpt);
        }
        if !explained.contains(&&**id) {
            explained.push(id);
            let patient_data = possible_patient_data(row);
            let advice = if patient_data { "Do not post it as it is.".to_owned() } else { action(row) };
            texts.extend([row.rule.why.clone(), advice]);
        }
        texts.extend(row.reading.as_deref().map(str::to_owned));
        if let Some(people) = row.people.as_ref().filter(|people| counted_for != Some(&people.why)) {
            counted_for = Some(&people.why);
            texts.extend([people.why.clone(), people.change.clone()]);
        }
        for text in &texts {
            for line in wrapped(text, width.saturating_sub(INDENT.len())) {
                writeln!(to, "{INDENT}{line}")?;
            }
        }
    }
    Ok(())
}
