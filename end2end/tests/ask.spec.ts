// Questions to a collection of questions and answers: the answer, or that it is not known.

import type { APIRequestContext } from "@playwright/test";
import { collectionOf } from "../support/records";
import { expect, test } from "../support/test";
import { expectFits, expectUsable } from "../support/usable";

// The browser itself logs the status of an unknown collection.
test.use({ expectedError: /status of 404/ });

const script = "<script>window.hacked = true</script>";
const pairs = [
  ["How do I reset my password?", "By the link below the form.\nIt is valid for an hour."],
  ["Do you deliver abroad?", "To all of Europe, within five days."],
  ["Can I return what does not fit?", `Within thirty days, free of charge. ${script}`],
  ["Which ways to pay are there?", "Card, invoice or bank transfer."],
  ["How can I cancel my subscription?", "In your account, at any time."],
  ["Is there a shop I can visit?", "x".repeat(2_000)],
].map(([question, answer], at) => ({ key: `k${at}`, question, answer }));
const roles = { id: "key", question: "question", answer: "answer" };

const faq = (request: APIRequestContext): Promise<string> =>
  collectionOf(request, "faq", roles, pairs);

interface Pair {
  title: string;
  score: number;
}
interface Reply {
  answer: string | null;
  needed: number;
  nearest: Pair;
  others: Pair[];
}

async function replied(request: APIRequestContext, name: string, q: string): Promise<Reply> {
  const answer = await request.get(
    `/api/v1/collections/${name}/answer?${new URLSearchParams({ q })}`,
  );
  return answer.json();
}

test("a question in other words gets its answer, and where it is from", async ({
  page,
  open,
  request,
}) => {
  const name = await faq(request);
  await open(`/c/${name}/ask`);
  const question = "I forgot my password, what now?";
  await page.getByLabel("Your question").fill(question);
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(page).toHaveURL(`/c/${name}/ask?${new URLSearchParams({ q: question })}`);

  const reply = await replied(request, name, question);
  expect(reply.answer).not.toBeNull();
  const shown = page.getByRole("region", { name: "Answer" });
  await expect(shown.locator("blockquote")).toHaveText(reply.answer ?? "");
  await expect(shown.getByRole("link", { name: reply.nearest.title })).toHaveAttribute(
    "href",
    `/c/${name}/record/k0`,
  );
  await expect(shown).toContainText(`similarity ${reply.nearest.score.toFixed(3)}`);
  await expect(shown).toContainText(reply.needed.toFixed(3));
  const near = page.getByRole("region", { name: "Other questions near this one" });
  await expect(near.locator(".near-question")).toHaveText(reply.others.map((pair) => pair.title));
  await expect(page.getByLabel("Your question")).toHaveValue(question);
  await request.delete(`/api/v1/collections/${name}`);
});

test("what nobody wrote down is said not to be known", async ({ page, open, request }) => {
  const name = await faq(request);
  const question = "What is the boiling point of mercury?";
  await open(`/c/${name}/ask?${new URLSearchParams({ q: question })}`);
  const reply = await replied(request, name, question);
  expect(reply.answer).toBeNull();
  await expect(page.getByRole("heading", { name: "The answer is not known here" })).toBeVisible();
  await expect(page.locator("blockquote")).toHaveCount(0);
  const near = page.getByRole("region", { name: "Questions that may be similar" });
  await expect(near.locator(".near-question")).toHaveText(
    [reply.nearest, ...reply.others].map((pair) => pair.title),
  );
  // Each can be asked, and has its answer.
  await near.locator(".near-question").first().click();
  const own = await replied(request, name, reply.nearest.title);
  await expect(page.locator("blockquote")).toHaveText(own.answer ?? "none");
  await expect(page.getByText("The collection contains exactly this question.")).toBeVisible();
  await request.delete(`/api/v1/collections/${name}`);
});

test("some of its own questions can be tried", async ({ page, open, request }) => {
  const name = await faq(request);
  await open(`/c/${name}/ask`);
  const examples = page.locator(".example-list").getByRole("link");
  await expect(examples).toHaveText(pairs.map((pair) => pair.question ?? ""));
  await examples.nth(1).click();
  await expect(page.locator("blockquote")).toHaveText(pairs[1]?.answer ?? "none");
  await request.delete(`/api/v1/collections/${name}`);
});

test("a collection of other records says what is needed, and which can be asked", async ({
  page,
  open,
  request,
}) => {
  const name = await faq(request);
  await open("/ask?q=Why%3F");
  await expect(
    page.getByRole("heading", { name: "This collection has no questions and answers" }),
  ).toBeVisible();
  await expect(page.getByLabel("Your question")).toBeHidden();
  await expect(page.getByRole("link", { name: "Import questions and answers" })).toHaveAttribute(
    "href",
    "/collections",
  );
  await page.getByRole("link", { name, exact: true }).click();
  await expect(page).toHaveURL(`/c/${name}/ask`);
  await expect(page.getByLabel("Your question")).toBeVisible();
  await open("/c/none/ask");
  await expect(page.getByRole("alert")).toContainText("no collection");
  await request.delete(`/api/v1/collections/${name}`);
});

test("questions and answers are drawn as text, and fit", async ({ page, open, request }) => {
  const name = await faq(request);
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 800 });
    for (const { question = "", answer = "" } of pairs) {
      await open(`/c/${name}/ask?${new URLSearchParams({ q: question })}`);
      await expect(page.locator("blockquote")).toContainText(answer.split("\n")[0] ?? "");
      await expectFits(page);
    }
    await open(`/c/${name}/ask?q=${"y".repeat(1_500)}`);
    await expectFits(page);
  }
  expect(await page.evaluate(() => "hacked" in window)).toBe(false);
  await request.delete(`/api/v1/collections/${name}`);
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1440, 390]) {
    test.describe(`${colorScheme}, ${width} px`, () => {
      test.use({ colorScheme, viewport: { width, height: 844 } });

      test("the page can be used by everybody", async ({
        page,
        open,
        request,
        javaScriptEnabled,
      }) => {
        const name = await faq(request);
        for (const path of ["/ask", `/c/${name}/ask`, `/c/${name}/ask?q=how+to+pay`]) {
          await open(path);
          await expectFits(page);
          if (javaScriptEnabled !== false) {
            await expectUsable(page, { tolerated: ["minor"] });
          }
        }
        await request.delete(`/api/v1/collections/${name}`);
      });
    });
  }
}
