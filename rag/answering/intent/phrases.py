"""What people write when they want something else than an answer, by language.

A request is told by a closed vocabulary: every word of the message has to be in it, whatever the
order of the words. One word from outside, and the message is a question.
"""

from __future__ import annotations

from dataclasses import dataclass

import regex

from rag.domain.requests import Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """The words of one language, in small letters."""

    polite: regex.Pattern[str]
    """What may stand before or after any request and says nothing."""
    glue: frozenset[str]
    """Words that hold a request together."""
    last_answer: frozenset[str]
    """What the last answer is called."""
    forms: dict[Form, frozenset[str]]
    """Words that name the shape wanted."""
    reworks: frozenset[str]
    """Verbs that ask for work on a text."""
    summaries: frozenset[str]
    """Words that ask what a whole document says."""
    about: frozenset[str]
    """Words around those, weaker than they: they need a file's name beside them."""
    documents: frozenset[str]
    """What documents are called."""
    this_document: regex.Pattern[str]
    """A document pointed at without its name."""
    listing: frozenset[str]
    """Words that ask for the list of documents."""
    newest: frozenset[str]
    mentioning: tuple[regex.Pattern[str], ...]
    """Sentences that ask which documents have a ``topic``."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _mentioning(*patterns: str) -> tuple[regex.Pattern[str], ...]:
    return tuple(regex.compile(pattern, regex.IGNORECASE) for pattern in patterns)


_NUMBERS = _words("1 2 3 4 5 6 7 8 9 10 20 30 50 80 100 150 200")


_EN_DOC = r"(?:documents?|files?|docs?|pdfs?|sources?|papers?)"


_NL_DOC = r"(?:document(?:en)?|bestand(?:en)?|stuk(?:ken)?|bron(?:nen)?|pdf['’]?s?)"


_DE_DOC = r"(?:dokumente?n?|dateien?|unterlagen?|quellen?|pdfs?)"


_EN_HOME = rf"(?:collection|corpus|library|folder|{_EN_DOC})"


_TOPIC = r"(?P<topic>.+?)"


ENGLISH = Phrases(
    polite=regex.compile(
        r"\b(?:(?:please|pls|plz|kindly|i'd like|if possible|(?:can|could) you tell (?:me|us)|tell (?:me|us)|would you mind|do you mind|now|ok|okay|and|then|so|also|just|hey|hi|hello|plumbline|great|thanks|thank you|perfect|good|nice"
        r"|(?:can|could|would|will) (?:you|u|i|we)(?: please)?|i (?:want|need|would like|'d like)(?: you to| to)?|i'd like(?: you to| to)?|let's|for me|for us|again|instead|now|maybe)\b\s*)+"
    ),
    glue=_words(
        "a an the in into to as of with for from by on only just me us bit little much even very more less fewer"
        " and or but so than no not too any some at most about max maximum around up down out same thing like using use can could be please pls plz now again then out line max enough like i'm new here down boil three most important points sound going come tops drop lose parts part whole thing nice proper neat quick small i can send"
    )
    | _NUMBERS
    | _words("one two three four five six seven eight nine ten twenty fifty hundred single"),
    last_answer=_words(
        "it that this them these those answer response reply text above last previous your you said wrote everything one"
    ),
    forms={
        Form.TABLE: _words("table tabular tables columns spreadsheet"),
        Form.EMAIL: _words("e-mail email mail letter"),
        Form.LIST: _words("bullet bullets bulleted list points numbered checklist steps"),
        Form.SHORTER: _words(
            "shorter short shorten briefer brief concise concisely condense compress gist long summary summarise summarize summarised"
            " summarized tldr tl;dr sentence sentences paragraph words line lines trim cut"
        ),
        Form.SIMPLER: _words(
            "simpler simple simply simplify plain easier clearer understandable layman's laymans terms language english new beginner child five"
            " year old non-technical jargon"
        ),
        Form.LONGER: _words("longer expand elaborate"),
        Form.OTHER: _words(
            "formal formally informal friendlier friendly polite politely professional tone style differently"
            " rephrase reword rewrite paraphrase repeat rephrasing rewording rewriting rephrased rewritten"
        ),
    },
    reworks=_words(
        "make put turn convert format write give show rewrite rephrase reword keep say explain shorten simplify summarise"
        " summarize translate condense express present draft compose create do sum phrase change transform repeat cut drop lose need rephrasing rewording rewriting send"
    ),
    summaries=_words(
        "summarise summarize summary overview outline gist tldr tl;dr digest abstract sum takeaways highlights topics gist"
    ),
    about=_words(
        "what what's whats is about does do say tell in contain contains key main points point ideas content contents cover"
        " covers describe read me us explain whole entire full important most short brief quick up give show who did just"
        " uploaded added here attached called named cover message takeaways i are walk through broad strokes five three two bullets nutshell basically exactly you things topics from at lines sentences words ten can't if possible like come down to"
    ),
    documents=_words(
        "document documents file files doc docs pdf pdfs upload attachment presentation slides spreadsheet report paper page"
        " text source sources workbook handbook manual"
    ),
    this_document=regex.compile(
        r"\b(?:this|that|the|my)(?: \p{L}+)? (?:document|file|doc|pdf|upload|attachment|presentation|spreadsheet|report|paper|text)\b"
    ),
    listing=_words(
        "have there list show search know corpus folder available read access indexed index library find names knowledge base"
        " give overview all loaded hold many collection everything through total in stored"
    ),
    newest=_words("new newest latest recent recently changed added updated last uploaded oldest"),
    mentioning=_mentioning(
        rf"(?:which|what|how many) (?:of (?:my|the|your|our|these) )?{_EN_DOC}(?: (?:do you have|are there|here))?(?: that| which)?"
        rf" (?:mentions?|contains?|talks? about|discuss(?:es)?|covers?|describes?|deals? with|(?:are|is) about|refers? to|speaks? of"
        rf"|says? (?:something|anything) about|mentioning|about|on) {_TOPIC}",
        rf"(?:in )?(?:which|what) (?:of (?:my|the|your|our|these) )?{_EN_DOC} (?:is|are|does|do) (?:the (?:word|term|phrase|name) )?{_TOPIC} (?:mentioned|discussed|described|covered|named|appear|occur"
        r"|come up|referred to)(?: in)?",
        rf"where (?:is|are) {_TOPIC} (?:mentioned|discussed)(?: in (?:the|my|our|your) {_EN_DOC})?",
        rf"(?:list|show|find|give|name)(?: me)?(?: all| every)?(?: of)?(?: the| my| our)? {_EN_DOC}"
        rf" (?:that mention|that contain|that are about|that talk about|which mention|mentioning|containing|about|on|with) {_TOPIC}",
        rf"(?:do (?:you|we|i) have|are there|is there)(?: any| an?| some)? {_EN_DOC}"
        rf" (?:about|on|mentioning|that mentions?|which mentions?|containing|dealing with) {_TOPIC}",
        rf"(?:do (?:you|we|i) have|is there) (?:anything|something) (?:about|on) {_TOPIC} in (?:the|our|your|my) {_EN_HOME}",
        rf"(?:do (?:you|we|i) have|is there) (?:anything|something) in (?:the|our|your|my) {_EN_HOME} (?:about|on) {_TOPIC}",
    ),
)


DUTCH = Phrases(
    polite=regex.compile(
        r"\b(?:(?:alsjeblieft|alstublieft|pls|aub|a\.u\.b|graag|even|eens|nu|en|dan|oké|ok|maar|ook|hallo|hoi|bedankt|dank je|dankje|prima|mooi|goed|nog"
        r"|(?:kun|kan|wil|zou|kunt) (?:je|jij|u|ik)(?: me| mij| ons)?(?: alsjeblieft)?|ik (?:wil|zou) (?:graag)?|voor (?:me|mij|ons)|plumbline|opnieuw)\b\s*)+"
    ),
    glue=_words(
        "een de het in naar als van met voor uit door op alleen me mij ons wat beetje veel nog meer minder en of maar dan geen"
        " niet te er hier om iets max maximaal hooguit ongeveer zelfde hetzelfde zo kan kunnen eens even graag nu nog alsjeblieft opnieuw wel nette net netjes kleine helemaal nogal jargon mensentaal ingewikkeld verwoorden woorden pls kan"
    )
    | _NUMBERS
    | _words("één twee drie vier vijf zes zeven acht negen tien twintig vijftig honderd enkele"),
    last_answer=_words(
        "het dat dit die deze ze antwoord reactie tekst bovenstaande laatste vorige je jouw uw daar er daarvan ervan hiervan hier alles"
    ),
    forms={
        Form.TABLE: _words("tabel tabelvorm tabellen kolommen"),
        Form.EMAIL: _words("e-mail email mail mailtje e-mailtje brief"),
        Form.LIST: _words(
            "opsomming lijst lijstje punten bullets puntsgewijs opsommingstekens genummerde stappen stappenplan"
        ),
        Form.SHORTER: _words(
            "korter kort korte kortere beknopte beknopter beknopt bondiger bondig inkorten samenvatting samenvatten samengevat vat samen zin zinnen"
            " alinea woorden regel regels verkort tldr"
        ),
        Form.SIMPLER: _words(
            "eenvoudiger eenvoudig eenvoudige simpeler simpel simpele makkelijker makkelijke gewone begrijpelijker begrijpelijke"
            " duidelijker taal vereenvoudig vereenvoudigen kind jip-en-janneketaal jip janneke jargon leek"
        ),
        Form.LONGER: _words("langer uitgebreider uitvoeriger"),
        Form.OTHER: _words(
            "formeler formeel zakelijker stijf informeler vriendelijker beleefder toon stijl anders herformuleer herformuleren"
            " herschrijf herschrijven herhaal herhalen"
        ),
    },
    reworks=_words(
        "maak maken zet zetten geef geven schrijf schrijven herschrijf herschrijven herformuleer zeg zeggen leg uit uitleggen"
        " uitleg vat samen samenvatten vertaal vertalen kort inkorten vereenvoudig toon tonen verander veranderen presenteer weergeven formuleren schrijf om nodig"
        " houd hou stel opstellen formuleer herhaal doe"
    ),
    summaries=_words(
        "vat samen samenvatting samenvatten samengevat overzicht hoofdlijnen strekking kern tldr hoofdpunten kernpunten onderwerpen"
    ),
    about=_words(
        "wat waar waarover gaat gaan over staat staan zegt vertel vertelt in inhoud bevat beschrijft lees lezen geef belangrijkste"
        " punten hoofdpunten dit dat deze kort korte hele volledige net zojuist geüpload toegevoegd bijgevoegde maak is leg uit van"
        " nou eigenlijk er zijn ik allemaal hoofdpunten geven grote lijnen hier mij precies zo straks beetje zo'n daar me kun je muss wissen dingen onderwerpen regels zinnen"
    ),
    documents=_words(
        "document documenten bestand bestanden pdf pdf's upload bijlage presentatie rapport stuk stukken tekst bron bronnen"
        " werkblad handboek handleiding"
    ),
    this_document=regex.compile(
        r"\b(?:dit|dat|het|de|deze|mijn)(?: \p{L}+)? (?:document|bestand|pdf|upload|bijlage|presentatie|rapport|stuk|tekst)\b"
    ),
    listing=_words(
        "heb hebt zijn lijst toon laat zien doorzoeken doorzoek zoeken ken kent map corpus beschikbaar lezen toegang geïndexeerd"
        " bibliotheek noem namen kennisbank geef overzicht alle staan zitten hoeveel verzameling allemaal hier totaal beschikbare erin tijd laatste laten"
    ),
    newest=_words(
        "nieuw nieuwe nieuwste laatst laatste recent recente onlangs gewijzigd toegevoegd veranderd bijgewerkt geüpload oudste laatste"
    ),
    mentioning=_mentioning(
        rf"(?:welke?|hoeveel|wat voor) {_NL_DOC} (?:gaan er over|gaat er over|noemen|noemt|vermelden|vermeldt|bevatten|bevat|gaan over|gaat over|beschrijven"
        rf"|beschrijft|bespreken|bespreekt|behandelen|behandelt|zeggen iets over|zegt iets over|hebben het over) {_TOPIC}",
        rf"in (?:welke?|hoeveel) {_NL_DOC} (?:staat|staan|komt|komen|wordt|worden|gaat het)(?: er)?(?: iets| informatie| wat)?(?: over)?"
        rf" {_TOPIC}(?: (?:voor|genoemd|vermeld|beschreven|besproken|behandeld))?",
        rf"waar (?:wordt|worden) {_TOPIC} (?:genoemd|vermeld|besproken)(?: in (?:de|mijn|onze) {_NL_DOC})?",
        rf"(?:toon|geef|noem|zoek|laat)(?: me| mij)?(?: een overzicht van| een lijst van)?(?: alle)?(?: de| mijn| onze)? {_NL_DOC} (?:over|met|die gaan over|die over|waarin) {_TOPIC}(?: gaan)?(?: zien)?",
        rf"(?:heb je|hebben we|zijn er|is er|heb ik)(?: ook)?(?: een)? {_NL_DOC} (?:over|met|waarin) {_TOPIC}",
        rf"(?:heb je|hebben we|is er|staat er|heb ik)(?: ook)? iets over {_TOPIC} in (?:de|onze|mijn|jouw|je) (?:verzameling|map|{_NL_DOC})(?: staan)?",
    ),
)


GERMAN = Phrases(
    polite=regex.compile(
        r"\b(?:(?:bitte|mal|jetzt|nun|und|dann|ok|okay|gut|super|auch|hallo|danke|noch|doch|einmal"
        r"|(?:kannst|könntest|würdest|willst) du(?: mir| uns)?(?: bitte)?|(?:können|könnten|würden) sie(?: mir| uns)?(?: bitte)?|(?:kann|könnte) ich|ich (?:möchte|will|hätte gern|brauche)"
        r"|für (?:mich|uns)|plumbline|nochmal|nochmals)\b\s*)+"
    ),
    glue=_words(
        "ein eine einen einem einer der die das den dem des in ins im zu als von vom mit für aus auf nur mir uns etwas bisschen"
        " viel noch mehr weniger und oder aber kein keine nicht um hier daraus maximal höchstens etwa gleiche selbe so bis kann geht bitte mal jetzt nochmal einmal auch ganze ganzen nette kleine ausdrücken sehr so draus"
    )
    | _NUMBERS
    | _words(
        "eins zwei drei vier fünf sechs sieben acht neun zehn zwanzig fünfzig hundert einzigen"
    ),
    last_answer=_words(
        "es das dies diese dieses diesen sie antwort text obige obigen letzte letzten vorige deine deiner ihre daraus davon alles"
    ),
    forms={
        Form.TABLE: _words("tabelle tabellarisch tabellenform tabellen spalten"),
        Form.EMAIL: _words("e-mail email mail brief"),
        Form.LIST: _words(
            "liste aufzählung stichpunkte stichpunkten stichworte stichworten punkte punkten aufzählungspunkte nummerierte schritte"
        ),
        Form.SHORTER: _words(
            "kürzer kurz kurze kurzen kürzere knappe knapper knapp kürze kürzen zusammenfassung zusammenfassen zusammengefasst fass fasse zusammen satz sätzen"
            " sätze absatz worten wörtern wörter zeile zeilen tldr gekürzt"
        ),
        Form.SIMPLER: _words(
            "einfacher einfach einfachen einfache leichter leichte leichten leichter verständlicher verständlich klarer sprache"
            " vereinfache vereinfachen kind kinder laien fachbegriffe fachjargon"
        ),
        Form.LONGER: _words("länger ausführlicher ausführlich"),
        Form.OTHER: _words(
            "förmlicher formeller formell informeller freundlicher höflicher ton stil anders umformulieren formuliere um"
            " umschreiben wiederhole wiederholen"
        ),
    },
    reworks=_words(
        "mach mache machen setz setze setzen stell stelle stellen gib gebe geben schreib schreibe schreiben formuliere"
        " formulieren umformulieren erkläre erklär erklären fass fasse fassen zusammen zusammenfassen übersetze übersetz übersetzen kürze"
        " kürzen vereinfache dar darstellen zeig zeige zeigen sag sage sagen verwandle wiederhole um erstelle erstellen ausdrücken drück aus umschreiben brauche"
    ),
    summaries=_words(
        "fass fasse fassen zusammen zusammenfassung zusammenfassen zusammengefasst überblick übersicht kernaussagen kern tldr inhaltsangabe kurzform kernaussagen stichpunkten hauptpunkte"
    ),
    about=_words(
        "was worum wovon geht gehts handelt es in steht stehen sagt erzähl erzähle inhalt enthält beschreibt lies lesen gib mir"
        " wichtigsten wichtigste punkte hauptpunkte kurz kurze ganze ganzen gerade eben hochgeladen hochgeladene hochgeladenen"
        " drin da darin ist über erkläre das diese dieser diesem dieses diesen den dem der die von sind ich habe hier grob so geben was genau eigentlich kurzform mir fünf drei zehn stichpunkten sätzen zeilen"
    ),
    documents=_words(
        "dokument dokumente dokumenten dokuments datei dateien pdf pdfs upload anhang präsentation bericht unterlagen text quelle"
        " quellen tabellenblatt handbuch anleitung"
    ),
    this_document=regex.compile(
        r"\b(?:die(?:s|se[rsmn]?)?|das|de[rmn]|mein)(?: \p{L}+)? (?:dokuments?|datei|pdf|upload|anhang|präsentation|bericht|text)\b"
    ),
    listing=_words(
        "hast habe haben gibt liste zeig zeige auflisten durchsuchen durchsuchst suchen kennst ordner korpus verfügbar lesen"
        " zugriff indexiert bibliothek nenne namen wissensbasis gib übersicht alle liegen viele vielen sammlung insgesamt auf verfügbaren hier sind hinterlegt aller"
    ),
    newest=_words(
        "neu neue neuen neueste neuesten letzte letzten zuletzt kürzlich geändert hinzugefügt aktualisiert hochgeladen älteste ältesten"
    ),
    mentioning=_mentioning(
        rf"(?:welche[snrm]?|wie viele|in wie vielen) {_DE_DOC}(?: hier)? (?:befassen sich mit|befasst sich mit|gehen auf|erwähnen|erwähnt|nennen|nennt|enthalten|enthält|behandeln|behandelt"
        rf"|beschreiben|beschreibt|handeln von|handelt von|sprechen von|sagen etwas (?:über|zu)|sagt etwas (?:über|zu)) {_TOPIC}",
        rf"in (?:welche[nmrs]?|wie vielen) {_DE_DOC} (?:steht|stehen|kommt|kommen|wird|werden|geht es um|findet sich|finde ich)"
        rf"(?: etwas| was| informationen)?(?: über| zu| zum| zur)? {_TOPIC}(?: (?:vor|erwähnt|genannt|beschrieben|behandelt))?",
        rf"wo (?:wird|werden) {_TOPIC} (?:erwähnt|genannt|behandelt)(?: in (?:den|meinen|unseren) {_DE_DOC})?",
        rf"(?:zeige?|gib|nenne?|finde?)(?: mir)?(?: alle)?(?: die| meine| unsere)? {_DE_DOC} (?:über|mit|zu|zum|zur) {_TOPIC}",
        rf"(?:hast du|haben wir|gibt es|habe ich)(?: auch)?(?: ein| eine)? {_DE_DOC} (?:über|mit|zu|zum|zur) {_TOPIC}",
        rf"(?:hast du|haben wir|gibt es|steht) in (?:den|unseren|meinen|deinen|der) (?:sammlung|ordner|{_DE_DOC})(?: auch)? etwas (?:über|zu|zum|zur) {_TOPIC}",
    ),
)


PHRASES = {"en": ENGLISH, "nl": DUTCH, "de": GERMAN}


LANGUAGE_NAMES = {
    name: code
    for code, names in {
        "en": "english engels engelse englisch englische",
        "nl": "dutch nederlands nederlandse niederländisch niederländische holländisch",
        "de": "german duits duitse deutsch deutsche",
        "fr": "french frans franse französisch französische",
        "es": "spanish spaans spaanse spanisch spanische",
        "it": "italian italiaans italiaanse italienisch italienische",
        "pt": "portuguese portugees portugese portugiesisch portugiesische",
        "pl": "polish pools poolse polnisch polnische",
        "tr": "turkish turks turkse türkisch türkische",
        "uk": "ukrainian oekraïens oekraïense ukrainisch ukrainische",
        "ru": "russian russisch russische",
        "ar": "arabic arabisch arabische",
        "zh": "chinese chinees chinesisch chinesische",
        "ja": "japanese japans japanse japanisch japanische",
        "sv": "swedish zweeds zweedse schwedisch schwedische",
        "da": "danish deens deense dänisch dänische",
    }.items()
    for name in names.split()
}
"""What the languages are called in the three of the interface -> ISO 639-1."""


ASKING = _words(
    "are is am i we they can could do does which what how many much that of my our your you there here any right moment currently were was been have has"
    " welke welk wat hoeveel kun kan je jij u er zijn heb hebben mijn onze jullie beschikbaar over"
    " welche was wie viele vielen kannst können du sie dir dich ihr meine unsere es da momentan wir ich gerade habt allemaal insgesamt als zum through everything the a in of all me us an list het de den die das mir dem alle een most what's lijst van sind der bitte please eine einen to ist je one wurden wurde worden werd sind"
)
"""Words around those that ask for the list of documents, of all three languages."""


GREETING = regex.compile(
    r"(hi+|hiya|hello|hey|good (morning|afternoon|evening|day)|greetings"
    r"|hoi|hallo|hai|dag|goede(morgen|middag|navond)|goeie?morgen"
    r"|guten (tag|morgen|abend)|moin|servus|grüß (gott|dich)|gruezi)"
    r"( (there|all|again|everyone|plumbline|daar|allemaal|zusammen|du|you))*"
    r"( (how are you|how are you doing|hoe gaat het( met je)?|wie geht('s|s| es)( dir| ihnen)?))?"
)


THANKS = regex.compile(
    r"(ok|okay|oké|perfect|great|super|top|prima|mooi|fijn|cool|nice|klasse|toll|gut|good|got it|i see|duidelijk|helder|klar|alles klar|begrepen|verstanden)|((many |ok |okay |great |perfect |super |top |cool |nice )*(thanks|thank you|thx|cheers)"
    r"|(heel |hartelijk |super |ok |oké |top |prima |mooi |fijn )*(bedankt|dank|dank je( wel)?|dankjewel|dank u( wel)?|dankuwel|merci)"
    r"|(vielen |herzlichen |besten |super |ok |top |prima |gut )*(danke|dank)( schön| sehr| dir| ihnen)?|dankeschön)"
    r"( (a lot|very much|so much|again|for (your|the) (help|explanation|answer)|zeer|voor (je|uw|de|het) (hulp|uitleg|antwoord)|für (deine|die|ihre) (hilfe|erklärung|antwort)))*"
    r"( (that|this|it) (was|is) (helpful|great|useful))?"
)


HELP = regex.compile(
    r"help( me)?|what (can|do) you do( for (me|us))?|what can you help( me| us)? with|how can you help( me| us)?|what are you( for)?|who are you|what is this|what's this"
    r"|how do (i|you) (use|work with) (this( chat| tool| app)?|you|it|plumbline)|how does (this( chat| tool| app)?|plumbline) work|how do you work"
    r"|what can i (ask|do)( you| here)?|what (sort|kind)s? of (things|questions) can i ask( you)?|what can i use (you|this) for"
    r"|wat (kun|kan) (je|jij|u)( eigenlijk)?( allemaal)?( doen)?( voor (mij|me|ons))?|waar(mee)? (kun|kan) (je|jij|u) (me|mij|ons)?( mee)? ?helpen|wat kan je( doen)?|wat doe je|wie ben je|wat is dit"
    r"|hoe werkt (dit|het|deze chat|plumbline)( hier)?( eigenlijk)?|hoe gebruik ik (dit|deze chat|plumbline)|hoe werk je|wat kan ik( je| hier)? (allemaal )?(vragen|doen)|hulp"
    r"|was kannst du( alles)?( tun| machen)?|was können sie( alles)?( tun| machen)?( für (mich|uns))?|(wobei|womit|wie) (kannst du|können sie)( mir| uns)? helfen|wer bist du|was ist das"
    r"|wie funktioniert (das|es|dieser chat|plumbline)( hier)?( eigentlich)?|wie benutze ich (das|diesen chat|plumbline)|hilfe|was kann ich( dich| sie| hier)? (fragen|tun)"
)


REMARK_OPENINGS = _words(
    "i my our we it it's this that that's he she they too too-long not reads sounds top great perfect clear"
    " ik mijn onze ons wij we het dat dit te niet hier klinkt leest heb snap helder duidelijk prima top great perfect clear"
    " ich mein meine unser unsere wir es das dies zu nicht klingt liest sonst hab keine super klar"
)


WISHES = _words(
    "need want like give show wil nodig graag geef toon brauche möchte will gib zeig which what how who when where"
)
"""A clause with one of these asks for something of its own."""
