// Without JavaScript there is no map, and nothing that needs one.

import { canvas, hitList, mapOf } from "../support/map-page";
import { expect, test } from "../support/test";

test("only the lists are there", async ({ page, open }) => {
  await mapOf(page.request);
  await open("/map?q=goat+milk");
  await expect(hitList(page, "By meaning")).toBeVisible();
  await expect(canvas(page)).toBeHidden();
  await expect(page.getByRole("combobox", { name: "Colour by" })).toHaveCount(0);
  await expect(page.getByRole("button", { name: /^Show .* on the map$/ })).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Go to the query" })).toBeHidden();
});
