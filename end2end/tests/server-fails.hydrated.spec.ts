// If the server cannot answer, the page does not hang: it says so and offers a retry.

import { box, names } from "../support/search-page";
import { expect, test } from "../support/test";

// The browser itself logs failed requests.
test.use({ expectedError: /Failed to load resource/ });

const failures = {
  "no connection": { abort: "connectionrefused" },
  "a proxy's page": { status: 502, contentType: "text/html", body: "<h1>Bad gateway</h1>" },
  "no answer at all": { status: 500, body: "" },
};

for (const [failure, how] of Object.entries(failures)) {
  test(`${failure}: said, and tried again`, async ({ page, open }) => {
    await open("/");
    await page.route("**/fn/search?**", (route) =>
      "abort" in how ? route.abort(how.abort) : route.fulfill(how),
    );
    await box(page).fill("Hushwarren");
    await box(page).press("Enter");
    await expect(page.getByRole("alert")).toBeVisible();
    // The query is still there and can be sent again.
    await expect(box(page)).toHaveValue("Hushwarren");

    await page.unroute("**/fn/search?**");
    await page.getByRole("link", { name: "Try again" }).click();
    await expect(names(page).first()).toHaveText("Hushwarren");
    await expect(page.getByRole("alert")).toBeHidden();
  });
}
