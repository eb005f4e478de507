// The facets count this answer's records, several values can be chosen, and each choice is shown
// and can be removed.

import type { APIRequestContext } from "@playwright/test";
import {
  applyFacet,
  cards,
  chooseValue,
  closeFacet,
  expectChosen,
  facetValue,
  narrowed,
  openFacet,
  summary,
} from "../support/search-page";
import { shelved } from "../support/shelf";
import { expect, test } from "../support/test";

// Glossfinch, whose logo is missing on purpose, may be among the results.
test.use({ expectedError: /\/logos\/missing-on-purpose\.svg/ });

interface Counts {
  field: string;
  counted: string;
  more: number;
  values: { value: string; count: number }[];
}

/** What the API counts. */
async function counted(
  request: APIRequestContext,
  query: Record<string, string | string[]>,
  collection = "sample",
): Promise<{ total: number; best?: number; facets: Counts[] }> {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value].flat()) {
      parameters.append(name, one);
    }
  }
  const response = await request.get(`/api/v1/collections/${collection}/search?${parameters}`);
  expect(response.ok(), await response.text()).toBe(true);
  return response.json();
}

// Of more queries, the counts are compared in `fifty-queries.hydrated.spec.ts`.
for (const mode of ["neural", "text", "hybrid"]) {
  test(`the counts of an opened panel are the API's, mode ${mode}`, async ({ page, open, request }) => {
    const q = "music lessons for children";
    const answer = await counted(request, { q, mode, facets: "city", facet_values: "12" });
    const [facet] = answer.facets;
    await open(`/?q=${encodeURIComponent(q)}&mode=${mode}`);
    const panel = await openFacet(page, "City");
    const expected = (facet?.values ?? []).map(({ value, count }) => `${value}${count}`);
    const shown = panel.getByRole("listitem");
    await expect.poll(async () => (await shown.allTextContents()).slice(0, expected.length)).toEqual(
      expected,
    );
    // By meaning, other values may follow; none of these records has one.
    const others = (await shown.allTextContents()).slice(expected.length);
    for (const other of others) {
      expect(other).toMatch(/\D0$/);
    }
  });
}

test("a second value adds its records", async ({ page, open, request }) => {
  const [all] = (await counted(request, { mode: "text", facets: "city" })).facets;
  const count = (city: string): number =>
    all?.values.find(({ value }) => value === city)?.count ?? 0;

  await open("/?q=*");
  await chooseValue(page, "City", "Berlin");
  await expect(summary(page)).toContainText(`of ${count("Berlin")} records`);
  // The counts of a facet leave its own conditions aside.
  const panel = await openFacet(page, "City");
  await expect(panel.getByRole("listitem").filter({ hasText: "London" })).toHaveText(
    `London${count("London")}`,
  );

  await chooseValue(page, "City", "London");
  const both = count("Berlin") + count("London");
  await expect(summary(page)).toContainText(`of ${both} records`);
  await expectChosen(page, "City", ["Berlin", "London"]);
  const filter = ["city:Berlin|London"];
  expect((await counted(request, { q: "*", filter })).total).toBe(both);
});

test("each chosen value can be removed, and all at once", async ({ page, open }) => {
  await open("/?q=*&filter=city:Berlin%7COslo%7CS%C3%A3o+Paulo");
  await expect(narrowed(page)).toContainText("São Paulo");
  await page.getByRole("link", { name: "Drop the filter City: Oslo" }).click();
  await expect(narrowed(page)).not.toContainText("Oslo");
  await expectChosen(page, "City", ["Berlin", "São Paulo"]);

  // The panel is above the conditions.
  await closeFacet(page, "City");
  await page.getByRole("link", { name: "Clear all" }).click();
  await expect(narrowed(page)).toHaveCount(0);
  await expect(page).not.toHaveURL(/filter=/);
  await expectChosen(page, "City", []);
});

test("one facet's choice changes the counts of another", async ({ page, open, request }) => {
  const { name, api } = await shelved(request);
  await open(`/c/${name}?q=*`);
  await chooseValue(page, "Shelf", "Kitchen");
  await expect(narrowed(page)).toContainText("Kitchen");
  const [facet] = (
    await counted(request, { facets: "signed", filter: "shelf:Kitchen" }, name)
  ).facets;
  const panel = await openFacet(page, "Signed");
  await expect(panel.getByRole("listitem")).toHaveText(
    (facet?.values ?? []).map(({ value, count }) => `${value}${count}`),
  );
  await facetValue(page, "Signed", "true").check();
  await applyFacet(panel);
  const { total } = await counted(
    request,
    { filter: ["shelf:Kitchen", "signed:true"] },
    name,
  );
  await expect(summary(page)).toContainText(`${total} records`);
  await request.delete(api);
});

test("conditions that no panel shows stay in force", async ({ page, open, request }) => {
  const { name, api } = await shelved(request);
  await open(`/c/${name}?q=*&filter=-shelf:Kitchen&filter=year:*`);
  await chooseValue(page, "Signed", "true");
  await expect(narrowed(page)).toContainText("not Shelf: Kitchen");
  await expect(narrowed(page)).toContainText("any value");
  const filter = ["-shelf:Kitchen", "year:*", "signed:true"];
  const { total } = await counted(request, { filter }, name);
  await expect(summary(page)).toContainText(`${total} records`);
  await request.delete(api);
});

test("a list that ends with the best of both engines says so", async ({ page, open, request }) => {
  const { best } = await counted(request, { q: "coffee", mode: "hybrid" });
  expect(best).toBeGreaterThan(10);
  await open("/?q=coffee&mode=hybrid");
  await expect(cards(page)).toHaveCount(10);
  await expect(summary(page)).toContainText(`1–10 of the ${best} best`);
});
