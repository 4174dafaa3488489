//! What is recognised as what, and what is said of what is not.

#![allow(clippy::unwrap_used, clippy::panic)]

use super::recognise::MAX_CHILDREN;
use super::*;

fn problem(name: &Path) -> String {
    Input::recognise(name.as_os_str()).unwrap_err().to_string()
}

/// The inputs behind a path: what each is, and its name below the path.
fn seen(path: &Path) -> Vec<String> {
    let inputs = Input::recognise(path.as_os_str()).unwrap();
    let below = |of: &Path| of.strip_prefix(path).unwrap().display().to_string();
    inputs
        .iter()
        .map(|input| match &input.kind {
            Kind::Folder(of, coverage) => format!("folder {}: {}", below(of), coverage.holds),
            Kind::Archive(of) => {
                format!("archive {}", of.iter().map(|of| below(of)).collect::<Vec<_>>().join(" + "))
            }
            Kind::Page(of) => format!("page {}", below(of)),
            Kind::Saved(of, format) => format!("{format:?} {}", below(of)),
            Kind::Items(of) => format!("items {}", below(of)),
            Kind::Stdin | Kind::Web(_) => "other".to_owned(),
        })
        .collect()
}

fn write(folder: &Path, name: &str, content: &[u8]) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

const POSTS: &[u8] = b"window.YTD.tweets.part0 = [ {\"tweet\": {\"id_str\": \"1\", \"full_text\": \"a\"}} ]";
const PAGE: &[u8] = b"<!doctype html><title>Practice</title><p>Open on Friday";
const COMMENTS: &[u8] = b"Comment ID,Video ID,Comment text\na,b,\"{\"\"text\"\":\"\"c\"\"}\"\n";
const ITEM: &[u8] = b"{\"id\": \"1\", \"text\": \"a\"}\n";

#[test]
fn a_folder_is_an_archive_or_holds_inputs() {
    type Files = &'static [(&'static str, &'static [u8])];
    let cases: &[(Files, &[&str])] = &[
        (&[("data/tweets.js", POSTS), ("Your archive.html", PAGE)], &["archive "]),
        (&[("tweets.js", POSTS), ("notes.txt", b"milk")], &["archive "]),
        (&[("content/posts_1.json", b"[]"), ("index.html", PAGE)], &["archive "]),
        (&[("twitter-2024/data/tweets.js", POSTS)], &["folder : 1", "archive twitter-2024"]),
        (&[("Takeout/YouTube/comments/comments.csv", COMMENTS)], &["archive "]),
        (&[("me/Shares.csv", b"Date"), ("index.html", PAGE)], &["archive "]),
        (
            &[("me/Shares.csv", b"Date"), ("posts.jsonl", ITEM)],
            &["folder : 2", "archive me", "items posts.jsonl"],
        ),
        (
            &[("b.html", PAGE), ("a.jsonl", ITEM), ("x/data/tweets.js", POSTS), ("x.pdf", b"%PDF-1.7")],
            &["folder : 3", "items a.jsonl", "page b.html", "archive x"],
        ),
    ];
    for (files, expected) in cases {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in *files {
            write(folder.path(), name, content);
        }
        assert_eq!(seen(folder.path()), *expected);
    }
}

#[test]
fn what_is_no_input_in_a_folder_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.jsonl", ITEM);
    write(folder.path(), "b.pdf", b"%PDF-1.7");
    write(folder.path(), "c.pdf", b"%PDF-1.7");
    write(folder.path(), "sub/d.jsonl", ITEM);
    #[cfg(unix)]
    std::os::unix::fs::symlink("/etc/hostname", folder.path().join("e.jsonl")).unwrap();
    let inputs = Input::recognise(folder.path().as_os_str()).unwrap();
    let Kind::Folder(_, coverage) = &inputs[0].kind else { panic!("{inputs:?}") };
    let counts: Vec<_> = coverage.skipped.iter().map(|(why, gap)| (why.as_str(), gap.count)).collect();
    let mut expected = vec![("not an input: a PDF document", 2)];
    expected.push(("not an input: a folder that is no archive: name it too, if it holds inputs", 1));
    #[cfg(unix)]
    expected.push(("not an input: a symbolic link, which is not followed", 1));
    expected.sort_unstable();
    assert_eq!(counts, expected);
    assert!(coverage.is_complete());
}

#[test]
fn a_folder_without_input_says_so() {
    let folder = tempfile::tempdir().unwrap();
    assert!(problem(folder.path()).contains("an empty folder"));
    write(folder.path(), "a.pdf", b"%PDF-1.7");
    assert!(problem(folder.path()).contains("holds no input"));
    for number in 0..MAX_CHILDREN {
        write(folder.path(), &format!("{number}.jsonl"), ITEM);
    }
    assert!(problem(folder.path()).contains("more than 1000 files"));
}

#[test]
fn says_what_a_wrong_input_looks_like() {
    let folder = tempfile::tempdir().unwrap();
    let cases: &[(&str, &[u8], &str)] = &[
        ("a.zip", b"%PDF-1.7\n", "a PDF document"),
        ("b.zip", b"\x1f\x8b\x08\0\0", "a gzip file"),
        ("c.zip", b"7z\xbc\xaf\x27\x1c\0", "a 7-Zip archive"),
        ("d.jsonl", b"\xff\xd8\xff\xe0", "a JPEG picture"),
        ("f.json", b"{\n  \"posts\": []\n}\n", "a JSON document"),
        ("g.json", b"[{\"id\": \"1\", \"text\": \"a\"}]", "a JSON array"),
        ("h.csv", b"who,what\na,b\n", "without a column `text`"),
        ("i.txt", b"Just a note to myself.\n", "plain text"),
        ("j.csv", b"\xff\xfei\0d\0,\0a\0", "without a column `text`"),
        ("k.csv", b"", "empty file"),
    ];
    for (name, bytes, expected) in cases {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        assert!(problem(&path).contains(expected), "{name}: {}", problem(&path));
    }
}

#[test]
fn recognises_items_whatever_they_are_called() {
    const UTF16: &str = "i\0d\0,\0t\0e\0x\0t\0\n\0";
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in
        [("a.zip", "{\"id\":\"1\",\"text\":\"a\"}\n"), ("b.dat", "\u{feff}Id;Text\n1;a\n"), ("c.csv", UTF16)]
    {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        assert_eq!(seen(&path), ["items "]);
    }
}

#[test]
fn offers_a_neighbour_a_scheme_or_a_profile_address() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("twitter-2024.zip"), "x").unwrap();
    assert!(problem(&folder.path().join("twiter-2024.zip")).contains("did you mean"));
    assert!(problem(Path::new("drjones.example.org/blog")).contains("https://drjones.example.org/blog"));
    for handle in ["@drjones", "bsky:drjones", "@a@localhost"] {
        assert!(problem(Path::new(handle)).contains("give the whole handle"), "{handle}");
    }
    for handle in ["@a@b.example", "bsky:drjones.example", "https://drjones.example"] {
        assert!(Input::recognise(OsStr::new(handle)).unwrap()[0].is_remote(), "{handle}");
    }
    assert!(problem(folder.path().join("nothing-like-it").as_path()).contains("check the spelling"));
}
