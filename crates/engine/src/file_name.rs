//! Names of files: given by a person, or made by a camera, an app or a platform.

use crate::item::Media;

/// What cameras, apps and platforms put before their numbers.
const OF_MACHINES: &str = "attachment avatar banner blob burst clip copy cropped download dsc dscf dscn edited \
    facebook fb file fullsizerender gopr header image img imgp inline instagram jpeg jpg large media medium mov \
    movie mvi mvimg original pano photo photos pic picsart picture png pxl received resized scaled signal small \
    snapchat thumb thumbnail tmp tumblr twitter unnamed untitled upload uploads vid video whatsapp";

/// More digits are no number that people or hospitals use, but a platform's.
const PLATFORMS_DIGITS: usize = 13;

/// A run of letters in which fewer than one in so many is a vowel is no word.
const VOWEL_IN: usize = 6;

impl Media {
    /// The file name, if a person seems to have given it; names that machines make (`IMG_2031.jpg`,
    /// `18300080_1899267363650621_n.jpg`) have numbers that tell nothing of anybody.
    pub fn given_name(&self) -> Option<&str> {
        is_given(&self.file_name).then_some(&*self.file_name)
    }
}

fn is_given(file_name: &str) -> bool {
    let stem = file_name.rsplit_once('.').map_or(file_name, |(stem, _)| stem);
    let parts = || stem.split(|letter: char| !letter.is_alphanumeric());
    let is_platforms =
        |part: &str| part.len() > PLATFORMS_DIGITS && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_random = parts().any(|part| is_platforms(part) || is_hashed(part));
    !is_random && (parts().any(is_word) || parts().filter(|part| is_degrees(part)).count() == 2)
}

/// Letters and digits in turns, as in digests and identifiers.
fn is_hashed(part: &str) -> bool {
    let letters: Vec<char> = part.chars().collect();
    let changes = letters.windows(2).filter(|pair| pair[0].is_numeric() != pair[1].is_numeric()).count();
    let capitals = letters.windows(2).filter(|pair| pair[0].is_lowercase() && pair[1].is_uppercase()).count();
    changes >= 4 || changes >= 2 && letters.len() >= 10 || capitals >= 4
}

/// Half of a place: the `6309N` of `52.6309N_1.2883E`.
fn is_degrees(part: &str) -> bool {
    let digits = part.trim_end_matches(['N', 'S', 'E', 'W']);
    digits.len() + 1 == part.len() && digits.len() >= 2 && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Letters, perhaps with a number before or behind them: `smith`, `ward7`, `19mar`.
fn is_word(part: &str) -> bool {
    let letters = part.trim_matches(char::is_numeric);
    let count = letters.chars().count();
    let alone = letters.len() == part.len();
    let vowels = letters.chars().filter(|letter| "aeiouyAEIOUY".contains(*letter) || !letter.is_ascii());
    (count >= 3 || alone && count == 2)
        && letters.chars().all(char::is_alphabetic)
        && (count < 5 || vowels.count() * VOWEL_IN >= count)
        && !OF_MACHINES.split(' ').any(|word| letters.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::is_given;

    #[test]
    fn names_of_machines_are_told_from_those_of_people() {
        for made in [
            "18300080_1899267363650621_4428162448121397248_n_17854347424164915.jpg",
            "1aa9rjyneezhu.jpg",
            "183zvksqymk02.jpg",
            "17845274793493656.jpg",
            "IMG_2031.HEIC",
            "IMG-20240312-WA0003.jpg",
            "PXL_20230101_101010123.jpg",
            "DSC03149.JPG",
            "P1010023.jpg",
            "Photo 12-03-2024.jpg",
            "WhatsApp Image 2024-03-12.jpeg",
            "FB_IMG_1467293874123.jpg",
            "1234567890-FzQ9kLmXwAA1b2c.jpg",
            "tumblr_inline_o2x1yqK7Pf1u0k9ab_1280.jpg",
            "e3b0c442-98fc-1c14-9afb-4c8996fb9242.png",
            "download (3).png",
            "",
            ".jpg",
        ] {
            assert!(!is_given(made), "{made}");
        }
        for given in [
            "jaw_fiona_marr.jpg",
            "KOWALCHUK_BRIAN_M_57_CTHEAD_print.tif",
            "20180825_0214_ahipara.jpg",
            "ward7.png",
            "2025-08-25_1712_52.6309N_1.2883E.jpg",
            "day6_lk.jpg",
            "MRN12345678.jpg",
            "mrn 00482913.jpg",
            "R_MacIver_zone2_wk3.jpg",
            "JohnSmithMRI.png",
            "Screenshot_20240312-101010.png",
            "ct.jpg",
            "øyvind.jpg",
            "Ærø.png",
            "Zdravotná správa 3.pdf",
        ] {
            assert!(is_given(given), "{given}");
        }
    }
}
