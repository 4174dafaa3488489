//! The audit profiles: what they refuse, what they never show, and what a subject file adds.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod command;

use command::*;
use serde_json::Value;

const NOW: &str = "2026-03-31T12:00:00Z";
const SUBJECT: &str = "id = \"s1\"\nnames = [\"Orla Finch\"]\nprofession = \"nurse\"\njurisdiction = \"UK\"\n\
    not_mine = [\"x:orla_other\"]\n[[account]]\nplatform = \"x\"\nhandle = \"orla_rn\"\nbasis = \"named on the ward's page\"\n\
    [consent]\nreference = \"HR 7\"\n";
/// A finding that every profile is about.
const BREACH: &str = "Mrs. Alvarez from bed 4 finally went home, 41 days on the vent!!";

/// A post of which the report says how many people fit, with `more` at its end.
fn fitting(id: &str, day: &str, more: &str) -> String {
    let birth =
        "Delivered a baby girl at 3:12 this morning in the back of the ambulance, her dad cut the cord.";
    let profile = "\"profession\":\"nurse\"";
    item(id, day, &format!("{birth}{more}"))
        .replace(profile, &format!("{profile},\"location\":\"Larkspur Falls, Vermont\""))
}

/// One post for each class that an employer may not see, with a word that no output may hold.
const NEVER_SHOWN: &[(&str, &str)] = &[
    ("race-or-origin", "As a Nigerian nurse I was proud of Quillmark today."),
    ("citizenship", "My green card came today, thank you Quillmark."),
    ("religion", "Ramadan Mubarak, first iftar with Quillmark tonight."),
    ("sex-or-gender", "I am the only woman on the Quillmark team, glass ceiling and all."),
    ("orientation", "Came out to my grandmother, she loves Quillmark."),
    ("pregnancy", "I'm six months pregnant and Quillmark kicks."),
    ("marital-status", "My divorce is final, hello Quillmark."),
    ("age", "I turned 58 today, cake at Quillmark."),
    ("disability", "As a deaf nurse I love my Quillmark."),
    ("own-or-family-health", "My own chemo starts Thursday at Quillmark."),
    ("genetic", "My BRCA1 result is back, thank you Quillmark."),
    ("veteran-status", "Proud veteran of the Quillmark regiment."),
    ("politics", "Voted this morning with Quillmark."),
    ("union-and-conditions", "Safe staffing now: union meeting at Quillmark."),
    ("whistleblowing", "I reported the Quillmark unit to the regulator, whistleblowing is a right."),
    ("off-duty", "Two cocktails at Quillmark, lovely evening off."),
    ("profanity", "What a fucking shitfest of a Quillmark."),
    (
        "employer-criticism",
        "Another night with one nurse for twelve patients and management sent us a Quillmark mindfulness app.",
    ),
    ("own-life", "We moved in at last! 27 Quillmark Close, come and see the chaos on Sunday"),
    ("sexual-content", "New set on my OnlyFans, Quillmark edition, hot and naked, come and see my tits"),
    ("substance-off-duty", "Blacked out drunk at Quillmark again, took a bump of coke and lost my shoes"),
];

fn all_outputs(folder: &tempfile::TempDir, names: &[&str], said: &str) -> String {
    names.iter().map(|name| read(folder, name)).collect::<String>() + said
}

#[test]
fn a_pre_hire_review_shows_nothing_that_an_employer_may_not_see() {
    let mut posts = item("1000", "2025-05-05", BREACH);
    for (number, (_, text)) in NEVER_SHOWN.iter().enumerate() {
        // The class alone, and beside something that is shown.
        posts += &item(&format!("alone-{number}"), "2025-06-06", text);
        let beside = format!("{BREACH} The new car park opened. So did the shop. It sells pens. {text}");
        posts += &item(&format!("beside-{number}"), "2025-07-07", &beside);
    }
    posts += &fitting("1001", "2025-05-05", "");
    posts += &fitting("beside-1001", "2025-07-07", " Ramadan Mubarak, first iftar with Quillmark tonight.");
    posts +=
        &item("2000", "2025-05-05", &format!("{BREACH} Quillmark")).replace("\"public\"", "\"followers\"");
    posts += &item("3000", "2015-05-05", &format!("{BREACH} Quillmark"));
    posts +=
        &item("4000", "2025-05-05", &format!("{BREACH} Quillmark")).replace("\"orla_rn\"", "\"orla_other\"");
    posts += &item("5000", "2025-05-05", &format!("{BREACH} Quillmark")).replace("\"orla_rn\"", "\"orlaf\"");
    let folder = folder(&[
        ("posts.jsonl", &posts),
        ("s1.toml", SUBJECT),
        ("one.jsonl", &fitting("1", "2025-05-05", "")),
    ]);
    run(&folder, &["audit", "one.jsonl", "-o", "own.csv", "--now", NOW]);
    assert!(read(&folder, "own.csv").contains("appears to fit"));
    let args = ["audit", "posts.jsonl", "--profile", "pre-hire", "--subject", "s1.toml", "--now", NOW, "-o"];
    let output = expect(&folder, &[&args[..], &["a.csv"]].concat(), 1);
    let shown = all_outputs(&folder, &["a.csv", "a.run.json"], &stderr(&output));
    expect(&folder, &[&args[..], &["b.jsonl", "--columns", "+item_id,evidence,run_id"]].concat(), 1);
    expect(&folder, &[&args[..], &["c.sarif", "--report", "a.html"]].concat(), 1);
    let shown = shown + &read(&folder, "b.jsonl") + &read(&folder, "c.sarif") + &read(&folder, "a.html");
    // How many people fit is told with the details of the post.
    for forbidden in
        ["Quillmark", "beside-", "alone-", "Alvarez", "41 days", "appears to fit", "serve 12,000"]
    {
        assert!(!shown.contains(forbidden), "{forbidden} is shown:\n{shown}");
    }
    // The record says from when to when was read; single rows say the day only.
    assert!(!(read(&folder, "a.csv") + &read(&folder, "b.jsonl")).contains("2025-07-07T"));
    assert!(stderr(&output).contains("Fill in its columns review_status, reviewer,"), "{}", stderr(&output));
    // Rule and day are what is given of a post that shows a class besides.
    let rows = rows(&path(&folder, "a.csv"));
    let plain: Vec<_> = rows.iter().filter(|row| row["employer_visible"] == "yes").collect();
    let of_two = |url: &str| url.ends_with("/1000") || url.ends_with("/1001");
    assert!(plain.iter().all(|row| of_two(&row["url"]) && row["excerpt"].is_empty()), "{plain:#?}");
    assert!(plain.iter().any(|row| row["url"].ends_with("/1001")), "{plain:#?}");
    let withheld: Vec<_> = rows.iter().filter(|row| row["employer_visible"] != "yes").collect();
    assert!(withheld.len() >= NEVER_SHOWN.len() - 3, "{}", withheld.len());
    for row in &withheld {
        assert_eq!((row["posted_at"].as_str(), row["url"].as_str()), ("2025-07-07", ""));
        assert!(row["finding_id"].starts_with("withheld-") && row["account"].is_empty());
    }
    assert!(
        plain.iter().all(|row| row["review_status"] == "unconfirmed" && row["identity_match"] == "confirmed")
    );
    let record = record(&folder, "a.run.json");
    let classes = record["findings"]["suppressed_by_class"].as_object().unwrap();
    for (class, text) in NEVER_SHOWN {
        assert!(classes.contains_key(*class), "{class} was not counted: {text}; {classes:?}");
    }
    let left_out = record["items_left_out"].as_object().unwrap();
    let counts: Vec<u64> = left_out.values().map(|count| count.as_u64().unwrap()).collect();
    assert_eq!(counts, [1, 1, 1, 1], "{left_out:?}");
    assert_eq!(record["window"]["from"], "2019-03-31");
}

#[test]
fn the_pre_hire_review_of_the_demo_shows_nothing_of_the_never_shown_list() {
    let demo = format!("{}/tests/fixtures/demo", env!("CARGO_MANIFEST_DIR"));
    let subject = "names = [\"Hannah Vreeland\"]\n[consent]\nreference = \"form 7\"\n\
        [[account]]\nplatform = \"x\"\nhandle = \"drvreeland\"\n[[account]]\nplatform = \"instagram\"\nhandle = \"drvreeland\"\n";
    let folder = folder(&[("s1.toml", subject)]);
    let refused = ["audit", &demo, "--profile", "pre-hire", "--subject", "s1.toml"];
    assert!(stderr(&expect(&folder, &refused, 2)).contains("profile pre-hire does not read archives"));

    // Her posts as a visitor sees them, and one for each class.
    expect(&folder, &["extract", &demo, "-o", "items.jsonl", "-q"], 0);
    let mut posts =
        read(&folder, "items.jsonl").replace("\"visibility\":\"unknown\"", "\"visibility\":\"public\"");
    for (number, (_, text)) in NEVER_SHOWN.iter().enumerate() {
        let beside = format!("{BREACH} {text}");
        let both = item(&format!("class-{number}"), "2025-06-06", text)
            + &item(&format!("class-beside-{number}"), "2025-06-07", &beside);
        posts += &both.replace("orla_rn", "drvreeland");
    }
    write(&folder, "items.jsonl", &posts);
    let args = ["audit", "items.jsonl", "--profile", "pre-hire", "--subject", "s1.toml", "--now", NOW];
    let output = expect(&folder, &[&args[..], &["-o", "a.csv", "--report", "a.html"]].concat(), 1);
    let shown = all_outputs(&folder, &["a.csv", "a.html", "a.run.json"], &stderr(&output)).to_lowercase();
    for forbidden in
        ["quillmark", "class-", "pellegrino", "rosalie", "tomkessler72", "appears to fit", "firefighter"]
    {
        assert!(!shown.contains(forbidden), "{forbidden} is shown:\n{shown}");
    }
    let rows = rows(&path(&folder, "a.csv"));
    assert!(rows.len() > 5, "{rows:#?}");
    for row in &rows {
        assert!(matches!(row["severity"].as_str(), "critical" | "high"), "{row:?}");
        assert!(!row["rule"].starts_with("account/") && !row["rule"].starts_with("disclosure/"), "{row:?}");
        assert!(!row["rule"].starts_with("privacy/") || row["excerpt"].is_empty(), "{row:?}");
    }
    let record = record(&folder, "a.run.json");
    let classes = record["findings"]["suppressed_by_class"].as_object().unwrap();
    for (class, text) in NEVER_SHOWN {
        assert!(classes.contains_key(*class), "{class} was not counted: {text}; {classes:?}");
    }
}

#[test]
fn a_pre_hire_review_refuses_what_it_may_not_read() {
    let archive = format!("{}/tests/fixtures/demo/x-archive-2025-11-02.zip", env!("CARGO_MANIFEST_DIR"));
    let folder = folder(&[
        ("posts.jsonl", &item("1", "2025-05-05", BREACH)),
        ("s1.toml", SUBJECT),
        ("last.csv", "finding_id\n"),
    ]);
    std::fs::copy(archive, path(&folder, "x.zip")).unwrap();
    let review = ["audit", "posts.jsonl", "--profile", "pre-hire"];
    let output = expect(
        &folder,
        &[&review[..], &["x.zip", "--subject", "s1.toml", "--previous", "last.csv"]].concat(),
        2,
    );
    insta::assert_snapshot!("pre_hire_refuses", stderr(&output));
    insta::assert_snapshot!("pre_hire_needs_a_subject", stderr(&expect(&folder, &review, 2)));
    let output = expect(&folder, &[&review[..], &["--subject", "s1.toml", "--unmask"]].concat(), 2);
    assert!(stderr(&output).contains("profile pre-hire does not allow --unmask"), "{}", stderr(&output));
    for profile in ["pre-hire", "quarterly"] {
        let copy = [
            "audit",
            "posts.jsonl",
            "--subject",
            "s1.toml",
            "--redacted-copy",
            "c.jsonl",
            "--profile",
            profile,
        ];
        let said = stderr(&expect(&folder, &copy, 2));
        assert!(said.contains("--redacted-copy: a copy holds every post, and profile"), "{said}");
        assert!(!path(&folder, "c.jsonl").exists());
    }
    assert!(!path(&folder, "audit.csv").exists());
}

#[test]
fn a_quarterly_audit_keeps_to_the_register_and_keeps_no_criticism() {
    let posts = item("1", "2025-05-05", BREACH)
        + &fitting("4", "2025-05-06", " Safe staffing now, says the union at Quillmark.")
        + &item("2", "2025-05-06", &format!("{BREACH} Safe staffing now, says the union at Quillmark."))
        + &item("3", "2025-05-07", BREACH).replace("\"orla_rn\"", "\"somebody\"");
    let folder = folder(&[("posts.jsonl", &posts), ("s1.toml", SUBJECT)]);
    let args = ["audit", "posts.jsonl", "--profile", "quarterly", "--subject", "s1.toml", "--now", NOW];
    let output = expect(&folder, &args, 1);
    let shown = all_outputs(&folder, &["audit.csv", "audit.run.json"], &stderr(&output));
    assert!(!shown.contains("Quillmark") && !shown.contains("Alvarez"), "{shown}");
    let rows = rows(&path(&folder, "audit.csv"));
    let second: Vec<_> = rows.iter().filter(|row| row["url"].ends_with("/2")).collect();
    assert!(!second.is_empty() && second.iter().all(|row| row["excerpt"].is_empty()));
    let fourth: Vec<_> = rows.iter().filter(|row| row["url"].ends_with("/4")).collect();
    assert!(!fourth.is_empty() && fourth.iter().all(|row| !row["why"].contains("appears to fit")));
    assert!(rows.iter().all(|row| row["possible_patient_data"] == "yes" && row["preserve_first"] == "yes"));
    assert!(rows.iter().all(|row| row["escalate_to"] == "privacy officer"));
    assert!(!rows.iter().any(|row| row["account"] == "somebody"));
    // Evidence quotes the words that weighed most, and goes where they go.
    expect(
        &folder,
        &[&args[..], &["-o", "b.csv", "--columns", "excerpt,url,evidence,guards_considered"]].concat(),
        1,
    );
    let rows = self::rows(&path(&folder, "b.csv"));
    assert!(rows.iter().any(|row| !row["evidence"].is_empty()));
    let second = rows.iter().filter(|row| row["url"].ends_with("/2"));
    assert!(second.clone().count() > 0);
    for row in second {
        assert_eq!((row["evidence"].as_str(), row["guards_considered"].as_str()), ("", ""));
    }
}

#[test]
fn words_around_a_post_take_its_words_away_too() {
    let promise = "Our clinic guarantees that you will be cured in ten days.";
    let post = |id: &str, more: &str| {
        let without = item(id, "2025-05-05", promise).replace("\"url\":", "\"was\":");
        without.replacen('{', &format!("{{{more}"), 1)
    };
    let posts = post("1", "\"url\":\"https://social.example/orla_rn/opening-hours\",")
        + &post("2", "\"url\":\"https://social.example/orla_rn/my-miscarriage-in-march\",")
        + &post("3", "\"media\":[{\"kind\":\"image\",\"alt\":\"Me after my mastectomy\"}],")
        + &post("4", "\"media\":[{\"kind\":\"image\",\"file_name\":\"my_chemo_day_3.jpg\"}],")
        + &post("5", "\"thread\":\"my-abortion-story\",")
        + &item("6", "2025-05-05", &format!("{promise} #MuslimMedic"))
        + &item("7", "2025-05-05", &format!("{promise} \u{1f3f3}\u{fe0f}\u{200d}\u{1f308}"))
        + &item("8", "2025-05-05", &format!("{promise} Four beers last night, back in clinic tomorrow."));
    let folder = folder(&[("posts.jsonl", &posts), ("s1.toml", SUBJECT)]);
    let args = ["audit", "posts.jsonl", "--profile", "pre-hire", "--subject", "s1.toml", "--now", NOW];
    expect(&folder, &args, 1);
    let rows = rows(&path(&folder, "audit.csv"));
    let plain: Vec<_> = rows.iter().filter(|row| row["employer_visible"] == "yes").collect();
    assert!(!plain.is_empty() && plain.iter().all(|row| row["url"].ends_with("opening-hours")), "{plain:#?}");
    assert!(rows.len() > plain.len() + 6, "{}", rows.len());
}

#[test]
fn a_consent_that_says_no_is_none() {
    let subject = SUBJECT.replace("HR 7", "refused by the applicant");
    let folder = folder(&[("posts.jsonl", &item("1", "2025-05-05", BREACH)), ("s1.toml", &subject)]);
    let output =
        expect(&folder, &["audit", "posts.jsonl", "--profile", "pre-hire", "--subject", "s1.toml"], 2);
    assert!(stderr(&output).contains("says is none: \"refused by the applicant\""), "{}", stderr(&output));
}

#[test]
fn what_people_filled_in_is_not_written_over() {
    let folder = folder(&[("posts.jsonl", &item("1", "2025-05-05", BREACH)), ("s1.toml", SUBJECT)]);
    let args = [
        "audit",
        "posts.jsonl",
        "--profile",
        "pre-hire",
        "--subject",
        "s1.toml",
        "--now",
        NOW,
        "-o",
        "a.csv",
    ];
    expect(&folder, &args, 1);
    // Nobody has looked at it yet.
    expect(&folder, &args, 1);
    let table = read(&folder, "a.csv");
    for column in ["review_status", "reviewer", "review_note", "applicant_response"] {
        write(&folder, "a.csv", &table);
        decide(&path(&folder, "a.csv"), |row| {
            row.insert(column.into(), "M. B.".into());
        });
        let said = stderr(&expect(&folder, &args, 2));
        assert!(said.contains("a.csv is left as it is") && said.contains("write to another file"), "{said}");
    }
    // However a spreadsheet saved it.
    let filled = read(&folder, "a.csv");
    let wide: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(filled.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let (header, rest) = filled.split_once('\n').unwrap();
    for bytes in [
        wide,
        format!("sep=,\r\n{filled}").into_bytes(),
        format!("{}\n{rest}", header.to_uppercase()).into_bytes(),
    ] {
        std::fs::write(path(&folder, "a.csv"), bytes).unwrap();
        expect(&folder, &args, 2);
    }
}

#[test]
fn the_record_of_another_output_is_not_written_over() {
    let folder = folder(&[("posts.jsonl", &item("1", "2025-05-05", BREACH))]);
    expect(&folder, &["audit", "posts.jsonl", "-o", "a.csv", "--now", NOW], 1);
    let before = read(&folder, "a.run.json");
    let said = stderr(&expect(&folder, &["audit", "posts.jsonl", "-o", "a.jsonl"], 2));
    assert!(said.contains("a.run.json is left as it is: it is the record of a.csv beside it"), "{said}");
    assert_eq!(read(&folder, "a.run.json"), before);
    std::fs::remove_file(path(&folder, "a.csv")).unwrap();
    expect(&folder, &["audit", "posts.jsonl", "-o", "a.jsonl"], 1);
}

#[test]
fn errors_say_what_to_do() {
    let folder = folder(&[("posts.jsonl", &item("1", "2025-05-05", BREACH))]);
    for arguments in [
        &["audit", "posts.jsonl", "--profile", "nope.toml"][..],
        &["audit", "posts.jsonl", "--evidence", "e.warc.gz"],
        &["rules", "score", "nope.jsonl"],
        &["rules", "test", "nopath"],
    ] {
        let said = stderr(&expect(&folder, arguments, 2));
        assert!(said.contains("expected: ") && said.contains("try: "), "{arguments:?}: {said}");
    }
}

#[test]
fn a_profile_of_ones_own_begins_with_every_key() {
    let folder = folder(&[("posts.jsonl", &item("1", "2025-05-05", BREACH))]);
    expect(&folder, &["profiles", "init", "mine.toml"], 0);
    expect(&folder, &["audit", "posts.jsonl", "--profile", "mine.toml", "-o", "a.csv"], 1);
    let again = expect(&folder, &["profiles", "init", "mine.toml"], 2);
    assert!(stderr(&again).contains("it is there already"));
    let text = read(&folder, "mine.toml").replace("# patient_data = true", "pateint_data = true");
    write(&folder, "mine.toml", &text);
    let output = expect(&folder, &["audit", "posts.jsonl", "--profile", "mine.toml", "-o", "b.csv"], 2);
    let message = stderr(&output);
    assert!(
        message.contains("mine.toml, line ") && message.contains("did you mean `patient_data`?"),
        "{message}"
    );
    assert!(!path(&folder, "b.csv").exists());
}

#[test]
fn the_subject_file_is_asked_for_and_followed() {
    let praise =
        "The CalmLine stapler is miles ahead of everything else, every clinic should switch to it now.";
    let posts = item("1", "2025-05-05", praise).replace("\"profession\":\"nurse\"", "\"profession\":\"\"");
    let folder = folder(&[("posts.jsonl", &posts)]);
    let answers = "Orla Finch, O. Finch\nbariatric surgeon\nFrance\nAustralia\nSt Brannock\n\nx:orla_rn\nher own word\n\n\
                   x:orla_other\nOrvane\nCalmLine, SureCut\n\nHR \"7\"\n1 May\n2026-01-04\n";
    let output = answered(&folder, &["init"], answers);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    insta::assert_snapshot!("init_asks", stderr(&output));
    insta::assert_snapshot!("init_writes", read(&folder, "me.toml"));
    assert_eq!(answered(&folder, &["init"], "").status.code(), Some(2));

    let columns = ["--columns", "rule,evidence,jurisdiction,profession,identity_match"];
    run(&folder, &[&["audit", "posts.jsonl", "-o", "without.csv"][..], &columns].concat());
    run(
        &folder,
        &[&["audit", "posts.jsonl", "-o", "with.csv", "--subject", "me.toml"][..], &columns].concat(),
    );
    let tied = |name: &str| {
        rows(&path(&folder, name)).into_iter().find(|row| {
            row["rule"] == "disclosure/conflict-of-interest" && row["evidence"].contains("firm-tie@profile")
        })
    };
    assert_eq!(tied("without.csv"), None);
    let found = tied("with.csv").expect("the payments list is a tie");
    assert_eq!((found["jurisdiction"].as_str(), found["identity_match"].as_str()), ("AU", "confirmed"));
    let record: Value = record(&folder, "with.run.json");
    assert_eq!(record["subject"]["consent"], "HR \"7\"");
}

#[test]
fn country_arrows_follow_the_subject_file() {
    let posts =
        item("1", "2025-05-05", "\"Dr Lee cured my back!\" Susan R., a happy patient. Thank you Susan.")
            .replace("\"profession\":\"nurse\"", "\"profession\":\"\"");
    let folder = folder(&[
        ("posts.jsonl", posts.as_str()),
        ("au.toml", "profession = \"chiropractor\"\njurisdiction = \"AU\"\n"),
        ("us.toml", "profession = \"chiropractor\"\njurisdiction = \"US\"\n"),
    ]);
    let severity = |country: &str| {
        let (subject, table) = (format!("{country}.toml"), format!("{country}.csv"));
        run(&folder, &["audit", "posts.jsonl", "--subject", &subject, "-o", &table]);
        let rows = rows(&path(&folder, &table));
        let row = rows.iter().find(|row| row["rule"] == "claims/testimonial-use");
        row.map(|row| (row["severity"].clone(), row["modifiers"].contains("AU+")))
    };
    assert_eq!(severity("us"), Some(("high".to_owned(), false)));
    assert_eq!(severity("au"), Some(("critical".to_owned(), true)));
}
