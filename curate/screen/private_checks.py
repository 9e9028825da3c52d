"""Which digits can be a resident ID, a bank card, an IBAN, a phone or an SSN: regions, dates, lengths, checksums.

resident_id("11019919491231002X")        ->  True
bank_card("4111111111111111")            ->  True
iban("GB82WEST12345698765432")           ->  True
"""

import re
from datetime import date

# The first two digits of a resident ID: the provinces of GB/T 2260, and 81 to 83 for permits of residence.
_PROVINCE = re.compile("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"

# Issuers by their first digits (ISO/IEC 7812) and how long their numbers are; 9558 and 9559 are cards of two Chinese
# banks from before UnionPay. Maestro is left out: its prefixes are too many to tell a card from any number.
_ISSUERS = (
    (re.compile("62|955[89]|6011|64[4-9]|65|35(?:2[89]|[3-8])"), (16, 17, 18, 19)),
    (re.compile("5[1-5]|22(?:2[1-9]|[3-9])|2[3-6]|27(?:[01]|20)|220[0-4]"), (16,)),
    (re.compile("4"), (13, 16, 19)),
    (re.compile("3[47]"), (15,)),
    (re.compile("3(?:0[0-5]|[689])"), (14, 15, 16, 17, 18, 19)),
)

# How long an IBAN is, by country (SWIFT's IBAN registry).
_IBAN_LENGTHS = {
    country: length
    for length, countries in {
        15: "NO",
        16: "BE",
        18: "DK FK FI FO GL NL SD",
        19: "MK SI",
        20: "AT BA EE KZ LT LU MN XK",
        21: "CH CR HR LI LV",
        22: "BG BH DE GB GE IE ME RS VA",
        23: "AE GI IL IQ OM SO TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "LY PT ST",
        26: "IS TR",
        27: "BI DJ FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HU LB NI PL SV",
        29: "BR EG PS QA UA",
        30: "JO KW MU YE",
        31: "MT SC",
        32: "LC",
        33: "RU",
    }.items()
    for country in countries.split()
}

# Calling codes of ITU-T E.164, without China's 86, whose mobiles have a rule of their own.
_CALLING = re.compile(
    "1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[124]|9[0-58]|(?:2[1-689]|3[578]|42|5[09]|6[789]|8[058]|9[679])[0-9]"
)
# Toll-free and premium numbers of North America, and China's 400: a firm's, and public.
_SERVICE = re.compile("400|8(?:00|22|33|44|55|66|77|88)|900")
_NANP = re.compile("[2-9][0-9]{2}[2-9][0-9]{6}")
# A taxpayer's number (ITIN) looks like an SSN of area 9xx, with groups from 50 on.
_SSN = re.compile("(?!000|666)(?:[0-8][0-9]{2}(?!00)[0-9]{2}|9[0-9]{2}[5-9][0-9])(?!0000)[0-9]{4}")


def resident_id(digits: str) -> bool:
    """Whether 18 digits (or 17 and X) are a resident ID: province, date of birth, ISO 7064 MOD 11-2 (GB 11643)."""
    return dated_id(digits) and len(digits) == 18 and digits[17] == id_check(digits)


def id_check(digits: str) -> str:
    """The last character of the resident ID that begins with these 17 digits."""
    return _ID_CHECKS[sum(weight * int(digit) for weight, digit in zip(_ID_WEIGHTS, digits, strict=False)) % 11]


def dated_id(digits: str) -> bool:
    """Whether 18 digits, or 15 of the form used until 1999, begin as a resident ID does: province, date of birth."""
    if len(digits) not in (15, 18) or not _PROVINCE.match(digits):
        return False
    born = digits[6:14] if len(digits) == 18 else "19" + digits[6:12]
    try:
        return 1900 <= date(int(born[:4]), int(born[4:6]), int(born[6:])).year < 2100
    except ValueError:
        return False


def bank_card(digits: str) -> bool:
    """Whether a known issuer gives cards such a number, and its last digit is right (Luhn, ISO/IEC 7812-1)."""
    return any(issuer.match(digits) and len(digits) in lengths for issuer, lengths in _ISSUERS) and _luhn(digits)


def _luhn(digits: str) -> bool:
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[::-2])) + sum(doubled)) % 10 == 0


def iban_length(country: str) -> int | None:
    """How long this country's IBANs are, None where it has none."""
    return _IBAN_LENGTHS.get(country.upper())


def iban(letters: str) -> bool:
    """Whether letters and digits without spaces are an IBAN: its country's length, and 1 by MOD 97 (ISO 13616)."""
    if iban_length(letters[:2]) != len(letters):
        return False
    return int("".join(str(int(letter, 36)) for letter in letters[4:] + letters[:4])) % 97 == 1


def called_abroad(digits: str) -> bool:
    """Whether the digits behind a plus are a phone number outside China's mainland: calling code and length (E.164)."""
    if digits.startswith("1"):
        return american(digits[1:])
    return 8 <= len(digits) <= 15 and _CALLING.match(digits) is not None


def american(digits: str) -> bool:
    """Whether ten digits are a phone number of the North American plan that is not a service's."""
    return len(digits) == 10 and _NANP.match(digits) is not None and not _SERVICE.match(digits)


def ssn(digits: str) -> bool:
    """Whether nine digits can be a Social Security or taxpayer's number of the United States."""
    return len(digits) == 9 and _SSN.match(digits) is not None
