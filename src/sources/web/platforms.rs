//! Hosts that are known: what their platform is called, and which are never fetched.

use std::time::Duration;

use url::Url;

/// A host, with everything below it.
#[derive(Debug)]
pub(super) struct Platform {
    /// The registered name; subdomains count too.
    pub(super) host: &'static str,
    /// The platform's short name, as in [`whitecoat_engine::Item::platform`].
    pub(super) name: &'static str,
    /// Why its pages are never fetched, and what to do instead.
    pub(super) barred: Option<Barred>,
}

/// Why a host is never fetched.
#[derive(Clone, Copy, Debug)]
pub(super) struct Barred {
    /// What stands against it.
    pub(super) reason: &'static str,
    /// The way that works.
    pub(super) route: &'static str,
}

const X: Barred = Barred {
    reason: "its terms bar automated reading, and it shows single posts at best without signing in",
    route: "ask X for your archive (Settings, Your account, Download an archive of your data) and give the zip file",
};
const LINKEDIN: Barred = Barred {
    reason: "its terms bar automated reading, and it answers with a sign-in wall",
    route: "ask LinkedIn for your data (Settings, Data privacy, Get a copy of your data) and give the zip file",
};
const META: Barred = Barred {
    reason: "its terms bar automated reading, and it answers with a sign-in wall",
    route: "use Accounts Center, Your information and permissions, Download your information, format JSON, and give the zip file",
};
const REDDIT: Barred = Barred {
    reason: "its robots.txt disallows everything",
    route: "ask Reddit for your data (reddit.com/settings/data-request) and give the zip file",
};
const YOUTUBE: Barred = Barred {
    reason: "its terms restrict automated reading of its pages",
    route: "use Google Takeout (takeout.google.com), choose YouTube, and give the zip file",
};
const TIKTOK: Barred = Barred {
    reason: "its terms bar automated reading",
    route: "ask TikTok for your data (Settings, Account, Download your data, format JSON) and give the zip file",
};
const GOOGLE: Barred = Barred {
    reason: "its terms bar automated reading, and its robots.txt disallows searches",
    route: "use Google Takeout (takeout.google.com; Business Profile for reviews of the practice and your answers, Maps for your own) and give the zip file",
};
const SAVE: Barred = Barred {
    reason: "its terms bar automated reading",
    route: "open the page in your browser, save it (complete page or SingleFile), and give the saved file",
};

const fn barred(host: &'static str, name: &'static str, barred: Barred) -> Platform {
    Platform { host, name, barred: Some(barred) }
}

const fn open(host: &'static str, name: &'static str) -> Platform {
    Platform { host, name, barred: None }
}

const PLATFORMS: &[Platform] = &[
    barred("x.com", "x", X),
    barred("twitter.com", "x", X),
    barred("t.co", "x", X),
    barred("linkedin.com", "linkedin", LINKEDIN),
    barred("lnkd.in", "linkedin", LINKEDIN),
    barred("facebook.com", "facebook", META),
    barred("fb.com", "facebook", META),
    barred("fb.me", "facebook", META),
    barred("instagram.com", "instagram", META),
    barred("threads.net", "threads", META),
    barred("threads.com", "threads", META),
    barred("reddit.com", "reddit", REDDIT),
    barred("redd.it", "reddit", REDDIT),
    barred("youtube.com", "youtube", YOUTUBE),
    barred("youtu.be", "youtube", YOUTUBE),
    barred("tiktok.com", "tiktok", TIKTOK),
    // Not all of google.com: sites.google.com holds sites.
    barred("www.google.com", "google", GOOGLE),
    barred("maps.google.com", "google", GOOGLE),
    barred("maps.app.goo.gl", "google", GOOGLE),
    barred("g.page", "google", GOOGLE),
    barred("yelp.com", "yelp", SAVE),
    barred("doximity.com", "doximity", SAVE),
    barred("sermo.com", "sermo", SAVE),
    barred("zocdoc.com", "zocdoc", SAVE),
    barred("ratemds.com", "ratemds", SAVE),
    barred("doctoralia.com", "doctoralia", SAVE),
    barred("nextdoor.com", "nextdoor", SAVE),
    barred("healthgrades.com", "healthgrades", SAVE),
    barred("vitals.com", "vitals", SAVE),
    barred("webmd.com", "webmd", SAVE),
    barred("usnews.com", "us-news", SAVE),
    open("bsky.app", "bluesky"),
    open("blogspot.com", "blogger"),
    open("ghost.io", "ghost"),
    open("medium.com", "medium"),
    open("substack.com", "substack"),
    open("tumblr.com", "tumblr"),
    open("wordpress.com", "wordpress"),
];

/// Hosts with a limit of their own, and the least time between two requests that keeps within it.
const PACES: &[(&str, Duration)] = &[
    // 24 searches a minute.
    ("web.archive.org", Duration::from_millis(2_600)),
];

/// The least time between two requests that `host` is known to ask for.
pub(super) fn pace(host: &str) -> Duration {
    PACES.iter().find(|(known, _)| *known == host).map(|(_, between)| *between).unwrap_or_default()
}

/// What hosts that are never fetched hand out for machines to read all the same; their robots.txt has the last word.
const HANDED_OUT: &[(&str, &str)] = &[("youtube", "/feeds/videos.xml")];

/// Why `url` is never fetched, if so.
pub(super) fn bar(url: &Url) -> Option<Barred> {
    let platform = of(url)?;
    let is_handed_out = HANDED_OUT.contains(&(platform.name, url.path()));
    platform.barred.filter(|_| !is_handed_out)
}

/// The platform that `url` belongs to.
pub(super) fn of(url: &Url) -> Option<&'static Platform> {
    let host = url.host_str()?.trim_end_matches('.').to_ascii_lowercase();
    PLATFORMS.iter().find(|platform| {
        host.strip_suffix(platform.host).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn what_is_handed_out_may_be_asked_for() {
        let is_barred = |url: &str| bar(&Url::parse(url).unwrap()).is_some();
        assert!(!is_barred("https://www.youtube.com/feeds/videos.xml?channel_id=UC1"));
        assert!(
            is_barred("https://www.youtube.com/watch?v=1") && is_barred("https://x.com/feeds/videos.xml")
        );
        assert!(!is_barred("https://fenwick.example/watch"));
    }

    #[test]
    fn the_readme_names_all_that_is_never_fetched() {
        let readme = include_str!("../../../README.md");
        let rows: String = readme.lines().filter(|line| line.contains("| never fetched")).collect();
        for platform in PLATFORMS.iter().filter(|platform| platform.barred.is_some()) {
            let name = platform.name.replace('-', " ");
            assert!(
                rows.to_lowercase().contains(&name),
                "{name} is not among what the README says is never fetched"
            );
        }
    }

    #[test]
    fn knows_hosts_and_what_is_below_them() {
        for (url, expected) in [
            ("https://x.com/jane", Some(("x", true))),
            ("https://mobile.Twitter.com./jane", Some(("x", true))),
            ("https://www.threads.net/@jane", Some(("threads", true))),
            ("https://jane.substack.com/p/a", Some(("substack", false))),
            ("https://fox.com/", None),
            ("https://x.com.example.org/", None),
            ("https://8.8.8.8/", None),
            ("https://www.google.com/maps/place/fenwick", Some(("google", true))),
            ("https://sites.google.com/view/fenwick", None),
        ] {
            let found =
                of(&Url::parse(url).unwrap()).map(|platform| (platform.name, platform.barred.is_some()));
            assert_eq!(found, expected, "{url}");
        }
    }
}
