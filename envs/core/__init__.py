"""The shared words: what an environment, a tool, a task, a score and an episode are.

    from palestra.envs.core import ToolEnv, tool, State, Task, TaskList, Score

Everything that one folder says to another is said in these words; nothing here knows any
particular environment, agent or store.
"""

from .arena import ToolArena
from .cache import cache_folder
from .contents import describe, images_in, mark_images, text_alone
from .env import ToolEnv
from .episode import Episode, Status, Usage
from .errors import FormatError, ToolError, Unavailable, UsageError
from .images import image, image_facts
from .ledger import Entry, Ledger
from .limits import Limits
from .messages import (
    Action,
    Content,
    Message,
    Observation,
    Origin,
    Part,
    ToolCall,
    call,
    calls,
    parts_of,
    say,
    system,
    text_in,
    text_of,
    tool_result,
    user,
)
from .options import check_among, check_between
from .question import Question
from .reference import Reference, Script, Seat
from .registry import Registered, check_options, find, make, register, registered
from .sampling import sample_call, sample_text, sample_value
from .score import INVALID, Score
from .snapshot import Snapshot
from .spaces import ActionSpace, ObservationSpace, UnicodeText
from .state import State
from .task import Task, TaskList, TaskSource, TaskView
from .thoughts import separate_thoughts, split_thoughts, spoken
from .tools import Length, Range, Tool, tool
from .world import ToolWorld

__all__ = [
    "INVALID",
    "Action",
    "ActionSpace",
    "Content",
    "Entry",
    "Episode",
    "FormatError",
    "Ledger",
    "Length",
    "Limits",
    "Message",
    "Observation",
    "ObservationSpace",
    "Origin",
    "Part",
    "Question",
    "Range",
    "Reference",
    "Registered",
    "Score",
    "Script",
    "Seat",
    "Snapshot",
    "State",
    "Status",
    "Task",
    "TaskList",
    "TaskSource",
    "TaskView",
    "Tool",
    "ToolArena",
    "ToolCall",
    "ToolEnv",
    "ToolError",
    "ToolWorld",
    "Unavailable",
    "UnicodeText",
    "Usage",
    "UsageError",
    "cache_folder",
    "call",
    "calls",
    "check_among",
    "check_between",
    "check_options",
    "describe",
    "find",
    "image",
    "image_facts",
    "images_in",
    "make",
    "mark_images",
    "parts_of",
    "register",
    "registered",
    "sample_call",
    "sample_text",
    "sample_value",
    "say",
    "separate_thoughts",
    "split_thoughts",
    "spoken",
    "system",
    "text_alone",
    "text_in",
    "text_of",
    "tool",
    "tool_result",
    "user",
]
