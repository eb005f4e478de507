// What is chosen in a panel before hydration is not lost.

import { facetPanel, facetValue, narrowed, openFacet } from "../support/search-page";
import { shelved } from "../support/shelf";
import { alive, expect, test } from "../support/test";

test("a value and a range that were chosen early apply", async ({ page, request }) => {
  const { name, api } = await shelved(request);
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/*.wasm", async (route) => {
    await released;
    await route.continue();
  });
  await page.goto(`/c/${name}?q=*`, { waitUntil: "commit" });
  await openFacet(page, "Shelf");
  await facetValue(page, "Shelf", "Kitchen").check();
  await openFacet(page, "Year");
  await facetPanel(page, "Year").getByLabel("From", { exact: true }).fill("1950");
  release();
  await alive(page);
  await expect(narrowed(page)).toContainText("Shelf: Kitchen");
  await expect(narrowed(page)).toContainText("Year: from 1950");
  await request.delete(api);
});
