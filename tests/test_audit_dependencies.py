"""What is said of the dependencies: never that they are sound when nothing could be looked up."""

from __future__ import annotations

from tests.audit_dependencies import findings

SOUND = {"name": "a", "version": "1", "vulns": []}
WEAK = {"name": "b", "version": "2", "vulns": [{"id": "CVE-1", "fix_versions": ["2.1"]}]}
SKIPPED = {"name": "c", "skip_reason": "not found"}


def test_nothing_looked_up_is_not_called_audited() -> None:
    for found in (None, [], [SKIPPED, SKIPPED]):
        lines, is_clean = findings(found)
        assert "not audited" in lines[0]
        assert not is_clean


def test_a_weakness_is_named_with_what_mends_it() -> None:
    lines, is_clean = findings([SOUND, WEAK, SKIPPED])
    assert lines == ["dependencies audited: 2 of 3, known weaknesses: 1", "b 2: CVE-1, mended in 2.1"]
    assert not is_clean
    assert findings([SOUND]) == (["dependencies audited: 1 of 1, known weaknesses: 0"], True)
    assert not findings([SOUND, SKIPPED])[1]
