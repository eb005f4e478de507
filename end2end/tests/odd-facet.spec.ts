// A facet and its values can have any name: the panel shows which values are chosen.

import { collectionOf } from "../support/records";
import { applyFacet, chooseValue, facetValue, names, openFacet } from "../support/search-page";
import { expect, test } from "../support/test";

test("a facet with a colon in its name narrows and is shown", async ({ page, open, request }) => {
  const field = "dc:type";
  const records = [
    { title: "A milk jug", [field]: "a|b" },
    { title: "A milk churn", [field]: "*" },
    { title: "A milk cow", [field]: "plain" },
  ];
  const roles = { title: "title", facets: [`${field}:text`] };
  const name = await collectionOf(request, "odd", roles, records);

  await open(`/c/${name}?q=milk`);
  await expect(names(page)).toHaveCount(3);
  for (const record of records) {
    await chooseValue(page, "Dc:type", String(record[field]));
    await expect(names(page)).toHaveText([record.title]);
    const panel = await openFacet(page, "Dc:type");
    await expect(panel.getByRole("checkbox", { checked: true })).toHaveCount(1);
    await facetValue(page, "Dc:type", String(record[field])).uncheck();
    await applyFacet(panel);
    await expect(names(page)).toHaveCount(3);
  }
  await request.delete(`/api/v1/collections/${name}`);
});
