"""The catalogue of what Plumbline says to people, by language; English where one lacks a text."""

from __future__ import annotations

ENGLISH = {
    "greeting": "Hello! Ask me anything that your documents can answer. I quote my sources, and I say so "
    "when they hold no answer.",
    "thanks": "You're welcome. Ask on whenever you like.",
    "help": "I answer questions from the documents in your folder, and from nothing else.\n\n"
    "- Every sentence carries the number of its passage; select a number to read it.\n"
    "- Where the documents hold no answer, I say so instead of guessing.\n"
    "- The line under an answer opens its trace: who wrote it, why, and how long it took.\n"
    "- **Auto / Small / Large** under the text field chooses the model.\n\n"
    "At the moment I can search {documents} documents ({passages} passages).",
    "refused": "The documents do not answer this.",
    "refused_missing": "The documents do not answer this: I find nothing about {words}.",
    "nearest": "The nearest passages:",
    "quoted": "No model gave an answer that the passages support, so here is what they say themselves:",
    "model_refused": "{model} finds no answer in the passages.",
    "ask_anyway": "Ask anyway",
    "ask_anyway_tip": "Ask a model all the same; each sentence is still checked",
    "no_file": "This file is not in the corpus (any more).",
    "stopped_early": "Stopped before the first word.",
    "interrupted": "Plumbline ended here in the middle of an answer; this part was not checked.",
    "stopped": "Stopped here; this part was not checked.",
    "reason.no_evidence": "No passage holds enough of the question.",
    "reason.empty": "The draft was empty.",
    "reason.short": "The draft was too short for this question ({detail} tokens).",
    "reason.hedging": "The text says that it does not know.",
    "reason.cut_off": "The text was cut off before its end.",
    "reason.uncited": "No passage carries the text.",
    "reason.unsupported": "{detail} sentences of the text are fully supported.",
    "reason.off_topic": "The text is in the passages, but stands far from the question's words.",
    "reason.repeated": "The text repeats itself.",
    "reason.low_logprob": "The model was guessing (mean log-probability {detail}).",
    "reason.unreachable": "{detail}",
    "reason.no_large": "No large model is connected; set RAG_LARGE_BASE_URL to connect one.",
    "reason.budget": "The budget for the large model is used up.",
    "reason.always": "The setting RAG_ESCALATION=always asks the large model in any case.",
    "reason.removed": "{detail} sentence(s) without full support were taken out.",
    "reason.failed": "{detail}",
    "problem.no_passage": "No passage says this",
    "problem.partly": "The passages say only part of this",
    "problem.absent_number": "No passage has the number {detail}",
    "problem.misplaced_number": "The number {detail} belongs to something else in the passage",
    "problem.unknown_name": "The passage does not name {detail}",
    "problem.denied": "The passage denies this",
    "problem.opposite": "The passage says the opposite of “{detail}”",
    "problem.not_denied": "The passage does not deny this",
    "change.more_supported": "It would have been accepted with {detail} more supported sentence(s).",
    "change.without_empty": "Any supported sentence would have been accepted.",
    "change.without_short": "A longer answer would have been accepted.",
    "change.without_hedging": "It would have been accepted without saying that it does not know.",
    "change.without_cut_off": "It would have been accepted had it come to an end.",
    "change.without_repeated": "It would have been accepted without the repetition.",
    "change.without_off_topic": "It would have been accepted had it kept to the question.",
    "change.without_low_logprob": "It would have been accepted had the model been surer.",
    "change.without_unreachable": "The server would have had to answer.",
    "signal.evidence": "Evidence for the question",
    "signal.support": "Sentences supported",
    "signal.numbers": "Numbers not in the passages",
    "signal.length": "Length in tokens",
    "signal.topic": "Near the question's words",
    "needed.yes": "needs yes",
    "signal.finish": "How it ended",
    "signal.hedging": "Says that it does not know",
    "needed.weak": "needs some",
    "needed.all": "needs all",
    "needed.half": "needs half",
    "needed.0": "needs none",
    "needed.fits": "needs to fit",
    "needed.stop": "needs an end",
    "needed.no": "needs no",
    "starter": "What does “{title}” say?",
    "retrieved": "Retrieved {count} passages · {ms}",
    "writing": "{model} is writing",
    "draft_step": "Draft by {model} · {ms} · {tokens} tok",
    "answer_step": "{model} · {ms} · {tokens} tok",
    "reading": "Reading {done} of {total} prompt tokens",
    "checked": "Checked {count} sentences · {ms}",
    "checked_one": "Checked 1 sentence · {ms}",
    "supported": "{full} of {count} sentences are fully supported.",
    "stopped_step": "Stopped",
    "failed_step": "Failed",
    "unexpected": "Something went wrong that should not have (number {number}). Your conversation is "
    "still here: ask again. The log has the details under that number.",
    "mode.auto": "The small model drafts; the large one takes over when the draft is weak",
    "mode.small": "Only the small model; a weak draft is replaced by a quotation",
    "mode.large": "The large model at once",
    "doubted": "The draft was doubted:",
    "first_token": "{ms} to first token",
    "tokens": "{tokens} tok",
    "sources": "{count} sources",
    "source": "1 source",
    "weak_sentences": "{count} unsupported",
    "elsewhere": "not on this machine",
    "quotation": "quotation",
    "refusal": "refused",
    "no_model": "no model asked",
    "trace": "Trace",
    "trace_tip": "Who answered, why, from what, and where the time went",
}

DUTCH = {
    "greeting": "Hallo! Vraag me alles wat je documenten kunnen beantwoorden. Ik noem mijn bronnen, en "
    "ik zeg het als ze geen antwoord hebben.",
    "thanks": "Graag gedaan. Vraag gerust verder.",
    "help": "Ik beantwoord vragen uit de documenten in je map, en uit niets anders.\n\n"
    "- Elke zin draagt het nummer van zijn passage; kies een nummer om die te lezen.\n"
    "- Waar de documenten geen antwoord hebben, zeg ik dat in plaats van te raden.\n"
    "- De regel onder een antwoord toont hoe het ontstond: wie het schreef, waarom, en hoe snel.\n"
    "- **Auto / Small / Large** onder het tekstveld kiest het model.\n\n"
    "Op dit moment kan ik in {documents} documenten zoeken ({passages} passages).",
    "refused": "De documenten beantwoorden dit niet.",
    "refused_missing": "De documenten beantwoorden dit niet: ik vind niets over {words}.",
    "nearest": "De meest nabije passages:",
    "quoted": "Geen model gaf een antwoord dat de passages dragen; dit staat er zelf:",
    "model_refused": "{model} vindt geen antwoord in de passages.",
    "ask_anyway": "Toch vragen",
    "starter": "Wat staat er in “{title}”?",
}

GERMAN = {
    "greeting": "Hallo! Frag mich alles, was deine Dokumente beantworten können. Ich nenne meine "
    "Quellen, und ich sage es, wenn sie keine Antwort enthalten.",
    "thanks": "Gern geschehen. Frag jederzeit weiter.",
    "help": "Ich beantworte Fragen aus den Dokumenten in deinem Ordner, und aus nichts anderem.\n\n"
    "- Jeder Satz trägt die Nummer seiner Passage; wähle eine Nummer, um sie zu lesen.\n"
    "- Wo die Dokumente keine Antwort enthalten, sage ich das, statt zu raten.\n"
    "- Die Zeile unter einer Antwort zeigt ihren Weg: wer sie schrieb, warum, und wie schnell.\n"
    "- **Auto / Small / Large** unter dem Textfeld wählt das Modell.\n\n"
    "Im Moment kann ich {documents} Dokumente durchsuchen ({passages} Passagen).",
    "refused": "Die Dokumente beantworten das nicht.",
    "refused_missing": "Die Dokumente beantworten das nicht: Ich finde nichts über {words}.",
    "nearest": "Die nächsten Passagen:",
    "quoted": "Kein Modell gab eine Antwort, die die Passagen tragen; hier steht, was sie selbst sagen:",
    "model_refused": "{model} findet keine Antwort in den Passagen.",
    "ask_anyway": "Trotzdem fragen",
    "starter": "Was steht in „{title}“?",
}

CATALOGUE = {"en": ENGLISH, "nl": DUTCH, "de": GERMAN}


def say(key: str, language: str = "en", **values: object) -> str:
    """Return the text for ``key`` in a language, filled with ``values``."""
    text = CATALOGUE.get(language, ENGLISH).get(key) or ENGLISH[key]
    return text.format(**values) if values else text
