//! Whose export it is.

use serde::Deserialize;
use whitecoat_engine::Profile;

use crate::sources::archive::container::Container;
use crate::sources::archive::loose::{List, Maybe, Text, Whole};
use crate::sources::archive::meta::account::Account;
use crate::sources::archive::meta::media::Files;
use crate::sources::archive::meta::read::{self, Source};
use crate::sources::archive::mojibake::Repaired;
use crate::sources::{Sink, Stopped};

#[derive(Default, Deserialize)]
#[serde(default)]
struct ProfileFile<'a> {
    #[serde(borrow, alias = "profile")]
    profile_v2: Maybe<Held<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Held<'a> {
    #[serde(borrow)]
    name: Named<'a>,
    previous_names: List<Maybe<Former<'a>>>,
    websites: List<Words<'a>>,
    username: Text<'a>,
    profile_uri: Text<'a>,
    /// A text, or a text with a time.
    about_me: Words<'a>,
    intro_bio: Words<'a>,
    current_city: Words<'a>,
    #[serde(alias = "work")]
    work_experiences: List<Maybe<Work<'a>>>,
}

/// A name in parts, or as one text.
#[derive(Default, Deserialize)]
#[serde(default, from = "EitherName<'a>")]
struct Named<'a>(#[serde(borrow)] Repaired<'a>);

#[derive(Deserialize)]
#[serde(untagged)]
enum EitherName<'a> {
    InParts {
        #[serde(borrow)]
        full_name: Repaired<'a>,
    },
    Whole(#[serde(borrow)] Repaired<'a>),
}

impl<'a> From<EitherName<'a>> for Named<'a> {
    fn from(either: EitherName<'a>) -> Self {
        match either {
            EitherName::InParts { full_name: name } | EitherName::Whole(name) => Self(name),
        }
    }
}

/// A name that the account had before.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Former<'a> {
    #[serde(borrow)]
    name: Repaired<'a>,
}

/// Work past and present.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Work<'a> {
    #[serde(borrow)]
    employer: Repaired<'a>,
    title: Repaired<'a>,
    description: Repaired<'a>,
    end_timestamp: Whole,
}

/// A text that stands alone or under a key.
#[derive(Default, Deserialize)]
#[serde(default, from = "Either<'a>")]
struct Words<'a>(#[serde(borrow)] Repaired<'a>);

#[derive(Deserialize)]
#[serde(untagged)]
enum Either<'a> {
    Under {
        #[serde(borrow, alias = "text", alias = "value", alias = "address")]
        name: Repaired<'a>,
    },
    Alone(#[serde(borrow)] Repaired<'a>),
}

impl<'a> From<Either<'a>> for Words<'a> {
    fn from(either: Either<'a>) -> Self {
        match either {
            Either::Under { name } | Either::Alone(name) => Self(name),
        }
    }
}

/// Reads the profile. What cannot be read costs nothing but itself.
pub(super) fn gather(
    container: &mut Container,
    sink: &mut dyn Sink,
    sources: &[Source],
    files: &Files,
) -> Result<Account, Stopped> {
    let mut account = Account::default();
    for source in sources {
        if source.is_page {
            read::boxes(container, sink, &source.entry, files, &mut |found, _, place, _| {
                account.take_rows(found.rows(), &place);
                Ok(())
            })?;
            continue;
        }
        let decode = |record: &[u8]| {
            let file: ProfileFile<'_> = serde_json::from_slice(record)?;
            Ok(file.profile_v2.0.map(Held::account))
        };
        read::json(container, sink, &source.entry, &[], &decode, &mut |found: Option<Account>, at, _| {
            if let Some(found) = found.filter(|_| account.profile.name.is_empty()) {
                account = Account { source: at.source, ..found };
            }
            Ok(())
        })?;
    }
    Ok(account)
}

impl Held<'_> {
    fn account(self) -> Account {
        let jobs: Vec<&Work<'_>> =
            self.work_experiences.0.iter().filter_map(|work| work.0.as_ref()).collect();
        let job = jobs.iter().find(|work| work.end_timestamp.0.is_none_or(|end| end == 0)).or(jobs.first());
        let text = |words: &Repaired<'_>| words.0.trim().to_owned();
        let bio = [&self.intro_bio.0, &self.about_me.0].map(text);
        let told = jobs.iter().map(|work| text(&work.description));
        let words: Vec<String> = bio.iter().cloned().chain(told).filter(|words| !words.is_empty()).collect();
        let former = self.previous_names.0.iter().filter_map(|former| Some(text(&former.0.as_ref()?.name)));
        let links = self.websites.0.iter().filter_map(|site| site.0.some());
        let links = links.map(|site| format!("Website: {site}")).collect();
        let profile = Profile {
            name: text(&self.name.0),
            former_names: former.filter(|name| !name.is_empty()).collect(),
            bio: bio.into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join("\n\n"),
            profession: job.map(|work| text(&work.title)).unwrap_or_default(),
            employer: job.map(|work| text(&work.employer)).unwrap_or_default(),
            location: text(&self.current_city.0),
            ..Profile::default()
        };
        Account {
            handle: self.username.0.into_owned(),
            url: self.profile_uri.some().filter(|url| url.starts_with("https://")).map(str::to_owned),
            words: words.join("\n\n"),
            links,
            profile,
            ..Account::default()
        }
    }
}
