"""Names as people write them, in fourteen languages, and what a name is not."""

from __future__ import annotations

import tomllib

import pytest

from service.postmortem.model import Section
from service.postmortem.vocabulary import key
from service.words import SHIPPED, words

S, I, C, T, R, L, A = Section  # noqa: E741  (the seven, in the order of the document)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Überblick", "überblick"),
        ("RÉSUMÉ :", "résumé"),
        ("Re\u0301sume\u0301", "résumé"),
        ("影響：", "影響"),
        ("【影響】", "影響"),
        ("■ 影響範囲", "影響範囲"),
        ("１．根本原因", "根本原因"),
        ("ﾀｲﾑﾗｲﾝ", "タイムライン"),
        ("アクション・アイテム", "アクション アイテム"),
        ("सारांश", "सारांश"),
        ("ملخص", "ملخص"),
        ("1️⃣ Impact", "1 impact"),
        ("**2) Impact**", "impact"),
        ("1.2. Impact", "impact"),
        ("iv. Impact", "impact"),
        ("2.5 hours", "2.5 hours".replace(".", " ")),
        ("[Impact]", "impact"),
        ("Impact (draft)", "impact"),
        ("Impact {#impact .wide}", "impact"),
        (":fire: Impact", "impact"),
        ("What didn’t go well?", "what didn't go well"),
        ("", ""),
        ("📉", ""),
    ],
)
def test_a_name_is_compared_without_marks_and_keeps_its_letters(name: str, found: str) -> None:
    assert key(name) == found


@pytest.mark.parametrize(
    ("section", "names"),
    [
        (S, "Summary|TL;DR|Executive Summary|Incident overview|What happened?|Zusammenfassung|Was ist passiert?"),
        (S, "Überblick|Résumé|Synthèse|Que s’est-il passé ?|Resumen|¿Qué pasó?|Descripción|Resumo|O que aconteceu?"),
        (S, "概要|サマリー|障害の概要|発生した事象"),
        (I, "Impact|Customer impact|Blast radius|Who was affected?|Impact of the outage on customers|User Impact"),
        (I, "Auswirkungen|Betroffene Systeme|Conséquences|Périmètre|Impact sur les clients|Impacto|Afectación"),
        (I, "Serviços afetados|影響|影響範囲|お客様への影響"),
        (C, "Root Cause(s)|RCA|Root Cause Analysis (RCA)|5 Whys|Contributing factors and root cause|Trigger"),
        (C, "Ursache|Ursachenanalyse|Ursache des Ausfalls|Cause racine|Facteurs contributifs|Causa raíz|CAUSA RAIZ"),
        (C, "Análisis de causa raíz|Análise da causa raiz|原因|根本原因|発生原因"),
        (T, "Timeline|Timeline (all times UTC)|Chronology of the outage|INC-42: Timeline|Sequence of events"),
        (T, "Zeitlicher Ablauf|Chronologie|Déroulement|Cronología|Línea de tiempo|Linha do tempo"),
        (T, "タイムライン|時系列|対応経緯"),
        (R, "Resolution|Mitigators|How did we fix it?|Recovery|Resolution and recovery|Behebung|Wiederherstellung"),
        (R, "Résolution|Rétablissement|Resolución|Mitigación|Solução|Recuperação|対応|復旧|暫定対応"),
        (L, "Lessons learned|Lessons learnt|Where we got lucky|What could we do better next time?|Learnings"),
        (L, "What didn't go so well?|What can be improved|Erkenntnisse|Was lief gut?|Wo hatten wir Glück?"),
        (L, "Leçons apprises|Retour d'expérience|Lecciones aprendidas|Lições aprendidas|学び|教訓|振り返り"),
        (A, "Action items|Follow-ups|Follow-up|Next steps|Preventative actions|Corrective measures|Remediation items"),
        (A, "Path forward|Going forward|What are we doing about it|How do we stop this from happening again?"),
        (A, "What will we do differently?|Actionables|Recurrence prevention|TODO|To-do list"),
        (A, "Corrective & preventive actions|Open items|Improvements|Recommendations"),
        (A, "Maßnahmen|MASSNAHMEN|Nächste Schritte|Actions correctives|Plan d’actions|Prochaines étapes"),
        (A, "Próximos pasos|Acciones correctivas|Itens de ação|Próximos passos"),
        (A, "再発防止策|今後の再発防止策|アクションアイテム|恒久対応"),
        (None, "Background|Glossary|Detection|Participants|References|Status|Appendix|Time to resolve|Context"),
        (None, "Conclusion|Resolution time|Impact start|Severity|Owner|Related incidents|Graphs|関係者|参考資料"),
    ],
)  # fmt: skip
def test_a_section_is_known_by_its_names_in_six_languages(section: Section | None, names: str) -> None:
    told = {name: words().section_of(name) for name in names.split("|")}
    assert told == dict.fromkeys(names.split("|"), section)


@pytest.mark.parametrize(
    ("name", "section"),
    [
        ("Section 3: Impact", I),
        ("Part 2 - Timeline", T),
        ("The impact", I),
        ("Impact - EU customers", I),
        ("Timeline | UTC", T),
        ("Summary / TL;DR", S),
        ("Lessons learned and action items", A),
        ("Root cause remediations", A),
        ("Impact summary", I),
        ("Technical summary", S),
        ("Follow-up improvements", A),
        ("1 Summary", S),
    ],
)
def test_a_longer_heading_is_known_by_the_name_in_it(name: str, section: Section) -> None:
    assert words().section_of(name) is section


def test_an_exact_name_is_no_longer_one() -> None:
    assert words().section_of("Impact on the orders of the west", exact=True) is None
    assert words().named("Impact") is I
    assert words().is_name("2. Impact")
    assert not words().is_name("Impact and scope of it")


def test_a_long_text_is_no_name() -> None:
    assert words().section_of("impact " * 1000) is None
    assert words().section_of("Impact of what we did in the week of the big move to the new place") is None


@pytest.mark.parametrize(
    "language", ["en", "de", "fr", "es", "pt", "ja", "no", "da", "sv", "nl", "it", "pl", "zh", "ko"]
)
def test_no_name_is_that_of_two_sections_in_one_language(language: str) -> None:
    seen: dict[str, str] = {}
    for section, names in _shipped()["sections"].items():
        for name in names[language]:
            assert seen.setdefault(key(name), section) == section, f"{name}: {seen[key(name)]} and {section}"
    assert len(seen) >= 70


def _shipped() -> dict[str, dict[str, dict[str, list[str]]]]:
    return tomllib.loads((SHIPPED / "sections.toml").read_text("utf-8"))
