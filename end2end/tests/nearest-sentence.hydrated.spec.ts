// A search by meaning has no matched words to mark. Instead, the sentence nearest to the query is
// marked in its own colour, after the hits are drawn.

import { answered, cards, choose, search } from "../support/search-page";
import { expect, test } from "../support/test";

test("the sentence nearest to the query is marked, one in a card", async ({ page, open }) => {
  await open("/");
  await search(page, "mend broken ceramics with gold", "By meaning");
  const first = cards(page).first().locator("mark.nearest");
  await expect(first.first()).toBeVisible();
  // Only one of several sentences is marked.
  const text = (await cards(page).first().locator(".card-text").innerText()).trim();
  const marked = (await first.allInnerTexts()).join(" ");
  expect(marked.length).toBeLessThan(text.length);

  const colour = (selector: string) =>
    page.locator(selector).first().evaluate((mark) => getComputedStyle(mark).backgroundColor);
  const nearest = await colour("mark.nearest");
  await choose(page, "By words");
  await answered(page, { q: "mend broken ceramics with gold", mode: "By words" });
  await expect(page.locator("mark.nearest")).toHaveCount(0);
  expect(await colour("mark.matched")).not.toBe(nearest);
});

test("what is shown further down is marked as well", async ({ page, open }) => {
  await open("/");
  await search(page, "help on a farm", "By meaning");
  await page.getByRole("link", { name: "Show more" }).click();
  await expect(cards(page)).toHaveCount(20);
  await expect(page.locator("#result-11 ~ li mark.nearest").first()).toBeVisible();
});

test.describe(() => {
  // The browser itself logs the failed request.
  test.use({ expectedError: /ERR_FAILED/ });

  test("without the sentences the page stands as it is", async ({ page, open }) => {
    // Requests of a page that is left fail as well.
    const asked = page.waitForEvent("requestfailed", (request) =>
      request.url().includes("/fn/sentences"),
    );
    await page.route("**/fn/sentences?**", (route) => route.abort());
    await open("/");
    await search(page, "help on a farm", "By meaning");
    await asked;
    await expect(cards(page)).toHaveCount(10);
    await expect(page.locator("mark.nearest")).toHaveCount(0);
    await expect(page.getByRole("alert")).toHaveCount(0);
  });
});
