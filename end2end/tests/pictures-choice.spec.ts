// Pictures from other hosts are the only thing on a page that is not this server's. A reader can
// refuse them, and then they are not requested at all.

import { collectionOf } from "../support/records";
import { cards } from "../support/search-page";
import { alive, expect, test } from "../support/test";

const away = "http://pictures.example/churn.svg";

test("pictures from other hosts can be refused, and allowed again", async ({
  page,
  context,
  open,
  request,
  javaScriptEnabled,
}) => {
  const roles = { id: "key", title: "title", image: "picture" };
  const records = [
    { key: "1", title: "A milk churn", picture: away },
    { key: "2", title: "A milk jug", picture: "/logos/lastlantern.svg" },
  ];
  const name = await collectionOf(request, "pictures", roles, records);
  let asked = 0;
  await context.route(away, (route) => {
    asked += 1;
    return route.fulfill({
      contentType: "image/svg+xml",
      body: '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
    });
  });
  const path = `/c/${name}?q=milk&mode=text`;
  const pictures = cards(page).locator("img");
  const footer = page.getByRole("contentinfo");

  await open(path);
  await expect(footer).toContainText("fetches pictures from the hosts that records name");
  await expect(pictures).toHaveCount(2);
  await expect.poll(() => asked).toBeGreaterThan(0);

  await footer.getByRole("button", { name: "Show none from other hosts" }).click();
  await expect(footer).toContainText("Pictures from other hosts are not shown");
  await expect(page).toHaveURL((url) => url.pathname + url.search === path);
  asked = 0;
  await open(path);
  await expect(pictures).toHaveCount(1);
  await expect(pictures).toHaveAttribute("src", "/logos/lastlantern.svg");
  expect(asked).toBe(0);

  await footer.getByRole("button", { name: "Show them" }).click();
  if (javaScriptEnabled !== false) {
    await alive(page);
  }
  await expect(pictures).toHaveCount(2);
  await request.delete(`/api/v1/collections/${name}`);
});

test("what is refused is also forbidden", async ({ request }) => {
  const policy = async (cookie: string) => {
    const response = await request.get("/", { headers: { cookie } });
    return response.headers()["content-security-policy"];
  };
  expect(await policy("theme=x; pictures=own")).toContain("img-src 'self';");
  expect(await policy("pictures=all")).toContain("img-src 'self' http: https:;");
});
