// What is shared of a search gives the same hits as its page.

import type { Locator, Page } from "@playwright/test";
import { names } from "../support/search-page";
import { expect, test } from "../support/test";
import { expectFits } from "../support/usable";

/** The menu, once it is open. */
async function opened(page: Page): Promise<Locator> {
  await page.locator(".share summary").click();
  const menu = page.locator(".share-menu");
  await expect(menu).toBeVisible();
  return menu;
}

const searches = [
  "/?q=wooden+furniture",
  "/c/sample?q=wooden+furniture&mode=text&k1=2.5&b=0",
  "/?q=pets+%26+%27milk%27+%22%24HOME%60&mode=neural",
  "/?q=wooden+furniture&filter=city%3ABerlin%7CLondon&balance=0.2",
  "/?q=food&mode=text&sort=-city",
  "/?q=food&from=11&limit=20",
  "/?q=vaccum&correct=false",
  "/?like=7&q=food",
  "/?sort=city&filter=city%3ABerlin",
];

for (const search of searches) {
  test(`the command and the JSON of ${search} have the hits of its page`, async ({
    page,
    open,
    request,
    baseURL,
  }) => {
    await open(search);
    const shown = await names(page).allTextContents();
    const menu = await opened(page);
    const json = await menu.getByRole("link", { name: "JSON" }).getAttribute("href");
    const command = await menu.locator(".share-command").textContent();
    // Within single quotes, a shell takes everything as it is.
    const quoted = /^\s*curl '([^']+)'\s*$/.exec(command ?? "");
    expect(quoted?.[1]).toBe(new URL(json ?? "", baseURL).href);
    const answer = await request.get(quoted?.[1] ?? "");
    expect(answer.ok(), await answer.text()).toBe(true);
    const { hits } = (await answer.json()) as { hits: { title: string }[] };
    expect(hits.map(({ title }) => title)).toEqual(shown);

    const link = await menu.getByRole("link", { name: "Link to this search" }).getAttribute("href");
    await open(link ?? "");
    expect(await names(page).allTextContents()).toEqual(shown);
  });
}

test("a comparison is shared as one", async ({ page, open, request }) => {
  await open("/?q=pets&mode=compare&balance=0.3");
  const menu = await opened(page);
  const json = await menu.getByRole("link", { name: "JSON" }).getAttribute("href");
  const answer = await (await request.get(json ?? "")).json();
  expect(answer.balance).toBeCloseTo(0.3);
  const told = page.locator(".compare-head .summary-line");
  await expect(told).toContainText(`${answer.matching} record`);
});

for (const width of [390, 1440]) {
  test.describe(`${width} pixels wide`, () => {
    test.use({ viewport: { width, height: 800 } });
    test("the menu stays within the page", async ({ page, open }) => {
      await open("/?q=wooden+furniture&filter=city%3ABerlin%7CLondon&balance=0.2");
      await opened(page);
      await expectFits(page);
    });
  });
}
