//! Words and their labels. Meta translates the labels; the tables hold what is known of them, in lower case.

use std::collections::HashSet;

/// Labels of own words: a post's text, a comment, a caption.
pub(in crate::sources::archive) const TEXT: &[&str] = &[
    "text",
    "message",
    "comment",
    "caption",
    "description",
    "post",
    "review", // English
    "texto",
    "mensaje",
    "comentario",
    "descripción",
    "publicación",
    "pie de foto", // Spanish
    "texte",
    "commentaire",
    "légende",
    "publication", // French
    "nachricht",
    "kommentar",
    "beschreibung",
    "bildunterschrift",
    "beitrag", // German
    "mensagem",
    "comentário",
    "descrição",
    "legenda",
    "publicação", // Portuguese
    "testo",
    "messaggio",
    "commento",
    "descrizione",
    "didascalia", // Italian
    "tekst",
    "bericht",
    "opmerking",
    "reactie",
    "beschrijving",
    "bijschrift", // Dutch
    "wiadomość",
    "komentarz",
    "opis",
    "podpis", // Polish
    "текст",
    "сообщение",
    "комментарий",
    "описание",
    "подпись", // Russian
    "zpráva",
    "komentář",
    "popis",
    "popisek", // Czech
    "meddelande",
    "besked",
    "melding", // Swedish, Danish, Norwegian
    "viesti",
    "teksti",
    "kommentti", // Finnish
    "metin",
    "mesaj",
    "yorum", // Turkish
    "訊息",
    "消息",
    "文字",
    "文本",
    "留言",
    "评论", // Chinese
    "メッセージ",
    "テキスト",
    "コメント", // Japanese
    "메시지",
    "텍스트",
    "댓글", // Korean
];

/// Other labels in English: where one of them is there, the language is known.
pub(in crate::sources::archive) const OTHER: &[&str] = &[
    "url",
    "name",
    "title",
    "place name",
    "place tags",
    "visit time",
    "address",
    "media",
    "coordinates",
    "feeling/activity",
    "content state",
    "location",
    "time",
    "creation time",
    "media owner",
];

/// Labels of the account's handle.
pub(in crate::sources::archive) const HANDLE: &[&str] = &[
    "username",
    "nombre de usuario",
    "nom d’utilisateur",
    "nom d'utilisateur",
    "nom de profil",
    "benutzername",
    "nome de usuário",
    "nome de utilizador",
    "nome utente",
    "gebruikersnaam",
    "nazwa użytkownika",
    "имя пользователя",
    "uživatelské jméno",
];

/// Labels of the account holder's name.
pub(in crate::sources::archive) const NAME: &[&str] = &[
    "name",
    "nombre",
    "nom",
    "nome",
    "naam",
    "imię i nazwisko",
    "nazwa",
    "имя",
    "jméno",
    "full name",
    "姓名",
];

/// Labels of the bio.
pub(in crate::sources::archive) const BIO: &[&str] = &[
    "bio",
    "biography",
    "biografía",
    "presentación",
    "biographie",
    "steckbrief",
    "biografie",
    "biografia",
    "биография",
    "о себе",
    "biografie",
    "profile bio text",
    "bio text",
    "about you",
    "about me",
    "intro",
    "životopis",
    "個人簡介",
];

/// Labels of where the account holder lives now.
pub(in crate::sources::archive) const CITY: &[&str] =
    &["current city", "aktueller wohnort", "ciudad actual", "ville actuelle", "cidade atual", "現居城市"];

/// Labels of where the account holder works.
pub(in crate::sources::archive) const WORK: &[&str] =
    &["work", "arbeit", "beruf", "trabajo", "empleo", "emploi", "travail", "trabalho", "工作"];

/// Labels of the page that the profile leads to.
pub(in crate::sources::archive) const WEBSITE: &[&str] = &[
    "website",
    "websites",
    "sitio web",
    "site web",
    "webseite",
    "site",
    "sito web",
    "strona internetowa",
    "веб-сайт",
    "сайт",
    "web",
    "webové stránky",
];

/// Labels of whether the account is private.
pub(in crate::sources::archive) const PRIVATE: &[&str] = &[
    "private account",
    "cuenta privada",
    "compte privé",
    "privates konto",
    "conta privada",
    "account privato",
    "privéaccount",
    "konto prywatne",
    "закрытый аккаунт",
    "soukromý účet",
];

/// Labels of whose picture a comment stands under.
pub(in crate::sources::archive) const OWNER: &[&str] = &[
    "media owner",
    "propietario del contenido",
    "propietario del contenido multimedia",
    "propriétaire du contenu",
    "propriétaire du média",
    "medieneigentümer",
    "medieninhaber",
    "dono da mídia",
    "proprietário da mídia",
    "proprietario del contenuto multimediale",
    "proprietario del contenuto",
    "media-eigenaar",
    "właściciel multimediów",
    "владелец медиафайлов",
    "vlastník médií",
];

/// Truth values as they are printed.
pub(in crate::sources::archive) const TRUE: &[&str] = &[
    "true",
    "yes",
    "verdadero",
    "sí",
    "vrai",
    "oui",
    "wahr",
    "ja",
    "verdadeiro",
    "sim",
    "vero",
    "sì",
    "waar",
    "tak",
    "prawda",
    "да",
    "истина",
    "ano",
    "pravda",
];

/// Whether a label stands in a table.
pub(in crate::sources::archive) fn is(label: &str, table: &[&str]) -> bool {
    table.contains(&label.trim().trim_end_matches(':').to_lowercase().as_str())
}

/// Texts in order, without white space around them; empty ones and repetitions left out.
pub(in crate::sources::archive) fn once<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<&'t str> {
    let mut seen = HashSet::new();
    texts.map(str::trim).filter(|text| !text.is_empty() && seen.insert(*text)).collect()
}
