"""The words that introduce a definition, assume, infer, deny, in the languages of notes: one table.

Each is an alternative of a pattern that is looked for in a sentence, its formulas replaced by one sign
each. Imports nothing of the package.
"""

from __future__ import annotations

from dataclasses import dataclass

FORMULA, DISPLAY, REST = "\ue000", "\ue001", "\ue002"
"""What stands for a formula in a sentence: its first character, and the others."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a language, as alternatives of a pattern."""

    let: str
    """Open a definition, unless it is one of a condition."""
    where: str
    """Open one that holds whatever its sentence says."""
    assume: str
    hence: str
    """What follows is inferred, or used: it defines nothing any more."""
    condition: str
    negation: str
    after: str = r"(?!)"
    """Stand after the definition that they make."""
    given_after: str = r"(?!)"
    each: str = r"(?!)"
    """`for`, before the one formula that follows, with up to three words between."""
    constant: str = r"(?!)"
    """Nouns for a number: the order beside one is assumed."""
    joins: str = r"(?!)"
    """Between a name and what it names: `$g$ denotes $\\partial L / \\partial y$`."""
    joins_let: str = r"(?!)"
    """The same after `let`, `write` and their kin: `for`, `by`."""
    calls: str = r"(?!)"
    """Before what is named and its name, with nothing between them: `call $2a$ $g$`."""
    neglect: str = r"(?!)"
    """Before a name that is left out: `neglecting $\\epsilon$`."""
    neglected: str = r"(?!)"
    """After such a name: `is negligible`."""
    notation: str = r"(?!)"
    """Announce a list or a table of symbols."""
    loss: str = r"(?!)"
    """Nouns for what is differentiated in the end."""
    quality: str = r"(?!)"
    """What words say that a name is, and no formula."""
    article: str = r"(?!)"
    """Open the words that say what a name is."""
    being: str = r"(?!)"
    """Stand before these, after the name."""
    anew: str = r"(?!)"
    """Before a name: what is said of it holds from here on."""
    usual: str = r"(?!)"
    """After such a word and a name: what its formula says as well."""
    conjunction: str = r"(?!)"
    """After a comma, they begin a statement of which a negation before says nothing."""
    held: str = r"(?!)"
    """What is said of names that are taken for constants, and what is said not to depend on others."""
    deeds: str = r"(?!)"
    """What is done to statistics without a name so that they are."""
    statistics: str = r"(?!)"
    """Nouns for what is computed from a batch."""
    estimates: str = r"(?!)"
    """Words for averages that are not those of the batch."""
    replaced: str = r"(?!)"
    """Put one formula in another's place."""
    truth: str = r"(?!)"
    """After a negation they say that something does not hold."""
    untrue: str = r"(?!)"
    """These say it without one."""
    not_hard: str = r"(?!)"
    """Negations that deny nothing."""
    common: str = r"(?!)"
    """Words that tell the language."""


_SUBJECT = r"(?:(?:^|[,;:(]|\b(?:we|us|and|now|also|then|one|I|shall|will|may)))\s*"
LANGUAGES: dict[str, Words] = {
    "English": Words(
        let=r"\b(?:let|with)\b|(?:^|\()\s*here\b|\bin\s+this\s+(?:sub)?section\b|(?<![-\w])(?:denot|defin|abbreviat|introduc)(?:e[sd]?|ing)\b"
        rf"|{_SUBJECT}(?:set|put|write|call|take|fix)\b"
        r"|(?<!this )(?<!the )(?<!our )\b(?:setting|putting|letting)\b|\b(?:computes|returns)\b",
        where=r"\b(?:where|wherein|from\s+here\s+on)\b",
        assume=r"\b(?:assum(?:e[sd]?|ing|ption)|suppos(?:e[sd]?|ing)|given|require[sd]?)\b(?:\s+that\b)?",
        hence=r"\b(?:then|hence|thus|so|therefore|gives?|yields?|get|obtain|have|has|holds?|implies|satisf\w+|becomes"
        r"|follows?|that(?!\s+is\b)|since|because|us(?:e[sd]?|ing)|show[sn]?|check|verify|prove[sd]?|see|(?:this|it)\s+is|note|recall|claim\w*)\b",
        condition=r"\b(?:if|when|whenever|unless|provided|except|as\s+long\s+as|in\s+(?:the|this)\s+case)\b",
        negation=r"\b(?:not|never|no|nor|cannot|neither|nowhere|false|wrong|incorrect(?:ly)?|wrongly|mistake\w*"
        r"|contrary)\b|n['’]t\b",
        after=r"^\s*(?:denotes?|stands?\s+for|be\b|is\s+(?:called|denoted|short|shorthand))",
        each=r"\bfor",
        constant=r"\b(?:constants?|numbers?|scalars?|parameters?|hyperparameters?)\b",
        quality=r"positive|(?:non-?)?negative|non-?zero|unit|zero[-\s]mean|orthogonal|orthonormal|(?:skew-?)?symmetric|diagonal"
        r"|cent(?:er|re)d|normali[sz]ed|standardi[sz]ed|whitened|invertible|idempotent|mean|average|median|variance|deviation"
        r"|norm|length|sum|product|inverse|square|root|short(?:hand)?",
        article=r"(?:the|an?|its|their|our)\b",
        being=r"is|are|be|being|denotes?|stands?\s+for|represents?|means|for",
        usual=r"\s+(?:be|is|denotes?)\s+(?:the|its|their)\s+(?:(?:batch|mini-?batch|sample|standard|usual)\s+)*"
        r"(?:mean|average|variance|deviation)\b(?!\s+(?:over|across|of))",
        anew=r"(?:suppose|assume)\s+instead(?:\s+that)?|instead|let|here|now|henceforth|from\s+(?:now|here)\s+on|in\s+(?:this|what)\s+\w+",
        conjunction=r"[,;]\s+(?:and|but)\b",
        common=r"\b(?:the|of|and|is|are|to|an?|in)\b",
        joins=r"(?:denotes?|stands?\s+for|is\s+short(?:hand)?\s+for|means)(?:\s+the\s+\w+)?"
        r"|[,(]?\s*(?:(?:is|are|will\s+be)\s+)?(?:denoted|called|abbreviated|written)(?:\s+(?:by|as|to))?",
        joins_let=r"for|by|as|(?:to\s+)?stand\s+for|be|(?:to\s+)?denote|to\s+be|to\s+mean"
        r"|(?:we\s+(?:denote|mean)\s+)?the\s+\w+",
        calls=r"\bcall",
        neglect=r"(?:neglect|ignor|omitt?|discard|disregard|dropp?)(?:e?[sd]|ing|e)?|without|for\s+(?:very\s+)?small",
        neglected=r"(?:is|are|be|being|as)\s+(?:(?!not\b)\w+\s+)?(?:neglected|ignored|dropped|omitted|discarded|negligible)",
        notation=r"\b(?:notations?|symbols?|definitions?|abbreviations?)\b",
        loss=r"\b(?:loss|cost|objective|criterion)(?:\s+function)?",
        held=r"\b(?:constants?|fixed|frozen|fr[eo]ez\w+|detach\w*|stop[-\s]?gradients?|(?:stop\w*|block\w*|cut\w*|no)\s+(?:the\s+)?gradients?(?:\s+flows?)?|(?:not|n['’]t|never|no\s+longer)\s+depend|independent\s+of)\b",
        deeds=r"\b(?:treat|regard|consider|held|hold|keep|kept|frozen|fr[eo]ez|detach|stop|block|cut|no)",
        statistics=r"\b(?:means?|averages?|variances?|deviations?|spreads?|statistics?|moments)\b",
        estimates=r"\b(?:(?:population|running|moving|exponential)\s+(?:\w+\s+)?(?:means?|averages?|variances?|statistics|estimates?|moments|deviations?)|inference|(?:test|evaluation|eval)[-\s](?:time|mode))\b",
        replaced=r"\b(?:replac|swap|exchang)\w+",
        truth=r"\b(?:holds?|true|correct|right|valid|so|the\s+case|hold\s+good)\b",
        untrue=r"\b(?:false|wrong|incorrect|untrue|invalid|mistaken|fails?|breaks\s+down)\b",
        not_hard=r"\b(?:not|n['’]t|no|nor|never|cannot)\s+(?:(?:very|too|only|just|be|really)\s+)*(?:hard|difficult|only|forget|surpris\w*|need|longer|wonder|doubt|problem|matter)",
    ),
    "German": Words(
        let=r"\bin\s+diesem\s+abschnitt\b|\b(?:sei|seien|mit|hier|hierbei|dabei|bezeichn\w+|definier\w+|setzen?|schreib\w+|nenn\w+|genannt|heiß\w+|abgekürzt|abkürz\w+|führen)\b",
        where=r"\b(?:wobei|worin|von\s+(?:nun|hier)\s+an|ab\s+(?:jetzt|hier))\b",
        assume=r"\b(?:angenommen|annahme|vorausgesetzt|gegeben|fest\w*|nehmen)\b",
        hence=r"\b(?:dann|also|so|folg\w+|gilt|gelten|ergibt|erhält|erhalten|daher|somit|deshalb|weil|denn|dass|da|benutz\w+|zeig\w+)\b",
        condition=r"\b(?:wenn|falls|sofern|solange|außer)\b",
        negation=r"\b(?:nicht|kein\w*|nie|niemals|weder|falsch\w*|fälschlich)\b",
        after=r"^\s*(?:bezeichne\w*|steh\w+\s+für|gesetzt|sei\b|heiß\w+|genannt|wird\s+gesetzt|setzt)",
        each=r"\bfür",
        constant=r"\b(?:konstanten?|zahl|zahlen|skalare?|parameter)\b",
        article=r"(?:der|die|das|den|dem|eine?[nm]?)\b",
        being=r"ist|sind|seien?|bezeichnet?|steht\s+für",
        anew=r"sei|(?:hier|nun|jetzt|fortan|ab\s+(?:jetzt|hier)|in\s+diesem\s+abschnitt)(?:\s+(?:ist|sei|bezeichnet?))?",
        conjunction=r"[,;]\s+(?:und|aber|sondern)\b",
        common=r"\b(?:für|gilt|der|die|das|und|ist|den|des|ein|eine|im|nun|man|auch|wird)\b",
        joins=r"(?:bezeichnet|steht\s+für|heißt|bedeutet)|(?:wird|sei|ist)\s+(?:mit|als|durch)"
        r"|(?:nennen|bezeichnen)\s+wir(?:\s+(?:kurz|mit|als))?(?:\s+(?:die|das|den)\s+\w+)?",
        joins_let=r"für|als|mit|statt|(?:die|das|den)\s+\w+",
        neglect=r"vernachlässig\w*|ignorier\w*|ohne|lassen\s+wir",
        neglected=r"(?:(?:wird|ist|kann|sei)\s+)?(?:(?!nicht\b)\w+\s+)?(?:vernachlässig\w*|weg(?:ge)?lassen)",
        notation=r"\b(?:bezeichnungen?|notation\w*|symbole?|abkürzungen)\b",
        loss=r"\b(?:verlust|kosten)(?:funktion)?|\b(?:ziel|fehler)funktion",
        held=r"\b(?:konstant\w*|konstanten?|fest(?:gehalten\w*)?|fixiert\w*|eingefroren\w*|abgekoppelt\w*|losgelöst\w*|(?:nicht\s+)?(?:von\s+\S+\s+)?unabhängig|hängt?(?:en)?\s+nicht)\b",
        deeds=r"\b(?:behandel|betracht|halten|gehalten|eingefroren|fixier|abgekoppelt|konstant\s+(?:gehalten|sind))",
        statistics=r"\b(?:mittel\w*|varianz\w*|streuung\w*|standardabweichung\w*|statistik\w*|kennzahlen)\b",
        estimates=r"\b(?:(?:laufende|gleitende)\w*\s+(?:mittel\w*|durchschnitt\w*|varianz\w*|statistik\w*)|grundgesamtheit|populations\w+|inferenz\w*|testzeit)\b",
        replaced=r"\b(?:ersetz|vertausch)\w+",
        truth=r"\b(?:gilt|gelten|wahr|richtig|korrekt|stimmt|zutreffend|der\s+fall)\b",
        untrue=r"\b(?:falsch|unrichtig|unwahr|versagt|scheitert)\b",
        not_hard=r"\bnicht\s+(?:schwer|schwierig|nur|vergessen)|\bkein\s+(?:problem|zweifel|wunder)",
    ),
    "Spanish": Words(
        let=r"\b(?:sean?|con|aquí|denot\w+|defin\w+|escrib\w+|llam\w+|ponemos|pongamos|introduc\w+|abrevia\w+)\b",
        where=r"\b(?:donde|siendo|de\s+aquí\s+en\s+adelante|a\s+partir\s+de\s+ahora)\b",
        assume=r"\b(?:supon\w+|supóng\w+|dad[oa]s?|fij\w+|tom\w+)\b",
        hence=r"\b(?:entonces|luego|así|tanto|obten\w+|result\w+|ten\w+|porque|pues|que|usa\w+|sigue|cumple|vale)\b",
        condition=r"\b(?:si|cuando|siempre|salvo)\b",
        negation=r"\b(?:no|nunca|ni|tampoco|fals\w+|incorrect\w+)\b",
        after=r"^\s*(?:denota|designa|representa)",
        each=r"\bpara",
        constant=r"\b(?:constantes?|números?|escalar(?:es)?|parámetros?)\b",
        article=r"(?:el|la|los|las|una?)\b",
        being=r"es|son|sea|denota|designa|representa",
        anew=r"sea|(?:aquí|ahora|en\s+adelante|en\s+esta\s+sección)(?:\s+(?:es|sea))?",
        conjunction=r"[,;]\s+(?:y|pero|sino)\b",
        common=r"\b(?:entonces|el|los|las|una?|y|del|es|su|por|lote|media|valores)\b",
        joins=r"(?:denota|designa|representa|significa)|se\s+(?:denota|escribe|llama)(?:\s+(?:por|como|con))?",
        joins_let=r"por|como|en\s+lugar\s+de|para|(?:denotamos\s+)?(?:la|el)\s+\w+",
        neglect=r"despreci\w*|ignor\w*|omit\w*|sin",
        notation=r"\b(?:notaci[óo]n|símbolos?|definiciones)\b",
        loss=r"\b(?:función\s+de\s+)?(?:pérdida|coste|costo)|\bfunción\s+objetivo",
        held=r"\b(?:constantes?|fij[oa]s?|congelad[oa]s?|no\s+depend\w+|independientes?)\b",
        deeds=r"\b(?:trat|consider|mant|congelad|tom)",
        statistics=r"\b(?:medias?|promedios?|varianzas?|desviaci[óo]n\w*|estadístic[oa]s?)\b",
        estimates=r"\b(?:(?:media|varianza|promedio|estadístic[oa])s?\s+(?:poblacional(?:es)?|móvil(?:es)?)|inferencia)\b",
        replaced=r"\b(?:reempla[zc]|intercambi)\w+",
        truth=r"\b(?:cumple\w*|vale|ciert[oa]|verdad\w*|correct[oa]|válid[oa])\b",
        untrue=r"\b(?:fals[oa]|incorrect[oa]|falla|erróne[oa])\b",
        not_hard=r"\bno\s+(?:es\s+)?(?:difícil|solo|sólo|olvid\w+)",
    ),
    "Portuguese": Words(
        let=r"\b(?:sejam?|com|aqui|denot\w+|defin\w+|escrev\w+|chama\w+|ponhamos|introduz\w+)\b",
        where=r"\b(?:onde|sendo|daqui\s+em\s+diante)\b",
        assume=r"\b(?:supo\w+|dad[oa]s?|fix\w+|tom\w+)\b",
        hence=r"\b(?:então|logo|assim|portanto|obt\w+|result\w+|temos|porque|pois|que|usa\w+|segue|vale)\b",
        condition=r"\b(?:se|quando|sempre|salvo)\b",
        negation=r"\b(?:não|nunca|nem|fals\w+|incorret\w+)\b",
        each=r"\bpara",
        constant=r"\b(?:constantes?|números?|escalar(?:es)?|parâmetros?)\b",
        article=r"(?:os?|as?|uma?)\b",
        being=r"é|são|seja|denota|designa|representa",
        anew=r"seja|(?:aqui|agora|nesta\s+seção)(?:\s+(?:é|seja))?",
        conjunction=r"[,;]\s+(?:e|mas)\b",
        common=r"\b(?:então|o|os|as|uma?|e|da|do|é|média)\b",
        joins=r"(?:denota|designa|representa)",
        joins_let=r"por|como|para",
        neglect=r"despre[zs]\w*|ignor\w*|omit\w*|sem",
        notation=r"\b(?:notaç\w+|símbolos?|definições)\b",
        loss=r"\b(?:função\s+de\s+)?(?:perda|custo)|\bfunção\s+objetivo",
        held=r"\b(?:constantes?|fix[oa]s?|congelad[oa]s?|não\s+depend\w+|independentes?)\b",
        deeds=r"\b(?:trat|consider|mant|congelad)",
        statistics=r"\b(?:médias?|variâncias?|desvios?|estatísticas?)\b",
        estimates=r"\b(?:(?:média|variância|estatística)s?\s+(?:populacion(?:al|ais)|móve(?:l|is))|inferência)\b",
        replaced=r"\b(?:substitu(?:a|ímos|indo\s+m)|troca)\w*",
        truth=r"\b(?:vale|verdade\w*|corret[oa]|válid[oa])\b",
        untrue=r"\b(?:fals[oa]|incorret[oa]|falha|errad[oa])\b",
        not_hard=r"\bnão\s+(?:é\s+)?(?:difícil|só)",
    ),
    "Italian": Words(
        let=r"\b(?:sian?o?|con|qui|denot\w+|indich\w+|defini\w+|scriv\w+|chiam\w+|poniamo|posto|pone|ponendo|introduc\w+)\b",
        where=r"\b(?:dove|ove|essendo|d['’]ora\s+in\s+poi)\b",
        assume=r"\b(?:suppon\w+|supponga|dat[oaie]|fissat\w+|prendiamo|assum\w+)\b",
        hence=r"\b(?:allora|quindi|dunque|perciò|segue|ottien\w+|risulta|vale|poiché|perché|che|si\s+ha|usa\w+)\b",
        condition=r"\b(?:se|quando|purché|tranne)\b",
        negation=r"\b(?:non|né|mai|fals\w+|sbagliat\w+)\b",
        after=r"^\s*(?:denota|indica|la\s+media)",
        each=r"\bper",
        constant=r"\b(?:costant[ei]|numer[oi]|scalar[ei]|parametr[oi])\b",
        article=r"(?:il|la|lo|i|gli|le|una?)\b|l['’]",
        being=r"è|sono|sia|denota|indica|sta\s+per",
        anew=r"sia|(?:qui|ora|d['’]ora\s+in\s+poi|in\s+questa\s+sezione)(?:\s+(?:è|sia))?",
        conjunction=r"[,;]\s+(?:e|ma)\b",
        common=r"\b(?:allora|il|lo|gli|della?|dei|degli|è|di|una?|si|nel|del|media|lotto|valori)\b",
        joins=r"(?:denota|indica|sta\s+per)",
        joins_let=r"per|con|come",
        neglect=r"trascur\w*|ignor\w*|omett\w*|senza",
        notation=r"\b(?:notazion[ei]|simbol[oi]|definizioni)\b",
        loss=r"\b(?:funzione\s+di\s+)?(?:perdita|costo)|\bfunzione\s+obiettivo",
        held=r"\b(?:costant[ei]|fiss[oaie]|congelat[oaie]|non\s+dipend\w+|indipendent[ei])\b",
        deeds=r"\b(?:tratt|consider|tien|tenut|congelat)",
        statistics=r"\b(?:medi[ae]|varianz[ae]|deviazion[ei]|statistic[ahe]+)\b",
        estimates=r"\b(?:(?:medi[ae]|varianz[ae]|statistiche)\s+(?:della\s+popolazione|mobil[ei])|inferenza)\b",
        replaced=r"\b(?:rimpiazz|scambi)\w+",
        truth=r"\b(?:vale|valgono|ver[oa]|corrett[oa]|valid[oa])\b",
        untrue=r"\b(?:fals[oa]|sbagliat[oa]|errat[oa]|fallisce)\b",
        not_hard=r"\bnon\s+(?:è\s+)?(?:difficile|solo)",
    ),
    "French": Words(
        let=r"\b(?:soi(?:en)?t|avec|ici|notons|on\s+note|noté\w*|désign\w+|défini\w+|écri\w+|posons|pose|posant|appel\w+|introdui\w+)\b",
        where=r"\b(?:où|étant|désormais|dorénavant)\b",
        assume=r"\b(?:suppos\w+|donné\w*|fix\w+|prenons)\b",
        hence=r"\b(?:alors|donc|ainsi|obt\w+|résulte|avons|car|puisque|que|qu['’]|utilis\w+|suit|vaut|d['’]où)\b",
        condition=r"\b(?:si|lorsque?|quand|sauf)\b",
        negation=r"\b(?:ne|pas|jamais|ni|aucune?|fau(?:x|sse))\b|\bn['’]",
        after=r"^\s*(?:désigne|dénote|représente)",
        each=r"\bpour",
        constant=r"\b(?:constantes?|nombres?|réels?|scalaires?|paramètres?)\b",
        article=r"(?:le|la|les|une?)\b|l['’]",
        being=r"est|sont|soit|désigne|dénote|représente",
        anew=r"soit|(?:ici|maintenant|désormais|dans\s+cette\s+section)",
        conjunction=r"[,;]\s+(?:et|mais)\b",
        common=r"\b(?:alors|le|les|la|des|du|et|est|une?|dans|moyenne)\b",
        joins=r"(?:désigne|dénote|représente)|est\s+(?:notée?|appelée?|désignée?)(?:\s+par)?",
        joins_let=r"pour|par|comme|(?:on\s+(?:note|désigne)\s+)?(?:la|le)\s+\w+",
        neglect=r"néglig\w*|ignor\w*|omet\w*|sans",
        notation=r"\b(?:notations?|symboles?|définitions)\b",
        loss=r"\b(?:fonction\s+de\s+)?(?:perte|coût)|\bfonction\s+objectif",
        held=r"\b(?:constantes?|fix(?:e|é)e?s?|figée?s?|gelée?s?|ne\s+dépend\w*\s+pas|indépendante?s?)\b",
        deeds=r"\b(?:trait|consid[ée]r|gard|figé|gelé)",
        statistics=r"\b(?:moyennes?|variances?|écarts?|statistiques?)\b",
        estimates=r"\b(?:(?:moyenne|variance|statistique)s?\s+(?:de\s+la\s+population|mobiles?|glissantes?)|inférence)\b",
        replaced=r"\b(?:remplac|échange)\w+",
        truth=r"\b(?:vrai|vaut|correcte?|valable|exacte?|tient|vérifiée?)\b",
        untrue=r"\b(?:fausse|faux|incorrecte?|échoue|erronée?)\b",
        not_hard=r"\b(?:pas\s+(?:difficile|seulement)|n['’]est\s+pas\s+difficile|sans\s+doute)",
    ),
    "Russian": Words(
        let=r"\b(?:пусть|обозначи\w+|обозначим|положим|определи\w+|введ[её]м|запишем)\b",
        where=r"\b(?:где|здесь)\b",
        assume=r"\b(?:предполож\w+|допустим|дан[оаы]?)\b",
        hence=r"\b(?:тогда|следовательно|поэтому|значит|получ\w+|отсюда|так\s+как|что)\b",
        condition=r"\b(?:если|когда|при)\b",
        each=r"\bдля",
        negation=r"\b(?:не|нет|никогда|неверно|ложно)\b",
        constant=r"\b(?:константа?\w*|числ[оа]|скаляр\w*|параметр\w*)\b",
        article=r"(?:—|–|-|это|есть|обозначает)(?=\s)",
        being=r"(?!)",
        anew=r"пусть|(?:здесь|теперь|отныне)",
        conjunction=r"[,;]\s+(?:и|но|а)\b",
        common=r"\b(?:то|и|в|на|это|есть|для|среднее)\b",
        joins=r"(?:обозначает|означает)",
        joins_let=r"через|как|для",
        neglect=r"пренебрег\w*|без",
        notation=r"\b(?:обозначени[ея]|символы?)\b",
        loss=r"\b(?:функци\w+\s+)?(?:потерь|потери)|\bцелев\w+\s+функци\w+",
        held=r"\b(?:констант\w*|постоянн\w*|фиксир\w*|заморож\w*|не\s+завис\w+|независ\w+)\b",
        deeds=r"\b(?:счита|рассматрива|фиксир|заморож)",
        statistics=r"\b(?:средн\w+|дисперси\w+|отклонени\w+|статистик\w*)\b",
        estimates=r"\b(?:скользящ\w+|генеральн\w+|инференс\w*)\b",
        replaced=r"\b(?:замен)\w+",
        truth=r"\b(?:верно|верна|выполн\w+|правильн\w+|имеет\s+место)\b",
        untrue=r"\b(?:неверн\w+|ложн\w+|ошибочн\w+)\b",
        not_hard=r"\bне\s*трудно|\bне\s+только",
    ),
}
SCRIPTS: dict[str, Words] = {
    "Chinese": Words(
        let=r"(?<![标忘笔登书惦假建预])[记設设](?![住录忆得者法计備备想施置])|(?<![命指口号])令(?![人牌])|定义(?![域在])|引入|(?<!填)写(?:作|成|为)|简记|(?<![读获采抽])取(?![决得出消代])|计算|算出",
        where="其中|这里|此处|此處",
        assume="假[设設定]|给定|已知",
        hence=r"于是|所以|因此|从而|则|可得|得到|因为|由于|根据|利用|证明|满足|成立|(?:[有得故即由]|就是|等于)(?=\s*\ue000)",
        condition=r"若|如果|(?<![适相应恰])当(?![前然时地])|假如|只要|除非|情形|情况",
        negation="不|并非|没有|未|错误|误",
        after=r"^\s*(?:记为|记作|表示|称为)",
        each=r"对(?:于|任意|所有|一切)*",
        constant="常数|常量|标量|参数|系数",
        joins="表示|代表|[(（]?(?:记为|记作|简记为)",
        joins_let="为|作|表示|记为|是",
        article=r"(?:是|为|表示|代表|指)",
        being=r"(?!)",
        anew=r"这里|此处|现在|令|设|记|本节中?|以下",
        neglect=r"忽略|略去|不计|省略",
        neglected=r"(?:可以?|被)?(?:忽略|略去|不计)|很小",
        notation="符号|记号|定义",
        loss="(?:损失|代价|目标)函数|损失|損失",
        held=r"常数|常量|固定|冻结|停止梯度|截断梯度|不依赖(?:于)?|无关|不随",
        deeds=r"视为|看作|当作|当成|固定|冻结|停止|截断",
        statistics=r"均值|平均|方差|标准差|统计量",
        estimates=r"总体(?:均值|方差)|(?:滑动|移动)平均|推理|推断(?:时|阶段)|测试(?:时|阶段)",
        replaced=r"替换|换成|代替|改为|换为",
        truth=r"成立|正确|对",
        untrue=r"不成立|并非|不正确|不对|错误|有误|未必",
        not_hard=r"不难|不妨|不仅|不变|不等式",
    ),
    "Japanese": Words(
        let=r"(?!)",
        where="ここで|ただし",
        assume="仮定",
        hence="したがって|よって|ゆえに|すると|から|ので|だから|より",
        condition="もし",
        negation="ません|ない(?!し)|なく|誤り",
        after=r"^[^\ue000-\ue002、。]{0,12}?と(?:する|し|おく|おき|おけ|おい|置|定義|書|表|呼|いう)",
        given_after=r"^[^\ue000-\ue002、。]{0,6}?(?:なら|のとき|とき|場合)",
        constant="定数|スカラー|実数",
        joins="は",
        article=r"は",
        being=r"(?!)",
        notation="記号|定義",
        loss="(?:損失|目的|コスト)関数|損失",
        held=r"定数|固定|凍結|勾配を止|依存しない|無関係",
        deeds=r"みな|扱|固定|凍結|止め",
        statistics=r"平均|分散|標準偏差|統計量",
        estimates=r"母平均|母分散|移動平均|推論",
        replaced=r"置き換え|取り替え",
        truth=r"成り立|正し",
        untrue=r"成り立た|成立しな|正しくな|誤り|間違",
        not_hard=r"難しくない|だけでなく",
    ),
    "Korean": Words(
        let=r"(?!)",
        where="여기서|이때",
        assume="가정",
        hence="따라서|그러므로|그러면|때문",
        condition="만약|만일",
        negation="않|아니|없|못|틀린|거짓",
        after=r"^\s*(?:이?라고?|으?로)\s*(?:하|합|한|둡|두|둔|놓|정의|쓰|씁|표기|부르)",
        given_after=r"^\s*(?:이면|라면|일\s*때|인\s*경우)",
        constant="상수|스칼라|실수",
        article=r"(?:은|는|이|가)(?=\s)",
        being=r"(?!)",
        notation="기호|정의",
        loss=r"(?:손실|비용|목적)\s*함수|손실",
        held=r"상수|고정|동결|의존하지",
        deeds=r"취급|간주|고정|동결|보고",
        statistics=r"평균|분산|표준\s*편차|통계량",
        estimates=r"모평균|모분산|이동\s*평균|추론",
        replaced=r"바꾸|대체|교체",
        truth=r"성립|옳|맞",
        untrue=r"성립하지\s*않|틀린|틀렸|거짓|옳지",
        not_hard=r"어렵지",
    ),
}
"""Languages that no other can be taken for: their words are looked for in every text."""
