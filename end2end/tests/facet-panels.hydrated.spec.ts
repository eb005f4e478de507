// The panels by keyboard, pointer and touch, and the field that finds values.

import { collectionOf } from "../support/records";
import { facetButton, facetPanel, facetValue, names, openFacet } from "../support/search-page";
import { shelved } from "../support/shelf";
import { expect, test } from "../support/test";
import { expectFits } from "../support/usable";

test("Enter opens a panel and Escape closes it", async ({ page, open }) => {
  await open("/?q=*");
  await facetButton(page, "City").focus();
  await page.keyboard.press("Enter");
  await expect(facetPanel(page, "City")).toBeVisible();
  await facetValue(page, "City", "London").focus();
  await page.keyboard.press("Space");
  await expect(page).toHaveURL(/city/);
  await expect(facetValue(page, "City", "London")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(facetPanel(page, "City")).toBeHidden();
  await expect(facetButton(page, "City")).toBeFocused();
});

test("one panel is open at a time, and a click elsewhere closes it", async ({
  page,
  open,
  request,
}) => {
  const { name, api } = await shelved(request);
  await open(`/c/${name}?q=*`);
  await openFacet(page, "Shelf");
  await openFacet(page, "Signed");
  await expect(facetPanel(page, "Shelf")).toBeHidden();
  await page.getByRole("contentinfo").click({ position: { x: 2, y: 2 } });
  await expect(facetPanel(page, "Signed")).toBeHidden();
  await request.delete(api);
});

test("values that are not listed are found by how they begin", async ({ page, open, request }) => {
  const records = Array.from({ length: 40 }, (_, i) => ({
    title: `Widget ${i}`,
    colour: i === 39 ? "Äther" : `Shade ${i}`,
  }));
  const roles = { title: "title", facets: ["colour"] };
  const name = await collectionOf(request, "colours", roles, records);

  await open(`/c/${name}?q=*`);
  const panel = await openFacet(page, "Colour");
  const find = panel.getByRole("searchbox", { name: "Find a value of Colour" });
  await find.fill("at");
  await expect(panel.getByRole("listitem")).toHaveText(["Äther1"]);
  await find.fill("shade 3");
  await expect(panel.getByRole("listitem")).toHaveCount(10);
  await find.fill("zz");
  await expect(panel.getByText("No value in these records begins like this.")).toBeVisible();
  await find.fill("at");
  await facetValue(page, "Colour", "Äther").check();
  await expect(names(page)).toHaveText(["Widget 39"]);
  await find.fill("");
  // What is chosen stays in the list.
  await expect(facetValue(page, "Colour", "Äther")).toBeChecked();
  await request.delete(`/api/v1/collections/${name}`);
});

for (const [width, viewport] of Object.entries({
  wide: { width: 1280, height: 800 },
  phone: { width: 360, height: 740 },
})) {
  test.describe(width, () => {
    test.use({ viewport });
    test("every panel is in the window", async ({ page, open, request }) => {
      const { name, api } = await shelved(request);
      for (const facet of ["Shelf", "Year", "Lent"]) {
        await open(`/c/${name}?q=bread&mode=text&filter=year:1950..&filter=shelf:Kitchen`);
        const panel = await openFacet(page, facet);
        const box = await panel.boundingBox();
        expect(box && box.x >= 0 && box.x + box.width <= viewport.width).toBe(true);
        await expectFits(page);
      }
      await request.delete(api);
    });
  });
}

test.describe("on a phone", () => {
  test.use({ viewport: { width: 360, height: 740 } });
  test("the panel is a sheet at the bottom, which Done closes", async ({ page, open }) => {
    await open("/?q=*");
    const panel = await openFacet(page, "City");
    const box = await panel.boundingBox();
    expect(box && Math.round(box.y + box.height)).toBe(740);
    await panel.getByRole("button", { name: "Done" }).click();
    await expect(panel).toBeHidden();
  });
});
