// Everything can be reached and done without a mouse.

import { box, button, card, facetButton, names, radio } from "../support/search-page";
import { expect, test } from "../support/test";

test("Enter searches", async ({ page, open }) => {
  await open("/?mode=text");
  await box(page).fill("Hushwarren");
  await box(page).press("Enter");
  await expect(names(page).first()).toHaveText("Hushwarren");
});

test("the first stop skips to the content", async ({ page, open }) => {
  await open("/");
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to the content" });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/#main$/);
  await page.keyboard.press("Tab");
  await expect(box(page)).toBeFocused();
});

test("Tab goes from the form through to the cards", async ({ page, open }) => {
  await open("/?q=Hushwarren&mode=text");
  const first = card(page, "Hushwarren");
  const stops = [
    button(page),
    radio(page, "By words"),
    facetButton(page, "City"),
    page.getByLabel("Order"),
    page.locator(".timing summary"),
    first.getByRole("link", { name: "Hushwarren", exact: true }),
    first.getByRole("link", { name: "Why this rank: Hushwarren" }),
    first.getByRole("link", { name: "Find records similar to Hushwarren" }),
    first.getByRole("link", { name: "hushwarren.example" }),
    first.getByRole("link", { name: "Only City: Berlin" }),
  ];
  await box(page).focus();
  for (const stop of stops) {
    // Others may be between them, such as the menu of collections while other tests have some.
    for (let tabs = 0; tabs < 4; tabs += 1) {
      await page.keyboard.press("Tab");
      if (await stop.evaluate((element) => element === document.activeElement)) {
        break;
      }
    }
    await expect(stop).toBeFocused();
  }
});
