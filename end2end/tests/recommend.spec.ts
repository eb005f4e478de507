// Recommendations from examples in the address: records and reasons are those of the API.

import type { Page } from "@playwright/test";
import { collectionOf } from "../support/records";
import { cards, names } from "../support/search-page";
import { expect, test } from "../support/test";
import { expectFits, expectUsable } from "../support/usable";

// The browser itself logs the status of a page that cannot answer, and Glossfinch has no logo.
test.use({ expectedError: /status of 40[04]|\/logos\/missing-on-purpose\.svg/ });

interface Near {
  id: string;
  cosine: number;
}
interface Recommendations {
  hits: { id: string; title: string }[];
  reasons: { liked: Near[]; disliked: Near[]; text?: number; shared: string[] }[];
}

const at = "/api/v1/collections/sample";

/** What the API recommends. */
async function recommended(page: Page, data: object): Promise<Recommendations> {
  const answer = await page.request.post(`${at}/recommend`, { data });
  expect(answer.ok(), await answer.text()).toBe(true);
  return answer.json();
}

const title = async (page: Page, id: string): Promise<string> =>
  (await (await page.request.get(`${at}/records/${id}`)).json()).payload.name;

const likes = (page: Page) => page.getByRole("list", { name: "More like" });
const dislikes = (page: Page) => page.getByRole("list", { name: "Less like" });
const reasons = (page: Page) => page.getByRole("list", { name: "Why it is recommended" });

test("records and reasons are the API's", async ({ page, open }) => {
  const text = "help for small farms";
  const data = { like: ["3", "57"], dislike: ["11"], text };
  const { hits, reasons: why } = await recommended(page, data);
  await open(`/recommend?like=3&like=57&unlike=11&q=${text.replaceAll(" ", "+")}`);
  await expect(names(page)).toHaveText(hits.map((hit) => hit.title));
  for (const [at, reason] of why.entries()) {
    const shown = reasons(page).nth(at);
    const [liked, disliked] = [reason.liked[0], reason.disliked[0]];
    await expect(shown).toContainText(
      `Near ${await title(page, liked!.id)}, similarity ${liked!.cosine.toFixed(3)}`,
    );
    await expect(shown).toContainText(
      `Away from ${await title(page, disliked!.id)}, similarity ${disliked!.cosine.toFixed(3)}`,
    );
    await expect(shown).toContainText(`Near your text, similarity ${reason.text!.toFixed(3)}`);
    if (reason.shared.length > 0) {
      await expect(shown).toContainText(reason.shared.join(", "));
    }
  }
});

test("examples are added and removed by links", async ({ page, open }) => {
  await open("/recommend?like=3");
  await expect(cards(page)).toHaveCount(10);
  const { hits } = await recommended(page, { like: ["3"] });
  const first = hits[0]!;
  await page.getByRole("link", { name: `Less like this: ${first.title}` }).click();
  await expect(page).toHaveURL(`/recommend?like=3&unlike=${first.id}`);
  await expect(dislikes(page).getByRole("link", { name: first.title, exact: true })).toBeVisible();
  await expect(names(page).filter({ hasText: first.title })).toHaveCount(0);

  await page.getByRole("link", { name: `Remove ${await title(page, "3")}` }).click();
  await expect(page.getByRole("alert")).toContainText(/nothing to go by/i);
  await page.getByRole("link", { name: `Remove ${first.title}` }).click();
  await expect(page).toHaveURL("/recommend");
  await expect(page.getByRole("heading", { name: "Begin with one of these" })).toBeVisible();
});

test("a text is added to the examples", async ({ page, open }) => {
  await open("/recommend?like=3&unlike=11");
  await page.getByLabel("Closer to").fill("milk & bread");
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/like=3&unlike=11&q=milk\+%26\+bread/);
  await expect(reasons(page).first()).toContainText("Near your text");
});

test("it begins with a few records", async ({ page, open }) => {
  await open("/recommend");
  const add = page.getByRole("link", { name: /^More like this: / });
  await expect(add).toHaveCount(8);
  await add.first().click();
  await expect(page).toHaveURL(/\/recommend\?like=/);
  await expect(cards(page)).toHaveCount(10);
});

test("an example that is gone is named and left out", async ({ page, open, request }) => {
  await open("/recommend?like=3&like=gone");
  await expect(cards(page)).toHaveCount(10);
  await expect(page.getByText("One example is no longer in the collection")).toBeVisible();
  await page.getByRole("link", { name: "Remove Record gone" }).click();
  await expect(likes(page).getByRole("listitem")).toHaveCount(1);
  await expect(page.getByText("no longer in the collection")).toHaveCount(0);

  const many = Array.from({ length: 101 }, (_, id) => `like=${id}`).join("&");
  await open(`/recommend?${many}`);
  await expect(page.getByRole("alert")).toContainText("at most 100");
  expect((await request.get(`/recommend?${many}`)).status()).toBe(400);
  await open("/recommend?like=3&unlike=3");
  await expect(page.getByRole("alert")).toContainText("both liked and disliked");
  await open("/c/none/recommend?like=1");
  await expect(page.getByRole("alert")).toContainText("no collection");
});

test("an empty collection and one without others say so", async ({ page, open, request }) => {
  const roles = { id: "key", title: "title" };
  const name = await collectionOf(request, "single", roles, [{ key: "1", title: "Milk" }]);
  await open(`/c/${name}/recommend?like=1`);
  await expect(page.getByText("The collection has no other records.")).toBeVisible();
  await request.delete(`/api/v1/collections/${name}/records/1`);
  await open(`/c/${name}/recommend`);
  await expect(page.getByRole("heading", { name: "There is nothing to recommend" })).toBeVisible();
  await request.delete(`/api/v1/collections/${name}`);
});

test("hostile records are drawn as text, and fit", async ({ page, open, request }) => {
  const script = "<script>window.hacked = true</script><img src=x onerror='window.hacked = true'>";
  const rows = [
    { title: `Tag ${script}`, body: `milk ${script}` },
    { title: "A long word", body: `milk ${"x".repeat(100_000)}` },
    { title: "x".repeat(5_000), body: "milk" },
    { title: "\u202egnirts desrever", body: "milk \u202e\u2066\u2067 evil", link: "javascript:alert(1)" },
    { title: "👩🏽‍🚒 👨‍👩‍👧", body: "milk 🫠" },
  ];
  const records = rows.map((row, at) => ({ key: `k${at}`, ...row }));
  const roles = { id: "key", title: "title", text: "body", url: "link" };
  const name = await collectionOf(request, "hostile", roles, records);
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 800 });
    await open(`/c/${name}/recommend?like=k0&unlike=k2`);
    await expect(cards(page)).toHaveCount(3);
    await expectFits(page);
    await open(`/c/${name}/recommend`);
    await expectFits(page);
    await expect(page.locator('a[href^="javascript" i]')).toHaveCount(0);
    expect(await page.evaluate(() => "hacked" in window)).toBe(false);
  }
  await request.delete(`/api/v1/collections/${name}`);
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1440, 390]) {
    test.describe(`${colorScheme}, ${width} px`, () => {
      test.use({ colorScheme, viewport: { width, height: 844 } });

      test("the page fits and can be used by everybody", async ({
        page,
        open,
        javaScriptEnabled,
      }) => {
        for (const path of ["/recommend", "/recommend?like=3&unlike=11&q=farms"]) {
          await open(path);
          await expectFits(page);
          if (javaScriptEnabled !== false) {
            await expectUsable(page, { tolerated: ["minor"] });
          }
        }
      });
    });
  }
}
