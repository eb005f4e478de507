// Whatever records contain is drawn as text on the map and in its lists, and fits.

import { hitList } from "../support/map-page";
import { collectionOf } from "../support/records";
import { expect, test } from "../support/test";
import { expectFits } from "../support/usable";

const script = "<script>window.hacked = true</script><img src=x onerror='window.hacked = true'>";
const texts = [
  `milk ${script}`,
  `milk ${"x".repeat(100_000)}`,
  "\u202egnirts desrever milk \u2066\u2067 evil",
  "👩🏽‍🚒 👨‍👩‍👧 🏳️‍🌈 milk \u200b\u0301\u0301",
  "حليب milk",
  "javascript:window.hacked=true milk",
];
// Enough for a map.
const records = Array.from({ length: 36 }, (_, at) => ({
  key: `k${at}`,
  title: `${at} ${texts[at % texts.length]}`,
  kind: texts[at % texts.length]?.slice(0, 200),
}));
const roles = { id: "key", title: "title", facets: ["kind"] };

for (const width of [1280, 360]) {
  test(`hostile records are harmless on the map, ${width} px`, async ({ page, open, request }) => {
    const name = await collectionOf(request, "hostile-map", roles, records);
    await expect
      .poll(async () => (await (await request.get(`/api/v1/collections/${name}/map`)).json()).state, {
        timeout: 60_000,
      })
      .toBe("ready");
    await page.setViewportSize({ width, height: 800 });
    await open(`/c/${name}/map?q=milk`);
    await expect(hitList(page, "By words").getByRole("link").first()).toBeVisible();
    if (test.info().project.use.javaScriptEnabled !== false) {
      // The titles of the points that are pointed at, too.
      for (const link of (await hitList(page, "By words").getByRole("link").all()).slice(0, 6)) {
        await link.hover();
      }
    }
    await expectFits(page);
    await expect(page.locator('a[href^="javascript" i]')).toHaveCount(0);
    await expect(page.locator("main script, main img")).toHaveCount(0);
    expect(await page.evaluate(() => "hacked" in window)).toBe(false);
    // The page may still ask for the title of the last point.
    await page.goto("about:blank");
    await request.delete(`/api/v1/collections/${name}`);
  });
}
