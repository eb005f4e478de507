// The sliders for k1 and b rank the list anew, and what they are set to is in the address.

import type { Page } from "@playwright/test";
import { hitsOf, titlesOf } from "../support/api";
import { cards } from "../support/search-page";
import { expect, test } from "../support/test";
import { numbers, panel, parts, titles, whyOf } from "../support/why";

const asked = { q: "fresh milk company for people", mode: "text" };
const ranked = (page: Page, more: Record<string, string>) =>
  titlesOf(page.request, { ...asked, ...more });

test("moving a slider re-ranks the list", async ({ page, open }) => {
  const [hit] = await hitsOf(page.request, asked);
  await open(`/?${new URLSearchParams(asked)}&explain=${hit?.id}`);
  const usual = await titles(page).allInnerTexts();
  expect(usual).toEqual(await ranked(page, {}));
  const k1 = panel(page).getByRole("slider", { name: /^k1/ });
  const b = panel(page).getByRole("slider", { name: /^b/ });
  await expect(k1).toHaveValue("1.5");
  await expect(b).toHaveValue("0.75");
  const scriptless = test.info().project.use.javaScriptEnabled === false;
  const rank = async () => {
    if (scriptless) {
      await panel(page).getByRole("button", { name: "Rank again" }).click();
    }
  };

  // Without k1, every record that contains the same words has the same score.
  await k1.fill("0");
  await rank();
  await expect(page).toHaveURL(/[?&]k1=0(&|$)/);
  await expect(titles(page)).toHaveText(await ranked(page, { k1: "0" }));
  await expect(page.getByText("Words are scored with k1 0 and b 0.75.")).toBeVisible();

  // The explained record may have left the list.
  await open(`/why/${hit?.id}?${new URLSearchParams(asked)}`);
  await b.fill("0");
  await rank();
  await expect(page).toHaveURL(/[?&]b=0(&|$)/);
  const why = await whyOf(page.request, hit?.id ?? "", { ...asked, b: "0" });
  await expect
    .poll(async () => (await numbers(parts(panel(page), "BM25"))).at(-1))
    .toBeCloseTo(why.words.score, 1);
  await panel(page).getByRole("link", { name: "Back to 1.5 and 0.75" }).click();
  await expect(page).not.toHaveURL(/[?&]b=/);
  await expect(b).toHaveValue("0.75");
});

test("a link with other parameters shows their ranking and says so", async ({ page, open }) => {
  await open(`/?${new URLSearchParams({ ...asked, k1: "0.2", b: "1" })}`);
  await expect(titles(page)).toHaveText(await ranked(page, { k1: "0.2", b: "1" }));
  const said = page.getByText("Words are scored with k1 0.2 and b 1.");
  await expect(said).toBeVisible();
  await page.getByRole("link", { name: "Back to 1.5 and 0.75" }).click();
  await expect(said).toHaveCount(0);
  await expect(titles(page)).toHaveText(await ranked(page, {}));
});

test("by meaning there is nothing to slide", async ({ page, open }) => {
  const [hit] = await hitsOf(page.request, { ...asked, mode: "neural" });
  await open(`/?${new URLSearchParams({ ...asked, mode: "neural" })}&explain=${hit?.id}`);
  await expect(cards(page).first()).toBeVisible();
  await expect(panel(page)).toBeVisible();
  await expect(panel(page).getByRole("slider")).toHaveCount(0);
});

test.describe(() => {
  test.use({ expectedError: /status of 400/ });

  test("a parameter that is none is said to be none", async ({ page, open }) => {
    await open("/?q=milk&mode=text&k1=much");
    await expect(page.getByText("k1 is not a number; it must be between 0 and 3")).toBeVisible();
    await open("/?q=milk&mode=text&b=7");
    await expect(page.getByText("b is 7; it must be between 0")).toBeVisible();
  });
});
