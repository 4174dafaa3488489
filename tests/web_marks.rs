//! Saved pages to items: who said what and when, however a page marks it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod web_support;

use web_support::{find, items, prose};
use whitecoat_engine::{Authorship, Kind, ParentAuthor, ParentKind};

#[test]
fn what_stands_around_a_short_page_is_no_text_of_it() {
    let banner = format!("<div class=cmplz-cookiebanner role=dialog><p>{}</p></div>", prose(4, 90));
    for (around, expected) in [
        (format!("{banner}<p>We mend knees.</p>"), "We mend knees."),
        (format!("<main>{banner}<p>We mend knees.</p></main>"), "We mend knees."),
        (
            "<div id=SITE_HEADER>Fenwick surgery</div><p>We mend knees.<p><select><option>Monday</select>
             <button>Book</button><div hidden>Thank you!</div><div id=SITE_FOOTER>Proudly created</div>"
                .to_owned(),
            "We mend knees.",
        ),
        (
            "<details><summary>Does it hurt?</summary>No.</details><h3>When?</h3><div style='display:none'>Now.</div>"
                .to_owned(),
            "Does it hurt?\nNo.\n\nWhen?\n\nNow.",
        ),
        // A page that is nothing else is still read.
        ("<footer>Open on Mondays.</footer>".to_owned(), "Open on Mondays."),
    ] {
        let found = items(&format!("<title>x</title>{around}"));
        let texts: Vec<&str> = found.iter().map(|item| item.text.as_str()).collect();
        assert_eq!(texts, [expected], "{around}");
    }
}

#[test]
fn a_post_without_other_marks_has_the_time_that_it_shows() {
    let day = |month: u8| format!("2022-0{month}-12T08:15:00+00:00");
    let time = |classes: &str, month| format!("<time class='{classes}' datetime='{}'>x</time>", day(month));
    for (times, expected) in [
        (time("entry-date published", 9) + &time("updated", 8), Some(day(9))),
        (time("entry-date published updated", 9), Some(day(9))),
        (time("published", 9) + &time("entry-date", 9), Some(day(9))),
        (format!("<time pubdate datetime='{}'>x</time>", day(9)), Some(day(9))),
        (time("entry-date", 9) + &format!("<aside>{}</aside>", time("entry-date", 8)), Some(day(9))),
        (time("updated", 9), None),
        (time("entry-date updated", 9), None),
        (time("", 9), None),
        // A list of posts.
        (time("entry-date", 9) + &time("entry-date", 8), None),
    ] {
        let found = items(&format!(
            "<title>x</title><article><h1>Masks</h1>{times}<p>{}</p></article>",
            prose(1, 80)
        ));
        let created = found[0].created_at.map(|moment| moment.instant());
        assert_eq!((found.len(), created), (1, expected.map(|day| day.parse().unwrap())), "{times}");
    }
}

#[test]
fn comments_on_comments_and_what_is_answered_keep_their_authors() {
    let comment = |author: &str, words: &str, inner: &str| {
        format!(
            "<div class='p-comment h-cite'><span class='p-author h-card'>{author}</span><p class=p-content>{words}</p>{inner}</div>"
        )
    };
    let thread = comment("Wanda", "Does it help Amara?", &comment("Ines Varga", "Amara should stop.", ""));
    let on_review = comment(
        "The practice",
        "Sorry Cy.",
        &comment("Cy", "Too late.", &comment("The practice", "Call us.", "")),
    );
    let found = items(&format!(
        "<!--\n Page saved with SingleFile \n url: https://varga.example/notes/ \n saved date: x -->
         <div class=h-entry><span class='p-author h-card'>Ines Varga</span><div class='e-content p-name'>Fluoride!</div>{thread}</div>
         <div class=h-entry><div class='u-in-reply-to h-cite'><span class='p-author h-card'>Pal</span>
          <p class=p-content>Do you ever treat your own family members?</p></div><div class=e-content>Never.</div></div>
         <div class=h-review><p class=p-content>She was late.</p><span class='p-author h-card'>Cy</span>{on_review}</div>"
    ));
    let shown: Vec<_> = found
        .iter()
        .filter_map(|item| {
            let parent = item.parent.as_ref()?;
            let above = parent.text.as_deref().unwrap_or_default();
            Some((item.text.as_str(), item.kind, item.authorship, above, parent.author, parent.kind))
        })
        .collect();
    let (own, other) = (Authorship::Own, Authorship::Other);
    assert_eq!(
        shown,
        [
            ("Does it help Amara?", Kind::Comment, other, "Fluoride!", ParentAuthor::Own, ParentKind::Post),
            (
                "Amara should stop.",
                Kind::Comment,
                own,
                "Does it help Amara?",
                ParentAuthor::Public,
                ParentKind::Comment
            ),
            (
                "Never.",
                Kind::Reply,
                own,
                "Do you ever treat your own family members?",
                ParentAuthor::Unknown,
                ParentKind::Post
            ),
            ("Sorry Cy.", Kind::ReviewReply, own, "She was late.", ParentAuthor::Patient, ParentKind::Review),
            ("Too late.", Kind::Comment, other, "Sorry Cy.", ParentAuthor::Own, ParentKind::Comment),
            ("Call us.", Kind::ReviewReply, own, "Too late.", ParentAuthor::Public, ParentKind::Comment),
        ]
    );
    // The question is nobody's article, and no address is made of its words.
    assert!(!found.iter().any(|item| item.text.contains("treat your own")), "{found:#?}");
    assert_eq!(find(&found, "Never.").parent.as_ref().unwrap().id, None);
}

#[test]
fn dates_and_addresses_are_read_however_they_are_written() {
    for (date, expected) in [
        (r#""2024-3-9""#, Some("2024-03-09")),
        (r#"["2024-03-09", "2024-04-01"]"#, Some("2024-03-09")),
        (r#"["soon", "2024-03-09"]"#, Some("2024-03-09")),
        (r#"{"@type": "Date", "@value": "2024-03-09"}"#, Some("2024-03-09")),
        (r#"{"@type": "Date"}"#, None),
        ("null", None),
    ] {
        let found = items(&format!(
            r#"<!-- saved from url=(0023)https://fenwick.example/ --><script type=application/ld+json>{{"@type": "Review",
            "author": "Jon", "reviewBody": "Late.", "url": ["/r1", "/r2"], "datePublished": {date}}}</script>"#
        ));
        let [review] = found.as_slice() else { panic!("{found:#?}") };
        let day = review.created_at.map(|moment| moment.date().to_string());
        assert_eq!(day.as_deref(), expected, "{date}");
        assert_eq!(review.url.as_deref(), Some("https://fenwick.example/r1"));
    }
}

#[test]
fn what_the_owner_says_of_a_thing_is_no_patients_review() {
    let owner = r##"{"@type": "Person", "@id": "#me", "name": "Dr. Ines Varga", "jobTitle": "Dentist"}"##;
    let page = |author: &str, reviewed: &str| {
        let found = items(&format!(
            r#"<script type=application/ld+json>{{"@graph": [{owner}, {{"@type": "Review", "author": {author},
            "itemReviewed": {{"@type": "{reviewed}", "name": "Zeta"}}, "reviewBody": "It mends gums."}}]}}</script>"#
        ));
        let review = find(&found, "It mends gums.");
        (review.kind, review.authorship)
    };
    let (own, other) = ((Kind::Article, Authorship::Own), (Kind::Comment, Authorship::Other));
    assert_eq!(page(r##"{"@id": "#me"}"##, "Product"), own);
    assert_eq!(page(r##"{"@id": "#me"}"##, "Dentist"), other);
    assert_eq!(page(r##"{"@id": "#you", "name": "Ines"}"##, "Product"), other);
    assert_eq!(page(r#""Ines""#, "Product"), other);
}

#[test]
fn what_every_review_repeats_of_the_practice_is_said_once() {
    let review = |words: &str| {
        format!(
            r#"{{"@type": "Review", "author": "Jon", "reviewBody": "{words}", "itemReviewed": {{"@type": "MedicalClinic",
            "name": "Fenwick surgery", "telephone": "020 555 0101", "description": "By the river."}}}}"#
        )
    };
    let reviews = [review("Late."), review("Kind."), review("Kind.")].join(",");
    let found = items(&format!("<script type=application/ld+json>[{reviews}]</script>"));
    let texts: Vec<&str> = found.iter().map(|item| item.text.as_str()).collect();
    let expected = ["Late.", "By the river.", "Fenwick surgery\nTelephone: 020 555 0101", "Kind.", "Kind."];
    assert_eq!(texts, expected);
    let sources: Vec<&str> = found.iter().map(|item| item.source.as_str()).collect();
    assert_eq!(sources.last(), Some(&"PAGE#json-ld:5"));
}
