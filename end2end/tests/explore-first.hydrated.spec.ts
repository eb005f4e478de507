// While queries are being tried, the page says so, and shows them as soon as they are found.

import { explored, group } from "../support/explore-page";
import { expect, test } from "../support/test";

test("what is found appears by itself", async ({ page, open }) => {
  await explored(page.request);
  await open("/about");
  // The first answer is that of a collection in which they have not been looked for yet.
  let first = true;
  await page.route(/\/fn\/explore/, async (route) => {
    const response = await route.fetch();
    const found = await response.json();
    if (first) {
      first = false;
      await route.fulfill({ response, json: { ...found, mining: true, mined: undefined } });
      return;
    }
    await route.fulfill({ response, json: found });
  });
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Explore" }).click();
  await expect(page.getByRole("status").filter({ hasText: "for the first time" })).toBeVisible();
  await expect(group(page, "Both struggle")).toBeVisible();
  await expect(page.getByRole("status").filter({ hasText: "for the first time" })).toHaveCount(0);
});
