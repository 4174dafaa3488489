//! The page in a real browser: chromium, without a driver. What to filter by is told in the address.
//!
//! `.ci/run` runs these, and installs chromium where it is missing: `cargo test --test browser -- --ignored`. Pictures
//! of the page stay in `target/report`.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use scraper::{Html, Selector};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Audits `input` and gives the page's path.
fn report(input: &Path, folder: &Path) -> PathBuf {
    let page = folder.join("audit.html");
    let output = Command::new(assert_cmd::cargo::cargo_bin!("whitecoat"))
        .current_dir(root())
        .arg("audit")
        .arg(input)
        .args(["-q", "-o"])
        .arg(folder.join("audit.csv"))
        .arg("--report")
        .arg(&page)
        .env("SOURCE_DATE_EPOCH", "1762074000")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    page
}

/// Opens an address, and gives what the browser printed and what its console said.
fn chromium(profile: &Path, address: &str, arguments: &[String]) -> (String, Vec<String>) {
    let output = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"])
        .args(["--enable-logging=stderr", "--log-level=0", "--virtual-time-budget=5000"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .args(arguments)
        .arg(address)
        .stdin(Stdio::null())
        .output()
        .expect("chromium is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    let console = log.lines().filter(|line| line.contains("CONSOLE")).map(str::to_owned).collect();
    (String::from_utf8_lossy(&output.stdout).into_owned(), console)
}

/// The severities of the rows that are to be seen with a filter, and what the page says of their number.
fn filtered(page: &Path, fragment: &str) -> (Vec<String>, String) {
    let profile = tempfile::tempdir().unwrap();
    let address = format!("file://{}{fragment}", page.display());
    let (dump, console) = chromium(profile.path(), &address, &["--dump-dom".to_owned()]);
    assert_eq!(console, Vec::<String>::new(), "{fragment}");
    let html = Html::parse_document(&dump);
    let rows = Selector::parse("details:not([hidden]) .rows:not([hidden]) tbody tr:not([hidden])").unwrap();
    let severity =
        |row: scraper::ElementRef<'_>| row.attr("data-is").unwrap().split(' ').next().unwrap().to_owned();
    let shown = html.select(&Selector::parse("output").unwrap()).next().unwrap().text().collect();
    (html.select(&rows).map(severity).collect(), shown)
}

#[test]
#[ignore = "needs chromium; .ci/run runs it"]
fn the_page_renders_and_filters_without_a_word_in_the_console() {
    let folder = tempfile::tempdir().unwrap();
    let page = report(Path::new("tests/fixtures/demo"), folder.path());
    let (all, said) = filtered(&page, "");
    assert!(all.len() > 30, "{all:?}");
    assert_eq!(said, format!("{0} of {0} findings shown", all.len()));

    let critical = all.iter().filter(|severity| *severity == "critical").count();
    let (shown, said) = filtered(&page, "#severity=critical");
    assert_eq!((shown.len(), shown.iter().all(|severity| severity == "critical")), (critical, true));
    assert_eq!(said, format!("{critical} of {} findings shown", all.len()));

    let table = fs::read_to_string(folder.path().join("audit.csv")).unwrap();
    let (claims, _) = filtered(&page, "#family=claims");
    assert_eq!(claims.len(), table.matches(",claims/").count());
    let both = filtered(&page, "#severity=high&family=claims").0;
    assert!(!both.is_empty() && both.len() < claims.len());
    assert_eq!(filtered(&page, "#year=1999").0.len(), all.len(), "a year that no finding has is no filter");
    assert!((1..all.len()).contains(&filtered(&page, "#year=2021").0.len()));
    assert!((1..all.len()).contains(&filtered(&page, "#platform=google").0.len()));
    assert!((1..all.len()).contains(&filtered(&page, "#account=0").0.len()));
    let thyroid = table.matches("thyroid results").count();
    assert!(thyroid > 0);
    assert_eq!(filtered(&page, "#text=THYROID%20results").0.len(), thyroid);
    assert_eq!(filtered(&page, "#text=nobody-says-this").0.len(), 0);
    assert_eq!(filtered(&page, "#sort=oldest").0.len(), all.len());
}

#[test]
#[ignore = "needs chromium; .ci/run runs it"]
fn many_findings_sort_and_filter_across_their_tables() {
    let folder = tempfile::tempdir().unwrap();
    let post = |number: usize| {
        let (year, month, day) = (2010 + number % 15, 1 + number % 12, 1 + number % 28);
        format!(
            "{{\"id\":\"{number}\",\"platform\":\"x\",\"account\":\"drk\",\"created_at\":\"{year}-{month:02}-{day:02}T10:00:00Z\",\
             \"text\":\"My six week reset will reverse your diabetes, guaranteed, or you get your money back. Number {number}\"}}\n"
        )
    };
    let posts = folder.path().join("posts.jsonl");
    fs::write(&posts, (0..450).map(post).collect::<String>()).unwrap();
    let page = report(&posts, folder.path());
    let profile = tempfile::tempdir().unwrap();
    let address = format!("file://{}#family=claims&sort=oldest", page.display());
    let (dump, console) = chromium(profile.path(), &address, &["--dump-dom".to_owned()]);
    assert_eq!(console, Vec::<String>::new());
    let html = Html::parse_document(&dump);
    let group = html.select(&Selector::parse("details.group:not([hidden])").unwrap()).next().unwrap();
    let tables: Vec<usize> = group
        .select(&Selector::parse("tbody").unwrap())
        .map(|body| body.select(&Selector::parse("tr").unwrap()).count())
        .collect();
    assert_eq!(tables, [200, 200, 50]);
    let rows = Selector::parse("tbody tr").unwrap();
    let rows = group.select(&rows);
    let dates: Vec<&str> = rows.map(|row| row.attr("data-is").unwrap().split(' ').nth(3).unwrap()).collect();
    assert!(dates.is_sorted() && dates.len() == 450, "{dates:?}");
}

#[test]
#[ignore = "needs chromium; .ci/run runs it"]
fn hostile_words_run_nothing_in_the_browser() {
    let folder = tempfile::tempdir().unwrap();
    let text = "Mr Ode, born 3 May 1951, came in today </q></script><script>document.title='owned'</script><img src=x onerror=document.title='owned'> \u{202e}";
    let item = serde_json::json!({
        "id": "1", "text": text, "platform": "x", "account": "<svg onload=document.title='owned'>", "url": "javascript:document.title='owned'",
    });
    let posts = folder.path().join("posts.jsonl");
    fs::write(&posts, format!("{item}\n")).unwrap();
    let page = report(&posts, folder.path());
    let profile = tempfile::tempdir().unwrap();
    let (dump, console) =
        chromium(profile.path(), &format!("file://{}", page.display()), &["--dump-dom".to_owned()]);
    assert_eq!(console, Vec::<String>::new());
    let html = Html::parse_document(&dump);
    let title: String = html.select(&Selector::parse("title").unwrap()).next().unwrap().text().collect();
    assert!(title.starts_with("Audit of "), "{title}");
    assert_eq!(html.select(&Selector::parse("img, svg[onload], [onerror]").unwrap()).count(), 0);
}

#[test]
#[ignore = "needs chromium; .ci/run runs it"]
fn pictures_are_kept_to_be_looked_at() {
    let kept = root().join("target/report");
    fs::create_dir_all(&kept).unwrap();
    let page = report(Path::new("tests/fixtures/demo"), &kept);
    let narrow = kept.join("narrow.html");
    // A window is never narrower than 500 pixels, but a frame is.
    fs::write(&narrow, "<body style='margin:0'><iframe src='audit.html' style='width:390px;height:2400px;border:0'></iframe>").unwrap();
    let shot = |name: &str, page: &Path, size: &str, more: &[&str]| {
        let profile = tempfile::tempdir().unwrap();
        let file = kept.join(name);
        let mut arguments = vec![format!("--window-size={size}"), format!("--screenshot={}", file.display())];
        arguments.extend(more.iter().map(ToString::to_string));
        chromium(profile.path(), &format!("file://{}", page.display()), &arguments);
        fs::read(&file).unwrap()
    };
    let light = shot("light.png", &page, "1280,2200", &[]);
    let dark = shot("dark.png", &page, "1280,2200", &["--blink-settings=preferredColorScheme=0"]);
    let phone = shot("narrow.png", &narrow, "500,2400", &[]);
    for picture in [&light, &dark, &phone] {
        assert!(picture.starts_with(b"\x89PNG") && picture.len() > 60_000, "{}", picture.len());
    }
    assert!(light != dark);
    let profile = tempfile::tempdir().unwrap();
    let pdf = kept.join("print.pdf");
    let print = [format!("--print-to-pdf={}", pdf.display()), "--no-pdf-header-footer".to_owned()];
    chromium(profile.path(), &format!("file://{}", page.display()), &print);
    let pdf = fs::read(&pdf).unwrap();
    assert!(pdf.starts_with(b"%PDF-") && pdf.len() > 50_000, "{}", pdf.len());
}
