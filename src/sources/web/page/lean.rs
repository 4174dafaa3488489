//! A page without what nobody reads.

use std::ops::Range;

use super::elements::DRAWN;
use super::gate::{Refusal, Seen, pass};

/// The same page without what is in its style sheets, scripts (but for JSON-LD) and drawn icons: often half of it, which
/// nobody reads.
pub(super) fn lean(html: &str) -> Result<String, Refusal> {
    let (mut lean, mut kept, mut icon) = (String::with_capacity(html.len()), 0, None);
    let mut cut = |range: Range<usize>| {
        lean.push_str(html.get(kept..range.start).unwrap_or_default());
        kept = range.end;
    };
    pass(html, |seen| match seen {
        Seen::Raw { name, tag, text } => {
            icon = None;
            let is_data = || html.get(tag).is_some_and(|tag| tag.to_ascii_lowercase().contains("ld+json"));
            if name == "style" || name == "script" && !is_data() {
                cut(text);
            }
        }
        Seen::Start { name: "svg", plain: true, end } => icon = Some(end),
        Seen::End { name: "svg", start } => icon.take().into_iter().for_each(|from| cut(from..start)),
        Seen::Start { name, .. } | Seen::End { name, .. } => {
            icon = icon.filter(|_| DRAWN.contains(&name));
        }
    })?;
    lean.push_str(html.get(kept..).unwrap_or_default());
    Ok(lean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_reads_is_cut_out() {
        for (html, expected) in [
            ("<p>a<style>b{}</style><script>c()</script>d", "<p>a<style></style><script></script>d"),
            (
                "<script type='application/LD+json'>{}</script>",
                "<script type='application/LD+json'>{}</script>",
            ),
            ("a<svg viewBox='0'><g><path d='M1'/><use href=#x></g></SVG>b", "a<svg viewBox='0'></SVG>b"),
            ("<svg>x<svg><path></svg>y</svg>z", "<svg>x<svg><path></svg>y</svg>z"),
            // What may end the drawing, or holds HTML, stays.
            ("<svg><path><p>a</svg>b", "<svg><path><p>a</svg>b"),
            ("<svg><desc>a</svg><p>b", "<svg><desc>a</svg><p>b"),
            (
                "<svg><foreignObject><p>a</p></foreignObject></svg>",
                "<svg><foreignObject><p>a</p></foreignObject></svg>",
            ),
            ("<svg/><path>a</svg>b", "<svg/><path>a</svg>b"),
            ("<svg><path>a", "<svg><path>a"),
            ("<math><svg><path></svg></math>", "<math><svg><path></svg></math>"),
        ] {
            assert_eq!(lean(html).as_deref(), Ok(expected), "{html}");
        }
    }

    #[test]
    fn style_sheets_and_scripts_are_left_out() {
        for (html, expected) in [
            ("<p>a<style>b{}</style>c", "<p>a<style></style>c"),
            (
                "<!--x--><SCRIPT src='a>b'>if (a < b) {}</SCRIPT><p>c",
                "<!--x--><SCRIPT src='a>b'></SCRIPT><p>c",
            ),
            (
                "<script type='application/ld+json'>{}</script>",
                "<script type='application/ld+json'>{}</script>",
            ),
            ("<textarea><style>a</style></textarea>", "<textarea><style>a</style></textarea>"),
            (
                "<!-- <script> --><p>kept</p><!-- </script> -->",
                "<!-- <script> --><p>kept</p><!-- </script> -->",
            ),
            ("<script>never closed <p>", "<script>"),
            ("<p title='<style>'>a</p>", "<p title='<style>'>a</p>"),
        ] {
            assert_eq!(lean(html).as_deref(), Ok(expected), "{html}");
        }
    }
}
