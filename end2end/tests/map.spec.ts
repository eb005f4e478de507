// The map's content as lists: with and without JavaScript, for those who cannot see the map.

import { hitList, hitsOnMap, mapOf } from "../support/map-page";
import { collectionOf } from "../support/records";
import { expect, test } from "../support/test";
import { expectFits } from "../support/usable";

test("the regions are listed with their words and sizes, and lead to a search", async ({ page, open }) => {
  const { regions } = await mapOf(page.request);
  expect(regions.length).toBeGreaterThan(0);
  await open("/map");
  const listed = page.getByRole("region", { name: "Regions" });
  const top = Math.min(...regions.map(({ level }) => level));
  for (const { words, records } of regions.filter(({ level }) => level === top)) {
    const entry = listed.getByRole("listitem").filter({
      has: page.getByRole("link", { name: words.join(", "), exact: true }),
      hasText: `${records.toLocaleString("en")} record`,
    });
    await expect(entry.first()).toBeVisible();
  }
  const [first] = regions.filter(({ level }) => level === top);
  const link = listed.getByRole("link", { name: first?.words.join(", "), exact: true }).first();
  await link.click();
  await expect(page).toHaveURL(
    ({ pathname, searchParams }) =>
      pathname === "/" && searchParams.get("q") === first?.words.join(" "),
  );
});

for (const q of ["goat milk delivered", "wooden furniture", "qzxqzx"]) {
  test(`the hits of “${q}” are those of the API`, async ({ page, open }) => {
    await mapOf(page.request);
    const hits = await hitsOnMap(page.request, q);
    await open(`/map?${new URLSearchParams({ q })}`);
    const titles = (list: { title: string }[]) => list.map(({ title }) => title);
    await expect(hitList(page, "By meaning").getByRole("link", { includeHidden: true })).toHaveText(
      titles(hits.meaning),
    );
    await expect(hitList(page, "By words").getByRole("link", { includeHidden: true })).toHaveText(
      titles(hits.words),
    );
    const ranks = (list: { rank: number }[]) => list.map(({ rank }) => String(rank));
    const values = hitList(page, "By words").locator("li");
    expect(await values.evaluateAll((items) => items.map((item) => item.getAttribute("value")))).toEqual(
      ranks(hits.words),
    );
    const [best] = hits.meaning;
    if (best) {
      const link = hitList(page, "By meaning").getByRole("link").first();
      await expect(link).toHaveAttribute("href", `/record/${best.id}`);
    }
  });
}

test("the page says that distances mislead, and how far they were measured", async ({ page, open }) => {
  const { trustworthiness, points } = await mapOf(page.request);
  expect(trustworthiness).not.toBeNull();
  await open("/map");
  const caution = page.getByRole("region", { name: "How to read it" });
  await expect(caution).toContainText("distances mislead");
  await expect(caution).toContainText(`trustworthiness is ${trustworthiness?.toFixed(2)}`);
  await expect(caution).toContainText(`${points.toLocaleString("en")} records`);
});

test("a collection without a map says so", async ({ page, open, request }) => {
  const records = [{ title: "Milk" }, { title: "Bread" }];
  const name = await collectionOf(request, "two", { title: "title" }, records);
  const { state } = await (await request.get(`/api/v1/collections/${name}/map`)).json();
  expect(state).toBe("none");
  await open(`/c/${name}/map`);
  await expect(page.getByRole("heading", { level: 1 })).toContainText(name);
  await expect(page.getByRole("status").filter({ hasText: "has no map" })).toBeVisible();
  await page.getByRole("link", { name: "Search this collection" }).click();
  await expect(page).toHaveURL(`/c/${name}`);
  await request.delete(`/api/v1/collections/${name}`);
});

test("the form asks, and the address keeps the query", async ({ page, open }) => {
  await mapOf(page.request);
  await open("/map");
  await page.getByLabel("Search on the map").fill("goat milk");
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await expect(page).toHaveURL(/\/map\?q=goat\+milk/);
  const { meaning } = await hitsOnMap(page.request, "goat milk");
  await expect(hitList(page, "By meaning").getByRole("link").first()).toHaveText(
    meaning[0]?.title ?? "",
  );
});

test("markup in a query is drawn as text", async ({ page, open }) => {
  await mapOf(page.request);
  const q = '"><script>window.hacked = true</script> milk';
  await open(`/map?${new URLSearchParams({ q })}`);
  await expect(page.getByLabel("Search on the map")).toHaveValue(q);
  await expect(hitList(page, "By meaning")).toBeVisible();
  await expect(page.locator("main script")).toHaveCount(0);
});

test.describe(() => {
  test.use({ viewport: { width: 360, height: 740 } });

  test("everything fits a narrow phone", async ({ page, open }) => {
    await mapOf(page.request);
    await open("/map?q=wooden+furniture");
    await expect(hitList(page, "By words")).toBeVisible();
    await expectFits(page);
  });
});

test.describe(() => {
  test.use({ expectedError: /status of 404/ });

  test("an unknown collection is said to be one", async ({ page, open, request }) => {
    expect((await request.get("/api/v1/collections/none-such/map")).status()).toBe(404);
    await open("/c/none-such/map");
    await expect(page.getByRole("alert")).toContainText("cannot be shown");
  });
});
