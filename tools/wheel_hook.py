"""What the build of a wheel adds: the generated files under build/book, where lawbook.site.wheel has written them."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class GeneratedFiles(BuildHookInterface):  # type: ignore[type-arg]
    """Adds each file of build/book to the book inside the package."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before the files of a wheel are gathered; an editable one reads the clone."""
        if version == "standard":
            for path in sorted(Path(self.root, "build", "book").glob("*.json")):
                build_data["force_include"][str(path)] = f"lawbook/book/{path.name}"
