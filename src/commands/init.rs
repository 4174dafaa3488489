//! `whitecoat init`: asks who is audited, and writes the subject file.

use std::io::{self, BufRead, IsTerminal, Write};

use jiff::civil::Date;

use super::{Ending, Failure};
use crate::cli::InitArgs;
use crate::report::output::Destination;
use crate::subject::{JURISDICTIONS, Subject, country_code};

/// No answer is longer than this.
const MAX_ANSWER: usize = 2_000;

pub(super) fn run(args: InitArgs) -> Result<Ending, Failure> {
    let destination = Destination::prepare(&args.output, [])?;
    destination.is_new()?;
    let mut asker = Asker { from: io::stdin().lock(), repeat: !io::stdin().is_terminal() };
    let text = written(&mut asker)?;
    // What is written can be read: an answer that breaks it is a defect, not a file.
    Subject::parse(&args.output.display().to_string(), &text)
        .map_err(|error| Failure::Other(error.to_string()))?;
    destination.write(|to| to.write_all(text.as_bytes()))?;
    let path = args.output.display();
    writeln!(io::stdout(), "{path} is written. Use it with: whitecoat audit INPUT --subject {path}")?;
    Ok(Ending::Clean)
}

/// Asks on standard error, so that the answers may come through a pipe.
struct Asker<R> {
    from: R,
    /// Show the answers, which no terminal does.
    repeat: bool,
}

impl<R: BufRead> Asker<R> {
    fn ask(&mut self, question: &str) -> Result<String, Failure> {
        let mut out = io::stderr();
        let _ = write!(out, "{question} ");
        let _ = out.flush();
        let mut line = String::new();
        let read = self.from.read_line(&mut line);
        read.map_err(|error| Failure::Other(format!("cannot read the answer: {error}")))?;
        let answer: String = line.trim().chars().filter(|c| !c.is_control()).take(MAX_ANSWER).collect();
        if self.repeat {
            let _ = writeln!(out, "{answer}");
        }
        Ok(answer)
    }

    /// Asks again while the answer is none, as long as there are answers.
    fn ask_until<T>(
        &mut self,
        question: &str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, Failure> {
        loop {
            let answer = self.ask(question)?;
            if answer.is_empty() {
                return Ok(None);
            }
            match parse(&answer) {
                Some(value) => return Ok(Some(value)),
                None => {
                    let _ = writeln!(io::stderr(), "  That is not {expected}.");
                }
            }
        }
    }
}

/// A TOML string, which is written as in JSON.
fn quoted(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}

fn list(answer: &str) -> String {
    let parts: Vec<String> =
        answer.split(',').map(str::trim).filter(|part| !part.is_empty()).map(quoted).collect();
    format!("[{}]", parts.join(", "))
}

fn written(asker: &mut Asker<impl BufRead>) -> Result<String, Failure> {
    let _ = writeln!(io::stderr(), "Who is audited? Leave an answer empty if it does not apply.");
    let names = asker.ask("Names, as they sign, apart by commas:")?;
    let profession = asker.ask("Profession, such as family physician or registered nurse:")?;
    let countries = format!("one of {}", JURISDICTIONS.join(", "));
    let country =
        asker.ask_until(&format!("Country ({}):", JURISDICTIONS.join(", ")), &countries, country_code)?;
    let employer = asker.ask("Employer or practice:")?;
    let location = asker.ask("Town or region:")?;
    let mut text = format!(
        "# Who is audited. whitecoat reads it with --subject; rules differ by country and profession.\n\n\
         names = {}\nprofession = {}\njurisdiction = {}\nemployer = {}\nlocation = {}\n",
        list(&names),
        quoted(&profession),
        quoted(country.unwrap_or_default()),
        quoted(&employer),
        quoted(&location)
    );
    let mut accounts = String::new();
    loop {
        let account =
            asker.ask("An account of theirs, as platform:handle or an address (empty: no more):")?;
        if account.is_empty() {
            break;
        }
        let basis = asker.ask("  How is it known to be theirs?")?;
        accounts.push_str(&account_table(&account, &basis));
    }
    let others = asker.ask("Accounts of other people of the same name, apart by commas:")?;
    text.push_str(&format!(
        "# Accounts of somebody else of the same name: never read.\nnot_mine = {}\n",
        list(&others)
    ));
    text.push_str(&accounts);
    loop {
        let firm = asker.ask("A firm that pays or paid them (empty: no more):")?;
        if firm.is_empty() {
            break;
        }
        let products = asker.ask("  Its products, apart by commas:")?;
        text.push_str(&format!("\n[[payment]]\nfrom = {}\nproducts = {}\n", quoted(&firm), list(&products)));
    }
    let reference =
        asker.ask("Consent on record: where is the signed form (not needed for one's own accounts)?")?;
    if !reference.is_empty() {
        let is_date = |answer: &str| answer.parse::<Date>().ok();
        let date =
            asker.ask_until("  Given on (such as 2026-03-31):", "a date such as 2026-03-31", is_date)?;
        text.push_str(&format!("\n[consent]\nreference = {}\n", quoted(&reference)));
        if let Some(date) = date {
            text.push_str(&format!("date = {}\n", quoted(&date.to_string())));
        }
    }
    Ok(text)
}

/// How sure the match is stays for a person to lower: whoever lists an account says that it is theirs.
fn account_table(account: &str, basis: &str) -> String {
    let place = match account.split_once(':') {
        _ if account.contains("://") => format!("url = {}", quoted(account)),
        Some((platform, handle)) => {
            format!(
                "platform = {}\nhandle = {}",
                quoted(&platform.trim().to_lowercase()),
                quoted(handle.trim())
            )
        }
        None => format!("handle = {}", quoted(account)),
    };
    format!(
        "\n[[account]]\n{place}\nbasis = {}\n# confirmed, probable, or possible (another person may have the name)\nmatch = \"confirmed\"\n",
        quoted(basis)
    )
}
