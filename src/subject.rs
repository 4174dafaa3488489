//! Who is audited: the subject file, and what of it an item's own archive does not say.

mod filler;
mod written;

use std::path::Path;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use toml::Spanned;
use url::Url;
use whitecoat_engine::{Item, Profile};

pub use self::filler::Filler;
use self::written::{refers_to_consent, same_platform};
use crate::toml_file::{self, Mistake};

const WHAT: &str = "subject file";
const EXAMPLE: &str = "compare with a new one: whitecoat init example.toml";
const KEYS: &[&str] = &[
    "id",
    "names",
    "profession",
    "jurisdiction",
    "employer",
    "location",
    "not_mine",
    "account",
    "platform",
    "handle",
    "url",
    "kind",
    "match",
    "basis",
    "payment",
    "from",
    "products",
    "year",
    "consent",
    "reference",
    "date",
    "covers",
];
/// The countries that rules know arrows or advice for.
pub const JURISDICTIONS: &[&str] = &["US", "UK", "CA", "AU", "IE", "NZ"];
/// The clinician.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Subject {
    /// A short name for records, such as a staff number.
    pub id: String,
    /// As they sign: the first is the one that is used.
    pub names: Vec<String>,
    /// Such as `family physician`.
    pub profession: String,
    /// Country code.
    pub jurisdiction: Option<Spanned<String>>,
    /// Hospital or practice.
    pub employer: String,
    /// Town or region.
    pub location: String,
    /// Accounts of other people of the same name, as `platform:handle`, `handle` or an address.
    pub not_mine: Vec<String>,
    /// The accounts.
    pub account: Vec<Account>,
    /// Who paid the clinician, and for what.
    pub payment: Vec<Payment>,
    /// What allows the audit.
    pub consent: Option<Consent>,
}

/// One presence on one platform.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Account {
    /// Such as `x`.
    pub platform: String,
    /// Without `@`.
    pub handle: String,
    /// The address of the page, or what all its addresses begin with.
    pub url: String,
    /// `personal`, `professional` or `practice`.
    pub kind: String,
    /// How sure it is that the account is the clinician's.
    #[serde(rename = "match")]
    pub matched: Match,
    /// Why.
    pub basis: String,
}

impl Account {
    /// `platform:handle`, `handle` or the address.
    pub fn name(&self) -> String {
        match (self.platform.as_str(), self.handle.as_str()) {
            (_, "") => self.url.clone(),
            ("", handle) => handle.to_owned(),
            (platform, handle) => format!("{platform}:{handle}"),
        }
    }
}

/// How sure it is that an account is the clinician's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Match {
    /// The clinician, or a register, says so.
    #[default]
    Confirmed,
    /// Several facts agree, such as name, town and employer.
    Probable,
    /// The name is the same.
    Possible,
    /// The subject file does not list the account.
    Unlisted,
}

/// Somebody who paid the clinician.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payment {
    /// The firm.
    pub from: String,
    /// Its products that the clinician may speak about.
    #[serde(default)]
    pub products: Vec<String>,
    /// When.
    #[serde(default)]
    pub year: Option<i16>,
}

/// A consent on record.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// Where the signed form is, such as `HR file 2026-114`.
    pub reference: String,
    /// When it was given.
    #[serde(default)]
    pub date: Option<String>,
    /// What it covers.
    #[serde(default)]
    pub covers: String,
}

/// Why a subject file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SubjectError {
    /// It cannot be read.
    #[error("subject file {path}: {source}\n  try: {}", if source.kind() == std::io::ErrorKind::NotFound { "write one with: whitecoat init me.toml" } else { EXAMPLE })]
    Open {
        /// As given.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// It says something that cannot be.
    #[error(transparent)]
    Invalid(#[from] Mistake),
}

impl Subject {
    /// Reads a subject file.
    pub fn open(path: &Path) -> Result<Self, SubjectError> {
        let origin = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|source| SubjectError::Open { path: origin.clone(), source })?;
        Ok(Self::parse(&origin, &text)?)
    }

    /// Reads a subject file's text.
    pub fn parse(origin: &str, text: &str) -> Result<Self, Mistake> {
        let subject: Self = toml_file::parse(WHAT, origin, text, KEYS, EXAMPLE)?;
        let mistake = |at, problem: String, next: &str| Mistake::at(WHAT, origin, text, at, problem, next);
        if let Some(country) = &subject.jurisdiction
            && !country.get_ref().is_empty()
            && country_code(country.get_ref()).is_none()
        {
            let problem = format!("jurisdiction {:?} is not known", country.get_ref());
            let next = format!("use one of {}, or leave it empty", JURISDICTIONS.join(", "));
            return Err(mistake(country.span().start, problem, &next));
        }
        if subject.account.iter().any(|account| account.handle.is_empty() && account.url.is_empty()) {
            let at = text.find("[[account]]").unwrap_or(0);
            return Err(mistake(at, "an account has neither `handle` nor `url`".to_owned(), "give it one"));
        }
        if let Some(account) = subject.disputed() {
            let at = text.find("not_mine").unwrap_or(0);
            let problem = format!("{:?} is listed as an account and in `not_mine`", account.name());
            return Err(mistake(at, problem, "take it out of one of them"));
        }
        if let Some(date) = subject.consent.as_ref().and_then(|consent| consent.date.as_deref())
            && date.parse::<Date>().is_err()
        {
            let at = text.find(date).unwrap_or(0);
            return Err(mistake(at, format!("{date:?} is not a date"), "write it as 2026-03-31"));
        }
        Ok(subject)
    }

    /// An account that is said to be the subject's and somebody else's.
    pub fn disputed(&self) -> Option<&Account> {
        let is_other = |account: &&Account| {
            let (platform, handle, url) = (&account.platform, &account.handle, &account.url);
            self.not_mine.iter().any(|listed| names(listed, platform, handle, url))
        };
        self.account.iter().find(is_other)
    }

    /// The code of the country, or nothing.
    pub fn country(&self) -> &'static str {
        self.jurisdiction.as_ref().and_then(|country| country_code(country.get_ref())).unwrap_or_default()
    }

    /// The reference of the consent, if there is one that does not say that there is none.
    pub fn consent(&self) -> Option<&str> {
        let reference = self.consent_as_written();
        refers_to_consent(reference).then_some(reference)
    }

    /// What stands where the reference of the consent should; empty if nothing does.
    pub fn consent_as_written(&self) -> &str {
        self.consent.as_ref().map_or("", |consent| consent.reference.trim())
    }

    /// How sure it is that an item's account is the subject's, and why. `None` for an account that is said to be another's.
    pub fn identify(&self, item: &Item) -> Option<(Match, &str)> {
        let url = item.url.as_deref().unwrap_or_default();
        let names = |listed: &str| names(listed, &item.platform, &item.account, url);
        if self.not_mine.iter().any(|listed| names(listed)) {
            return None;
        }
        let is = |account: &&Account| {
            let on_it = account.platform.is_empty() || same_platform(&account.platform, &item.platform);
            (!account.handle.is_empty() && on_it && same_handle(&account.handle, &item.account))
                || (!account.url.is_empty() && within(&account.url, url))
        };
        let listed = self.account.iter().find(is);
        Some(listed.map_or((Match::Unlisted, ""), |account| (account.matched, account.basis.as_str())))
    }

    /// The subject's own words for what the profile of an item leaves empty.
    fn complete(&self, profile: &Profile) -> Profile {
        let filled = |given: &str, own: &str| if given.trim().is_empty() { own } else { given }.to_owned();
        Profile {
            name: filled(&profile.name, self.names.first().map_or("", String::as_str)),
            bio: profile.bio.clone(),
            profession: filled(&profile.profession, &self.profession),
            employer: filled(&profile.employer, &self.employer),
            location: filled(&profile.location, &self.location),
            jurisdiction: filled(&profile.jurisdiction, self.country()),
            ..profile.clone()
        }
    }

    /// The firms of the payments list that a text names, itself or by a product.
    fn payers(&self, text: &str) -> Vec<&str> {
        let mentions = |name: &String| mentions(text, name);
        let named = self
            .payment
            .iter()
            .filter(|payment| mentions(&payment.from) || payment.products.iter().any(mentions));
        named.map(|payment| payment.from.as_str()).collect()
    }
}

/// The code of a country that may be written in another usual way.
pub fn country_code(written: &str) -> Option<&'static str> {
    let upper = written.trim().to_uppercase();
    let code = match upper.as_str() {
        "GB" | "GBR" | "UNITED KINGDOM" | "ENGLAND" | "SCOTLAND" | "WALES" | "NORTHERN IRELAND" => "UK",
        "USA" | "UNITED STATES" => "US",
        "CANADA" => "CA",
        "AUSTRALIA" => "AU",
        "IRELAND" => "IE",
        "NEW ZEALAND" => "NZ",
        other => other,
    };
    JURISDICTIONS.iter().find(|known| **known == code).copied()
}

/// `platform:handle`, `handle` or an address.
fn names(listed: &str, platform: &str, account: &str, url: &str) -> bool {
    if listed.contains("://") {
        return within(listed, url);
    }
    match listed.split_once(':') {
        Some((on, handle)) => same_platform(on, platform) && same_handle(handle, account),
        None => same_handle(listed, account),
    }
}

fn same_handle(listed: &str, account: &str) -> bool {
    let plain = |handle: &str| handle.trim().trim_start_matches('@').to_lowercase();
    !account.is_empty() && plain(listed) == plain(account)
}

/// Whether an address lies at or below another one.
fn within(listed: &str, url: &str) -> bool {
    let (Ok(listed), Ok(url)) = (Url::parse(listed), Url::parse(url)) else { return false };
    let host = |url: &Url| url.host_str().map(|host| host.trim_start_matches("www.").to_lowercase());
    let (above, path) = (listed.path().trim_end_matches('/'), url.path());
    let below = path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    host(&listed) == host(&url) && below
}

/// Whether a text names something, as whole words and in any case.
fn mentions(text: &str, name: &str) -> bool {
    let (text, name) = (text.to_lowercase(), name.trim().to_lowercase());
    let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    !name.is_empty()
        && text.match_indices(&name).any(|(at, found)| {
            let before = text.get(..at).and_then(|before| before.chars().next_back());
            let after = text.get(at + found.len()..).and_then(|after| after.chars().next());
            edge(before) && edge(after)
        })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::Arc;

    use super::*;

    const FILE: &str = "names = [\"Orla Finch\"]\nprofession = \"nurse\"\njurisdiction = \"gb\"\nemployer = \"St Brannock\"\n\
        not_mine = [\"x:orlafinch\"]\n[[account]]\nplatform = \"x\"\nhandle = \"@orla_rn\"\nbasis = \"her own list\"\n\
        [[account]]\nurl = \"https://www.stbrannock.example/staff\"\nmatch = \"possible\"\n\
        [[payment]]\nfrom = \"Orvane\"\nproducts = [\"CalmLine\"]\n[consent]\nreference = \"HR 7\"\ndate = \"2026-01-04\"\n";

    fn item(platform: &str, account: &str, url: &str) -> Item {
        Item { platform: platform.into(), account: account.into(), url: Some(url.into()), ..Item::default() }
    }

    #[test]
    fn tells_whose_an_account_is() {
        let subject = Subject::parse("me.toml", FILE).unwrap();
        assert_eq!(subject.identify(&item("x", "Orla_RN", "")), Some((Match::Confirmed, "her own list")));
        assert_eq!(subject.identify(&item("x", "orlafinch", "")), None);
        assert_eq!(subject.identify(&item("bluesky", "orla_rn", "")), Some((Match::Unlisted, "")));
        let page = |url| subject.identify(&item("web", "", url)).unwrap().0;
        assert_eq!(page("https://stbrannock.example/staff/orla"), Match::Possible);
        assert_eq!(page("https://stbrannock.example/staffing"), Match::Unlisted);
        assert_eq!(subject.consent(), Some("HR 7"));
    }

    #[test]
    fn platforms_are_known_by_their_other_names() {
        for (listed, platform) in [
            ("twitter:orla", "x"),
            ("X:@Orla", "twitter"),
            ("x.com:orla", "x"),
            ("bsky:orla", "bluesky"),
            ("IG:orla", "instagram"),
            ("fb: orla", "facebook"),
        ] {
            let account = item(platform, "orla", "");
            let other = Subject { not_mine: vec![listed.to_owned()], ..Subject::default() };
            assert_eq!(other.identify(&account), None, "{listed}");
            let (on, handle) = listed.split_once(':').unwrap();
            let own = Account { platform: on.into(), handle: handle.into(), ..Account::default() };
            let own = Subject { account: vec![own], ..Subject::default() };
            assert_eq!(own.identify(&account), Some((Match::Confirmed, "")), "{listed}");
            assert!(
                Subject { not_mine: vec![format!("{platform}:orla")], ..own }.disputed().is_some(),
                "{listed}"
            );
        }
        let elsewhere = Subject { not_mine: vec!["twitter:orla".to_owned()], ..Subject::default() };
        assert_eq!(elsewhere.identify(&item("bluesky", "orla", "")), Some((Match::Unlisted, "")));
    }

    #[test]
    fn fills_in_what_the_archive_does_not_say_and_who_paid() {
        let subject = Subject::parse("me.toml", FILE).unwrap();
        let mut filler = Filler::new(&subject);
        let given = Arc::new(Profile { employer: "Elsewhere".into(), ..Profile::default() });
        let mut first = Item { profile: Some(given), ..item("x", "orla_rn", "") };
        let mut second = Item { text: "CALMLINE is miles ahead".into(), ..first.clone() };
        let mut third = first.clone();
        for item in [&mut first, &mut second, &mut third] {
            filler.fill(item);
        }
        let profile = first.profile.as_deref().unwrap();
        assert_eq!((profile.employer.as_str(), profile.profession.as_str()), ("Elsewhere", "nurse"));
        assert_eq!((profile.jurisdiction.as_str(), profile.name.as_str()), ("UK", "Orla Finch"));
        assert!(Arc::ptr_eq(first.profile.as_ref().unwrap(), third.profile.as_ref().unwrap()));
        assert!(second.profile.unwrap().bio.contains("Payments list: Orvane."));
        assert!(mentions("an orvane, at last", "Orvane") && !mentions("orvanes", "Orvane"));
    }

    #[test]
    fn mistakes_say_where() {
        for (text, place, next) in [
            ("profesion = \"nurse\"\n", "line 1, column 1", "did you mean `profession`?"),
            ("jurisdiction = \"FR\"\n", "line 1, column 16", "US, UK"),
            ("id = \"1\"\n[[account]]\nplatform = \"x\"\n", "line 2", "give it one"),
            ("[consent]\nreference = \"a\"\ndate = \"tomorrow\"\n", "line 3", "2026-03-31"),
        ] {
            let message = Subject::parse("me.toml", text).unwrap_err().to_string();
            assert!(message.contains(place) && message.contains(next), "{message}");
        }
    }
}
