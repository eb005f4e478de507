// On a narrow phone everything fits: nothing has to be scrolled sideways.

import { cards, notice } from "../support/search-page";
import { expect, test } from "../support/test";
import { expectFits } from "../support/usable";

test.use({ viewport: { width: 360, height: 740 }, expectedError: /status of 400/ });

test("the start fits", async ({ page, open }) => {
  await open("/");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expectFits(page);
});

for (const mode of ["neural", "text", "hybrid"]) {
  test(`results fit, mode ${mode}`, async ({ page, open }) => {
    await open(`/?q=wooden+furniture&mode=${mode}&filter=city:Berlin`);
    await expect(cards(page).first()).toBeVisible();
    await expectFits(page);
  });
}

test("an error fits", async ({ page, open }) => {
  await open(`/?q=x&filter=${"a-very-long-name-of-a-field".repeat(6)}:x`);
  await expect(notice(page)).toBeVisible();
  await expectFits(page);
});

test("a long word fits", async ({ page, open }) => {
  await open(`/?q=${"Donaudampfschifffahrt".repeat(10)}&mode=text`);
  await expect(notice(page)).toBeVisible();
  await expectFits(page);
});

test("the explanation fits", async ({ page, open }) => {
  await open("/about");
  await expectFits(page);
});
