// A facet and its values can have any name: the panel shows which values are chosen.

import { unique } from "../support/collections-page";
import { applyFacet, chooseValue, facetValue, names, openFacet } from "../support/search-page";
import { expect, test } from "../support/test";

test("a facet with a colon in its name narrows and is shown", async ({ page, open, request }) => {
  const name = unique("odd");
  const at = `/api/v1/collections/${name}`;
  const field = "dc:type";
  const made = await request.put(at, { data: { title: "title", facets: [`${field}:text`] } });
  expect(made.ok()).toBe(true);
  const records = [
    { title: "A milk jug", [field]: "a|b" },
    { title: "A milk churn", [field]: "*" },
    { title: "A milk cow", [field]: "plain" },
  ];
  expect((await request.put(`${at}/records`, { data: { records } })).ok()).toBe(true);

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
  await request.delete(at);
});
