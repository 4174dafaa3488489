//! The roster: a row a clinician.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use toml::Spanned;

use crate::attest;
use crate::subject::{Account, Consent, Match, Subject, country_code};
use crate::table::{Table, TableError, TableRow};
use crate::wording::{counted, printable};

/// The most people of one sweep: a summary of each is held in memory.
const MAX_PEOPLE: usize = 200_000;
/// How many mistakes are named at once.
const NAMED: usize = 20;
const MUST: &[&str] = &["id", "consent"];
const COLUMNS: &[&str] = &[
    "id",
    "name",
    "profession",
    "jurisdiction",
    "employer",
    "accounts",
    "archives",
    "consent",
    "previous",
    "not_mine",
];
const EXPECTED: &str = "a table with the columns id and consent, and some of name, profession, jurisdiction, employer, accounts, archives, previous, not_mine";

/// Everybody, in the order of the table.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    /// One a row.
    pub people: Vec<Person>,
    /// Remarks on how the table was read.
    pub notes: Vec<String>,
    /// A digest of the people.
    pub digest: String,
}

/// One clinician.
#[derive(Clone, Debug)]
pub struct Person {
    /// As the organisation numbers its people.
    pub id: String,
    /// What their files are called.
    pub file: String,
    /// Who they are.
    pub subject: Subject,
    /// Archives and addresses to read.
    pub inputs: Vec<OsString>,
    /// Their last audit.
    pub previous: Option<PathBuf>,
    /// A digest of the row: another one means that the person is to be audited again.
    pub digest: String,
}

impl Roster {
    /// Reads a roster; paths in it are relative to its own folder.
    ///
    /// # Errors
    ///
    /// All mistakes at once, with the numbers of their rows, so that nothing is read before the roster is right.
    pub fn open(path: &Path) -> Result<Self, TableError> {
        let table = Table::open(path)?;
        let wrong = |problem: String, next: &str| TableError::invalid(path, problem, EXPECTED, next);
        if table.header.is_empty() {
            return Err(wrong("there is nothing in it".to_owned(), "docs/sweep.md has an example"));
        }
        for must in MUST {
            if table.column(must).is_none() {
                let near = table.like(must).map_or(String::new(), |near| format!(", only {near:?}"));
                let next = "name the columns in the first row; docs/sweep.md has an example";
                return Err(wrong(format!("there is no column {must:?}{near}"), next));
            }
        }
        if table.column("accounts").is_none() && table.column("archives").is_none() {
            let problem =
                "there is neither a column \"archives\" nor \"accounts\", so there is nothing to read";
            return Err(wrong(problem.to_owned(), "add one of them; docs/sweep.md has an example"));
        }
        if let Some(double) = table.doubles().into_iter().find(|name| COLUMNS.contains(name)) {
            let problem = format!("there are two columns {double:?}");
            return Err(wrong(problem, "take one of them out, or rename it"));
        }
        if table.rows.is_empty() {
            return Err(wrong("there is nobody in it".to_owned(), "add a row for each clinician"));
        }
        if table.rows.len() > MAX_PEOPLE {
            let problem =
                format!("{}, and {MAX_PEOPLE} is the most", counted(table.rows.len() as u64, "row", "rows"));
            return Err(wrong(problem, "part the roster into several"));
        }
        let folder = path.parent().unwrap_or(Path::new(""));
        let mut roster = Self { notes: table.notes.clone(), ..Self::default() };
        let unused: Vec<&str> =
            table.header.iter().map(String::as_str).filter(|name| !COLUMNS.contains(name)).collect();
        if !unused.is_empty() {
            roster.notes.push(format!("columns that are not used: {}", unused.join(", ")));
        }
        let mut mistakes = Vec::new();
        let mut rows: BTreeMap<String, u64> = BTreeMap::new();
        for row in &table.rows {
            match person(&table, row, folder) {
                Ok(person) => match rows.insert(person.id.to_lowercase(), row.number) {
                    Some(first) => mistakes.push(format!(
                        "row {}: id {} stands in row {first} already (upper and lower case are the same)",
                        row.number,
                        printable(&person.id)
                    )),
                    None => roster.people.push(person),
                },
                Err(mistake) => mistakes.push(format!("row {}: {mistake}", row.number)),
            }
        }
        if !mistakes.is_empty() {
            let more = mistakes.len().saturating_sub(NAMED) as u64;
            mistakes.truncate(NAMED);
            if more > 0 {
                mistakes.push(format!("and {}", counted(more, "more mistake", "more mistakes")));
            }
            return Err(wrong(mistakes.join("\n  "), "correct these rows; nothing was read"));
        }
        roster.digest =
            attest::of_cells(roster.people.iter().map(|person| (person.id.as_str(), person.digest.as_str())));
        Ok(roster)
    }
}

fn person(table: &Table, row: &TableRow, folder: &Path) -> Result<Person, String> {
    let cell = |name: &str| row.cell(table.column(name)).trim().to_owned();
    let id = cell("id");
    if id.is_empty() {
        return Err("there is no id".to_owned());
    }
    if printable(&id) != id || id.contains('\n') {
        let id = printable(&id).replace('\n', "\\n");
        return Err(format!("the id {id} holds characters that cannot be seen"));
    }
    if row.cells.len() > table.header.len()
        && row.cells.iter().skip(table.header.len()).any(|cell| !cell.is_empty())
    {
        return Err("there are more cells than columns: quote cells that hold the delimiter".to_owned());
    }
    let country = cell("jurisdiction");
    if !country.is_empty() && country_code(&country).is_none() {
        let known = crate::subject::JURISDICTIONS.join(", ");
        return Err(format!(
            "jurisdiction {} is not known; use one of {known}, or leave it empty",
            printable(&country)
        ));
    }
    let accounts = list(&cell("accounts"));
    let archives = list(&cell("archives"));
    let pages = accounts.iter().filter(|account| account.contains("://")).map(OsString::from);
    let inputs = archives.iter().map(|path| folder.join(path).into_os_string()).chain(pages).collect();
    let previous = Some(cell("previous")).filter(|path| !path.is_empty()).map(|path| folder.join(path));
    let consent = Some(cell("consent")).filter(|reference| !reference.is_empty());
    let subject = Subject {
        id: id.clone(),
        names: Some(cell("name")).filter(|name| !name.is_empty()).into_iter().collect(),
        profession: cell("profession"),
        jurisdiction: Some(Spanned::new(0..0, country)),
        employer: cell("employer"),
        not_mine: list(&cell("not_mine")),
        account: accounts.iter().map(|account| registered(account)).collect(),
        consent: consent.map(|reference| Consent { reference, date: None, covers: String::new() }),
        ..Subject::default()
    };
    if let Some(account) = subject.disputed() {
        return Err(format!("{} stands in accounts and in not_mine", printable(&account.name())));
    }
    let digest = attest::of_cells(COLUMNS.iter().map(|name| (*name, row.cell(table.column(name)))));
    Ok(Person { file: file_name(&id), id, subject, inputs, previous, digest })
}

/// `platform:handle`, `handle` or an address, on the register.
fn registered(account: &str) -> Account {
    let mut listed =
        Account { matched: Match::Confirmed, basis: "the roster".to_owned(), ..Account::default() };
    match account.split_once(':') {
        _ if account.contains("://") => listed.url = account.to_owned(),
        Some((platform, handle)) => {
            (listed.platform, listed.handle) = (platform.trim().to_lowercase(), handle.trim().to_owned());
        }
        None => listed.handle = account.to_owned(),
    }
    listed
}

/// The entries of a cell, apart by `;` or line breaks: paths may hold commas.
fn list(cell: &str) -> Vec<String> {
    cell.split([';', '\n']).map(str::trim).filter(|entry| !entry.is_empty()).map(str::to_owned).collect()
}

/// The id itself where it is a safe name everywhere, else a digest of it.
pub(super) fn file_name(id: &str) -> String {
    const LONGEST: usize = 64;
    const RESERVED: &[&str] = &["con", "prn", "aux", "nul", "com", "lpt"];
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let stem = id.trim_end_matches(|c: char| c.is_ascii_digit()).to_ascii_lowercase();
    if id.len() <= LONGEST
        && id.chars().all(plain)
        && !id.starts_with('-')
        && !RESERVED.contains(&stem.as_str())
    {
        return id.to_owned();
    }
    let digest = blake3::hash(id.as_bytes()).to_hex();
    format!("id-{}", digest.chars().take(16).collect::<String>())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn opened(text: &str) -> Result<Roster, TableError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("roster.csv");
        std::fs::write(&path, text).unwrap();
        Roster::open(&path)
    }

    #[test]
    fn reads_people_with_awkward_names() {
        let text = "id,name,profession,jurisdiction,accounts,archives,consent\n\
            7,\"O'Neill, Sean \"\"Jack\"\"\",nurse,uk,x:sean; https://st.example/sean,a.zip;b, c.zip,HR 1\n"
            .replace("a.zip;b, c.zip", "\"a.zip;b, c.zip\"");
        let text = format!("{text}8,'=1+1,GP,,,\u{202e}odd.zip,\n");
        let roster = opened(&text).unwrap();
        let first = &roster.people[0];
        assert_eq!(first.subject.names, ["O'Neill, Sean \"Jack\""]);
        assert_eq!((first.inputs.len(), first.subject.account.len()), (3, 2));
        assert!(first.inputs[1].to_string_lossy().ends_with("b, c.zip"));
        assert_eq!((first.subject.country(), first.subject.consent()), ("UK", Some("HR 1")));
        assert_eq!(roster.people[1].subject.names, ["=1+1"]);
        assert_eq!(roster.people[1].subject.consent(), None);
        assert_eq!(file_name("7"), "7");
        for awkward in ["../x", "a.b", "con", "LPT1", "-rf", "é"] {
            assert!(file_name(awkward).starts_with("id-"), "{awkward}");
        }
    }

    #[test]
    fn a_large_roster_is_read_whole() {
        const PEOPLE: usize = 100_000;
        let row = |n: usize| format!("p{n},\"Quill, {n}\",x:u{n},posts/{n}.zip,HR {n}\n");
        let rows: String = (0..PEOPLE).map(row).collect();
        let header = "id,name,accounts,archives,consent\n";
        assert_eq!(opened(&format!("{header}{rows}")).unwrap().people.len(), PEOPLE);
        // Of many mistakes the first are named, and the others counted.
        let some: String = (0..5_000).map(row).collect();
        let message = opened(&format!("{header}{some}{some}")).unwrap_err().to_string();
        assert!(message.contains("row 5002: id p0 stands in row 2 already"), "{message}");
        assert!(message.contains("and 4,980 more mistakes") && message.len() < 4_000, "{message}");
    }

    #[test]
    fn all_mistakes_are_named_at_once_with_their_rows() {
        let message = opened("id,consent,archives,jurisdiction,accounts,not_mine\na,1,x.zip,\nA,1,x.zip,\n,1,x.zip,\nb,1,x.zip,FR\nc\u{200e},1,,\n\"d\n5\",1,x.zip,\ne,1,x.zip,,x:ann,@Ann\n")
            .unwrap_err()
            .to_string();
        for part in [
            "row 3: id A stands in row 2 already",
            "row 4: there is no id",
            "row 5: jurisdiction FR",
            "row 6: the id c\\u{200e}",
            "row 7: the id d\\n5 holds",
            "row 8: x:ann stands in accounts and in not_mine",
        ] {
            assert!(message.contains(part), "{message}");
        }
        for (text, part) in [
            ("id,concent,archives\n1,a,b\n", "there is no column \"consent\", only \"concent\""),
            ("id,consent\n1,a\n", "neither a column \"archives\" nor \"accounts\""),
            ("id,consent,archives\n", "there is nobody in it"),
            ("id,consent,archives,ID\n1,a,b,2\n", "there are two columns \"id\""),
            ("", "there is nothing in it"),
        ] {
            let message = opened(text).unwrap_err().to_string();
            assert!(message.contains(part) && message.contains("try: "), "{message}");
        }
    }
}
