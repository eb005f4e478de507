// By meaning there are no matched words to mark: the sentence nearest to the query is, once
// the hits are drawn, in a colour of its own.

import { cards, choose, answered, search } from "../support/search-page";
import { expect, test } from "../support/test";

test("the sentence nearest to the query is marked, one in a card", async ({ page, open }) => {
  await open("/");
  await search(page, "mend broken ceramics with gold");
  const first = cards(page).first().locator("mark.nearest");
  await expect(first.first()).toBeVisible();
  // Of several sentences only one is.
  const text = (await cards(page).first().locator(".card-text").innerText()).trim();
  const marked = (await first.allInnerTexts()).join(" ");
  expect(marked.length).toBeLessThan(text.length);

  const colour = (selector: string) =>
    page.locator(selector).first().evaluate((mark) => getComputedStyle(mark).backgroundColor);
  const nearest = await colour("mark.nearest");
  await choose(page, "Full text");
  await answered(page, { q: "mend broken ceramics with gold", mode: "Full text" });
  await expect(page.locator("mark.nearest")).toHaveCount(0);
  expect(await colour("mark.matched")).not.toBe(nearest);
});

test("what is shown further down is marked as well", async ({ page, open }) => {
  await open("/");
  await search(page, "help on a farm");
  await page.getByRole("link", { name: /more/i }).click();
  await expect(cards(page)).toHaveCount(20);
  const later = page.locator("li#result-11, li#result-12, li#result-13, li#result-14, li#result-15");
  await expect(later.locator("mark.nearest").first()).toBeVisible();
});

test("without the sentences the page stands as it is", async ({ page, open }) => {
  await page.route("**/fn/sentences?**", (route) => route.abort());
  await open("/");
  await search(page, "help on a farm");
  await expect(cards(page)).toHaveCount(10);
  await expect(page.locator("mark.nearest")).toHaveCount(0);
});
