"""Chatter: made-up messages in Arabic and English with the frequencies of words that people have, the same for every run."""

import itertools
import random

_ARABIC = [
    "كتب", "درس", "ولد", "بيت", "مدرسة", "طريق", "سيارة", "حديقة", "قلم", "باب", "شمس", "قمر", "بحر", "نهر", "جبل", "سماء", "ارض", "ماء",
    "نار", "هواء", "خبز", "لبن", "عسل", "تمر", "قهوة", "شاي", "سكر", "ملح", "زيت", "طلب", "رسالة", "موعد", "شركة", "سوق", "هدية", "صورة",
    "سؤال", "جواب", "ساعة", "يوم", "شهر", "سنة",
]  # fmt: skip
_BEFORE = ("", "", "ال", "و", "ب", "وال", "لل", "ف")
_AFTER = ("", "", "ها", "هم", "ين", "ات", "ي", "ه")
_SYLLABLES = [
    "ta", "ke", "lo", "mi", "ra", "no", "se", "vi", "du", "pa", "ren", "tol", "mar", "sin", "del", "con", "ber", "gra", "pli", "sto",
]  # fmt: skip
_ENDINGS = ("", "", "s", "ed", "ing", "er", "ly")
VOCABULARY = 30_000


class Chatter:
    """Words by rank (the n-th is said 1/(n + 2) as often as all), and texts of them."""

    def __init__(self, seed: int = 3) -> None:
        self._chance = random.Random(seed)
        seen: dict[str, None] = {}
        while len(seen) < VOCABULARY:
            seen[self._arabic(len(seen)) if len(seen) % 2 else self._english(len(seen))] = None
        self.words = list(seen)
        self._weights = list(itertools.accumulate(1 / (rank + 2) for rank in range(VOCABULARY)))

    def _arabic(self, rank: int) -> str:
        grown = "" if rank < 400 else "".join(self._chance.choices("ابتثجحخدذرزسشصضطظعغفقكلمنهوي", k=2))
        return self._chance.choice(_BEFORE) + self._chance.choice(_ARABIC) + grown + self._chance.choice(_AFTER)

    def _english(self, rank: int) -> str:
        syllables = 1 + (rank > 100) + (rank > 1_000) + (rank > 8_000)
        return "".join(self._chance.choices(_SYLLABLES, k=syllables)) + self._chance.choice(_ENDINGS)

    def text(self) -> str:
        """Gives a message of 3 to 18 words."""
        words = self._chance.choices(self.words, cum_weights=self._weights, k=self._chance.randint(3, 18))
        return " ".join(words)

    def texts(self, number: int) -> list[str]:
        """Gives so many messages."""
        return [self.text() for _ in range(number)]
