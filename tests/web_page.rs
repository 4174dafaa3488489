//! Saved pages to items: what each reader finds, in what order, and that nothing is said twice.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod web_support;

use std::collections::BTreeSet;
use std::path::Path;

use web_support::{Collected, find, items, message, prose, read_page as read};
use whitecoat::sources::web::{claims_saved_page, read_saved_page};
use whitecoat::sources::{InputError, Options};
use whitecoat_engine::{
    Authorship, Item, Kind, LiveState, MediaKind, ParentAuthor, ParentKind, Precision, Visibility,
};

/// An invented directory page: a physician, a review with a reply, a review whose author answers again.
const DIRECTORY: &str = r##"<!-- saved from url=(0035)https://directory.example/dr-varga -->
<!doctype html><title>Dr Ines Varga - Directory</title>
<link rel=canonical href="https://elsewhere.example/">
<script type="application/ld+json">{"@context": "https://schema.org", "@graph": [
 {"@type": ["Physician", "LocalBusiness"], "@id": "#doc", "name": "Dr. Ines Varga, MD", "url": "/dr-varga",
  "description": "Family doctor &amp; gardener.", "medicalSpecialty": "https://schema.org/PrimaryCare",
  "hospitalAffiliation": {"@type": "Hospital", "name": "Exampleton General"},
  "address": {"addressLocality": "Exampleton", "addressRegion": "ZZ", "addressCountry": {"name": "US"}},
  "image": {"contentUrl": "/img/varga.jpg?w=9", "caption": "Dr Varga in her garden"},
  "review": [{"@id": "#r1"}, {"@id": "#r2"}]},
 {"@type": "Comment", "@id": "#c1", "author": {"@type": "Person", "name": "Ines Varga"},
  "text": "Thank you Tom, your knee is healing well.", "dateCreated": "2024-03-02"},
 {"@type": "Review", "@id": "#r1", "author": "Tom Q", "reviewBody": "Waited two hours. Rude desk.",
  "datePublished": "2024-03-01T10:00:00-05:00", "comment": {"@id": "#c1"}},
 {"@type": "Review", "@id": "#r2", "name": "Great", "author": {"@type": "Person", "name": "Uma"}, "reviewBody": "Kind and quick.",
  "comment": [{"@type": "Comment", "author": {"@type": "Person", "name": "Uma"}, "text": "Still happy a year later."},
              {"@type": "Comment", "author": {"@type": "Organization", "name": "The practice"}, "text": "See you in May!"}]},
]}</script>
<h1>Dr. Ines Varga, MD</h1><p>Family doctor &amp; gardener.</p>
<div>Waited two hours. Rude desk.</div><div>Thank you Tom, your knee is healing well.</div>"##;

#[test]
fn a_directory_page_yields_profile_reviews_and_replies() {
    let (sink, outcome) = read(DIRECTORY);
    outcome.unwrap();
    let items = &sink.items;
    assert_eq!(sink.recognised, ["saved page of directory.example: Dr Ines Varga - Directory, 6 items"]);
    assert_eq!(items.len(), 6, "{items:#?}");
    for item in items {
        assert!(item.source.starts_with("PAGE#json-ld:"), "{}", item.source);
        assert_eq!((item.visibility, item.live_state), (Visibility::Unknown, LiveState::Unknown));
        let profile = item.profile.as_ref().unwrap();
        assert_eq!(
            (profile.name.as_str(), profile.profession.as_str()),
            ("Dr. Ines Varga, MD", "primary care")
        );
        assert_eq!(
            (profile.employer.as_str(), profile.location.as_str()),
            ("Exampleton General", "Exampleton, ZZ")
        );
        assert_eq!(profile.jurisdiction, "US");
    }
    let bio = find(items, "gardener");
    assert_eq!((bio.kind, bio.text.as_str()), (Kind::Profile, "Family doctor & gardener."));
    assert_eq!(bio.url.as_deref(), Some("https://directory.example/dr-varga"));
    assert_eq!(bio.media[0].path.as_deref(), Some("https://directory.example/img/varga.jpg?w=9"));
    assert_eq!(
        (bio.media[0].file_name.as_str(), bio.media[0].alt.as_str()),
        ("varga.jpg", "Dr Varga in her garden")
    );

    let review = find(items, "Waited two hours");
    assert_eq!((review.kind, review.authorship), (Kind::Comment, Authorship::Other));
    assert_eq!(review.created_at.unwrap().to_string(), "2024-03-01T10:00:00-05:00");
    assert_eq!(review.created_precision, Precision::Second);

    let reply = items.iter().find(|item| item.text.starts_with("Thank you Tom")).unwrap();
    assert_eq!((reply.kind, reply.authorship), (Kind::ReviewReply, Authorship::Own));
    assert_eq!(reply.created_precision, Precision::Day);
    let parent = reply.parent.as_ref().unwrap();
    assert_eq!((parent.author, parent.kind), (ParentAuthor::Patient, ParentKind::Review));
    assert_eq!(parent.text.as_deref(), Some("Waited two hours. Rude desk."));

    let again = find(items, "Still happy");
    assert_eq!((again.kind, again.authorship), (Kind::Comment, Authorship::Other));
    let practice = find(items, "See you in May");
    assert_eq!((practice.kind, practice.authorship), (Kind::ReviewReply, Authorship::Own));
    assert_eq!(practice.parent.as_ref().unwrap().text.as_deref(), Some("Great\n\nKind and quick."));
}

#[test]
fn ids_are_unique_and_stay_when_the_file_moves() {
    let ids = |items: &[Item]| -> Vec<String> { items.iter().map(|item| item.id.clone()).collect() };
    let first = ids(&items(DIRECTORY));
    assert_eq!(first, ids(&items(DIRECTORY)));
    assert_eq!(first.iter().collect::<BTreeSet<_>>().len(), first.len(), "{first:?}");
}

#[test]
fn an_article_body_is_not_repeated_by_the_main_text() {
    let (one, two) = (prose(1, 90), prose(2, 90));
    let html = format!(
        "<title>Blog</title><script type=application/ld+json>{{\"@type\": \"BlogPosting\", \"headline\": \"A day\",
         \"articleBody\": \"{one}\\n{two}\", \"author\": {{\"name\": \"Ines Varga\"}},
         \"comment\": [{{\"@type\": \"Comment\", \"author\": {{\"name\": \"Bob\"}}, \"text\": \"Was this my cousin?\"}},
                       {{\"@type\": \"Comment\", \"author\": {{\"name\": \"Ines Varga\"}}, \"text\": \"Yes, it was.\"}}]}}</script>
         <meta property=og:description content=\"{one}\"><nav>Home Shop</nav>
         <article><h1>A day</h1><p>{one}</p><p>{two}</p></article><footer>Share this</footer>"
    );
    let found = items(&html);
    assert_eq!(found.len(), 3, "{found:#?}");
    assert_eq!((found[0].kind, found[0].authorship), (Kind::Article, Authorship::Own));
    assert_eq!(found[0].text, format!("A day\n\n{one}\n{two}"));
    let bob = find(&found, "cousin");
    assert_eq!((bob.kind, bob.authorship), (Kind::Comment, Authorship::Other));
    let own = find(&found, "Yes, it was");
    assert_eq!((own.kind, own.authorship), (Kind::Comment, Authorship::Own));
    assert_eq!(own.parent.as_ref().unwrap().author, ParentAuthor::Own);

    // What the markup does not have is still found, and only that.
    let more = html.replace("</article>", &format!("<p>{}</p></article>", prose(3, 40)));
    let found = items(&more);
    let rest = found.last().unwrap();
    assert_eq!((rest.source.as_str(), rest.text.as_str()), ("PAGE#main-text:1", prose(3, 40).as_str()));
}

#[test]
fn main_text_has_title_date_and_pictures() {
    let html = format!(
        "<!doctype html><title>My blog</title><meta property=article:published_time content=2023-06-05T09:30+01:00>
         <nav><a href=/>Home</a></nav><article><h1>On call</h1><p>{}</p>
         <p><img src=data:image/png;base64,AAAA alt='the ward at night'><img src=px.gif width=1 height=1></p><p>{}</p></article>",
        prose(1, 80),
        prose(2, 80)
    );
    let found = items(&html);
    let [item] = found.as_slice() else { panic!("{found:#?}") };
    assert!(item.text.starts_with("On call\n\n") && item.text.contains(&prose(2, 80)), "{}", item.text);
    assert!(!item.text.contains("Home"));
    assert_eq!(item.created_at.unwrap().to_string(), "2023-06-05T09:30:00+01:00");
    assert_eq!(item.created_precision, Precision::Minute);
    assert_eq!(item.url, None, "a saved page that does not say where it is from has no address");
    let [media] = item.media.as_slice() else { panic!("{:?}", item.media) };
    assert_eq!((media.kind, media.alt.as_str(), &media.path), (MediaKind::Image, "the ward at night", &None));
}

#[test]
fn short_pages_give_all_their_text() {
    let found = items("<title>x</title><nav>Menu</nav><div>Room 4 was <b>a nightmare</b> today.</div>");
    assert_eq!(found[0].text, "Room 4 was a nightmare today.");
}

#[test]
fn microformats_yield_cards_entries_replies_and_reviews() {
    let found = items(
        "<!--\n Page saved with SingleFile \n url: https://varga.example/notes/ \n saved date: x -->
         <div class=h-card><a class='p-name u-url' href=https://social.example/>Ines Varga</a>
           <span class=p-job-title>Midwife</span><span class=p-org>Exampleton Birth Centre</span>
           <span class=p-nickname>@ines</span><p class=p-note>Catching babies since 2009.</p></div>
         <div class=h-feed><span class='p-author h-card'>Ines Varga</span>
          <div class=h-entry><a class=u-url href=1><time class=dt-published datetime=2024-02-03T04:05:06Z>x</time></a>
           <div class='e-content p-name'>Twins today!</div><img class=u-photo src=t.jpg alt=twins>
           <div class='p-comment h-cite'><span class='p-author h-card'>Bob</span><p class=p-content>Whose?</p></div>
           <div class='p-comment h-cite'><span class='p-author h-card'>Ines Varga</span><p class=p-content>Not saying.</p></div>
          </div>
          <div class=h-entry><a class=u-url href=2>2</a><div class=e-content>I agree with that.</div>
           <div class='u-in-reply-to h-cite'><a class=u-url href=https://other.example/5>5</a><p class=p-content>Shifts are long.</p></div></div>
          <div class=h-entry><div class='u-repost-of h-cite'><p class=p-content>Wash your hands.</p></div></div>
         </div>
         <div class=h-review><p class=p-content>She was late.</p><span class='p-author h-card'>Cy</span>
          <div class='p-comment h-cite'><p class=p-content>Sorry Cy, your waters broke early.</p></div></div>",
    );
    let card = find(&found, "Catching babies");
    assert_eq!((card.kind, card.account.as_str()), (Kind::Profile, "ines"));
    let profile = card.profile.as_ref().unwrap();
    assert_eq!(
        (profile.profession.as_str(), profile.employer.as_str()),
        ("Midwife", "Exampleton Birth Centre")
    );
    let note = find(&found, "Twins today");
    assert_eq!((note.kind, note.text.as_str()), (Kind::Post, "Twins today!"));
    assert_eq!(note.id, "https://varga.example/notes/1");
    assert_eq!(note.media[0].alt, "twins");
    assert_eq!(find(&found, "Whose?").authorship, Authorship::Other);
    assert_eq!(find(&found, "Not saying").authorship, Authorship::Own);
    let reply = find(&found, "I agree");
    assert_eq!(reply.kind, Kind::Reply);
    assert_eq!(reply.parent.as_ref().unwrap().text.as_deref(), Some("Shifts are long."));
    assert_eq!(find(&found, "Wash your hands").authorship, Authorship::Reshare);
    let review = find(&found, "Sorry Cy");
    assert_eq!((review.kind, review.authorship), (Kind::ReviewReply, Authorship::Own));
    assert_eq!(review.parent.as_ref().unwrap().author, ParentAuthor::Patient);
}

#[test]
fn open_graph_speaks_when_nothing_else_does() {
    let found = items(
        "<meta property=og:url content=https://www.instagram.com/ines/><meta property=og:type content=profile>
         <meta property=og:description content='Nurse at Exampleton General. Views mine.'><div id=app></div>",
    );
    let [item] = found.as_slice() else { panic!("{found:#?}") };
    assert_eq!((item.kind, item.platform.as_str()), (Kind::Profile, "instagram"));
    assert_eq!((item.source.as_str(), item.account.as_str()), ("PAGE#open-graph:1", ""));
}

#[test]
fn broken_json_ld_is_counted_and_the_rest_is_read() {
    let (sink, outcome) =
        read("<script type=application/ld+json>{\"@type\": }</script><p>Words of the page.");
    outcome.unwrap();
    assert_eq!(sink.items.len(), 1);
    let gap = &sink.coverage.failed["a JSON-LD block is not JSON"];
    assert_eq!(gap.count, 1);
    assert!(gap.examples.first().unwrap().ends_with("#JSON-LD block 1, line 1, column 11"), "{gap:?}");
}

#[test]
fn any_charset_is_read() {
    let html = "\u{feff}<!doctype html><title>Visita</title><p>Mañana veré a mi paciente más difícil.";
    let utf16: Vec<u8> = html.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let latin =
        b"<!doctype html><meta charset=iso-8859-1><p>Ma\xf1ana ver\xe9 a mi paciente m\xe1s dif\xedcil.";
    for bytes in [html.as_bytes(), &utf16, latin] {
        assert!(claims_saved_page(bytes));
        let (sink, outcome) = read(bytes);
        outcome.unwrap();
        assert!(sink.items[0].text.contains("Mañana veré a mi paciente más difícil."));
        assert!(sink.coverage.notes.is_empty());
    }
}

#[test]
fn pages_that_hold_nothing_are_refused_with_a_next_step() {
    for (html, expected) in [
        ("", "the file is empty"),
        (" \n\t", "the file is empty"),
        ("<!doctype html><title>x</title><div></div>", "shows no text without running its scripts"),
        ("<title>Log in • Example</title><p>Email<input type=password>", "not visible without signing in"),
    ] {
        let (sink, outcome) = read(html);
        let message = message(outcome);
        assert!(message.contains(expected) && message.contains("save it again"), "{html}: {message}");
        assert!(sink.items.is_empty() && sink.recognised.is_empty());
    }
    let missing =
        read_saved_page(Path::new("no such file.html"), &Options::default(), &mut Collected::default());
    assert!(matches!(missing, Err(InputError::Open { .. })));
}

/// How much longer than a page all that is read of it may be: titles and parents are repeated.
const MOST_GROWTH: usize = 3;

#[test]
fn hostile_pages_cost_no_more_than_they_weigh() {
    let deep_json = format!(
        "<script type=application/ld+json>{}1{}</script><p>this much is kept whatever happens",
        "[".repeat(5000),
        "]".repeat(5000)
    );
    let links: String = (0..2000).map(|n| format!("{{\"@id\": \"#{n}\", \"@type\": \"Comment\", \"text\": \"t{n}\", \"comment\": {{\"@id\": \"#{}\"}}}},", (n + 1) % 2000)).collect();
    let circle =
        format!("<script type=application/ld+json>[{links}]</script><p>this much is kept whatever happens");
    let html_in_json = format!(
        "<script type=application/ld+json>{{\"@type\": \"Article\", \"articleBody\": \"{}kept\"}}</script>",
        "<div>".repeat(50_000)
    );
    let cards = format!("{}kept", "<div class='h-card p-x'>".repeat(500));
    // What would be quadratic in a tree is read without one.
    for (name, reader, html) in [
        ("lists", "text", "<ul><li>".repeat(50_000) + "kept"),
        ("unclosed", "text", "<b x>".repeat(100_000) + "kept"),
        ("attributes", "text", format!("<p {}>kept", "a=1 ".repeat(100_000))),
        ("wide", "main-text", "<p>kept".repeat(20_000)),
        ("tables", "text", "<table><tr><td>".repeat(20_000) + "kept"),
        ("json", "main-text", deep_json),
        ("circle", "main-text", circle),
        ("html in json", "json-ld", html_in_json),
        ("cards", "main-text", cards),
    ] {
        let found = items(&html);
        let kept = found.iter().find(|item| item.text.contains("kept")).unwrap_or_else(|| panic!("{name}"));
        assert!(kept.source.contains(&format!("#{reader}:")), "{name}: {}", kept.source);
        let parents =
            |item: &Item| item.parent.as_ref().and_then(|parent| parent.text.as_ref()).map_or(0, String::len);
        let read: usize = found.iter().map(|item| item.text.len() + parents(item)).sum();
        assert!(read <= html.len() * MOST_GROWTH, "{name}: {read} bytes from {}", html.len());
    }
}

/// An invented practice: microdata for who it is, what it offers and what was said of it.
const PRACTICE: &str = r#"<!-- saved from url=(0023)https://fenwick.example/ --><!doctype html><title>Fenwick surgery</title>
<div itemscope itemtype="https://schema.org/MedicalClinic"><h1 itemprop="name">Fenwick surgery</h1>
<p itemprop="description">A small surgery by the river, since 1990.</p>
<div itemprop="address" itemscope itemtype="https://schema.org/PostalAddress"><span itemprop="streetAddress">1 River Lane</span>
<span itemprop="addressLocality">Larkspur Falls</span></div>Call <span itemprop="telephone">020 555 0101</span>
<div itemprop="availableService" itemscope itemtype="https://schema.org/MedicalTherapy"><h2 itemprop="name">Ear syringing</h2>
<p itemprop="description">Ten minutes with the nurse, and no pain.</p></div>
<div itemprop="review" itemscope itemtype="https://schema.org/Review"><span itemprop="author">Tam Q</span>
<time itemprop="datePublished" datetime="2024-05-01">May</time><p itemprop="reviewBody">My ears are clear again.</p>
<div itemprop="comment" itemscope itemtype="https://schema.org/Comment"><span itemprop="author">Fenwick surgery</span>
<p itemprop="text">Thank you Tam, see you at the diabetes check.</p></div></div></div>"#;

#[test]
fn a_practice_page_yields_services_contact_reviews_and_replies() {
    let items = items(PRACTICE);
    let shown: Vec<_> = items.iter().map(|item| (item.kind, item.authorship, item.text.as_str())).collect();
    let expected = [
        (Kind::Profile, Authorship::Own, "A small surgery by the river, since 1990."),
        (
            Kind::Profile,
            Authorship::Own,
            "Fenwick surgery\n1 River Lane, Larkspur Falls\nTelephone: 020 555 0101",
        ),
        (Kind::Article, Authorship::Own, "Ear syringing\n\nTen minutes with the nurse, and no pain."),
        (Kind::Comment, Authorship::Other, "My ears are clear again."),
        (Kind::ReviewReply, Authorship::Own, "Thank you Tam, see you at the diabetes check."),
    ];
    for item in expected {
        assert!(shown.contains(&item), "{item:?} is not in {shown:#?}");
    }
    let marked = items.iter().filter(|item| item.source.starts_with("PAGE#microdata:"));
    assert_eq!(marked.count(), expected.len(), "{shown:#?}");
    let parent = find(&items, "Thank you Tam").parent.as_ref().unwrap();
    assert_eq!(
        (parent.author, parent.text.as_deref()),
        (ParentAuthor::Patient, Some("My ears are clear again."))
    );
}

#[test]
fn recipes_speak_where_markup_is_silent() {
    let page = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sites").join(name);
        items(&std::fs::read_to_string(path).unwrap())
    };
    let blog = page("wordpress-comments.html");
    let reply = find(&blog, "Glad to hear it");
    assert_eq!((reply.kind, reply.authorship), (Kind::Comment, Authorship::Own));
    assert_eq!(reply.source, "PAGE#wordpress-comments:2");
    assert_eq!(reply.url.as_deref(), Some("https://fenwick.example/sleep#comment-2"));
    assert!(reply.parent.as_ref().unwrap().text.as_deref().unwrap().starts_with("It worked for me"));
    // The text of the page is still read, without the comments.
    let text = find(&blog, "Keep the room dark");
    assert!(text.source.starts_with("PAGE#main-text:") && !text.text.contains("Glad"), "{text:?}");
    let widget = page("trustindex.html");
    let reply = find(&widget, "Your fever had gone");
    assert_eq!((reply.kind, reply.authorship), (Kind::ReviewReply, Authorship::Own));
    assert_eq!(reply.parent.as_ref().unwrap().kind, ParentKind::Review);
}

#[test]
fn captions_are_kept_where_the_markup_has_the_text() {
    let prose =
        "I have looked after families in Larkspur Falls for years, and this is what I learned. ".repeat(9);
    let html = format!(
        "<script type='application/ld+json'>{{\"@type\": \"Article\", \"articleBody\": \"{prose}\"}}</script>\
         <article><p>{prose}</p><figure><img src=a.jpg alt=Ward><figcaption>Mrs Harlan of bed four, on the day after her \
         operation</figcaption></figure></article>"
    );
    let items = items(&html);
    assert!(items.iter().any(|item| item.text.contains("Mrs Harlan of bed four")), "{items:?}");
}
