//! Whether a profile allows an audit at all, asked before anything is read.

use crate::history::Previous;
use crate::profile::{Identity, Loaded};
use crate::sources::input::Input;
use crate::subject::Subject;
use crate::wording::printable;

const MAKE_ONE: &str = "write one with: whitecoat init me.toml, and give it with --subject me.toml";

/// Why not, with what to do; one message for each reason.
pub fn admit(
    loaded: &Loaded,
    subject: Option<&Subject>,
    previous: Option<&Previous>,
    inputs: &[Input],
) -> Result<(), Vec<String>> {
    let profile = &loaded.profile;
    let name = &profile.name;
    let mut problems = Vec::new();
    if profile.consent && subject.and_then(Subject::consent).is_none() {
        let what = match subject.map(Subject::consent_as_written) {
            None => "there is no subject file".to_owned(),
            Some("") => "the subject file names none".to_owned(),
            Some(said) => format!("what the subject file says is none: {:?}", printable(said)),
        };
        problems.push(format!(
            "profile {name} needs a consent on record, and {what}\n  why: {}\n  try: {MAKE_ONE}; it asks for the consent's reference",
            or_else(&profile.authority, "nobody is audited without it")
        ));
    }
    if profile.identity == Identity::Matched && subject.is_none_or(|subject| subject.account.is_empty()) {
        problems.push(format!(
            "profile {name} reads only accounts that a subject file lists, and none is listed\n  why: somebody of the same name must not be taken for the subject\n  try: {MAKE_ONE}; it asks for the accounts"
        ));
    }
    if !profile.inputs.archives {
        for input in inputs.iter().filter(|input| input.is_archive()) {
            problems.push(format!(
                "{}: profile {name} does not read archives\n  why: {}",
                input.name,
                or_else(&profile.inputs.refusal, "the profile says so")
            ));
        }
    }
    if let Some(previous) = previous {
        if !profile.history {
            problems.push(format!(
                "profile {name} is not compared with an earlier audit\n  why: that would be monitoring\n  try: leave --previous out"
            ));
        }
        let this = subject.map_or("", |subject| subject.id.as_str());
        if let Some(other) = previous.subject.as_deref().filter(|other| !this.is_empty() && *other != this) {
            problems.push(format!(
                "{}: the audit of subject {other:?}, and this one is of {this:?}\n  try: give this subject's last audit, or leave --previous out",
                previous.path.display()
            ));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

fn or_else<'t>(text: &'t str, otherwise: &'t str) -> &'t str {
    if text.is_empty() { otherwise } else { text }
}
