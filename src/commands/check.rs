//! `whitecoat check`: one draft, without threads or files.

use std::io::{self, IsTerminal, Read, Write};

use jiff::Timestamp;
use whitecoat_engine::{Engine, Item};

use super::{Ending, Failure};
use crate::audit::{Examiner, Findings, Task};
use crate::cli::CheckArgs;
use crate::policy::{Policy, day};
use crate::profile::Loaded;
use crate::report::Row;
use crate::report::columns::{action, possible_patient_data};
use crate::report::summary::{style_of, terminal_width, wrapped};
use crate::wording::{counted, printable};

/// A longer draft is no draft.
const MAX_DRAFT_BYTES: u64 = 1024 * 1024;
const INDENT: &str = "  ";

pub(super) fn run(args: CheckArgs, quiet: bool) -> Result<Ending, Failure> {
    let text = draft(args.text)?;
    let engine = Engine::builtin().map_err(|error| Failure::Other(error.to_string()))?;
    let profile = Loaded::find(&args.judge.profile)?;
    let mut policy = Policy::new(&profile, &engine, false, day(Timestamp::UNIX_EPOCH))?;
    // It is one's own draft, and it has no date.
    policy.for_draft();
    let item = Item { id: "draft".to_owned(), text, ..Item::default() };
    let mut findings = Findings::default();
    let started = Timestamp::UNIX_EPOCH;
    let task = Task {
        engine: &engine,
        policy: &policy,
        subject: None,
        previous: None,
        draw: None,
        lacks_inputs: false,
        started,
    };
    Examiner::new(task).examine(item, &mut findings);
    findings.finish(&policy);
    if !quiet {
        write(&findings.rows, &mut anstream::stdout())?;
    }
    let failed = findings.rows.iter().any(|row| row.severity >= args.judge.fail_on);
    Ok(if failed { Ending::Findings } else { Ending::Clean })
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
        for text in &texts {
            for line in wrapped(text, width.saturating_sub(INDENT.len())) {
                writeln!(to, "{INDENT}{line}")?;
            }
        }
    }
    Ok(())
}
