"""What is shown: pages out of the catalog and the evidence."""

from lawbook.extras import require

require("site", "mkdocs", "jinja2", "altair")
