// The menu copies, and says so.

import { expect, test } from "../support/test";
import { expectUsable } from "../support/usable";

test.use({ permissions: ["clipboard-read", "clipboard-write"] });

test("link, command and address of the JSON are copied", async ({ page, open, baseURL }) => {
  await open("/?q=wooden+furniture&filter=city%3ABerlin");
  await page.locator(".share summary").click();
  const menu = page.locator(".share-menu");
  const json = await menu.getByRole("link", { name: "JSON" }).getAttribute("href");
  const address = new URL(json ?? "", baseURL).href;
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  for (const [button, text] of [
    ["Copy the link", page.url()],
    ["Copy the address of the JSON", address],
    ["Copy the command", `curl '${address}'`],
  ]) {
    await menu.getByRole("button", { name: button, exact: true }).click();
    await expect(menu.getByRole("status")).toHaveText("Copied");
    expect(await copied()).toBe(text);
  }
});

test("the link follows the search", async ({ page, open }) => {
  await open("/?q=goat");
  await page.locator(".share summary").click();
  await page.getByLabel("Search for", { exact: true }).fill("milk");
  await expect(page).toHaveURL(/q=milk/);
  await expect(page.locator(".share-command")).toContainText("q=milk");
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [390, 1440]) {
    test.describe(`in the ${colorScheme}, ${width} pixels wide`, () => {
      test.use({ colorScheme, viewport: { width, height: 800 } });
      test("the open menu can be used by everybody", async ({ page, open }) => {
        await open("/?q=wooden+furniture");
        await page.locator(".share summary").click();
        await expect(page.locator(".share-menu")).toBeVisible();
        await expectUsable(page, { within: ".share" });
      });
    });
  }
}
