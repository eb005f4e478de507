// On a cluster, the page does not offer what is only available in a data folder.

import { expect, test } from "../support/test";

const offered = !process.env.PARALLAX_TEST_QDRANT;

const offers = [
  { what: "the map", path: "/", role: "link", name: "Map" },
  { what: "grades", path: "/judge", role: "link", name: "Relevance" },
  { what: "the walkthrough", path: "/about", role: "button", name: "Follow it" },
  { what: "a snapshot", path: "/collections", role: "link", name: /^Download a snapshot/ },
] as const;

for (const { what, path, role, name } of offers) {
  test(`${what} is offered where it is available`, async ({ page, open }) => {
    await open(path);
    const navigation = page.getByRole("navigation", { name: "Main" });
    await expect(navigation.getByRole("link", { name: "Explore" })).toBeVisible();
    const found = page.getByRole(role, { name }).first();
    await (offered ? expect(found).toBeVisible() : expect(found).toBeHidden());
  });
}
