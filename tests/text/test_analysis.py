from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.analysis import analyse, terms_of
from rag.text.answer_type import without_measure
from rag.text.language_detection import detect_language
from rag.text.languages import LANGUAGES


def test_stop_words_and_endings_do_not_count() -> None:
    assert terms_of("The customers are returning the boxes") == ["custom", "return", "box"]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("snake_case", "snake"),
        ("camelCase", "camel"),
        ("FY2018", "2018"),
        ("v2.3", "v2.3"),
        ("RelayBox", "relaybox"),
        ("return-window", "window"),
        ("e-mail", "email"),
        ("O'Neil", "oneil"),
        ("café", "cafe"),
        ("10,000", "10000"),
        ("ＦＵＬＬ", "full"),
    ],
)
def test_identifiers_are_findable_whole_and_in_parts(text: str, part: str) -> None:
    assert part in terms_of(text)


def test_a_possessive_is_the_word_itself() -> None:
    assert terms_of("RelayBox's") == terms_of("RelayBox")


def test_french_elisions_are_not_part_of_the_word() -> None:
    assert "etat" in terms_of("l'état", "fr")


def test_chinese_is_cut_into_characters_and_pairs() -> None:
    assert terms_of("東京都", "zh") == ["東", "東京", "京", "京都", "都"]


def test_hindi_words_keep_their_vowel_signs() -> None:
    assert terms_of("हिन्दी में", "xx") == ["हिन्दी", "में"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("How long can a customer keep it before sending it back?", "en"),
        ("Hoe lang mag een klant het apparaat houden?", "nl"),
        ("Wie lange darf der Kunde das Gerät behalten?", "de"),
        ("Combien de temps le client peut-il garder l'appareil ?", "fr"),
        ("¿Cuánto tiempo puede quedarse el cliente con el aparato?", "es"),
        ("12 34 56", "en"),
        ("", "en"),
    ],
)
def test_the_language_is_told_by_function_words(text: str, language: str) -> None:
    assert detect_language(text) == language


@pytest.mark.parametrize(
    ("question", "kept"),
    [
        ("How long is it?", "How      is it?"),
        ("How long is the long road?", "How      is the long road?"),
    ],
)
def test_what_is_measured_is_not_searched(question: str, kept: str) -> None:
    assert without_measure(question) == kept


@given(st.text(max_size=200))
def test_tokens_point_at_their_words_in_order(text: str) -> None:
    tokens = list(analyse(text))
    assert all(text[token.start : token.end] == token.word for token in tokens)
    assert all(token.terms for token in tokens)
    assert [t.start for t in tokens] == sorted(t.start for t in tokens)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hur många dagar har en kund på sig att lämna tillbaka den?", "sv"),
        ("Сколько дней у клиента есть, чтобы вернуть его?", "ru"),
        ("Müşterinin onu geri vermek için kaç günü var?", "tr"),
        ("Câte zile are un client pentru a-l returna?", "ro"),
        ("Πόσες ημέρες έχει ο πελάτης για να το επιστρέψει;", "el"),
        ("ग्राहक के पास इसे वापस करने के लिए कितने दिन हैं?", "hi"),
        ("كم يوما لدى العميل من أجل إعادته إلى المتجر؟", "ar"),
        ("Ile dni ma klient na to, aby go zwrócić?", "pl"),
        ("Khách hàng có bao nhiêu ngày để trả lại?", "vi"),
        ("How many days does a customer have to return it?", "en"),
        ("Hoeveel dagen heeft een klant om het terug te sturen?", "nl"),
        ("Wie viele Tage hat ein Kunde, um es zurückzugeben?", "de"),
    ],
)
def test_languages_are_told_by_their_function_words(text: str, language: str) -> None:
    assert detect_language(text) == language


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_has_terms_and_leaves_its_function_words_out(language: str) -> None:
    word = min(LANGUAGES[language].stop_words)
    assert terms_of(f"{word} RelayBox 42", language) == terms_of("RelayBox 42", language) != []


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("5 March 2026", "2026-03-05", "en"),
        ("March 5th, 2026", "5 Mar 2026", "en"),
        ("5.3.26", "5. März 2026", "de"),
        ("5 maart 2026", "5-3-2026", "nl"),
        ("5 mars 2026", "2026-03-05", "fr"),
        ("5 de marzo de 2026", "5.3.2026", "es"),
        ("5 marzo 2026", "2026-03-05", "it"),
        ("25/03/2026", "03/25/2026", "en"),
        ("2026年3月5日", "2026-03-05", "zh"),
        ("1 250 000", "1,250,000", "en"),
        ("1.250.000", "1250000", "de"),
        ("1.250", "1250", "de"),
        ("12,5", "12.5", "de"),
        ("v2.10.0", "2.10.0", "en"),
        ("v2.10.0", "2.10", "en"),
        ("AX-1040-B", "AX1040B", "en"),
        ("والكتاب", "كتاب", "ar"),
        ("بالكتاب", "الكتاب", "ar"),
    ],
)
def test_one_thing_has_a_term_in_all_its_spellings(one: str, other: str, language: str) -> None:
    first, second = (next(iter(analyse(text, language))).terms for text in (one, other))
    assert first[0] in second or second[0] in first


@pytest.mark.parametrize(
    ("one", "other"), [("C++", "C#"), ("5.3.2026", "3.5.2026"), ("2.10.1", "2.11.1")]
)
def test_what_is_open_or_another_thing_shares_no_whole_term(one: str, other: str) -> None:
    first, second = (next(iter(analyse(text))).terms for text in (one, other))
    assert first[0] not in second


@pytest.mark.parametrize("text", ["On 5 March 2026 we met", "pay 1 250 000 now", "use C++ here"])
def test_the_parts_of_a_thing_are_its_terms_too_and_its_place_is_its_own(text: str) -> None:
    thing = next(word for word in analyse(text) if not word.word.isalpha())
    assert text[thing.start : thing.end] == thing.word
    assert set(terms_of(thing.word)) == set(thing.terms)
    assert [word.word for word in analyse(text)].count(thing.word) == 1


def test_a_date_whose_order_is_open_is_its_parts_only() -> None:
    assert terms_of("03/05/2026") == ["03", "05", "2026"]
