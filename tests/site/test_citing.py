"""Where a cited work stands in parentheses."""

import pytest
from lawbook.site.citing import in_parentheses


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("It falls [@du2018].", "It falls ([@du2018])."),
        ("It falls [@du2018] [@saxe2014], they say.", "It falls ([@du2018]; [@saxe2014]), they say."),
        ("It falls as $1/m$ [@du2018]; `x` [@du2018] too", "It falls as $1/m$ ([@du2018]); `x` ([@du2018]) too"),
        ("It was found before\n[@du2018].", "It was found before\n([@du2018])."),
        ("as shown by [@du2018].", "as shown by [@du2018]."),
        ("By [@du2018] it falls.", "By [@du2018] it falls."),
        ("It falls. [@du2018] says why.", "It falls. [@du2018] says why."),
        ("[@du2018] says why.", "[@du2018] says why."),
        ("It falls (for wide networks [@du2018]).", "It falls (for wide networks [@du2018])."),
        ("It falls ([@du2018]), and fast [@saxe2014].", "It falls ([@du2018]), and fast ([@saxe2014])."),
        ("a law [@du2018/node-balance].", "a law [@du2018/node-balance]."),
        ("`it falls [@du2018].`", "`it falls [@du2018].`"),
        ("A paragraph (open.\n\nIt falls [@du2018].", "A paragraph (open.\n\nIt falls ([@du2018])."),
    ],
)
def test_a_work_behind_a_word_is_in_parentheses(written: str, shown: str) -> None:
    assert in_parentheses(written) == shown
