//! The command line.

mod examples;

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};
use jiff::Timestamp;
use url::Url;
use whitecoat_engine::Severity;

use crate::reader::Choice;
use crate::report::Format;
use crate::sources::items_file::Written;
use crate::sources::web::WAYBACK_INDEX;

/// Finds what could hurt a clinician's patients, or the clinician, in what they have said in public.
#[derive(Debug, Parser)]
#[command(name = "whitecoat", version, after_help = examples::COMMAND, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Say nothing but errors
    #[arg(long, short, global = true, display_order = 900)]
    pub quiet: bool,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Audit what was posted, and write the findings as a table
    #[command(after_help = examples::AUDIT)]
    Audit(AuditArgs),
    /// Only read: write the posts as items, without looking at them
    #[command(after_help = examples::EXTRACT)]
    Extract(ExtractArgs),
    /// Look at a draft before posting it
    #[command(after_help = examples::CHECK)]
    Check(CheckArgs),
    /// Audit many people, from a roster
    #[command(after_help = examples::SWEEP, args_conflicts_with_subcommands = true)]
    Sweep(SweepArgs),
    /// Write a subject file: who is audited
    #[command(after_help = examples::INIT)]
    Init(InitArgs),
    /// Say whether a report was altered since the audit
    #[command(after_help = examples::VERIFY)]
    Verify(VerifyArgs),
    /// Show the rules
    Rules {
        /// Which of them.
        #[command(subcommand)]
        command: RulesCommand,
    },
    /// Show the audit profiles
    Profiles {
        /// Which of them.
        #[command(subcommand)]
        command: ProfilesCommand,
    },
    /// Show and try the recipes for pages of sites
    Sites {
        /// What to do.
        #[command(subcommand)]
        command: SitesCommand,
    },
    /// Print the completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// What to read.
#[derive(Debug, Default, Args)]
pub struct ReadArgs {
    /// Archives, items files, saved pages, URLs, handles, or - for items on standard input
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<OsString>,
    /// Read private messages too
    #[arg(long)]
    pub include_messages: bool,
    /// How many cores to use [default: all]
    #[arg(long, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,
    /// How many pages to fetch at most for each web address [default: 5000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub max_pages: Option<u64>,
    /// How many links to follow from a web address; 0 reads only that page [default: 30]
    #[arg(long, value_name = "N")]
    pub depth: Option<u32>,
    /// Keep nothing of the web for the next run, and use nothing of the last one
    #[arg(long)]
    pub no_cache: bool,
    /// Record every request and answer in this new file, which can be audited again offline
    #[arg(long, value_name = "FILE.warc.gz")]
    pub evidence: Option<PathBuf>,
    /// Let web addresses lead to this machine (for tests)
    #[arg(long, hide = true)]
    pub allow_loopback: bool,
}

/// `whitecoat sweep`.
#[derive(Debug, Args)]
pub struct SweepArgs {
    /// What to do instead of a sweep.
    #[command(subcommand)]
    pub command: Option<SweepCommand>,
    /// The sweep.
    #[command(flatten)]
    pub run: SweepRunArgs,
}

/// `whitecoat sweep verify`.
#[derive(Debug, Subcommand)]
pub enum SweepCommand {
    /// Say whether the log and the files of a sweep are as they were written
    Verify {
        /// The folder of the sweep
        folder: PathBuf,
    },
}

/// A sweep over a roster.
#[derive(Debug, Args)]
pub struct SweepRunArgs {
    /// A table with a row a clinician: id, consent, archives, accounts, ... (docs/sweep.md)
    #[arg(value_name = "ROSTER.csv", required = true)]
    pub roster: Option<PathBuf>,
    /// The folder for all that is written
    #[arg(long, short, value_name = "DIR", required = true)]
    pub output: Option<PathBuf>,
    /// The audit profile: a shipped one or a path
    #[arg(long, value_name = "NAME|PATH", default_value = "quarterly")]
    pub profile: String,
    /// Go on where an interrupted sweep stopped, and try again those that failed
    #[arg(long)]
    pub resume: bool,
    /// The folder of the last sweep, with what was decided there
    #[arg(long, value_name = "DIR")]
    pub previous: Option<PathBuf>,
    /// How many people at once [default: as many as there are cores, at least 2]
    #[arg(long, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,
    /// Draw the same random samples as a sweep that recorded this seed
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// The small language model.
    #[command(flatten)]
    pub reader: ReaderArgs,
    /// Read private messages too
    #[arg(long)]
    pub include_messages: bool,
    /// Show excerpts without masks, if the profile allows it; it is written into the log
    #[arg(long)]
    pub unmask: bool,
    /// Write no report for reading (people/ID.html), only tables and records
    #[arg(long)]
    pub no_reports: bool,
    /// Choose columns of the people's tables, as for an audit
    #[arg(long, value_name = "LIST")]
    pub columns: Option<String>,
    /// Exit with 1 if something open of this severity or worse was found
    #[arg(long, value_name = "SEVERITY", default_value = "high", value_parser = severity())]
    pub fail_on: Severity,
    /// Let web addresses lead to this machine (for tests)
    #[arg(long, hide = true)]
    pub allow_loopback: bool,
    /// The time of the sweep, for reports that can be reproduced
    #[arg(long, hide = true)]
    pub now: Option<Timestamp>,
}

/// `whitecoat init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// The file to write
    #[arg(value_name = "FILE.toml", default_value = "me.toml")]
    pub output: PathBuf,
}

/// `whitecoat verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The record of the run
    #[arg(value_name = "AUDIT.run.json")]
    pub record: PathBuf,
    /// The report: CSV or JSON Lines
    #[arg(value_name = "AUDIT.csv")]
    pub report: Option<PathBuf>,
    /// Read these again, and say whether they are the items that the audit covered
    #[arg(long, value_name = "INPUT", num_args = 1..)]
    pub items: Vec<OsString>,
    /// Private messages were read too
    #[arg(long, requires = "items")]
    pub include_messages: bool,
}

/// How to judge.
#[derive(Debug, Args)]
pub struct JudgeArgs {
    /// The audit profile: a shipped one or a path
    #[arg(long, value_name = "NAME|PATH", default_value = "self-audit")]
    pub profile: String,
    /// Exit with 1 if something of this severity or worse was found
    #[arg(long, value_name = "SEVERITY", default_value = "high", value_parser = severity())]
    pub fail_on: Severity,
    /// Show excerpts without masks (they repeat what was posted)
    #[arg(long)]
    pub unmask: bool,
    /// The small language model.
    #[command(flatten)]
    pub reader: ReaderArgs,
}

/// The small language model that reads posts beside the rules.
#[derive(Debug, Default, Args)]
pub struct ReaderArgs {
    /// Let the reader, a small language model on this machine, read posts beside the rules, even if the profile leaves it out
    #[arg(long)]
    pub reader: bool,
    /// Leave it out, even if the profile asks for it: much faster, and finds less
    #[arg(long, conflicts_with_all = ["reader", "reader_weights"])]
    pub no_reader: bool,
    /// Let it use these weights instead of those that are compiled in
    #[arg(long, value_name = "FILE")]
    pub reader_weights: Option<PathBuf>,
}

impl ReaderArgs {
    /// Which reader is used, where the profile says whether there may be one.
    pub fn choice(&self, wanted: bool) -> Choice {
        match &self.reader_weights {
            Some(path) => Choice::File(path.clone()),
            None if self.reader => Choice::All,
            None if wanted && !self.no_reader => Choice::Shipped,
            None => Choice::None,
        }
    }
}

/// `whitecoat audit`.
#[derive(Debug, Args)]
pub struct AuditArgs {
    /// What to read.
    #[command(flatten)]
    pub read: ReadArgs,
    /// How to judge.
    #[command(flatten)]
    pub judge: JudgeArgs,
    /// Who is audited: a subject file (whitecoat init writes one)
    #[arg(long, value_name = "FILE.toml")]
    pub subject: Option<PathBuf>,
    /// The last audit, with what was decided: its CSV, or the folder that holds it
    #[arg(long, value_name = "LAST.csv")]
    pub previous: Option<PathBuf>,
    /// Draw the same random sample of old posts as a run that recorded this seed
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Ask the Wayback Machine (web.archive.org) whether it keeps copies of the pages of critical
    /// findings: it is told their addresses, and so whose pages are looked at
    #[arg(long)]
    pub wayback: bool,
    /// The address of another index to ask, with the interface of the Wayback Machine's (CDX)
    #[arg(long, value_name = "URL", requires = "wayback", default_value = WAYBACK_INDEX, hide_default_value = true)]
    pub wayback_index: Url,
    /// Where to write the findings; - for standard output [default: audit.csv or audit.jsonl]
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// How to write them [default: by the name of the output, else csv]
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// Also write a report for reading and printing: one HTML page that needs no network
    #[arg(long, value_name = "FILE.html")]
    pub report: Option<PathBuf>,
    /// Also write the items that were read, with all that findings and masks cover blacked out
    #[arg(long, value_name = "FILE.jsonl")]
    pub redacted_copy: Option<PathBuf>,
    /// Choose columns: a,b,c; or add to the usual ones: +a,b
    #[arg(long, value_name = "LIST")]
    pub columns: Option<String>,
    /// Leave cells that a spreadsheet would run as formulas as they are
    #[arg(long)]
    pub csv_raw: bool,
    /// Write the table the way Excel wants it (byte order mark, CRLF)
    #[arg(long)]
    pub excel: bool,
    /// The time of the run, for reports that can be reproduced
    #[arg(long, hide = true)]
    pub now: Option<Timestamp>,
}

/// `whitecoat extract`.
#[derive(Debug, Args)]
pub struct ExtractArgs {
    /// What to read.
    #[command(flatten)]
    pub read: ReadArgs,
    /// Where to write the items; - for standard output, which is the default
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// How to write them [default: by the name of the output, else jsonl]
    #[arg(long, value_enum)]
    pub format: Option<Written>,
    /// Write no items, but what was recognised and read, file by file
    #[arg(long, conflicts_with_all = ["output", "format"])]
    pub explain: bool,
}

/// `whitecoat check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The draft; - or nothing for standard input
    pub text: Option<String>,
    /// A subject file (see init): employer, town, country, profession, payments
    #[arg(long, value_name = "FILE")]
    pub subject: Option<PathBuf>,
    /// Your bio, as readers see it beside the post
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub bio: String,
    /// Your employer, where the account names it
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub employer: String,
    /// Your place as the account gives it, such as "Bodmin" or "Miles City, MT"
    #[arg(long, value_name = "PLACE", default_value = "", hide_default_value = true)]
    pub place: String,
    /// Your country: US, UK, CA, AU, IE or NZ
    #[arg(long, value_name = "CODE", default_value = "", hide_default_value = true)]
    pub country: String,
    /// How to judge.
    #[command(flatten)]
    pub judge: JudgeArgs,
}

/// `whitecoat rules`.
#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// List all rules
    List,
    /// Explain one rule: what it means and what to do
    Explain {
        /// The rule's id, such as privacy/patient-name
        id: String,
    },
    /// Run rules on their own examples
    #[command(after_help = examples::RULES_TEST)]
    Test {
        /// A rule file or a folder of them [default: the shipped rules]
        path: Option<PathBuf>,
    },
    /// Measure the rules on labelled posts
    #[command(after_help = examples::RULES_SCORE)]
    Score(ScoreArgs),
}

/// What to measure on.
#[derive(Debug, Args)]
pub struct ScoreArgs {
    /// Files of labelled posts (JSON Lines)
    #[arg(required = true, value_name = "LABELLED.jsonl")]
    pub labelled: Vec<PathBuf>,
    /// Write the tables to this page (Markdown)
    #[arg(long, value_name = "PAGE.md")]
    pub report: Option<PathBuf>,
    /// Exit with 1 if a measure is worse than this file says (TOML)
    #[arg(long, value_name = "FILE.toml")]
    pub at_least: Option<PathBuf>,
    /// Measure these rules: a rule file, a folder of them, or a folder with `rules` and `signals`
    #[arg(long, value_name = "PATH")]
    pub rules: Option<PathBuf>,
    /// The small language model.
    #[command(flatten)]
    pub reader: ReaderArgs,
}

/// `whitecoat profiles`.
#[derive(Debug, Subcommand)]
pub enum ProfilesCommand {
    /// List the shipped profiles
    List,
    /// Print a profile, to start one's own from
    Show {
        /// The profile's name
        name: String,
    },
    /// Write a profile of one's own, with every key explained
    Init {
        /// The file to write
        #[arg(value_name = "FILE.toml", default_value = "profile.toml")]
        output: PathBuf,
    },
}

/// `whitecoat sites`.
#[derive(Debug, Subcommand)]
pub enum SitesCommand {
    /// List the shipped recipes
    List,
    /// Print a recipe, to start one's own from
    Show {
        /// The recipe's name
        name: String,
    },
    /// Try a recipe on a saved page
    Test {
        /// The recipe: a TOML file, or the name of a shipped one
        #[arg(value_name = "FILE")]
        recipe: String,
        /// The saved page (HTML)
        page: PathBuf,
    },
}

fn severity() -> impl TypedValueParser<Value = Severity> {
    PossibleValuesParser::new(Severity::ALL.map(Severity::name)).map(|name| {
        Severity::ALL.into_iter().find(|severity| severity.name() == name).unwrap_or(Severity::High)
    })
}
