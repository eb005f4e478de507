// What is chosen in a panel before hydration is not lost.

import { facetPanel, facetValue, narrowed, openFacet } from "../support/search-page";
import { shelved } from "../support/shelf";
import { expect, openedEarly, test } from "../support/test";

test("a value and a range that were chosen early apply", async ({ page, request }) => {
  const { name, api } = await shelved(request);
  const live = await openedEarly(page, `/c/${name}?q=*`);
  await openFacet(page, "Shelf");
  await facetValue(page, "Shelf", "Kitchen").check();
  await openFacet(page, "Year");
  await facetPanel(page, "Year").getByLabel("From", { exact: true }).fill("1950");
  await live();
  await expect(narrowed(page)).toContainText("Shelf: Kitchen");
  await expect(narrowed(page)).toContainText("Year: from 1950");
  await request.delete(api);
});
