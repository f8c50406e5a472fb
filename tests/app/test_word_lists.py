from __future__ import annotations

from pathlib import Path

from app.word_lists import lines_of, words_of


def test_comments_and_empty_lines_are_no_words(tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    file.write_text("# not this\none two\n\nżółw #3\n", encoding="utf-8")
    assert lines_of(file) == ["one two", "żółw #3"]
    assert words_of(file) == {"one", "two", "żółw", "#3"}
