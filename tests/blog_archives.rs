//! Exports of blogs, whole: WordPress, Blogger, Tumblr, Medium, Substack, Ghost.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod archive_support;

use archive_support::{self as support, Archive, Read, fixture, sample, shown};
use whitecoat_engine::{Authorship, Kind, ParentAuthor, ParentKind, Precision, Visibility};

fn of_kind(read: &Read, kind: Kind) -> u64 {
    read.items.iter().filter(|item| item.kind == kind).count() as u64
}

fn extracted(name: &str) -> String {
    shown(&support::read(&fixture(name), false))
}

#[test]
fn wordpress_is_extracted() {
    insta::assert_snapshot!(extracted("wordpress"));
}

#[test]
fn blogger_is_extracted() {
    insta::assert_snapshot!(extracted("blogger"));
}

#[test]
fn tumblr_is_extracted() {
    insta::assert_snapshot!(extracted("tumblr"));
}

#[test]
fn medium_is_extracted() {
    insta::assert_snapshot!(extracted("medium"));
}

#[test]
fn substack_is_extracted() {
    insta::assert_snapshot!(extracted("substack"));
}

#[test]
fn ghost_is_extracted() {
    insta::assert_snapshot!(extracted("ghost"));
}

#[test]
fn takeout_tells_own_comments_on_other_blogs_and_guests() {
    let entry = |id: &str, kind: &str, writer: u8, more: &str| {
        format!(
            "<entry><id>{id}</id><blogger:type>{kind}</blogger:type><blogger:status>LIVE</blogger:status><author><name>A</name><uri>https://www.blogger.com/profile/{writer}</uri></author>{more}<title/><content type='html'>Words</content><published>2020-01-02T03:04:05Z</published></entry>"
        )
    };
    let feed = |entries: String| {
        format!(
            r#"<?xml version='1.0' encoding='utf-8'?><feed xmlns="http://www.w3.org/2005/Atom" xmlns:blogger="http://schemas.google.com/blogger/2018"><title>Rounds</title>{entries}</feed>"#
        )
    };
    let answer = "<blogger:parent>p1</blogger:parent><blogger:inReplyTo>c1</blogger:inReplyTo>";
    let blog = [
        entry("guest", "POST", 88, ""),
        entry("p1", "POST", 77, ""),
        entry("c1", "COMMENT", 88, "<blogger:parent>p1</blogger:parent><blogger:inReplyTo/>"),
        entry("c2", "COMMENT", 77, answer),
    ];
    let blogs = || Archive::new().with("Takeout/Blogger/Blogs/Rounds/feed.atom", feed(blog.concat()));
    let comment = entry("elsewhere", "COMMENT", 77, "<blogger:parent>p9</blogger:parent>");
    let read = blogs().with("Takeout/Blogger/Comments/Rounds/feed.atom", feed(comment)).read();
    let authorship = |read: &Read, id: &str| read.item(id).authorship;
    for (id, expected) in [
        ("guest", Authorship::Other),
        ("p1", Authorship::Own),
        ("c1", Authorship::Other),
        ("c2", Authorship::Own),
        ("elsewhere", Authorship::Own),
    ] {
        assert_eq!(authorship(&read, id), expected, "{id}");
    }
    let (answer, elsewhere) = (read.item("c2"), read.item("elsewhere"));
    let parent = answer.parent.as_ref().unwrap();
    assert_eq!((parent.kind, parent.id.as_deref()), (ParentKind::Comment, Some("c1")));
    assert_eq!(answer.thread.as_deref(), Some("p1"));
    assert_eq!(elsewhere.parent.as_ref().unwrap().author, ParentAuthor::Unknown);
    // Without those comments it is not known who the guest is.
    assert_eq!(authorship(&blogs().read(), "guest"), Authorship::Own);
}

#[test]
fn takeout_feeds_of_blogger_are_read() {
    let feed = r#"<?xml version='1.0' encoding='utf-8'?><feed xmlns="http://www.w3.org/2005/Atom" xmlns:blogger="http://schemas.google.com/blogger/2018"><id>tag:blogger.com,1999:blog-7</id><title>Rounds</title>
        <entry><id>tag:blogger.com,1999:blog-7.post-1</id><blogger:type>POST</blogger:type><blogger:status>SOFT_TRASHED</blogger:status><title>Gone</title><content type='html'>Words</content><blogger:created>2020-01-02T03:04:05Z</blogger:created><link/></entry></feed>"#;
    let read = Archive::new().with("Takeout/Blogger/Blogs/Rounds/feed.atom", feed).read();
    let post = read.item("tag:blogger.com,1999:blog-7.post-1");
    assert_eq!((post.text.as_str(), post.visibility), ("Gone\n\nWords", Visibility::Private));
    assert_eq!(post.created_at.unwrap().to_string(), "2020-01-02T03:04:05Z");
}

#[test]
fn what_visitors_of_a_wordpress_site_send_in_is_not_its_owners() {
    let item = |id: u32, sort: &str, title: &str, rest: &str| {
        format!(
            "<item><title>{title}</title><wp:post_id>{id}</wp:post_id><wp:status>publish</wp:status><wp:post_type>{sort}</wp:post_type>{rest}</item>"
        )
    };
    let file = "<wp:attachment_url>https://fenwick.example/up/IMG-1234-scaled.jpg</wp:attachment_url>";
    let words = "<content:encoded><![CDATA[Words]]></content:encoded>";
    let by_owner = format!("{words}<dc:creator>orla</dc:creator>");
    let items = [
        item(1, "flamingo_inbound", "My son", words),
        item(2, "wpcf7_contact_form", "Form", words),
        item(3, "reply", "Of a visitor", words),
        item(4, "topic", "Of the owner", &by_owner),
        item(5, "attachment", "Her scan of 3 May", file),
        item(6, "attachment", "IMG 1234", file),
        item(7, "wpm-testimonial", "Thank you", words),
    ];
    let feed = format!(
        "<?xml version=\"1.0\"?><!-- WordPress eXtended RSS --><rss><channel><wp:author><wp:author_login>orla</wp:author_login></wp:author>{}</channel></rss>",
        items.concat()
    );
    let read = Archive::new().with("a.wordpress.xml", feed).read();
    let shown: Vec<_> = read.items.iter().map(|item| (item.id.as_str(), item.authorship)).collect();
    assert_eq!(
        shown,
        [
            ("3", Authorship::Other),
            ("4", Authorship::Own),
            ("5", Authorship::Own),
            ("7", Authorship::Reshare)
        ]
    );
    assert_eq!(read.item("5").text, "Her scan of 3 May");
    assert_eq!((read.skipped("forms sent in"), read.skipped("without words")), (2, 1));
}

#[test]
fn ghost_keeps_words_beside_the_post() {
    let export = r#"{"db": [{"meta": {"exported_on": 1}, "data": {
        "posts": [{"id": "a", "title": "Rooms", "html": "<p>Chairs</p>", "status": "published", "feature_image": "https://img.example/f.jpg"}],
        "posts_meta": [{"id": "m", "post_id": "a", "feature_image_alt": "A ward", "feature_image_caption": "<span>Ward 5</span>", "meta_description": "On rooms", "og_title": null}]}}]}"#;
    let read = Archive::new().with("x.ghost.2024.json", export).read();
    let post = read.item("a");
    assert_eq!(
        (post.text.as_str(), post.media[0].alt.as_str()),
        ("Rooms\n\nChairs\n\nWard 5\n\nOn rooms", "A ward")
    );
}

#[test]
fn parts_of_one_wordpress_export_hold_a_post_once() {
    let part = std::fs::read(fixture("wordpress/fenwick.wordpress.2024-05-01.xml")).unwrap();
    let once = support::read(&fixture("wordpress"), false);
    let twice = Archive::new()
        .with("a.wordpress.2024-05-01.000.xml", part.clone())
        .with("a.wordpress.2024-05-01.001.xml", part)
        .read();
    assert_eq!(once.ids(), twice.ids());
    assert_eq!(twice.skipped("holds twice"), once.items.len() as u64);
}

#[test]
fn wordpress_samples_are_read() {
    let Some(path) = sample("wordpress/WPTT-theme-unit-test") else { return };
    let read = support::read(&path, false);
    assert!(read.coverage.is_complete(), "{:?}", read.coverage);
    let left = read.skipped("without words") + read.skipped("older versions");
    assert_eq!(of_kind(&read, Kind::Article) + of_kind(&read, Kind::Media) + left, 180);
    assert_eq!(of_kind(&read, Kind::Comment) + read.skipped("spam"), 32);
    let of = |name: &str| {
        support::read(
            &sample(&format!("wordpress/WordPress-wordpress-importer/phpunit/data/{name}")).unwrap(),
            false,
        )
    };
    let broken = of("malformed.xml");
    assert_eq!((of_kind(&broken, Kind::Article), broken.failed("no posts")), (0, 1));
    let odd = of("crazy-cdata.xml");
    assert_eq!(of_kind(&odd, Kind::Article), 1);
    assert!(odd.coverage.notes.iter().any(|note| note.contains("]]>")), "{:?}", odd.coverage);
}

#[test]
fn blogger_and_tumblr_samples_are_read() {
    let Some(path) = sample("blogger") else { return };
    let read = support::read(&path, false);
    assert_eq!((of_kind(&read, Kind::Article), of_kind(&read, Kind::Comment)), (4, 1));
    assert_eq!(read.items.iter().filter(|item| item.visibility == Visibility::Private).count(), 2);
    assert_eq!(read.skipped("settings and templates"), 59);
    let read = support::read(&sample("tumblr/code-shoily-code-shoily.tumblr.com").unwrap(), false);
    let count = |authorship| read.items.iter().filter(|item| item.authorship == authorship).count();
    assert_eq!(read.items.len(), 37);
    // What is quoted was chosen and typed; only one is passed on.
    assert_eq!((count(Authorship::Other), count(Authorship::Reshare)), (2, 1));
    assert_eq!(read.items.iter().filter(|item| item.visibility == Visibility::Private).count(), 3);
    assert_eq!(read.skipped("repeats a post"), 37);
}

#[test]
fn a_post_whose_number_the_export_leaves_out_gets_one() {
    let table = "post_id,post_date,is_published,audience,title\n,2024-05-01T00:00:00.000Z,true,everyone,Rooms\n,,true,everyone,Chairs\n";
    let read = Archive::new().with("posts.csv", table).read();
    let ids = read.ids();
    assert!(ids.len() == 2 && ids.iter().all(|id| id.starts_with("derived-")), "{ids:?}");
}

#[test]
fn medium_and_substack_samples_are_read() {
    let Some(path) = sample("medium") else { return };
    let read = support::read(&path, false);
    assert_eq!((read.items.len(), read.recognised.as_str()), (9, "Medium archive of @username"));
    assert_eq!(read.items.iter().filter(|item| item.visibility == Visibility::Private).count(), 1);
    // The draft has no date either.
    assert_eq!(read.items.iter().filter(|item| item.created_precision == Precision::Unknown).count(), 2);
    let read = support::read(&sample("substack").unwrap(), false);
    assert_eq!((read.items.len(), read.coverage.is_complete()), (5, true));
}
