// The address of a record's page can be copied.

import { expect, test } from "../support/test";

test.use({ permissions: ["clipboard-read", "clipboard-write"] });

test("the link is copied, and that is said", async ({ page, open }) => {
  await open("/record/1?q=milk");
  await page.getByRole("button", { name: "Copy link" }).click();
  await expect(page.getByRole("button", { name: "Link copied" })).toBeVisible();
  await expect(page.getByRole("status").filter({ hasText: "Link copied" })).toHaveCount(1);
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(page.url());
});
