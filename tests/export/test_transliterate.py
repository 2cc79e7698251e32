"""Names in ASCII: Kazakh and Russian letters, separators, collisions."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from signalopt.export.transliterate import ascii_text, distinct, identifier, plain, told


def test_streets_of_astana():
    assert ascii_text("Мәңгілік Ел даңғылы") == "Mangilik El dangyly"
    assert ascii_text("Бұқар Жырау көшесі") == "Buqar Zhyrau koshesi"
    assert ascii_text("Щучинская, въезд № 2") == "Shchuchinskaia, vieezd No 2"
    assert plain('утро, "час пик";\nбудни') == "utro chas pik budni"
    assert identifier("Café / Ω") == "Cafe_"[:4]


def test_collisions_are_resolved_in_order_and_told():
    names = distinct(["Қала", "Кала", "qala", "Qala-2", "Ω"])
    assert [n.written for n in names.values()] == ["Qala", "Kala", "qala-2", "Qala-2-2", "unnamed"]
    assert told(names.values())[0] == "`Қала` is written `Qala`"


@given(st.lists(st.text(max_size=80), max_size=12))
def test_always_different_ascii_and_short(texts):
    written = [n.written for n in distinct(texts).values()]
    assert len({w.casefold() for w in written}) == len(set(texts))
    assert all(w.isascii() and 0 < len(w) <= 60 and "," not in w for w in written)
