"""The desk: pages for advocates, ops and the team's lead. A page is a function that returns a dict.

Add a page:

1. A module in `app/desk/pages` with a `Page`: its path, its title, its template, and `read`, which takes a `Visit`
   and, typed for FastAPI, what stands in the address. It returns a dict of what JSON can say: the page's template and
   its `.json` twin are made of the same dict. Queries stand in `app/records`.
2. A template of that name in `app/desk/templates`, which extends `base.html` and fills the block `live` (what changes
   by itself) and, around it, `head` (filters, headings). No `style=`, no inline script, no `|safe`: the policy of the
   pages forbids them, and tests look for them.
3. Its line in `PAGES`, `app/desk/registry.py`; with `nav` it stands in the navigation.

Something that a button does is a `Deed` beside its page: a POST that ends in a 303. It needs the role `operate`.
"""
