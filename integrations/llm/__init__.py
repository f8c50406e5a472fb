"""A language model behind an OpenAI-compatible endpoint: one question, one answer."""

from integrations.llm.client import LanguageModel

__all__ = ["LanguageModel"]
