//! An audit from its inputs to its record.

use jiff::Timestamp;
use url::Url;
use whitecoat_engine::{Engine, Item};

use super::{AuditError, DrawOld, Findings, Task, admit, archived, around, run};
use crate::attest::{Attestation, FILLED_IN};
use crate::history::Previous;
use crate::pipeline::Settings;
use crate::policy::{Policy, this_second};
use crate::profile::{Loaded, Sampling};
use crate::reader::Joined;
use crate::reading::{Ended, Reading};
use crate::report::run_file::{
    Counts, Start, UsedOptions, UsedProfile, UsedSampling, UsedSubject, UsedWindow,
};
use crate::report::{Columns, Run, redacted};
use crate::sources::input::Input;
use crate::subject::Subject;

/// What is to be done.
#[derive(Clone, Copy, Debug)]
pub struct Order<'o> {
    /// The rules.
    pub engine: &'o Engine,
    /// The language model that the engine asks.
    pub reader: &'o Joined,
    /// How.
    pub profile: &'o Loaded,
    /// The same, made ready.
    pub policy: &'o Policy,
    /// Who.
    pub subject: Option<&'o Subject>,
    /// The last audit.
    pub previous: Option<&'o Previous>,
    /// What is shown.
    pub columns: &'o Columns,
    /// What else was asked for.
    pub options: &'o UsedOptions,
    /// What chance is made of.
    pub seed: u64,
    /// When it began.
    pub started: Timestamp,
    /// When it is said to have ended; `None` for when it does.
    pub finished: Option<Timestamp>,
    /// What is wrong with what was named and is not among the inputs.
    pub unreadable: &'o [String],
    /// Where the table goes.
    pub output: &'o str,
    /// The index that is asked for archived copies of the pages of critical findings.
    pub wayback: Option<&'o Url>,
}

/// Audits, and writes down what was done. If a redacted copy is wanted, the items go there too.
pub fn conduct(
    inputs: Vec<Input>,
    order: &Order<'_>,
    settings: &Settings,
    copy: Option<&mut redacted::Copy>,
) -> Result<(Run, Findings), AuditError> {
    admit(order.profile, order.subject, order.previous, &inputs)
        .map_err(|problems| AuditError::NotAdmitted(problems.join("\n")))?;
    let task = Task {
        engine: order.engine,
        policy: order.policy,
        subject: order.subject,
        previous: order.previous,
        draw: draw(&order.profile.profile.sampling, order),
        lacks_inputs: !order.unreadable.is_empty(),
        started: order.started,
        copies: copy.is_some(),
        most_read: order.reader.most_posts(),
    };
    let (mut outcome, mut findings) = run(inputs, &task, settings, copy)?;
    if let Some(index) = order.wayback {
        archived::look_up(&mut findings.rows, index, &mut outcome, settings);
    }
    outcome.readings.extend(
        order
            .unreadable
            .iter()
            .map(|problem| Reading { ended: Ended::Unreadable(problem.clone()), ..Reading::of("") }),
    );
    if order.policy.suppresses() && !order.policy.keep_place {
        let mut scanner = order.engine.scanner();
        let mut tells = |text: &str| {
            let item = Item { text: around::of_text(text), ..Item::default() };
            order.policy.tells(&scanner.signals(&item))
        };
        outcome.readings.iter_mut().for_each(|reading| reading.coverage.forget_places(&mut tells));
    }
    let mut counts = Counts::of(&findings.rows, std::mem::take(&mut findings.hidden));
    counts.suppressed_by_class = std::mem::take(&mut findings.suppressed);
    let finished = order.finished.unwrap_or_else(this_second);
    let mut run = Run::new(start(order), finished, outcome.readings, outcome.stopped, counts);
    run.reader = order.reader.record(findings.reads);
    let names = order.columns.iter().map(|column| column.name);
    run.fill_in = names.filter(|name| FILLED_IN.contains(name)).collect();
    run.accounts = std::mem::take(&mut findings.accounts);
    run.good_practice =
        findings.practices.iter().map(|(practice, count)| (practice.name(), *count)).collect();
    run.items_left_out = std::mem::take(&mut findings.left_out);
    run.subject = order.subject.map(used_subject);
    run.window = order.policy.window_from().map(|from| UsedWindow { from: from.to_string(), to: run.date() });
    run.sampling = task.draw.map(|draw| UsedSampling {
        since: draw.since.to_string(),
        old_items: findings.old.0,
        wanted: draw.count,
        drawn: findings.old.1,
        seed: draw.seed,
    });
    run.comparison = findings.comparison.take();
    let items = std::mem::take(&mut findings.items);
    run.attestation = Attestation::of(items, &findings.rows, &findings.closed, &run, order.columns);
    run.seal();
    Ok((run, findings))
}

/// Old items are drawn once there was an audit that had them all.
fn draw(sampling: &Sampling, order: &Order<'_>) -> Option<DrawOld> {
    let count = sampling.old_items.as_ref()?.get_ref().count();
    let since = order.previous?.since?;
    Some(DrawOld { since, count, seed: order.seed })
}

fn start(order: &Order<'_>) -> Start {
    let profile = &order.profile.profile;
    Start {
        started: order.started,
        definition: order.engine.definition().to_vec(),
        rules: order.engine.rules().len(),
        profile: UsedProfile {
            name: profile.name.clone(),
            origin: order.profile.origin.clone(),
            blake3: order.profile.hash(),
            reader: profile.reader.clone(),
            authority: profile.authority.clone(),
            retention: profile.retention.clone(),
        },
        options: order.options.clone(),
        output: order.output.to_owned(),
    }
}

fn used_subject(subject: &Subject) -> UsedSubject {
    UsedSubject {
        id: subject.id.clone(),
        name: subject.names.first().cloned().unwrap_or_default(),
        profession: subject.profession.clone(),
        jurisdiction: subject.country().to_owned(),
        consent: subject.consent().map(str::to_owned),
    }
}
