// A record's own page opens in a new tab, and learns nothing about the search.

import { startup } from "../support/sample";
import { card, cards, names } from "../support/search-page";
import { expect, test } from "../support/test";

test("a record's link opens apart", async ({ page, open, context }) => {
  await context.route("https://hushwarren.example/**", (route) =>
    route.fulfill({ contentType: "text/html", body: "<title>Elsewhere</title>" }),
  );
  await open("/?q=Hushwarren&mode=text");
  const popup = page.waitForEvent("popup");
  await card(page, "Hushwarren").getByRole("link", { name: "hushwarren.example" }).click();
  const elsewhere = await popup;
  await expect(elsewhere).toHaveTitle("Elsewhere");
  expect(new URL(elsewhere.url()).origin).toBe(startup("Hushwarren").link);
  expect(await elsewhere.evaluate(() => window.opener === null && document.referrer === "")).toBe(
    true,
  );
  await expect(names(page).first()).toHaveText("Hushwarren");
});

test("no link away lets the other page reach back", async ({ page, open }) => {
  await open("/?q=solar+panels");
  await expect(cards(page)).toHaveCount(10);
  const away = page.locator('a[href^="http"]');
  expect(await away.count()).toBeGreaterThan(0);
  for (const link of await away.all()) {
    await expect(link).toHaveAttribute("target", "_blank");
    await expect(link).toHaveAttribute("rel", /\bnoopener\b/);
  }
});
