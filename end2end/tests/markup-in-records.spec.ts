// A record's text is plain text: anything that looks like markup is shown verbatim.

import { box, card } from "../support/search-page";
import { expect, test } from "../support/test";

for (const query of ["Palisgrove", "script"]) {
  test(`markup in a record is drawn as text, found by “${query}”`, async ({ page, open }) => {
    await open(`/?q=${query}&mode=text`);
    const palisgrove = card(page, "Palisgrove");
    await expect(palisgrove).toContainText("stores <script>steal(document.cookie)</script> and");
    await expect(palisgrove).toContainText("broken <b> tags");
    await expect(palisgrove.locator("script, b")).toHaveCount(0);
  });
}

test("markup in a query is drawn as text", async ({ page, open }) => {
  const query = '"><img src=x onerror=alert(1)>';
  await open(`/?q=${encodeURIComponent(query)}`);
  await expect(box(page)).toHaveValue(query);
  await expect(page.locator('img[src="x"]')).toHaveCount(0);
  await expect(page).toHaveTitle(`${query} · Parallax`);
});
