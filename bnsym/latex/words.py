r"""What the words in a display make of the formula beside them.

A few kinds of words are known: those that join claims, that introduce a condition, that deny, and those that
name or justify what is claimed. Any others may say that it holds only somewhere, or nearly; then it can be
proved, which says more, and is never refuted. Imports nothing of the package.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from functools import lru_cache


class Sense(Enum):
    """What words do to a claim."""

    OTHER = auto()
    """They make it another one: `or`, `unless`, `if and only if`, `is wrong`."""
    CONDITION = auto()
    """They say that what follows is a condition of it."""
    PARTLY = auto()
    """The same, and more that is not known: `for large`, `for some`."""
    AFTER = auto()
    """They say it of what stands before them: `のとき`."""
    JOIN = auto()
    """They stand between claims: `and`, `so`."""
    REMARK = auto()
    """They name it, or say why it holds."""
    DOUBT = auto()
    """What they say of it is not known."""


_OTHER = re.compile(
    r"(?:and |or |but )?(?:or|unless|except|excluding|save|either|neither|oder|außer|es sei denn|ou|sauf"
    r"|salvo|excepto"
    r"|oppure|tranne|или|кроме)\b.*|.*\$.*|over|per"
    r"|(?:\w+ )?(?:for|in|on|at|under|by|of|if|für|in|para|en|pour|dans|per|для|при)"
    r" (?:no|none|nobody|few|hardly|keine?[mnrs]?|wenige?n?|ning[uú]n\w*|nenhum\w*|aucune?|nul(?:le)?s?"
    r"|nessun\w*|никак\w*)\b.*"
    r"|.*\b(?:iff|if and only if|only (?:if|when|for|in|on|where)|(?:exactly|precisely|just) (?:if|when"
    r"|for|where)"
    r"|not|never|cannot|wrong(?:ly)?|false(?:ly)?|incorrect(?:ly)?|untrue|fails?|nor|hardly|seldom|rarely"
    r"|no longer"
    r"|genau dann|nur (?:wenn|für)|nicht|nie|niemals|falsch|kein\w*|si y s[oó]lo si|s[oó]lo si|nunca"
    r"|fals[oae]|incorrect[oa]"
    r"|si et seulement si|seulement si|ne|pas|jamais|faux|fausse|se e solo se|solo se|non(?!-)|mai"
    r"|sbagliat[oa]"
    r"|se e somente se|somente se|não|не|неверно|ложно|тогда и только тогда|только если)\b.*|.*n['’]t\b.*"
    r"|.*(?:或|除非|除了|除外|以外|不(?!等式|变)|并非|未必|没有|当且仅当|错|誤|または|もしくは|ない|ません|限り|必要十分|또는|아니|않|틀린|거짓).*",
    re.DOTALL,
)
"""What makes of a claim one that is neither implied by it nor implies it, and a formula inside words."""
_JOIN = re.compile(
    r"(?:and|so|thus|hence|then|therefore|i\.?e\.?|that is|equivalently|let|since|because|as|now|but)?"
    r"(?: (?:and|so|thus|hence|then|therefore|also|that|we have|we get|we obtain|let))*|(?:we"
    r"|which) (?:have|get|obtain|gives?|yields?)"
    r"|it follows that|und(?: (?:somit|daher|damit|so|also))?|also|somit|daher|folglich|dann|d\.\s?h\."
    r"|et(?: donc)?|donc|alors|ainsi"
    r"|entonces|luego|por tanto|es decir|quindi|dunque|allora|cioè|então|logo|portanto|ou seja|значит"
    r"|тогда|поэтому|т\.\s?е\."
    r"|且|和|及|与|并且|因此|所以|从而|故|即|则|又|因为|由于|令|有|于是|つまり|よって|したがって|そして|그리고|따라서"
)
LETS = re.compile(r"(?:.* )?let|令")
BECAUSE = frozenset(("since", "because", "as", "因为", "由于"))
_IF = re.compile(
    r"(?:and |und |et )?(?:suppose(?: that)?|(?:let us )?assume(?: that)?|angenommen|supongamos|supposons"
    r"|for|if|when|whenever|where|with|provided|given|assuming|under|subject to"
    r"|s\.?t\.?|such that|case|fall|caso|cas|случай"
    r"|as long as|in (?:the |this )?case|on|over|für|wenn|falls|sofern|solange|wobei|mit|unter|para|si"
    r"|cuando|donde|con|siempre que"
    r"|pour|lorsque|quand|où|avec|sous|per|se|quando|dove|purché|onde|com|desde que|для|если|при|когда"
    r"|где)(?![^\W\d_])(.*)"
    r"|(?:情况|情形|场合|場合|경우|当|若|如果|如|ただし|对于|对|其中|满足|假设|假定|设|只要)(.*)"
)
_AFTER = re.compile(r"时|時|的时候|时候|则|のとき|の時|の場合|ならば?|とする|이면|라면|일 ?때|인 경우")
_EVERY = re.compile(
    r"(?:[\s,.:;()\-–]|\b(?:[i-n]|we have|that|all|any|every|each|arbitrary|both|the|an?|of|in|and|given"
    r"|fixed|case|which|here|now"
    r"|(?:real|natural|free) numbers?|numbers?|values?|ind(?:ex|ices)|entr(?:y|ies)|components?"
    r"|coordinates?|channels?"
    r"|features?|samples?|examples?|(?:mini-?)?batch(?:es)?|rows?|columns?|neurons?|layers?|groups?"
    r"|pairs?|notation"
    r"|abbreviations?|shorthands?|alle|jede[nrsm]?|kan[aá]l(?:es)?|canal(?:es)?|den|die|das|der|kanal"
    r"|kanäle|todos?|todas?|cada|cualquier|los|las"
    r"|tou(?:t|te|tes|s)|chaque|les?|la|tutt[ie]|ogni|каждого|каждой|всех|любого)\b|所有|任意|一切|每个|每|于|的|通道"
    r"|样本|特征|时)*"
)
"""What a condition may say beside its formulas without holding for fewer values."""
_WEAKER = re.compile(
    r"\b(?:approx\w*|about|almost|nearly|roughly|up to|limit\w*|asympt\w*|heuristic\w*|infinitesimal\w*"
    r"|neglect\w*|ignor\w*"
    r"|dropp?\w*|omit\w*|discard\w*|rounding|rounded|truncat\w*|large|small|tiny|big|huge|vanish\w*|near"
    r"|around|close to"
    r"|taylor|(?:first|second|leading|lowest|higher|linear) order|lineari[sz]\w*|probab\w*|w\.?h\.?p"
    r"|a\.\s?s|a\.\s?e|surely|expectation"
    r"|expected|on average|in (?:the )?mean|in law|in distribution|typical\w*|usual\w*|often|sometimes"
    r"|mostly|most|some|certain|exists?"
    r"|general\w*|possibl\w*|perhaps|maybe|presumabl\w*|conjectur\w*|stochastic\w*|random\w*"
    r"|independen\w*|i\.?i\.?d\.?"
    r"|converge\w*|optim\w*|initiali[sz]\w*|if|when\w*|provided|assum\w*|without|special|particular"
    r"|modulo|mod|const|hypothe\w*|proportional\w*"
    r"|näherungs\w*|ungefähr|etwa|circa|ca|fast|nahezu|beinahe|grenz\w*|asymptotisch\w*|wahrscheinlich\w*"
    r"|im mittel"
    r"|voraussetzung\w*|annahme\w*|klein\w*|groß\w*|bis auf|meist\w*|einige?\w*|manche\w*|ohne|wenn|falls"
    r"|erwartung\w*|vernachlässig\w*"
    r"|hipótesis|aproximad\w*|aprox\w*|casi|en promedio|límite|probabilidad|grandes?|pequeñ\w*|algún"
    r"|alguna|salvo|orden"
    r"|hypothèse\w*|environ|presque|en moyenne|limite|probabilité|petite?s?|assez|près|certaine?s?"
    r"|quelques?|ordre"
    r"|ipotesi|approssimat\w*|circa|quasi|in media|probabilità|piccol\w*|qualche|ordine|em média"
    r"|probabilidade"
    r"|pequen\w*|ordem|quase|algum\w*"
    r"|предположен\w*|гипотез\w*|приблизительно|примерно|почти|среднем|предел\w*|вероятност\w*|больш\w*"
    r"|мал\w*|некотор\w*)\b"
    r"|假设|假定|仮定|가정|近似|约|約|大约|大致|平均而言|期望|极限|极小|概率|几乎|足够|充分|很大|很小|较大|较小|某|存在|一般|通常|趋|阶|忽略|略去"
    r"|ほぼ|およそ|確率|極限|平均的|十分|小さ|大き|ある|대략|거의|확률|극한|평균적|충분히|작은|큰|어떤|\?"
)
"""Words that say less than the formula does."""
_PLACING = re.compile(
    r"\W*(?:in|on|at|to|up|for|with|within|without|during|after|before|near|around|about|under|over|while"
    r"|until|modulo"
    r"|im|am|bei|beim|während|nach|vor|zu|auf|en|à|au|chez|durante|dans|pendant|após|durant|nel|nella|em"
    r"|при|в|во|после"
    r"|在)(?![^\W\d_])"
)
"""Words with which a phrase begins that may say where or when something holds."""
_WHY = re.compile(
    r"\W*(?:by|since|because|as (?:in|above|before|shown|claimed|required|desired|stated)|due|thanks"
    r"|using|uses?|via|from|see|cf|recall|note|apply|applying|substitut\w*|insert\w*|plug\w*"
    r"|expand\w*|collect\w*|rearrang\w*|according|follows|nach|wegen|weil|da|denn|siehe|mit|aus|por"
    r"|porque|según|ver|usando|par|car|d['’]après"
    r"|voir|puisque|per|poiché|da|dalla|vedi|pois|segundo|по|из|так как|см|由|因|根据|利用|见"
    r"|代入|より|から|により|에 의해)(?![A-Za-z])"
)
_QUALITY = re.compile(
    r"\b(?:positive|negative|zero|unit|orthogonal|orthonormal|symmetric|diagonal|cent(?:er|re)d"
    r"|normali[sz]ed|standardi[sz]ed|whitened"
    r"|invertible|idempotent|constant|fixed|equal|zentrier\w*|positiv|negativ|normiert|centrad\w*"
    r"|centrée?s?|centrat\w*|positiv\w*)\b|中心化|为正|为零|归一化"
)
"""What a reason may say of a name, and no formula does."""
_NOUNS = re.compile(
    r"(?:rule|lemma|theorem|proposition|corollary|definition|identit|law|propert|formula|equation|step"
    r"|line|claim|remark|note|chain"
    r"|product|quotient|linearity|symmetry|associativ|commutativ|binomial|distribut|inequality|cauchy"
    r"|mean|variance|average|deviation"
    r"|norm|gradient|jacobian|derivative|forward|backward|pass|update|loss|input|output|activation|bias"
    r"|gain|offset|scale|shift|weight"
    r"|sum\b|trace|transpose|inverse|cent(?:er|re)|whiten|vector|matrix|scalar|residual|standardi|regel"
    r"|satz\b|varianz|ableitung|gradient"
    r"|regla|teorema|varianza|identidad|règle|théorème|variance|regola|правил|дисперс|средн|法则|定理|引理|定义"
    r"|均值|方差|梯度|求导|公式|更新|損失|平均|分散|정의|평균|분산)"
)
"""What a phrase without more is about, if it only names what is claimed."""
_LABEL = re.compile(r"[(（\[].*[)）\]][.:,]?|.*[:：]", re.DOTALL)


@lru_cache(maxsize=1024)
def sense(words: str) -> Sense:
    """Of words in lower case, without the blanks around them."""
    bare = words.strip(" ,:，：")
    if _OTHER.fullmatch(bare):
        return Sense.OTHER
    if condition := _IF.fullmatch(bare):
        rest = condition[1] or condition[2] or ""
        return Sense.CONDITION if _EVERY.fullmatch(rest) else Sense.PARTLY
    if _AFTER.fullmatch(bare):
        return Sense.AFTER
    if _JOIN.fullmatch(bare):
        return Sense.JOIN
    return Sense.REMARK if _is_harmless(words) else Sense.DOUBT


def _is_harmless(words: str) -> bool:
    if is_weaker(words) or _QUALITY.search(words) or _RELATION.search(words):
        return False
    if _WHY.match(words):
        return True
    if _PLACING.match(words):
        return False
    return _LABEL.fullmatch(words) is not None or _NOUNS.search(words) is not None


def is_label(words: str) -> bool:
    """Whether what stands in a tag only names the formula, or says why it holds."""
    if sense(words) is not Sense.DOUBT:
        return sense(words) in (Sense.REMARK, Sense.JOIN)
    weaker = is_weaker(words) or _QUALITY.search(words) or _RELATION.search(words)
    return not weaker and _NUMBERED.fullmatch(words) is not None


_RELATION = re.compile(r"[=<>≤≥≠]|\\(?:n?eq?|[lg]e?q?|in|to|ll|gg|approx)(?![a-z])")
_NUMBERED = re.compile(r"\W*[^\s\d]*[.:]?\s*\S*")
"""One word, or one before a number: `BN`, `Eq. 3`."""


def is_weaker(words: str) -> bool:
    """Whether words say openly that less is meant than the formula says."""
    return _WEAKER.search(words) is not None


def is_phrase(words: str) -> bool:
    """Whether they can be no name in a formula, but say why, where or how far something holds."""
    several = " " in words.lstrip() or not words.isascii()
    return is_weaker(words) or (several and any(opens.match(words) for opens in (_WHY, _PLACING)))
