// Whatever records contain is drawn as text on every page, fits, runs nothing, and makes no requests
// to this server's API.

import {
  expectHarmless,
  FACET,
  hostile,
  hostilePairs,
  keys,
  mention,
  watched,
} from "../support/hostile";
import { cards, names } from "../support/search-page";
import { expect, test } from "../support/test";

// What the browser logs: a broken picture, and that only pairs can be asked.
test.use({ expectedError: /status of 4\d\d.*(\/logos\/none\.svg|\/ask\?)/ });

const id = (key: string): string => encodeURIComponent(key);

test("in lists and comparisons", async ({ page, open, request }) => {
  const name = await hostile(request);
  const seen = watched(page);
  for (const mode of ["neural", "text", "hybrid"]) {
    await open(`/c/${name}?q=milk&mode=${mode}&limit=20`);
    await expect(cards(page)).toHaveCount(keys.length);
    await expectHarmless(page);
  }
  // HTML is shown as plain text, and a text that only mentions a tag keeps it.
  const titles = (await names(page).allTextContents()).map((title) => title.trim());
  expect(titles).toContain("Markup");
  expect(titles).toContain(mention);
  const arabic = cards(page).filter({ hasText: "كل صباح" }).getByRole("heading");
  expect(await arabic.evaluate((title) => getComputedStyle(title).direction)).toBe("rtl");

  await open(`/c/${name}?q=milk&mode=compare`);
  await expect(page.locator(".compare-told")).toBeVisible();
  await expectHarmless(page);
  expect(seen).toEqual({ dialogs: [], requests: [] });
  await request.delete(`/api/v1/collections/${name}`);
});

test("on the pages of records and of explanations", async ({ page, open, request }) => {
  test.slow();
  const name = await hostile(request);
  const seen = watched(page);
  for (const key of keys) {
    for (const path of [`record/${id(key)}`, `why/${id(key)}?q=milk`]) {
      await open(`/c/${name}/${path}`);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await expect(page.getByRole("alert")).toHaveCount(0);
      await expectHarmless(page);
    }
  }
  expect(seen).toEqual({ dialogs: [], requests: [] });
  await request.delete(`/api/v1/collections/${name}`);
});

test("on all other pages", async ({ page, open, request }) => {
  test.slow();
  const name = await hostile(request);
  const seen = watched(page);
  const like = `like=${id(keys[0] ?? "")}&like=${id(keys[5] ?? "")}&unlike=${id(keys[6] ?? "")}`;
  for (const path of [
    `/c/${name}`,
    `/c/${name}?like=${id(keys[0] ?? "")}`,
    `/c/${name}/values?field=${id(FACET)}`,
    `/c/${name}/explore`,
    `/c/${name}/lab?q=milk`,
    `/c/${name}/judge?q=milk`,
    `/c/${name}/judge?q=milk&task=grade`,
    `/c/${name}/map?q=milk`,
    `/c/${name}/recommend?${like}`,
    `/c/${name}/ask?q=milk`,
    `/c/${name}/about?q=milk`,
    "/collections",
  ]) {
    await open(path);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expectHarmless(page);
  }
  expect(seen).toEqual({ dialogs: [], requests: [] });
  await request.delete(`/api/v1/collections/${name}`);
});

test("as questions and answers", async ({ page, open, request }) => {
  const name = await hostilePairs(request);
  const seen = watched(page);
  for (const q of ["Markup milk?", "Links milk?", "حليب milk?"]) {
    await open(`/c/${name}/ask?q=${id(q)}`);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expectHarmless(page);
  }
  expect(seen).toEqual({ dialogs: [], requests: [] });
  await request.delete(`/api/v1/collections/${name}`);
});
