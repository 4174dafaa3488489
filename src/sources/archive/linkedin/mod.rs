//! LinkedIn archives: tables, one a sort of content, and a page for each article.

mod article;
mod message;
mod person;
mod table;

use super::MESSAGES;
use super::account::recognised;
use super::format::{Export, Format, Is, Known, Role};
use super::rows::Header;
use super::twins::Seen;
use crate::sources::InputError;

const PLATFORM: &str = "linkedin";

const SHARES: Role = "shares";
const COMMENTS: Role = "comments";
const GIVEN: Role = "recommendations given";
const RECEIVED: Role = "recommendations received";
const ARTICLE: Role = "article";
const PROFILE: Role = "profile";
const POSITIONS: Role = "positions";
const TEXTS: Role = "texts of the profile";
const RICH_MEDIA: Role = "pictures and videos";
const MESSAGE: Role = "messages";

const REACTIONS: Is = Is::Left("LinkedIn: likes, votes and follows are not read");
const PEOPLE: Is = Is::Left("LinkedIn: lists of contacts and invitations are not read");
const SYSTEM: Is = Is::Left("LinkedIn: settings, advertising, logins and purchases are not read");
const CAREER: Is = Is::Left("LinkedIn: lists of skills, schools and applications are not read");

/// LinkedIn's export. The names of newer ones end in the member's number: `Comments_10893976.csv`.
pub(super) static FORMAT: Format = Format {
    name: "LinkedIn",
    files: &[
        Known("shares*.csv", Is::Telling(SHARES)),
        Known("comments*.csv", Is::Part(COMMENTS)),
        Known("recommendations*given*.csv", Is::Telling(GIVEN)),
        Known("recommendations*received*.csv", Is::Telling(RECEIVED)),
        Known("articles/*.html", Is::Part(ARTICLE)),
        Known("profile.csv", Is::Part(PROFILE)),
        Known("positions.csv", Is::Part(POSITIONS)),
        Known("messages.csv", Is::Part(MESSAGE)),
        Known("reactions*.csv", REACTIONS),
        Known("votes*.csv", REACTIONS),
        Known("instantreposts*.csv", REACTIONS),
        Known("member_follows*.csv", REACTIONS),
        Known("company follows*.csv", REACTIONS),
        Known("hashtag_follows*.csv", REACTIONS),
        Known("connections.csv", PEOPLE),
        Known("contacts.csv", PEOPLE),
        Known("importedcontacts.csv", PEOPLE),
        Known("invitations.csv", PEOPLE),
        Known("endorsement_*_info.csv", PEOPLE),
        Known("rich*media*.csv", Is::Part(RICH_MEDIA)),
        Known("profile summary.csv", Is::Part(TEXTS)),
        Known("education.csv", Is::Part(TEXTS)),
        Known("publications.csv", Is::Part(TEXTS)),
        Known("projects.csv", Is::Part(TEXTS)),
        Known("honors.csv", Is::Part(TEXTS)),
        Known("patents.csv", Is::Part(TEXTS)),
        Known("organizations.csv", Is::Part(TEXTS)),
        Known("volunteering*.csv", Is::Part(TEXTS)),
        Known("courses.csv", CAREER),
        Known("skills.csv", CAREER),
        Known("languages.csv", CAREER),
        Known("certifications.csv", CAREER),
        Known("test scores.csv", CAREER),
        Known("learning*.csv", CAREER),
        Known("events.csv", REACTIONS),
        Known("ad_targeting*.csv", SYSTEM),
        Known("ads clicked*.csv", SYSTEM),
        Known("lan ads engagement*.csv", SYSTEM),
        Known("inferences_about_you*.csv", SYSTEM),
        Known("logins*.csv", SYSTEM),
        Known("security challenges*.csv", SYSTEM),
        Known("registration.csv", SYSTEM),
        Known("receipts*.csv", SYSTEM),
        Known("search*queries*.csv", SYSTEM),
        Known("phonenumbers.csv", SYSTEM),
        Known("whatsapp phone numbers.csv", SYSTEM),
        Known("email addresses*.csv", SYSTEM),
        Known("causes you care about.csv", CAREER),
        Known("job*.csv", CAREER),
        Known("saved*jobs*.csv", CAREER),
        Known("savedjobalerts*.csv", CAREER),
    ],
    by_content,
    read,
};

fn by_content(start: &[u8]) -> Option<Role> {
    let header = Header::of(start);
    if header.has(&["sharelink", "sharecommentary"]) || header.has(&["share link", "share commentary"]) {
        return Some(SHARES);
    }
    if header.has(&["date", "link", "message"]) {
        return Some(COMMENTS);
    }
    if header.has(&["first name", "last name", "headline", "summary"]) {
        return Some(PROFILE);
    }
    if header.has(&["conversation id", "from", "content"]) {
        return Some(MESSAGE);
    }
    article::is_one(start).then_some(ARTICLE)
}

fn read(export: &mut Export<'_>) -> Result<(), InputError> {
    let account = person::gather(export)?;
    recognised(export, &account.profile.name);
    let mut seen = Seen::default();
    person::items(export, &account, &mut seen)?;
    for entry in export.of(SHARES) {
        table::shares(export, &entry, &account, &mut seen)?;
    }
    for entry in export.of(COMMENTS) {
        table::comments(export, &entry, &account, &mut seen)?;
    }
    for entry in export.of(ARTICLE) {
        article::read(export, &entry, &account, &mut seen)?;
    }
    for entry in export.of(RICH_MEDIA) {
        table::rich_media(export, &entry, &account, &mut seen)?;
    }
    for (role, own) in [(GIVEN, true), (RECEIVED, false)] {
        for entry in export.of(role) {
            table::recommendations(export, &entry, &account, own, &mut seen)?;
        }
    }
    for entry in export.of(MESSAGE) {
        if export.options.include_messages {
            message::read(export, &entry, &account, &mut seen)?;
        } else {
            export.sink.coverage().skip(MESSAGES, entry.name);
        }
    }
    Ok(())
}
