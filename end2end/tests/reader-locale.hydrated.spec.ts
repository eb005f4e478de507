// Counts in the panels are written as the reader writes numbers.

import { collectionOf } from "../support/records";
import { openFacet } from "../support/search-page";
import { expect, test } from "../support/test";

test.use({ locale: "de-DE" });

test("a count above a thousand", async ({ page, open, request }) => {
  const nails = Array.from({ length: 1_200 }, (_, at) => ({ title: `Nail ${at}`, kind: "Iron" }));
  const roles = { title: "title", facets: ["kind"] };
  const name = await collectionOf(request, "nails", roles, nails.slice(0, 1_000));
  const api = `/api/v1/collections/${name}`;
  await request.put(`${api}/records`, { data: { records: nails.slice(1_000) } });

  await open(`/c/${name}?q=*`);
  const panel = await openFacet(page, "Kind");
  await expect(panel.getByRole("listitem")).toHaveText("Iron1.200");
  await request.delete(api);
});
