// On a narrow phone everything fits: nothing has to be scrolled sideways.

import type { Page } from "@playwright/test";
import { cards, notice } from "../support/search-page";
import { expect, test } from "../support/test";

test.use({ viewport: { width: 360, height: 740 }, expectedError: /status of 400/ });

async function fits(page: Page): Promise<void> {
  const widths = await page.evaluate(() => {
    const root = document.documentElement;
    return { content: root.scrollWidth, window: root.clientWidth };
  });
  expect(widths.content).toBeLessThanOrEqual(widths.window);
}

test("the start fits", async ({ page, open }) => {
  await open("/");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await fits(page);
});

for (const mode of ["neural", "text", "hybrid"]) {
  test(`results fit, mode ${mode}`, async ({ page, open }) => {
    await open(`/?q=wooden+furniture&mode=${mode}&filter=city:Berlin`);
    await expect(cards(page).first()).toBeVisible();
    await fits(page);
  });
}

test("an error fits", async ({ page, open }) => {
  await open(`/?q=x&filter=${"a-very-long-name-of-a-field".repeat(6)}:x`);
  await expect(notice(page)).toBeVisible();
  await fits(page);
});

test("a long word fits", async ({ page, open }) => {
  await open(`/?q=${"Donaudampfschifffahrt".repeat(10)}&mode=text`);
  await expect(notice(page)).toBeVisible();
  await fits(page);
});

test("the explanation fits", async ({ page, open }) => {
  await open("/about");
  await fits(page);
});
