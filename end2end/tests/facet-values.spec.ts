// A panel lists a limited number of values. It says how many there are, and links to a page that
// finds them by prefix.

import { collectionOf } from "../support/records";
import { names, narrowed, openFacet } from "../support/search-page";
import { expect, test } from "../support/test";

test("a value that no panel shows is found by how it begins", async ({ page, open, request }) => {
  const records = Array.from({ length: 230 }, (_, i) => ({
    title: `Widget ${i}`,
    colour: i === 229 ? "Äther" : `Shade ${i}`,
  }));
  const roles = { title: "title", facets: ["colour"] };
  const name = await collectionOf(request, "colours", roles, records);

  await open(`/c/${name}?q=*`);
  const panel = await openFacet(page, "Colour");
  await panel.getByRole("link", { name: "All 230 values of Colour" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Colour" })).toBeVisible();
  const values = page.getByRole("list", { name: "Values" }).getByRole("link");
  await expect(values).toHaveCount(200);
  await expect(page.getByText("There are 30 more")).toBeVisible();

  await page.getByLabel("Values that begin with").fill("at");
  await page.getByRole("button", { name: "Find" }).click();
  await expect(values).toHaveText(["Äther (1)"]);
  await values.first().click();
  await expect(names(page)).toHaveText(["Widget 229"]);
  await expect(narrowed(page)).toContainText("Äther");
  await request.delete(`/api/v1/collections/${name}`);
});
