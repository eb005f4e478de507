// A record's own page: all of its fields, what the model read, what is similar, and the way back.

import { collectionOf, defaultCollection } from "../support/records";
import { startup } from "../support/sample";
import { card, names } from "../support/search-page";
import { expect, test } from "../support/test";

// The browser itself logs the status of an unknown record.
test.use({ expectedError: /status of 404/ });

test("a title leads to all fields of its record, and back", async ({ page, open }) => {
  const { name, description, link, city, alt } = startup("Hushwarren");
  await open("/?q=Hushwarren&mode=text");
  await card(page, name).getByRole("link", { name, exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
  await expect(page).toHaveTitle(`${name} · Parallax`);

  const fields = page.getByRole("region", { name: "Fields" });
  for (const value of [alt, city]) {
    await expect(fields.getByText(value, { exact: true })).toBeVisible();
  }
  for (const line of description.split("\n")) {
    await expect(fields).toContainText(line);
  }
  await expect(fields.getByRole("link", { name: link })).toHaveAttribute("href", link);
  const order = await fields.getByRole("term").allTextContents();
  expect(order.slice(0, 2)).toEqual(["Name", "Description"]);
  expect(order).toHaveLength(Object.keys(startup(name)).length);

  const read = page.getByRole("region", { name: "What the model read" });
  await expect(read).toContainText(`${alt}. ${description.split("\n")[0]}`);

  await page.getByRole("link", { name: "Back to the results" }).click();
  await expect(page).toHaveURL(/\?q=Hushwarren&mode=text$/);
  await expect(names(page).first()).toHaveText(name);
});

test("what is similar is what the API says is similar", async ({ page, open, request }) => {
  const name = await defaultCollection(request);
  const at = `/api/v1/collections/${name}`;
  const { hits } = await (await request.get(`${at}/search?q=Hushwarren&mode=text&limit=1`)).json();
  const { id } = hits[0];
  const similar = await (await request.get(`${at}/records/${id}/similar?limit=6`)).json();
  await open(`/record/${id}`);
  const shown = page.getByRole("region", { name: "Similar records" });
  await expect(shown.getByRole("link")).toHaveText(
    similar.hits.map((hit: { title: string }) => hit.title),
  );
  const evidence = shown.getByRole("list", { name: "How it is similar" });
  for (const [at, hit] of similar.hits.entries()) {
    await expect(evidence.nth(at)).toContainText(`similarity ${hit.score.toFixed(3)}`);
  }
  await shown.getByRole("link").first().click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(similar.hits[0].title);
});

test("any id has a page", async ({ page, open, request }) => {
  const ids = ["a/b c", "100%", "%41", "ü?#&=+", "漢字", "..x", "delete"];
  const records = ids.map((key, at) => ({ key, title: `Milk number ${at}`, body: `Churn ${at}` }));
  const roles = { id: "key", title: "title", text: "body" };
  const name = await collectionOf(request, "ids", roles, records);
  for (const { key, title } of records) {
    await open(`/c/${name}?q=${title.replaceAll(" ", "+")}&mode=text`);
    await card(page, title).getByRole("link", { name: title, exact: true }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
    await expect(page.getByRole("definition").filter({ hasText: key }).first()).toBeVisible();
    const json = page.getByRole("link", { name: "JSON" });
    const read = await request.get((await json.getAttribute("href")) ?? "");
    expect((await read.json()).id).toBe(key);
    // So has the explanation of its rank.
    const search = new URLSearchParams({ q: title, mode: "text", explain: key });
    await open(`/c/${name}?${search}`);
    await page.getByRole("link", { name: "on a page of its own" }).click();
    await expect(page).toHaveTitle(`Why this rank: ${title} · Parallax`);
  }
  await request.delete(`/api/v1/collections/${name}`);
});

test("objects, lists and long texts can be read", async ({ page, open, request }) => {
  const record = {
    key: "1",
    title: "A churn",
    body: `First line\nSecond line ${"word ".repeat(3_000)}the end`,
    makers: [{ name: "Ann", age: 71 }, { name: "Bob" }],
    tags: ["tin", "zinc"],
    none: null,
  };
  const roles = { id: "key", title: "title", text: "body" };
  const name = await collectionOf(request, "nested", roles, [record]);
  await open(`/c/${name}/record/1`);
  const fields = page.getByRole("region", { name: "Fields" });
  await expect(fields.getByRole("term")).toHaveText([
    "Title", "Body", "Key", "Makers", "1", "Name", "Age", "2", "Name", "Tags", "None",
  ]);
  for (const value of ["Ann", "71", "Bob", "tin", "zinc", "empty"]) {
    await expect(fields.getByText(value, { exact: true })).toBeVisible();
  }
  const passages = page.getByRole("region", { name: "What the model read" }).locator("ol > li");
  expect(await passages.count()).toBeGreaterThan(5);
  await request.delete(`/api/v1/collections/${name}`);
});

test("an unknown record says so", async ({ page, open, request }) => {
  await open("/record/no-such-record?q=milk");
  await expect(page.getByRole("alert")).toContainText("There is no such record");
  await expect(page.getByRole("alert")).toContainText("no-such-record");
  expect((await request.get("/record/no-such-record")).status()).toBe(404);
  expect((await request.get("/c/none/record/1")).status()).toBe(404);
  await page.getByRole("link", { name: "Go to the search" }).click();
  await expect(page).toHaveURL(/\/\?q=milk$/);
});
