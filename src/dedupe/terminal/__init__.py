"""What the command line and the flow show on a terminal."""

from dedupe.terminal.document import article_as_dict, show_cleaning, show_story
from dedupe.terminal.outcome import show_check, show_result, show_settings, show_snapshots
from dedupe.terminal.progress import progress_bars

__all__ = [
    "article_as_dict",
    "progress_bars",
    "show_check",
    "show_cleaning",
    "show_result",
    "show_settings",
    "show_snapshots",
    "show_story",
]
