// While the server is starting, the page asks again by itself, and waits for a slow answer instead
// of cancelling its own request.

import type { Route } from "@playwright/test";
import { box, names } from "../support/search-page";
import { expect, test } from "../support/test";

// The browser itself logs the answer's status.
test.use({ expectedError: /status of 503/ });

test("a slow answer is waited for", async ({ page, open }) => {
  await open("/");
  await page.clock.install();
  const held: Route[] = [];
  let loading = true;
  let cancelled = 0;
  page.on("requestfailed", (request) => {
    cancelled += request.url().includes("/fn/search?") ? 1 : 0;
  });
  await page.route("**/fn/search?**", (route) => {
    if (loading) {
      return route.fulfill({ status: 503, json: { code: "starting", message: "still loading" } });
    }
    held.push(route);
  });
  await box(page).fill("Hushwarren");
  await box(page).press("Enter");
  await expect(page.getByRole("alert")).toContainText("The server is starting");

  loading = false;
  await expect(async () => {
    await page.clock.fastForward(2_000);
    expect(held).not.toHaveLength(0);
  }).toPass();
  // Many times the pause between two attempts.
  const asked = held.length;
  cancelled = 0;
  await page.clock.fastForward(30_000);
  await page.clock.fastForward(30_000);
  expect(held).toHaveLength(asked);
  expect(cancelled).toBe(0);

  await Promise.all(held.map((route) => route.continue()));
  await expect(names(page).first()).toHaveText("Hushwarren");
  await expect(page.getByRole("alert")).toBeHidden();
});
