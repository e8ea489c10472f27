"""What Plumbline knows of single languages: function words, negation, refusals, stemmers.

A language without an entry is searched without stop words and stemming, which works, only less
well. Lists hold what a search or a check should not count as content.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from rag.text.more_languages import FURTHER


@dataclass(frozen=True, slots=True)
class Language:
    """One language's data; ``code`` is ISO 639-1, ``stemmer`` a Snowball algorithm or empty."""

    code: str
    stemmer: str
    stop_words: frozenset[str]
    negations: frozenset[str] = frozenset()
    hedges: tuple[str, ...] = ()
    """Phrases of a text that does not answer, casefolded."""
    elisions: frozenset[str] = frozenset()
    """What stands before an apostrophe without being part of the word."""
    numbers: dict[str, str] = field(default_factory=dict)
    """Number words that are not also articles, and their digits."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _numbers(text: str) -> dict[str, str]:
    return {word: digits for digits, word in (pair.split(":") for pair in text.split())}


ENGLISH = Language(
    "en",
    "english",
    _words("""
    a about above after again against all also am an and any anyone are aren't as at be because
    been before being below between both but by can can't cannot could couldn't did didn't do does
    doesn't doing don't down during each either else ever every few for from further had hadn't has
    hasn't have haven't having he he'd he'll he's her here here's hers herself him himself his how
    how's however i i'd i'll i'm i've if in into is isn't it it's its itself just let's many may me
    might more most much must my myself neither no nor not now of off on once one's only or other
    our ours ourselves out over own please rather same shall shan't she she'd she'll she's should
    shouldn't since so some such tell than that that's the their theirs them themselves then there
    there's these they they'd they'll they're they've this those though through to too under until
    up upon us very was wasn't we we'd we'll we're we've were weren't what what's whatever when
    when's whenever where where's whether which while who who's whom whose why why's will with
    within without won't would wouldn't you you'd you'll you're you've your yours yourself
    yourselves
    """),
    _words("no not never none nothing neither nor cannot without n't nobody nowhere"),
    (
        "i don't know",
        "i do not know",
        "i'm not sure",
        "i am not sure",
        "i cannot answer",
        "i can't answer",
        "i cannot find",
        "i could not find",
        "i'm sorry, but",
        "i apologize",
        "as an ai",
        "do not say",
        "does not say",
        "don't say",
        "doesn't say",
        "do not tell",
        "does not tell",
        "do not contain",
        "does not contain",
        "don't contain",
        "doesn't contain",
        "do not mention",
        "does not mention",
        "don't mention",
        "doesn't mention",
        "do not provide",
        "does not provide",
        "doesn't provide",
        "do not specify",
        "does not specify",
        "not mentioned",
        "not specified",
        "not stated",
        "no information",
        "not enough information",
        "insufficient information",
        "there is no mention",
        "it is unclear",
        "it's unclear",
    ),
    numbers=_numbers("""
    0:zero 2:two 3:three 4:four 5:five 6:six 7:seven 8:eight 9:nine 10:ten 11:eleven 12:twelve
    13:thirteen 14:fourteen 15:fifteen 16:sixteen 17:seventeen 18:eighteen 19:nineteen 20:twenty
    30:thirty 40:forty 50:fifty 60:sixty 70:seventy 80:eighty 90:ninety 100:hundred 1000:thousand
    1:first 3:third 4:fourth 5:fifth 6:sixth 7:seventh 8:eighth 9:ninth 10:tenth 2:twice
    """),
)


DUTCH = Language(
    "nl",
    "dutch",
    _words("""
    aan al alle allen als alleen ander andere bij ben bent binnen buiten daar daarom dan dat de den
    der des deze die dit doch doe doen door dus echter een eens elk elke en er ervan even ge geen
    geweest haar had hadden heb hebben hebt heeft heel hem hen het hier hij hoe hoeveel hun iemand
    iets ik in is ja je jij jou jouw jullie kan kon kunnen maar me meer men met mij mijn moet
    moeten mag na naar niet niets nog nu of om omdat ons onze ook op over pas reeds te tegen tijdens
    toch toen tot u uit uw van vanaf veel voor waar waarom wanneer want waren was wat we wel welk
    welke werd werden wie wij wil wilt worden wordt zal ze zelf zich zij zijn zo zonder zou zouden
    """),
    _words("niet geen nooit niets niemand nergens zonder noch"),
    (
        "ik weet het niet",
        "ik weet niet",
        "ik kan dit niet beantwoorden",
        "ik kan deze vraag niet",
        "staat niet in",
        "staat er niet",
        "wordt niet vermeld",
        "niet vermeld",
        "niet genoemd",
        "geen informatie",
        "onvoldoende informatie",
        "vermelden niet",
        "vermeldt niet",
        "zeggen niet",
        "zegt niet",
    ),
    numbers=_numbers("""
    0:nul 2:twee 3:drie 4:vier 5:vijf 6:zes 7:zeven 8:acht 9:negen 10:tien 11:elf 12:twaalf
    13:dertien 14:veertien 15:vijftien 16:zestien 20:twintig 30:dertig 40:veertig 50:vijftig
    60:zestig 90:negentig 100:honderd 1000:duizend
    """),
)


GERMAN = Language(
    "de",
    "german",
    _words("""
    aber alle allem allen aller alles als also am an ander andere anderen anderer anderes auch auf
    aus bei beim bin bis bist da dabei damit dann das dass dein deine dem den denn der des deren
    dessen dich die dies diese diesem diesen dieser dieses dir doch dort du durch ein eine einem
    einen einer eines er es etwa etwas euch euer für gegen gewesen gibt hab habe haben hat hatte
    hatten hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer ihres im in indem ins ist
    ja jede jedem jeden jeder jedes jener jetzt kann kannst kein keine keinem keinen keiner können
    könnte machen man manche mein meine mich mir mit muss musste müssen nach nicht nichts noch nun
    nur ob oder ohne sehr sein seine seinem seinen seiner seit sich sie sind so solche soll sollte
    sondern sonst über um und uns unser unsere unter vom von vor war waren warst was weg weil
    welche welchem welchen welcher welches wem wen wenn wer werde werden wessen wie wieder wieviel
    viel viele will wir wird wirst wo wohin wollen worden wurde wurden während warum wann würde
    würden zu zum zur zwischen
    """),
    _words("nicht kein keine keinen keinem keiner nie niemals nichts niemand nirgends ohne weder"),
    (
        "ich weiß es nicht",
        "ich weiß nicht",
        "ich kann diese frage nicht",
        "ich kann das nicht beantworten",
        "wird nicht erwähnt",
        "nicht erwähnt",
        "nicht angegeben",
        "keine information",
        "keine angabe",
        "nicht genügend information",
        "steht nicht in",
        "geht nicht hervor",
        "sagen nichts",
        "sagt nichts",
        "enthalten keine",
        "enthält keine",
    ),
    numbers=_numbers("""
    0:null 2:zwei 3:drei 4:vier 5:fünf 6:sechs 7:sieben 8:acht 9:neun 10:zehn 11:elf 12:zwölf
    13:dreizehn 14:vierzehn 15:fünfzehn 16:sechzehn 20:zwanzig 30:dreißig 40:vierzig 50:fünfzig
    60:sechzig 90:neunzig 100:hundert 1000:tausend
    """),
)


FRENCH = Language(
    "fr",
    "french",
    _words("""
    a à afin ai ainsi alors après as au aucun aussi autre aux avait avant avec avez avoir c ça car ce
    cela celle celui ces cet cette ceux chaque chez comme comment d dans de depuis des deux doit donc
    dont du durant elle elles en encore entre est et étaient était été être eu eux fait font fut hors
    ici il ils j je l la le les leur leurs lors lui m ma mais me même mes moi mon n ne ni non nos
    notre nous on ont ou où par parce pas pendant peut peuvent plus pour pourquoi qu quand que quel
    quelle quelles quels qui quoi s sa sans se sera ses si son sont sous sur t ta tandis te tes toi
    ton tous tout toute toutes très tu un une vers vos votre vous y combien
    """),
    _words("ne pas non jamais rien aucun aucune sans ni"),
    ("je ne sais pas", "aucune information", "n'est pas mentionné", "ne mentionne pas"),
    _words("l d c j m n s t qu jusqu lorsqu puisqu"),
)


SPANISH = Language(
    "es",
    "spanish",
    _words("""
    a al algo ante antes aquel aquella aquí así aun aunque cada como cómo con contra cual cuál cuales
    cuáles cuando cuándo cuánto cuánta cuántos cuántas de del desde donde dónde durante e el él ella
    ellas ellos en entre era eran es esa esas ese eso esos esta está están estas este esto estos fue
    fueron ha había han hasta hay la las le les lo los más me mi mientras muy nada ni no nos nosotros
    o os otra otras otro otros para pero por porque qué que quien quién quienes se según ser si sí sin
    sino sobre son su sus también tan tanto te tiene tienen todo todos tras tu tus u un una unas uno
    unos y ya yo
    """),
    _words("no nunca nada ningún ninguna ninguno sin ni tampoco"),
    ("no lo sé", "no hay información", "no se menciona", "no menciona"),
)


ITALIAN = Language(
    "it",
    "italian",
    _words("""
    a ad agli ai al alla alle allo anche c che chi ci come con cosa così cui d da dagli dai dal dalla
    dalle dallo degli dei del dell della delle dello di dove dopo due e è ed era erano essere fra gli
    ha hanno ho i il in io l la le lei li lo loro lui ma mentre mi molto ne negli nei nel nella nelle
    nello no noi non nostro o ogni oltre per perché però più poi prima qual quale quali quando quanti
    quanto quella quelle quelli quello questa queste questi questo qui se sei senza si sia sono sotto
    stata stato su sua sue sui sul sulla sulle suo suoi tra tu tutti tutto un una uno v vi voi
    """),
    _words("non no mai niente nulla nessuno nessuna senza né"),
    ("non lo so", "nessuna informazione", "non è menzionato", "non menziona"),
    _words("l d c v un dell all nell sull dall quell"),
)


PORTUGUESE = Language(
    "pt",
    "portuguese",
    _words("""
    a à ao aos aquela aquele aquilo as às até com como da das de dela dele deles depois do dos e é ela
    elas ele eles em entre era eram essa esse esta está este eu foi foram há isso isto já lhe mais mas
    me mesmo meu minha muito na não nas nem no nos nós num numa o onde os ou para pela pelas pelo
    pelos por porque qual quais quando quanto quantos que quem se sem ser seu seus só sua suas também
    te tem têm um uma umas uns você vocês
    """),
    _words("não nunca nada nenhum nenhuma ninguém sem nem"),
    ("não sei", "nenhuma informação", "não é mencionado", "não menciona"),
)


LANGUAGES = {
    language.code: language
    for language in (
        *(ENGLISH, DUTCH, GERMAN, FRENCH, SPANISH, ITALIAN, PORTUGUESE),
        *(Language(code, stemmer, _words(words)) for code, (stemmer, words) in FURTHER.items()),
    )
}


def _named(text: str) -> dict[str, str]:
    """``day: day days tag`` -> every word with the first one as its value."""
    pairs = (line.split(":") for line in text.strip().splitlines())
    return {word: name.strip() for name, words in pairs for word in words.split()}


UNITS = _named("""
    second: second seconds sec sekunde sekunden seconde seconden
    minute: minute minutes min minuten minuut
    hour: hour hours hourly h hrs stunde stunden uur uren
    day: day days daily tag tage tagen dag dagen
    week: week weeks weekly woche wochen weken
    month: month months monthly monat monate monaten maand maanden
    year: year years yearly annual annually jahr jahre jahren jaar jaren
    gram: gram grams g gramm
    kilogram: kg kilogram kilograms kilogramm kilo kilos
    tonne: ton tons tonne tonnes t
    millimetre: mm millimetre millimetres millimeter
    centimetre: cm centimetre centimetres centimeter zentimeter
    metre: m metre metres meter meters
    kilometre: km kilometre kilometres kilometer kilometers
    mile: mile miles
    litre: l litre litres liter liters
    percent: percent prozent procent
    euro: euro euros eur
    dollar: dollar dollars usd
    pound: pound pounds gbp
    kilobyte: kb kib
    megabyte: mb mib
    gigabyte: gb gib
    terabyte: tb tib
""")
"""Measures: a number of one is another claim than the same number of another."""


TIMES = frozenset(["second", "minute", "hour", "day", "week", "month", "year"])


MAGNITUDES = {
    word: 10**power
    for power, words in (
        (3, "thousand tausend duizend"),
        (6, "million millions millionen miljoen mio"),
        (9, "billion billions milliarde milliarden miljard"),
    )
    for word in words.split()
}


MONTHS = {
    word: number
    for names in (
        "january february march april may june july august september october november december",
        "januari februari maart april mei juni juli augustus september oktober november december",
        "januar februar märz april mai juni juli august september oktober november dezember",
    )
    for number, word in enumerate(names.split(), start=1)
}


BOUNDS = (
    *((phrase, "max") for phrase in (
        "at most", "up to", "no more than", "not more than", "maximum", "no later than",
        "höchstens", "maximal", "bis zu", "nicht mehr als", "hoogstens", "maximaal", "niet meer dan",
    )),
    *((phrase, "min") for phrase in (
        "at least", "no less than", "minimum", "more than", "over", "mindestens", "mehr als",
        "minstens", "ten minste", "meer dan",
    )),
)  # fmt: skip
"""Phrases that bound a number from above or below."""


OPPOSITES = tuple(
    tuple(pair.split("/"))
    for pair in [
        "before/after",
        "first/last",
        "above/below",
        "earlier/later",
        "increase/decrease",
        "increased/decreased",
        "rise/fall",
        "rose/fell",
        "open/closed",
        "allowed/forbidden",
        "paid/unpaid",
        "with/without",
        "enable/disable",
        "enabled/disabled",
        "always/never",
        "vor/nach",
        "erste/letzte",
        "über/unter",
        "mit/ohne",
        "voor/na",
        "eerste/laatste",
        "boven/onder",
        "met/zonder",
    ]
)
"""Where a text has one and the other text the other, they say opposite things."""
