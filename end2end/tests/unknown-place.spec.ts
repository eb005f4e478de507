// An unknown address says so, in its text and its status, and offers a way to continue.

import { box, notice } from "../support/search-page";
import { expect, test } from "../support/test";

// The browser itself logs the answer's status.
test.use({ expectedError: /status of 404/ });

for (const path of ["/c/none", "/c/none?q=solar"]) {
  test(`${path}: there is no such collection`, async ({ page, open }) => {
    await open(path);
    await expect(page.getByRole("alert")).toContainText("none");
    await page.getByRole("link", { name: "Start over" }).click();
    await expect(page.getByRole("heading", { name: "Try one of these" })).toBeVisible();
    await expect(box(page)).toBeVisible();
  });
}

test("there is no such page", async ({ page, open }) => {
  await open("/no/such/page");
  await expect(notice(page)).toContainText("no such page");
  await page.getByRole("link", { name: "Go to the search" }).click();
  await expect(box(page)).toBeVisible();
});

test("the status is 404", async ({ request }) => {
  for (const path of ["/c/none", "/c/none?q=solar", "/no/such/page"]) {
    expect((await request.get(path)).status(), path).toBe(404);
  }
});
