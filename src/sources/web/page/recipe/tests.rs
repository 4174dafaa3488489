#![allow(clippy::unwrap_used)]

use std::path::PathBuf;

use whitecoat_engine::{Authorship, Kind};

use super::*;

fn page(name: &str) -> Vec<u8> {
    let path =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sites").join(format!("{name}.html"));
    std::fs::read(path).unwrap()
}

#[test]
fn shipped_recipes_can_be_read_and_each_fits_its_page_only() {
    let recipes: Vec<Recipe> = SITES.iter().map(|(name, text)| Recipe::parse(name, text).unwrap()).collect();
    for (recipe, (name, _)) in recipes.iter().zip(SITES) {
        assert_eq!(recipe.name, *name);
        for (other, _) in SITES {
            let tried = try_on(recipe, &page(other), other).unwrap();
            assert_eq!(tried.fits, name == other, "{name} on the page of {other}");
        }
    }
}

#[test]
fn shipped_recipes_give_what_their_pages_hold() {
    let mut shown = String::new();
    for (name, text) in SITES {
        let tried = try_on(&Recipe::parse(name, text).unwrap(), &page(name), name).unwrap();
        shown.push_str(&format!("{name}\n"));
        for item in tried.items {
            let kind = format!("{:?} {:?}", item.kind, item.authorship);
            let time = item.created_at.map(|time| format!(" {time}")).unwrap_or_default();
            let parent = item.parent.map(|parent| {
                let text = parent.text.unwrap_or_default();
                format!("\n    answers {:?} {:?}: {text:?}", parent.author, parent.kind)
            });
            shown.push_str(&format!("  {kind}{time}: {:?}{}\n", item.text, parent.unwrap_or_default()));
        }
        for missing in tried.missing {
            shown.push_str(&format!("  without {}: {} of {}\n", missing.key, missing.count, missing.of));
        }
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn a_comments_address_is_not_its_authors_page() {
    let recipe = Recipe::parse("wordpress-comments", text_of("wordpress-comments").unwrap()).unwrap();
    let page = r#"<base href="https://orla.example/p/"><ol class="comment-list"><li class="comment"><div class="comment-meta">
        <a href="https://tam.example" class="url">Tam</a> <a href="https://orla.example/p/#comment-7">1 May</a></div>
        <div class="comment-content">Thank you</div></li></ol>"#;
    let tried = try_on(&recipe, page.as_bytes(), "page").unwrap();
    assert_eq!(tried.items[0].url.as_deref(), Some("https://orla.example/p/#comment-7"));
}

#[test]
fn posts_of_others_are_told_by_their_links() {
    let recipe = Recipe::parse("x", text_of("x").unwrap()).unwrap();
    let items = try_on(&recipe, &page("x"), "x").unwrap().items;
    let told: Vec<_> = items.iter().map(|item| (item.kind, item.authorship)).collect();
    let own = (Kind::Post, Authorship::Own);
    assert_eq!(told, [own, (Kind::Post, Authorship::Other), own, (Kind::Profile, Authorship::Own)]);
    assert_eq!(items[2].media[0].alt, "The new kettle beside the ward's whiteboard");
}

#[test]
fn errors_say_where_and_what_to_do() {
    let start = "name = \"a\"\ntitle = \"A\"\n";
    let cases = [
        (format!("{start}mark = [\"a\"]\nitems = []\n"), "line 3, column 1", "did you mean `marks`?"),
        (format!("{start}items = []\n"), "line 1, column 1", "name `hosts`, or `marks`"),
        (
            format!("{start}marks = [\"p >\"]\n[[items]]\nwhat = \"review\"\neach = \"p\"\n"),
            "line 3, column 10",
            "write one such as",
        ),
        (format!("{start}hosts = [\"a\"]\nitems = []\n"), "line 4, column 9", "[[items]]"),
        (
            format!("{start}hosts = [\"a\"]\n[[items]]\nwhat = \"rewiev\"\neach = \"p\"\n"),
            "line 5, column 8",
            "sites show testimonials",
        ),
        (
            format!("{start}hosts = [\"a\"]\n[[items]]\nwhat = \"review\"\neach = \"p\"\nautor = \"b\"\n"),
            "line 7, column 1",
            "did you mean `author`?",
        ),
        (
            format!(
                "{start}hosts = [\"a\"]\n[[items]]\nwhat = \"review\"\neach = \"p\"\n[items.reply]\neach = \"::x(\"\n"
            ),
            "line 8, column 8",
            "write one such as",
        ),
        ("name = \"a\n".to_owned(), "line 1", "sites show"),
    ];
    for (text, place, next) in cases {
        let message = Recipe::parse("r.toml", &text).unwrap_err().to_string();
        assert!(message.contains(place) && message.contains(next), "{message}");
    }
    let unknown = load("trustindx").unwrap_err().to_string();
    assert!(unknown.contains("did you mean trustindex?"), "{unknown}");
    assert!(matches!(load("no/such.toml"), Err(RecipeError::Open { .. })));
}
