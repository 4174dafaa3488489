//! What stands beside the content of a page: banners about cookies, dialogs, what controls it, and what is not shown.
//!
//! Only the main text is read without it: the readers of marked-up things look everywhere.

use scraper::ElementRef;

/// Roles of parts that are no content.
const ROLES: &[&str] = &["alertdialog", "banner", "contentinfo", "dialog", "navigation"];
/// Beginnings of the names that consent tools and site builders give to their own parts, in letters and digits only.
const TOOLS: &[&str] = &[
    "borlabscookie",
    "ccbanner",
    "ccwindow",
    "clibar",
    "cmplz",
    "cookiebot",
    "cookieconsent",
    "cookiehub",
    "cookielaw",
    "cookieyes",
    "cybotcookiebot",
    "gdpr",
    "iubendacs",
    "moovegdpr",
    "onetrust",
    "qccmp",
    "sitefooter",
    "siteheader",
    "usercentrics",
];
/// What such a part is called besides `cookie`.
const BANNERS: &[&str] = &[
    "alert",
    "banner",
    "bar",
    "consent",
    "dialog",
    "disclaimer",
    "message",
    "modal",
    "notice",
    "notification",
    "overlay",
    "popup",
];
/// Words in names that tell of a state of what is inside, such as `has-cookie-banner`.
const STATES: &[&str] = &[
    "accepted", "active", "closed", "enabled", "has", "hidden", "is", "no", "open", "shown", "visible",
    "with",
];
/// Words in the names of parts that visitors open, such as the answers of an accordion.
const OPENED: &[&str] = &[
    "accordion",
    "answer",
    "carousel",
    "collaps",
    "content",
    "expand",
    "faq",
    "more",
    "panel",
    "review",
    "slide",
    "tab",
    "testimonial",
    "toggle",
];

/// Whether an element and all in it are no content of the page.
pub(super) fn is_beside(element: ElementRef<'_>) -> bool {
    let is_part = match element.value().name() {
        "html" | "body" | "main" | "article" => false,
        "nav" | "aside" | "footer" | "select" | "textarea" => return true,
        "button" => return !is_heading(element),
        _ => has_role(element) || is_banner(element) || is_unseen(element),
    };
    is_part && !holds_content(element)
}

/// Whether an element is about cookies or consent, which may be longer than the page.
pub(super) fn is_consent(element: ElementRef<'_>) -> bool {
    !matches!(element.value().name(), "html" | "body" | "main" | "article")
        && is_banner(element)
        && !holds_content(element)
}

/// Whether a button is the line above a text that it opens.
fn is_heading(button: ElementRef<'_>) -> bool {
    let in_heading = || {
        let above = button.parent().and_then(ElementRef::wrap);
        above.is_some_and(|above| matches!(above.value().name(), "h2" | "h3" | "h4" | "h5" | "h6" | "dt"))
    };
    ["aria-expanded", "aria-controls"].iter().any(|name| button.attr(name).is_some()) || in_heading()
}

fn has_role(element: ElementRef<'_>) -> bool {
    element.attr("role").is_some_and(|role| ROLES.iter().any(|known| role.trim().eq_ignore_ascii_case(known)))
}

fn is_banner(element: ElementRef<'_>) -> bool {
    names(element).any(|name| {
        let whole: String = name.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
        let whole = whole.to_ascii_lowercase();
        let is_named = TOOLS.iter().any(|tool| whole.starts_with(tool))
            || whole.contains("cookie") && BANNERS.iter().any(|banner| whole.contains(banner));
        let tells_state = |part: &str| STATES.iter().any(|state| part.eq_ignore_ascii_case(state));
        is_named && !name.split(['-', '_']).any(tells_state)
    })
}

/// Whether an element is not shown, and no visitor can open it.
fn is_unseen(element: ElementRef<'_>) -> bool {
    let style = element.attr("style").unwrap_or_default();
    let style: String = style.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    let hidden = element.attr("hidden").is_some_and(|how| !how.eq_ignore_ascii_case("until-found"));
    (hidden || style.contains("display:none")) && !is_opened(element)
}

/// Whether an element is one of several parts that visitors open by what stands before it: tabs, answers, slides.
fn is_opened(element: ElementRef<'_>) -> bool {
    let named = names(element).any(|name| {
        let name = name.to_ascii_lowercase();
        OPENED.iter().any(|word| name.contains(word))
    });
    let before = || {
        let before = element.prev_siblings().find_map(ElementRef::wrap);
        before.is_some_and(|before| {
            matches!(before.value().name(), "button" | "dt" | "h2" | "h3" | "h4" | "h5" | "h6" | "summary")
        })
    };
    named || element.attr("role").is_some_and(|role| role.eq_ignore_ascii_case("tabpanel")) || before()
}

/// Whether a part is after all the page itself, or what it is about.
fn holds_content(element: ElementRef<'_>) -> bool {
    let inside = element.descendants().skip(1).filter_map(ElementRef::wrap);
    inside.map(|inner| inner.value().name()).any(|name| matches!(name, "h1" | "main" | "article"))
}

/// The id and the classes of an element.
fn names(element: ElementRef<'_>) -> impl Iterator<Item = &str> {
    element.value().id().into_iter().chain(element.value().classes())
}

#[cfg(test)]
mod tests {
    use scraper::{Html, Selector};

    use super::*;

    #[test]
    fn what_stands_beside_is_told_from_content() {
        for (html, expected) in [
            ("<nav>Home</nav>", true),
            ("<footer>Open on Mondays</footer>", true),
            ("<select><option>Afghanistan</select>", true),
            ("<textarea>Your words</textarea>", true),
            ("<button>Accept all</button>", true),
            ("<button aria-expanded=false>Does it hurt?</button>", false),
            ("<div role=dialog>Sign up</div>", true),
            ("<div role=contentinfo>Since 1990</div>", true),
            ("<header role=banner>Fenwick surgery</header>", true),
            ("<header role=banner><h1>Knees</h1>Cured in a week</header>", false),
            ("<div id=cookie-notice>We use cookies</div>", true),
            ("<div class='w-full CookieBanner'>We use cookies</div>", true),
            ("<div id=onetrust-consent-sdk>We use cookies</div>", true),
            ("<div class=cmplz-cookiebanner>We use cookies</div>", true),
            ("<div id=CybotCookiebotDialog>We use cookies</div>", true),
            ("<div id=SITE_FOOTER>Proudly created</div>", true),
            ("<div class='page has-cookie-banner'>Knees</div>", false),
            ("<div class=cookie-notice-hidden>Knees</div>", false),
            ("<div class='post tag-cookies'>Cookies for the ward</div>", false),
            ("<div class=cookie-notice><main>Knees</main></div>", false),
            ("<div hidden>Thank you for your message</div>", true),
            ("<div style='color: red; display : none'>Thank you for your message</div>", true),
            ("<div style='display:block'>Knees</div>", false),
            ("<div hidden=until-found>Knees</div>", false),
            ("<div hidden role=tabpanel>Knees</div>", false),
            ("<div hidden class=accordion-body>Knees</div>", false),
            ("<div hidden><h1>Knees</h1></div>", false),
            ("<details>Knees</details>", false),
        ] {
            let page = Html::parse_document(html);
            assert_eq!(element(&page, "body > *").map(is_beside), Some(expected), "{html}");
        }
        for html in ["<body class=cookie-notice>Knees", "<main id=cookie-notice>Knees</main>"] {
            let page = Html::parse_document(html);
            assert_eq!(
                element(&page, ".cookie-notice, #cookie-notice").map(is_beside),
                Some(false),
                "{html}"
            );
        }
        let answer = Html::parse_document("<h3>Does it hurt?</h3><p style='display:none'>No.</p>");
        assert_eq!(element(&answer, "p").map(is_beside), Some(false));
    }

    fn element<'d>(page: &'d Html, selector: &str) -> Option<ElementRef<'d>> {
        Selector::parse(selector).ok().and_then(|selector| page.select(&selector).next())
    }
}
