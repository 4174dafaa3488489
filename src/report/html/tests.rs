//! The page, from findings made by hand.

#![allow(clippy::unwrap_used)]

use scraper::{Html, Selector};
use whitecoat_engine::{Field, Item, Moment, Precision, Severity, Span};

use super::*;
use crate::report::tests::{finding, rule, run};

fn row(item: &Item) -> Row {
    let whole = Span { field: Field::Text, start: 0, end: item.text.len() };
    Row::of(item, &finding(rule("privacy/patient-name", Severity::Critical), whole, whole), true)
}

fn page(rows: &[Row], run: &Run) -> String {
    let mut page = Vec::new();
    write(rows, run, &mut page).unwrap();
    String::from_utf8(page).unwrap()
}

fn select<'h>(page: &'h Html, what: &str) -> Vec<scraper::ElementRef<'h>> {
    page.select(&Selector::parse(what).unwrap()).collect()
}

#[test]
fn hostile_words_are_shown_and_do_nothing() {
    let hostile = "</q><script>alert(1)</script><img src=x onerror=alert(2)> [name] [<b>] \u{202e}txet\u{2066} \u{0}\u{1b}[2J 👩‍⚕️ e\u{301}";
    let item = Item {
        id: "\"><script>1".into(),
        text: hostile.into(),
        platform: "x\"onclick=\"".into(),
        account: "<i>\u{202e}drk".into(),
        url: Some("javascript:alert(3)".into()),
        source: "a<b>\n.jsonl#line 1".into(),
        ..Item::default()
    };
    let rows = [row(&item)];
    let mut run = run(&rows);
    run.inputs[0].coverage.recognised = "<script>2</script>".into();
    run.inputs[0].coverage.note("<svg onload=alert(4)>\u{202e}");
    run.inputs[0].coverage.skip("<script>3</script>", "--><script>4</script>");
    let text = page(&rows, &run);
    assert!(!text.contains(['\u{202e}', '\u{2066}', '\u{0}', '\u{1b}']));
    let html = Html::parse_document(&text);
    assert_eq!(select(&html, "script").len(), 1);
    assert_eq!(
        select(&html, "img, iframe, object, svg[onload], [onclick], [onerror], [style], i, b").len(),
        0
    );
    assert!(select(&html, "a[href]").iter().all(|link| link.attr("href").unwrap().starts_with('#')));
    let quoted: String = select(&html, ".rows td:nth-child(3)")[0].text().collect();
    let shown = "“</q><script>alert(1)</script><img src=x onerror=alert(2)> [name] [<b>] \\u{202e}txet\\u{2066} \\u{0}\\u{1b}[2J 👩‍⚕️ e\u{301}” ";
    assert!(quoted.starts_with(shown), "{quoted}");
    assert_eq!(select(&html, ".rows .mask").len(), 1);
}

#[test]
fn it_names_the_subject_and_counts_what_is_done_well() {
    let rows = [row(&Item { text: "Bed 4".into(), ..Item::default() })];
    let mut run = run(&rows);
    let text = page(&rows, &run);
    assert!(text.contains("<title>Audit of 20") && !text.contains("done well"));
    let subject = crate::report::run_file::UsedSubject { name: "Orla <i>Finch".into(), ..Default::default() };
    run.subject = Some(subject);
    run.good_practice.insert(crate::report::Practice::Redirect.name(), 1_204);
    let text = page(&rows, &run);
    let html = Html::parse_document(&text);
    let title: String = select(&html, "title")[0].text().collect();
    let heading: String = select(&html, "h1")[0].text().collect();
    assert!(title.starts_with("Audit of Orla <i>Finch, 20"), "{title}");
    assert_eq!(heading, "Audit of public posts: Orla <i>Finch");
    let well: String = select(&html, ".well li").iter().flat_map(|line| line.text()).collect();
    assert!(well.starts_with("1,204 health questions answered"), "{well}");
    let mut record = Vec::new();
    run.write(&mut record).unwrap();
    let record = String::from_utf8(record).unwrap();
    assert!(!record.contains("Finch") && record.contains("\"redirect\": 1204"));
}

#[test]
fn it_says_what_became_of_the_last_audit_and_what_no_rule_looked_at() {
    let mut one = row(&Item { id: "1".into(), text: "Bed 4".into(), ..Item::default() });
    one.people = Some(Box::new(crate::report::People {
        estimate: "about 4 people (1 to 20)".into(),
        why: "As written it appears to fit about 4 people (1 to 20): town of 900.".into(),
        change: "Drop the place and it fits about 90 people.".into(),
        ..Default::default()
    }));
    let mut withheld =
        row(&Item { id: "2".into(), text: "Bed 5".into(), platform: "x".into(), ..Item::default() });
    withheld.withheld = true;
    withheld.withhold(1);
    let rows = [one, withheld];
    let mut run = run(&rows);
    let text = page(&rows, &run);
    assert!(!text.contains("Since the last audit") && !text.contains("no rule looked at"));
    run.comparison = Some(Comparison {
        previous: "last.csv".into(),
        since: Some("2026-01-02T09:00:00Z".into()),
        by_status: [("gone", 1), ("new", 2)].into(),
        notes: vec!["row <8>: a decision that was not understood".into()],
        ..Comparison::default()
    });
    run.items_left_out.insert("not known to be public".into(), 1_204);
    run.findings.suppressed_by_class.insert("religion".into(), 3);
    let text = page(&rows, &run);
    for part in [
        "Since the last audit, of 2026-01-02",
        "2 new, 1 gone; ",
        "Note: row &#60;8&#62;",
        "<td>1,204</td><td>not known to be public</td>",
        "<p>3 left out, or shown without words",
        "appears to fit about 4 people (1 to 20): town of 900.",
        "Drop the place and it fits about 90 people.",
        "in a post that this profile does not show",
        "without its words: the post also speaks of what this profile never shows",
    ] {
        assert!(text.contains(part), "{part}");
    }
    assert!(!text.contains("religion") && !text.contains("Bed 5"));
}

#[test]
fn a_text_of_100_kb_is_cut_and_addresses_of_the_web_are_links() {
    let item = Item {
        id: "1".into(),
        text: "long".repeat(25_000),
        url: Some("https://social.example/a?b=1&c=\u{202e}\"".into()),
        ..Item::default()
    };
    let whole = Span { field: Field::Text, start: 0, end: item.text.len() };
    let rows = [Row::of(&item, &finding(rule("a/b", Severity::Low), whole, whole), false)];
    let mut run = run(&rows);
    run.options.unmask = true;
    let text = page(&rows, &run);
    assert!(text.len() < 60_000, "{}", text.len());
    let html = Html::parse_document(&text);
    let links: Vec<_> =
        select(&html, "a[href^=https]").iter().map(|link| link.attr("href").unwrap().to_owned()).collect();
    assert_eq!(links, ["https://social.example/a?b=1&c=%E2%80%AE%22"; 2]);
    assert!(text.contains("Excerpts are not masked.") && !text.contains("Excerpts are masked."));
}

#[test]
fn the_policy_lets_in_the_two_blocks_that_are_there_and_nothing_else() {
    let text = page(&[], &run(&[]));
    let html = Html::parse_document(&text);
    let policy = select(&html, "meta[http-equiv=Content-Security-Policy]")[0].attr("content").unwrap();
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    for block in ["style", "script"] {
        let inside: String = select(&html, block)[0].text().collect();
        let digest = STANDARD.encode(ring::digest::digest(&ring::digest::SHA256, inside.as_bytes()));
        assert!(policy.contains(&format!("{block}-src 'sha256-{digest}'")), "{block}: {policy}");
    }
    assert_eq!(select(&html, "[src], link, [style], base, form[action]").len(), 0);
}

#[test]
fn headings_tables_and_regions_can_be_found_by_a_screen_reader() {
    let item = Item { id: "1".into(), text: "Mr Ode".into(), ..Item::default() };
    let rows = [row(&item)];
    let text = page(&rows, &run(&rows));
    let html = Html::parse_document(&text);
    for landmark in ["header", "nav[aria-label]", "main", "footer"] {
        assert_eq!(select(&html, landmark).len(), 1, "{landmark}");
    }
    assert!(select(&html, "table").iter().all(|table| {
        table.select(&Selector::parse("caption").unwrap()).next().is_some()
            && table.select(&Selector::parse("th[scope]").unwrap()).next().is_some()
    }));
    let levels: Vec<u8> = select(&html, "h1, h2, h3")
        .iter()
        .map(|heading| heading.value().name().as_bytes()[1] - b'0')
        .collect();
    assert!(levels[0] == 1 && levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
    assert!(select(&html, "section").iter().all(|section| {
        let label = section.attr("aria-labelledby").unwrap();
        select(&html, &format!("[id={label}]")).len() == 1
    }));
    for jump in select(&html, "a[href^='#']") {
        let target = jump.attr("href").unwrap().trim_start_matches('#');
        assert_eq!(select(&html, &format!("[id='{target}']")).len(), 1, "{target}");
    }
}

#[test]
fn nothing_found_is_said_without_a_clean_bill() {
    let text = page(&[], &run(&[]));
    assert!(text.contains("Nothing needs action today.") && text.contains(NO_CLEAN_BILL));
    assert!(text.contains("This audit is incomplete.") && !text.contains("id=\"filter\""));
    let html = Html::parse_document(&text);
    for jump in select(&html, "a[href^='#']") {
        let target = jump.attr("href").unwrap().trim_start_matches('#');
        assert_eq!(select(&html, &format!("[id='{target}']")).len(), 1, "{target}");
    }
}

#[test]
fn mere_prompts_are_nothing_to_do_first() {
    let item = Item { id: "1".into(), text: "Damn".into(), ..Item::default() };
    let whole = Span { field: Field::Text, start: 0, end: 4 };
    let prompt = Row::of(&item, &finding(rule("conduct/profanity", Severity::Info), whole, whole), true);
    let rows = [prompt];
    let text = page(&rows, &run(&rows));
    assert!(text.contains("Nothing but prompts and what can wait") && !text.contains("<ol class=\"worst\">"));
    assert!(text.contains("Nothing needs action today.") && text.contains("1 can wait."));
    let mut decided = rows;
    decided[0].settled = true;
    assert!(page(&decided, &run(&decided)).contains("What was found has been decided on."));
}

#[test]
fn a_timeline_is_not_stretched_by_made_up_dates() {
    let dated = |id: &str, date: &str| {
        let created_at: Option<Moment> = format!("{date}T10:00:00Z").parse().ok();
        assert!(created_at.is_some(), "{date}");
        let created_precision = Precision::Day;
        Row {
            platform: "x".into(),
            ..row(&Item { id: id.into(), text: id.into(), created_at, created_precision, ..Item::default() })
        }
    };
    let rows = [
        dated("a", "-009999-01-02"),
        dated("b", "9999-01-01"),
        dated("c", "2024-05-01"),
        dated("d", "2012-05-01"),
    ];
    let chart = Chart::of(&rows, 2025);
    let labels: Vec<_> = chart.columns.iter().map(|column| column.label.as_str()).collect();
    assert_eq!(
        (labels[0], labels[1], labels[labels.len() - 2], labels[labels.len() - 1]),
        ("earlier", "2012", "2024", "later")
    );
    assert_eq!(chart.lanes[0].label(), "X");
    let long = Chart::of(
        &[Row { platform: "a-platform-with-a-long-name".into(), ..dated("e", "2024-05-01") }],
        2025,
    );
    assert_eq!(long.lanes[0].label(), "A-platform-w…");
    assert_eq!(chart.lanes[0].bars.iter().map(|bar| bar.count).sum::<u64>(), 4);
    assert!(chart.lanes[0].bars.iter().all(|bar| bar.x >= chart.left && bar.x + chart.bar <= chart.width));
}

/// WCAG 2.2, 1.4.3: 4.5 to 1 for text, on the paper and on what is raised from it, by day, by night and in print.
#[test]
fn colours_of_text_have_enough_contrast() {
    let mut checked = 0;
    for scheme in STYLE.split(":root {").skip(1) {
        let scheme = scheme.split('}').next().unwrap();
        let colour = |name: &str| {
            let value = scheme.split(&format!("--{name}: #")).nth(1)?.split(';').next()?;
            let wide: String = if value.len() == 3 {
                value.chars().flat_map(|c| [c, c]).collect()
            } else {
                value.to_owned()
            };
            u32::from_str_radix(&wide, 16).ok()
        };
        for paper in ["paper", "raised", "mask"] {
            for ink in ["ink", "soft", "link", "critical", "high", "medium", "low", "info"] {
                let contrast = contrast(colour(paper).unwrap(), colour(ink).unwrap());
                assert!(contrast >= 4.5, "{ink} on {paper}: {contrast:.2}");
                checked += 1;
            }
        }
    }
    assert_eq!(checked, 3 * 3 * 8);
}

fn contrast(a: u32, b: u32) -> f64 {
    let luminance = |colour: u32| {
        let channel = |shift: u32| {
            let value = f64::from((colour >> shift) & 0xff) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(16) + 0.7152 * channel(8) + 0.0722 * channel(0)
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}
