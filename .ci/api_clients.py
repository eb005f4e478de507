"""Two clients of a running service with the bundled sample: the tutorial's, and one generated from
the API's description, which is in the package parallax_client below the current folder."""

import sys

import requests

sys.path.insert(0, ".")
from parallax_client import Client  # noqa: E402
from parallax_client.api.search import search, search_batch  # noqa: E402
from parallax_client.models import Searches  # noqa: E402

base = sys.argv[1]

# As in Qdrant's tutorial: a query, and the payloads of the best five records.
found = requests.get(base + "/api/search", params={"q": "password manager"}, timeout=30)
found.raise_for_status()
assert list(found.json()) == ["result"], found.text
names = [payload["name"] for payload in found.json()["result"]]
assert len(names) == 5 and "Hushwarren" in names, names
print("api-check: the tutorial's client found", ", ".join(names))

client = Client(base_url=base)
answer = search.sync(client=client, name="sample", q="password manager", limit=3)
titles = [hit.title for hit in answer.hits]
assert len(titles) == 3 and "Hushwarren" in titles, titles
print("api-check: the generated client found", ", ".join(titles))

queries = Searches.from_dict({"queries": [{"q": "Hushwarren"}, {"q": "x", "filter": "colour:red"}]})
both = search_batch.sync(client=client, name="sample", body=queries)
first, second = (result.to_dict() for result in both.results)
assert first["hits"][0]["title"] == "Hushwarren", first
assert second["error"]["code"] == "bad_query", second
print("api-check: the generated client got an answer and an error for a batch")
