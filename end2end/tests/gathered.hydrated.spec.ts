// Records are gathered from any list into a tray at the bottom of the page, which leads to what is
// recommended from them.

import type { Page } from "@playwright/test";
import { card, cards, search } from "../support/search-page";
import { expect, test } from "../support/test";
import { expectFits, expectUsable } from "../support/usable";

// Glossfinch, whose logo is missing on purpose, may be among the results.
test.use({ expectedError: /\/logos\/missing-on-purpose\.svg/ });

const tray = (page: Page) => page.getByRole("region", { name: "Gathered records" });
const more = (page: Page, name: string) =>
  card(page, name).getByRole("button", { name: `More like this: ${name}` });
const less = (page: Page, name: string) =>
  card(page, name).getByRole("button", { name: `Less like this: ${name}` });

/** The names of the first cards. */
async function firstNames(page: Page): Promise<string[]> {
  const titles = page.getByRole("article").getByRole("heading", { level: 2 });
  return (await titles.allInnerTexts()).map((title) => title.trim());
}

test("what is gathered is kept, and leads to recommendations", async ({ page, open }) => {
  await open("/");
  await expect(tray(page)).toHaveCount(0);
  await search(page, "wooden furniture");
  const [first = "", second = ""] = await firstNames(page);
  await more(page, first).click();
  await expect(more(page, first)).toHaveAttribute("aria-pressed", "true");
  await expect(tray(page)).toContainText("1 record gathered");
  await expect(page.getByRole("status").filter({ hasText: `More like ${first}` })).toHaveCount(1);
  await less(page, second).click();
  await expect(tray(page).getByRole("listitem")).toHaveCount(2);

  // Also after a reload, and on the page of a record.
  await page.reload();
  await expect(tray(page)).toContainText("2 records gathered");
  await expect(less(page, second)).toHaveAttribute("aria-pressed", "true");
  await card(page, first).getByRole("link", { name: first, exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(first);
  const own = page.locator(".record-ways").getByRole("button", { name: /^More like this/ });
  await expect(own).toHaveAttribute("aria-pressed", "true");

  await tray(page).getByRole("link", { name: "Recommend" }).click();
  await expect(page).toHaveURL(/\/c\/sample\/recommend\?like=[^&]+&unlike=[^&]+$/);
  await expect(cards(page)).toHaveCount(10);
  await expect(tray(page)).toHaveCount(0);
  expect(await firstNames(page)).not.toContain(first);

  // What is added there is gathered too.
  await page.getByRole("link", { name: /^More like this: / }).first().click();
  await page.getByRole("link", { name: "Search this collection" }).click();
  await expect(tray(page)).toContainText("3 records gathered");
});

test("a record changes sides, leaves by a second press, and by its chip", async ({ page, open }) => {
  await open("/?q=wooden+furniture");
  const [first = "", second = ""] = await firstNames(page);
  await more(page, first).click();
  await less(page, first).click();
  await expect(more(page, first)).toHaveAttribute("aria-pressed", "false");
  await expect(less(page, first)).toHaveAttribute("aria-pressed", "true");
  await expect(tray(page).getByRole("listitem")).toHaveCount(1);
  await less(page, first).click();
  await expect(tray(page)).toHaveCount(0);

  await more(page, first).click();
  await more(page, second).click();
  await tray(page).getByRole("button", { name: `Remove ${first}` }).click();
  await expect(tray(page).getByRole("listitem")).toHaveCount(1);
  await expect(tray(page).getByRole("button", { name: "1 record gathered" })).toBeFocused();
  await expect(more(page, first)).toHaveAttribute("aria-pressed", "false");
});

test("the tray folds, hides and is cleared", async ({ page, open }) => {
  await open("/?q=wooden+furniture");
  const [first = "", second = ""] = await firstNames(page);
  await more(page, first).click();
  const fold = tray(page).getByRole("button", { name: "1 record gathered" });
  await expect(fold).toHaveAttribute("aria-expanded", "true");
  await fold.click();
  await expect(fold).toHaveAttribute("aria-expanded", "false");
  await expect(tray(page).getByRole("listitem")).toBeHidden();
  await tray(page).getByRole("button", { name: "Hide the gathered records" }).click();
  await expect(tray(page)).toHaveCount(0);
  // Something else shows it again, with all.
  await more(page, second).click();
  await expect(tray(page)).toContainText("2 records gathered");
  await tray(page).getByRole("button", { name: "Clear" }).click();
  await expect(tray(page)).toHaveCount(0);
  await page.reload();
  await expect(cards(page).first()).toBeVisible();
  await expect(more(page, first)).toHaveAttribute("aria-pressed", "false");
  await expect(tray(page)).toHaveCount(0);
});

test("a card is no higher with its buttons, and nothing moves when the tray comes", async ({
  page,
  open,
}) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await open("/?q=wooden+furniture");
  const line = card(page, (await firstNames(page))[0] ?? "").locator(".card-actions");
  expect((await line.boundingBox())?.height).toBeLessThanOrEqual(26);
  const before = await cards(page).last().boundingBox();
  await more(page, (await firstNames(page))[0] ?? "").click();
  await expect(tray(page)).toBeVisible();
  expect(await cards(page).last().boundingBox()).toEqual(before);
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1440, 390]) {
    test.describe(`${colorScheme}, ${width} px`, () => {
      test.use({ colorScheme, viewport: { width, height: 844 } });

      test("the tray fits and can be used by everybody", async ({ page, open }) => {
        await open("/?q=wooden+furniture");
        const [first = "", second = "", third = ""] = await firstNames(page);
        await more(page, first).click();
        await more(page, second).click();
        await less(page, third).click();
        await expect(tray(page).getByRole("listitem")).toHaveCount(3);
        await expectUsable(page, { tolerated: ["minor"] });
        await expectFits(page);
      });
    });
  }
}
