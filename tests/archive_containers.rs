//! Zips, folders and files that are damaged, hostile, or not what they seem.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod archive_support;

use std::fs;
use std::io::{Cursor, Write};

use archive_support::{Archive, read, try_read, tweet, tweets};
use proptest::prelude::*;
use whitecoat::sources::archive::claims;
use whitecoat::sources::input::Input;
use zip::write::{FileOptions, SimpleFileOptions};
use zip::{CompressionMethod, ZipWriter};

fn two_posts() -> Archive {
    Archive::new().with("data/tweets.js", tweets(&[tweet("1", "a"), tweet("2", "b")]))
}

/// An archive whose zip the test writes itself.
fn custom(write: impl FnOnce(&mut ZipWriter<Cursor<Vec<u8>>>)) -> Archive {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    write(&mut zip);
    let bytes = zip.finish().unwrap().into_inner();
    two_posts().zipped_below("").rewritten(|_| bytes)
}

fn add(zip: &mut ZipWriter<Cursor<Vec<u8>>>, name: &str, content: &[u8]) {
    zip.start_file(name, SimpleFileOptions::default()).unwrap();
    zip.write_all(content).unwrap();
}

fn assert_says(archive: &Archive, parts: &[&str]) {
    assert!(claims(&archive.path), "{}", archive.path.display());
    let error = archive.error();
    for part in parts.iter().chain(&["expected:", "try:"]) {
        assert!(error.contains(part), "{part:?} is not in: {error}");
    }
}

#[test]
fn what_a_computer_adds_by_itself_is_no_unknown_file() {
    let names = ["__MACOSX/data/._tweets.js", "data/.DS_Store", "data/._tweets.js", "Thumbs.db"];
    for platform in ["data/tweets.js", "outbox.json"] {
        let content = match platform {
            "outbox.json" => r#"{"type": "OrderedCollection", "orderedItems": []}"#.to_owned(),
            _ => tweets(&[tweet("1", "a")]),
        };
        let whole =
            names.iter().fold(Archive::new().with(platform, content), |all, name| all.with(name, "\0\u{5}"));
        let read = whole.zipped_below("").read();
        assert_eq!((read.skipped("computer's own"), read.skipped("unknown kind")), (4, 0), "{platform}");
        assert!(read.coverage.is_complete(), "{:?}", read.coverage);
    }
}

#[test]
fn a_page_called_zip_is_no_page_and_no_archive() {
    let page = b"<!DOCTYPE html><html><body>Sign in to download your data</body></html>".to_vec();
    let archive = two_posts().zipped_below("").rewritten(|_| page);
    let error = Input::recognise(archive.path.as_os_str()).unwrap_err().to_string();
    assert!(error.contains("called like an archive") && error.contains("signed in"), "{error}");
}

#[test]
fn archives_further_down_are_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("a/b")).unwrap();
    fs::copy(two_posts().zipped_below("").path, folder.path().join("a/b/mine.zip")).unwrap();
    let error = Input::recognise(folder.path().as_os_str()).unwrap_err().to_string();
    assert!(error.contains("further down") && error.contains("a/b/mine.zip"), "{error}");
}

#[test]
fn refuses_a_truncated_zip_of_which_nothing_is_whole() {
    let cut = two_posts().zipped_below("").rewritten(|mut bytes| {
        bytes.truncate(60);
        bytes
    });
    assert_says(&cut, &["archive.zip", "cut off or damaged", "download it again"]);
}

#[test]
fn reads_what_is_whole_of_a_truncated_zip() {
    let zipped = || two_posts().with("data/tweets-part1.js", tweets(&[tweet("3", "c")])).zipped_below("");
    let whole = fs::read(zipped().path).unwrap();
    let list = memchr::memmem::find(&whole, b"PK\x01\x02").unwrap();
    for length in 60..list {
        let cut = zipped().rewritten(|bytes| bytes[..length].to_vec());
        let Ok(coverage) = cut.read_or_error() else { continue };
        assert!(!coverage.is_complete(), "{length}");
    }
    let cut = zipped().rewritten(|bytes| bytes[..list].to_vec()).read();
    assert_eq!(cut.ids(), zipped().read().ids());
    assert_eq!(cut.failed_examples("zip is cut off"), ["the zip's list of entries"]);
    let cut = zipped().rewritten(|bytes| bytes[..list - 1].to_vec()).read();
    assert_eq!(
        (cut.ids(), cut.failed_examples("zip is cut off")),
        (vec!["1", "2"], vec!["data/tweets-part1.js".to_owned()])
    );
}

/// Servers that pack while sending write the sizes of an entry behind it.
#[test]
fn reads_what_is_whole_of_a_truncated_zip_with_sizes_behind() {
    let mut packer = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    let content = tweets(&[tweet("1", "a")]);
    packer.write_all(content.as_bytes()).unwrap();
    let packed = packer.finish().unwrap();
    let entry = |name: &str| {
        let mut entry = b"PK\x03\x04\x14\0\x08\0\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec();
        entry.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        entry.extend([0, 0]);
        entry.extend(name.as_bytes());
        entry.extend(&packed);
        entry.extend(b"PK\x07\x08\x01\x02\x03\x04");
        entry.extend(u32::try_from(packed.len()).unwrap().to_le_bytes());
        entry.extend(u32::try_from(content.len()).unwrap().to_le_bytes());
        entry
    };
    let both = [entry("data/tweets.js"), entry("data/deleted-tweets.js")].concat();
    let cut = two_posts().zipped_below("").rewritten(|_| both[..both.len() - 30].to_vec()).read();
    assert_eq!(
        (cut.ids(), cut.failed_examples("zip is cut off")),
        (vec!["1"], vec!["data/deleted-tweets.js".to_owned()])
    );
}

#[test]
fn reports_a_damaged_entry_and_reads_the_others() {
    let archive = two_posts().with("data/tweets-part1.js", tweets(&[tweet("3", "c")])).zipped_below("");
    let damaged = archive.rewritten(|mut bytes| {
        // In the packed bytes of the first entry: behind its header of 30 bytes and its name.
        bytes[30 + "data/tweets.js".len() + 20] ^= 0xFF;
        bytes
    });
    let read = damaged.read();
    assert!(read.ids().contains(&"3"), "{:?}", read.ids());
    assert_eq!(read.failed("cannot be read further"), 1, "{:?}", read.coverage.failed);
}

#[test]
fn refuses_an_encrypted_zip() {
    // The flag that says "encrypted", in the local header and in the list of entries.
    let encrypted = two_posts().zipped_below("").rewritten(|mut bytes| {
        bytes[6] |= 1;
        let listed = bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
        bytes[listed + 8] |= 1;
        bytes
    });
    assert_says(&encrypted, &["encrypted", "unpack it with its password"]);
}

#[test]
fn refuses_a_zip_in_a_zip() {
    let inner = fs::read(two_posts().zipped_below("").path).unwrap();
    let outer = custom(|zip| add(zip, "download/twitter-2024.zip", &inner));
    assert_says(&outer, &["another zip inside", "download/twitter-2024.zip", "give the inner one"]);
    let outer = custom(|zip| {
        add(zip, "conversations.zip", &inner);
        add(zip, "posts.zip", &inner);
    });
    let named = "2 zips inside (conversations.zip, posts.zip)";
    assert_says(&outer, &[named, "unpack the outer one, and give the folder"]);
}

#[test]
fn stops_at_a_bomb_and_says_why() {
    let zeros = vec![b' '; 32 * 1024 * 1024];
    let bomb = custom(|zip| {
        add(zip, "data/tweets.js", &[b"[".as_slice(), &zeros, b"]"].concat());
        add(zip, "data/deleted-tweets.js", tweets(&[tweet("9", "small")]).as_bytes());
    });
    let read = bomb.read();
    assert_eq!(read.ids(), ["9"]);
    assert_eq!(read.failed("more than 200 times its size"), 1, "{:?}", read.coverage.failed);
}

#[test]
fn refuses_overlapping_entries() {
    let overlapping = custom(|zip| {
        add(zip, "data/tweets.js", tweets(&[tweet("1", "a")]).as_bytes());
        zip.shallow_copy_file("data/tweets.js", "data/tweets-part1.js").unwrap();
    });
    assert_says(&overlapping, &["lie over one another", "zip bomb"]);
}

#[test]
fn refuses_a_part_of_a_split_zip() {
    let part =
        two_posts().zipped_below("").rewritten(|bytes| [b"PK\x07\x08", bytes.get(..60).unwrap()].concat());
    assert_says(&part, &["one part of a split zip", "zip -s 0"]);
    let archive = two_posts().zipped_below("");
    let last = archive.rewritten(|bytes| bytes.get(100..200).unwrap().to_vec());
    let first = last.path.with_extension("z01");
    fs::write(&first, b"anything").unwrap();
    let error = try_read(&first, false).err().unwrap().to_string();
    assert!(error.contains("one part of a split zip"), "{error}");
}

#[test]
fn never_follows_names_that_lead_outside() {
    let hostile = custom(|zip| {
        add(zip, "../../data/tweets.js", tweets(&[tweet("1", "outside")]).as_bytes());
        add(zip, "/data/tweets-part1.js", tweets(&[tweet("2", "outside")]).as_bytes());
        add(zip, "data/tweets-part2.js", tweets(&[tweet("3", "inside")]).as_bytes());
    });
    let read = hostile.read();
    assert_eq!(read.ids(), ["3"]);
    assert_eq!(read.skipped("leads outside"), 2);
}

#[test]
fn reads_stored_entries_and_windows_separators() {
    let archive = custom(|zip| {
        let options = FileOptions::<()>::default().compression_method(CompressionMethod::Stored);
        zip.start_file("export\\data\\tweets.js", options).unwrap();
        zip.write_all(tweets(&[tweet("1", "a")]).as_bytes()).unwrap();
    });
    assert_eq!(archive.read().ids(), ["1"]);
}

#[test]
fn refuses_what_is_empty() {
    assert_says(&Archive::new(), &["the folder holds no files"]);
    assert_says(&custom(|_| {}), &["the archive holds no files"]);
}

#[test]
fn refuses_what_is_no_archive() {
    let text = Archive::new().with("notes.txt", "just notes").alone();
    assert!(!claims(&text.path));
    let error = text.error();
    assert!(error.contains("no archive") && error.contains("items file"), "{error}");
    let folder = Archive::new().with("holiday/plan.txt", "sun").with("holiday/a.jpg", "x");
    assert_says(&folder, &["none of its 2 files is known", "holiday/plan.txt"]);
    let missing = try_read(&folder.path.join("nowhere"), false).err().unwrap().to_string();
    assert!(missing.contains("nowhere"), "{missing}");
}

#[test]
fn names_the_other_platform() {
    for (file, platform) in [
        ("Takeout/Mail/all.mbox", "Google Takeout"),
        ("Connections.csv", "LinkedIn"),
        ("saved_posts.csv", "Reddit"),
    ] {
        assert_says(
            &Archive::new().with(file, "x").zipped_below("me"),
            &[platform, "nothing in it", "items file"],
        );
    }
}

#[cfg(unix)]
#[test]
fn never_follows_links() {
    let outside = two_posts();
    let archive = Archive::new().with("data/tweets.js", tweets(&[tweet("7", "mine")]));
    std::os::unix::fs::symlink(
        outside.path.join("data/tweets.js"),
        archive.path.join("data/tweets-part1.js"),
    )
    .unwrap();
    std::os::unix::fs::symlink(&archive.path, archive.path.join("circle")).unwrap();
    let read = archive.read();
    assert_eq!(read.ids(), ["7"]);
    assert_eq!(read.skipped("symbolic link"), 2);
}

#[test]
fn a_folder_inside_of_an_archive_will_do() {
    let samples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples");
    if !samples.exists() {
        return;
    }
    let x = samples.join("twitter/denchi-lumeninferiusarchive/data");
    assert_eq!(read(&x, false).items.len(), 23);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn survives_damaged_zips(places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let archive = two_posts().with_account().zipped_below("top").rewritten(|mut bytes| {
            for (place, byte) in places {
                let at = place.index(bytes.len());
                bytes[at] = byte;
            }
            bytes
        });
        if let Err(error) = try_read(&archive.path, true) {
            prop_assert!(error.to_string().contains("try:"), "{}", error);
        }
    }

    #[test]
    fn survives_damaged_records(
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        file in prop::sample::select(vec!["tweets.js", "note-tweet.js", "direct-messages.js", "manifest.js", "tweets.csv"]),
    ) {
        let mut content = match file {
            "tweets.csv" => b"tweet_id,timestamp,text\n1,2013-01-01 10:00:00 +0000,\"a\"\n".to_vec(),
            "note-tweet.js" => br#"window.YTD.note_tweet.part0 = [{"noteTweet": {"noteTweetId": "1", "createdAt": "2018-10-10T20:19:24.000Z", "core": {"text": "a"}}}]"#.to_vec(),
            "direct-messages.js" => br#"window.YTD.direct_messages.part0 = [{"dmConversation": {"messages": [{"messageCreate": {"id": "1", "text": "a"}}]}}]"#.to_vec(),
            "manifest.js" => br#"window.__THAR_CONFIG = {"userInfo": {"userName": "a"}, "dataTypes": {"tweets": {"files": [{"fileName": "data/tweets.js", "count": "2"}]}}}"#.to_vec(),
            _ => tweets(&[tweet("1", "a"), tweet("2", "b"), tweet("3", "c")]).into_bytes(),
        };
        for (place, byte) in places {
            let at = place.index(content.len());
            content[at] = byte;
        }
        let archive = two_posts().with(&format!("data/{file}"), content);
        archive.read_with_messages();
    }
}

/// A large file that is not kept, between small ones that are; `zeros` would be like a bomb.
fn long_tweets(first: u32) -> String {
    let text = |id: u32| blake3::hash(&id.to_le_bytes()).to_hex().to_string();
    tweets(&(first..first + 1_000).map(|id| tweet(&id.to_string(), &text(id))).collect::<Vec<_>>())
}

#[test]
fn a_tar_is_read_like_a_zip() {
    let archive = Archive::new()
        .with_account()
        .with("data/tweets-part1.js", long_tweets(1_000))
        .with("data/tweets.js", long_tweets(0))
        .with("data/tweets_media/1-a.jpg", vec![7; 100_000]);
    let (folder, zipped) = (archive.read(), archive.zipped_below("").read());
    let tarred = Archive::new()
        .with_account()
        .with("data/tweets-part1.js", long_tweets(1_000))
        .with("data/tweets.js", long_tweets(0))
        .with("data/tweets_media/1-a.jpg", vec![7; 100_000])
        .tarred();
    assert!(claims(&tarred.path));
    let read = tarred.read();
    assert_eq!(read.items, folder.items);
    assert_eq!(read.items, zipped.items);
    assert_eq!(read.coverage, folder.coverage);
    assert_eq!(read.items.len(), 2_001);
}

#[test]
fn a_tar_that_is_cut_off_says_so_and_is_read_as_far_as_it_goes() {
    let archive = Archive::new()
        .with("data/tweets.js", tweets(&[tweet("1", "a")]))
        .with("data/tweets-part1.js", long_tweets(1_000))
        .tarred();
    let cut = archive.rewritten(|mut bytes| {
        bytes.truncate(bytes.len() / 2);
        bytes
    });
    let read = cut.read();
    assert!(read.ids().contains(&"1") && read.items.len() < 1_001, "{}", read.items.len());
    assert!(
        read.failed("cut off or damaged") + read.failed("cannot be read further") > 0,
        "{:?}",
        read.coverage
    );
}

#[test]
fn a_tar_bomb_is_stopped() {
    let archive = Archive::new()
        .with("data/tweets.js", tweets(&[tweet("1", "a")]))
        .with("data/tweets-part1.js", vec![b' '; 20_000_000])
        .tarred();
    let said = format!("{:?}", archive.read_or_error().unwrap());
    assert!(said.contains("more than 200 times its size"), "{said}");
}

#[test]
fn names_in_a_tar_stay_inside_and_links_are_not_followed() {
    let mut tar = tar::Builder::new(Vec::new());
    let mut add = |kind: tar::EntryType, name: &str, content: &[u8]| {
        let mut header = tar::Header::new_ustar();
        header.set_entry_type(kind);
        header.set_size(content.len() as u64);
        // `set_path` refuses what an attacker would write.
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        if kind == tar::EntryType::Symlink {
            header.set_link_name("/etc/passwd").unwrap();
        }
        header.set_cksum();
        tar.append(&header, content).unwrap();
    };
    let posts = tweets(&[tweet("1", "a")]);
    add(tar::EntryType::Regular, "./data/tweets.js", posts.as_bytes());
    add(tar::EntryType::Regular, "../../tweets-part1.js", posts.as_bytes());
    add(tar::EntryType::Symlink, "data/tweets-part2.js", b"");
    let bytes = tar.into_inner().unwrap();
    let read = two_posts().tarred().rewritten(|_| bytes).read();
    assert_eq!(read.ids(), ["1"]);
    assert_eq!(
        (read.skipped("leads outside"), read.skipped("link in the tar")),
        (1, 1),
        "{:?}",
        read.coverage
    );
}

#[test]
fn a_header_without_end_does_not_fill_the_memory() {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::GNULongName);
    header.set_path("././@LongLink").unwrap();
    header.set_size(3_000_000);
    header.set_cksum();
    let mut tar = tar::Builder::new(Vec::new());
    tar.append(&header, vec![b'x'; 3_000_000].as_slice()).unwrap();
    let bytes = tar.into_inner().unwrap();
    let said = format!("{:?}", two_posts().tarred().rewritten(|_| bytes).read_or_error());
    assert!(said.contains("longer than 1 MiB"), "{said}");
}

/// Two parts of a Takeout in one folder: one with words, one with pictures, both with the index.
fn takeout() -> (tempfile::TempDir, Vec<std::path::PathBuf>) {
    let folder = tempfile::tempdir().unwrap();
    let comments = "Comment ID,Video ID,Comment Create Timestamp,Comment Text\nUgA,dQw4w9WgXcQ,2024-05-01T10:00:00+00:00,\"{\"\"text\"\":\"\"hello\"\"}\"\n";
    let parts: [&[(&str, &str)]; 2] = [
        &[("Takeout/archive_browser.html", "<html>"), ("Takeout/Google Photos/a.jpg", "x")],
        &[("Takeout/archive_browser.html", "<html>"), ("Takeout/YouTube/comments/comments.csv", comments)],
    ];
    let paths = parts.iter().zip(1..).map(|(files, number)| {
        let archive =
            files.iter().fold(Archive::new(), |archive, (name, content)| archive.with(name, *content));
        let path = folder.path().join(format!("takeout-20240501T101010Z-00{number}.zip"));
        fs::copy(archive.zipped_below("").path, &path).unwrap();
        path
    });
    let paths = paths.collect();
    (folder, paths)
}

#[test]
fn parts_of_one_export_are_one_input() {
    let (folder, paths) = takeout();
    let arguments: Vec<_> = paths.iter().map(|path| path.clone().into_os_string()).collect();
    let (inputs, problems) = Input::recognise_all(&arguments);
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(inputs.len(), 1);
    assert!(inputs[0].name.ends_with("-001.zip and 1 more part"), "{}", inputs[0].name);
    let read = archive_support::read_parts(&paths);
    assert_eq!((read.ids(), read.recognised.as_str()), (vec!["UgA"], "Google Takeout archive"));
    assert_eq!(read.skipped("several parts of the export hold"), 1, "{:?}", read.coverage);
    // The folder that they lie in is the same one input, and the folder itself.
    let inputs = Input::recognise(folder.path().as_os_str()).unwrap();
    assert_eq!(inputs.len(), 2, "{inputs:?}");
    assert_eq!(inputs[1].paths().count(), 2);
}

#[test]
fn archives_that_only_look_alike_stay_apart() {
    let (folder, mut paths) = takeout();
    let x = folder.path().join("takeout-20240501T101010Z-003.zip");
    fs::copy(two_posts().zipped_below("").path, &x).unwrap();
    paths.push(x);
    assert_eq!(whitecoat::sources::archive::group(paths.clone()).len(), 3);
    paths.pop();
    paths.push(paths[0].clone());
    assert_eq!(whitecoat::sources::archive::group(paths).len(), 1);
}
