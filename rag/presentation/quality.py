"""Reports on judged answers and labelled questions -> JSON and lines for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.evaluation.judged import JudgedReport
    from rag.evaluation.questions import QuestionResult, QuestionsReport


def support_json(report: JudgedReport) -> dict[str, Any]:
    """Return the output of ``rag eval support --json``."""
    return {
        "set": report.name,
        "answers": report.answers,
        **{role: _rounded(shares) for role, shares in report.accepted.items()},
        "sentences": {kind: _rounded(shares) for kind, shares in report.sentences.items()},
        "auroc": round(report.auroc, 4),
        "auroc_worst_sentence": round(report.auroc_worst, 4),
        "calibration_error": round(report.calibration_error, 4),
        "reliability": [_rounded(one) for one in report.reliability],
        "models": {model: _rounded(one) for model, one in report.by_model.items()},
    }


def support_baseline(report: JudgedReport) -> dict[str, Any]:
    """Return the figures of a report that may not drop; shares that should be low as 1 - share."""
    faithful, unfaithful = report.sentences["faithful"], report.sentences["unfaithful"]
    return {
        "set": f"{report.name} support",
        "small: faithful accepted": report.accepted["small"]["accepted_faithful"],
        "small: unfaithful rejected": 1 - report.accepted["small"]["accepted_unfaithful"],
        "large: faithful accepted": report.accepted["large"]["accepted_faithful"],
        "large: unfaithful rejected": 1 - report.accepted["large"]["accepted_unfaithful"],
        "faithful sentences not red": 1 - faithful["none"],
        "unfaithful sentences marked": 1 - unfaithful["full"],
        "auroc": report.auroc,
        "auroc of the worst sentence": report.auroc_worst,
    }


def support_table(report: JudgedReport) -> str:
    """Return a report as lines."""
    lines = [f"{report.name}: {report.answers} answers"]
    for role, shares in report.accepted.items():
        lines.append(
            f"  {role}: accepts {shares['accepted_faithful']:.0%} of the faithful"
            f" and {shares['accepted_unfaithful']:.0%} of the unfaithful answers"
        )
    for kind, shares in report.sentences.items():
        lines.append(
            f"  sentences of {kind} answers: {shares['full']:.0%} supported,"
            f" {shares['partial']:.0%} in part, {shares['none']:.0%} not"
        )
    lines.append(
        f"  AUROC {report.auroc:.3f} (worst sentence {report.auroc_worst:.3f}),"
        f" calibration error {report.calibration_error:.3f}"
    )
    if len(report.by_model) > 1:
        worst = (f"{m} {o['auroc_worst']:.2f}" for m, o in sorted(report.by_model.items()))
        lines.append(f"  worst sentence, AUROC: {', '.join(worst)}")
    return "\n".join(lines)


def questions_json(report: QuestionsReport, *, verbose: bool = False) -> dict[str, Any]:
    """Return the output of ``rag eval questions --json``."""
    document: dict[str, Any] = {"questions": len(report.results), **_rounded(report.figures)}
    if verbose:
        document["results"] = [
            {
                "question": result.question.text,
                "answerable": result.question.answerable,
                "outcome": str(result.answer.outcome),
                "right": result.right,
                "shown": result.shown,
            }
            for result in report.results
        ]
    return document


def questions_table(report: QuestionsReport) -> str:
    """Return the figures as one line each."""
    figures = report.figures
    lines = [f"{len(report.results)} questions"]
    lines += [f"  {name.replace('_', ' ')}: {figures[name]:.0%}" for name in list(figures)[:-1]]
    return "\n".join([*lines, f"  words: {figures['words']:.0f}"])


def question_lines(result: QuestionResult) -> str:
    """Return a question with what came of it."""
    verdict = "right" if result.right else "refused" if result.refused else "wrong"
    if not result.question.answerable:
        verdict = "refused, rightly" if result.refused else "answered, though it cannot be"
    shown = " ".join(result.shown.split())
    return f"{result.question.text}\n  {verdict} ({result.answer.outcome}): {shown}"


def _rounded(figures: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in figures.items()}
