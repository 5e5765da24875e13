"""Templates are compiled once for all processes, and again where they or the program are others."""

from pathlib import Path

import jinja2
import pytest

from flows.drawing import render
from flows.drawing.words import Words


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for compiled templates, and beside it one with a template."""
    folder, templates = tmp_path / "kept", tmp_path / "room" / "templates"
    folder.mkdir()
    templates.mkdir(parents=True)
    (templates / "greeting.j2").write_text("{{ 1234 | count }} {{ name }}")
    monkeypatch.setattr(render, "cache_from_source", lambda _: str(folder / "render.pyc"))
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    return folder


def said(kept: Path, lang: str = "en", name: str = "<b>") -> str:
    templates = render.environment(kept.parent / "room" / "templates", words=Words(lang))
    return templates.get_template("greeting.j2").render(name=name)


def never(*_: object, **__: object) -> None:
    raise AssertionError("compiled again")


def test_a_template_is_compiled_once_for_a_language(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = [said(kept, lang) for lang in ("en", "ja")]
    assert first[0] == "1,234 &lt;b&gt;"
    assert len(list(kept.iterdir())) == 2
    monkeypatch.setattr(jinja2.Environment, "compile", never)
    assert [said(kept, lang) for lang in ("en", "ja")] == first


def test_another_template_or_another_program_is_compiled_again(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said(kept)
    (kept.parent / "room" / "templates" / "greeting.j2").write_text("{{ name }}, {{ 1234 | count }}")
    assert said(kept) == "&lt;b&gt;, 1,234"
    monkeypatch.setattr(render, "code_of", lambda _: "another")
    monkeypatch.setattr(Words, "count", lambda *_: "many")
    assert said(kept) == "&lt;b&gt;, many"


def test_what_can_not_be_kept_is_shown_all_the_same(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("jinja2.bccache.tempfile.NamedTemporaryFile", full)
    assert said(kept) == "1,234 &lt;b&gt;"
    assert not list(kept.iterdir())


def test_nothing_is_kept_where_python_keeps_nothing(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    assert said(kept) == "1,234 &lt;b&gt;"
    assert not list(kept.iterdir())
