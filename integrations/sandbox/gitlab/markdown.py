"""GitLab's Markdown as far as it decides what is a paragraph and what is code: CommonMark, tables, `>>>` quotes."""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

_QUOTE_FENCE = re.compile(r"(>{3,})[ \t]*(?:\[![^\]]*\].*)?$")
_ALERT = re.compile(r"\[!(?:note|tip|important|warning|caution)\]", re.IGNORECASE)
_QUOTE_END = re.compile(r"(>{3,})[ \t]*$")


def _multiline_quote(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`>>>` up to the next line of at least as many: also one that stands in a code fence, which it cuts off."""
    opening = None if state.is_code_block(start) else _QUOTE_FENCE.match(_line(state, start))
    if opening is None:
        return False
    if silent:
        return True
    last = start + 1
    ended = False
    while last < end and not _is_outside(state, last):
        closing = None if state.is_code_block(last) else _QUOTE_END.match(_line(state, last))
        if closing and len(closing[1]) >= len(opening[1]):
            ended = True
            break
        last += 1
    token = state.push("blockquote_open", "blockquote", 1)
    token.map = [start, last]
    outer_parent, outer_end = state.parentType, state.lineMax
    state.parentType, state.lineMax = "blockquote", last
    state.md.block.tokenize(state, start + 1, last)
    state.parentType, state.lineMax = outer_parent, outer_end
    state.push("blockquote_close", "blockquote", -1)
    state.line = last + 1 if ended else last
    return True


def _alert_title(state: StateBlock, start: int, _end: int, silent: bool) -> bool:
    """`[!note]` at the beginning of a quote: unlike a paragraph it does not go on in an unquoted line."""
    if state.is_code_block(start) or not state.tokens or state.tokens[-1].type != "blockquote_open":
        return False
    if not _ALERT.match(_line(state, start)):
        return False
    if not silent:
        state.line = start + 1
    return True


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _is_outside(state: StateBlock, line: int) -> bool:
    """The list or quote around us does not go on in this line."""
    return not state.isEmpty(line) and state.sCount[line] < state.blkIndent


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    # Backslash escapes stay tokens of their own: GitLab does not take an escaped @ for a mention.
    parser.disable("text_join")
    parser.block.ruler.before(
        "blockquote", "multiline_quote", _multiline_quote, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    parser.block.ruler.before("reference", "alert_title", _alert_title)
    return parser


PARSER = _parser()
