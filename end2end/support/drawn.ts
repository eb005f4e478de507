// What a page says as the server renders it: its texts and numbers, read without opening it.

import { expect, type Page } from "@playwright/test";

/** A row of a comparison. */
export interface Row {
  place: string;
  title: string;
  evidence: string[];
}

export interface Drawn {
  /** All of its text. */
  text: string;
  /** The line above the hits. */
  summary: string;
  /** The sentence on what differs. */
  told: string;
  cards: { title: string; evidence: string[] }[];
  /** For each facet, by its label, the values with their counts. */
  facets: Record<string, Record<string, string>>;
  /** The rankings of a comparison, by their headings. */
  rankings: Record<string, Row[]>;
  /** How many records a line joins. */
  joined: number;
  /** The numbers of each score in an explanation, the score last. */
  parts: Record<string, string[]>;
}

/** Reads the page at a path of the site. `page` only parses it. */
export async function drawn(page: Page, path: string): Promise<Drawn> {
  const answer = await page.request.get(path);
  expect(answer.ok(), `${path}: ${answer.status()}`).toBe(true);
  return page.evaluate(read, await answer.text());
}

/** The text as `drawn` has it. */
export const plain = (text: string): string => text.replace(/\s+/g, " ").trim();

function read(html: string): Drawn {
  const root = new DOMParser().parseFromString(html, "text/html");
  const text = (of: Element | null | undefined) => of?.textContent?.replace(/\s+/g, " ").trim() ?? "";
  const all = (selector: string, within: ParentNode = root) => [...within.querySelectorAll(selector)];
  const texts = (selector: string, within: ParentNode) => all(selector, within).map(text);
  return {
    text: text(root.querySelector("main")),
    summary: text(root.querySelector(".summary-line")),
    told: text(root.querySelector(".compare-told")),
    cards: all("article.card").map((card) => ({
      title: text(card.querySelector("h2")),
      evidence: texts(".evidence li", card),
    })),
    facets: Object.fromEntries(
      all(".facet-panel").map((panel) => [
        panel.getAttribute("aria-label") ?? "",
        Object.fromEntries(
          all(".facet-value", panel).map((value) => [
            text(value.querySelector(".facet-text")),
            text(value.querySelector(".facet-count")),
          ]),
        ),
      ]),
    ),
    rankings: Object.fromEntries(
      all(".compare-column").map((column) => [
        text(column.querySelector("h2")),
        all(".compare-row", column).map((row) => ({
          place: text(row.querySelector(".compare-place")),
          title: text(row.querySelector(".compare-title")),
          evidence: texts(".compare-evidence > span", row),
        })),
      ]),
    ),
    joined: all(".compare-line-both").length,
    parts: Object.fromEntries(
      all(".why-parts").map((parts) => [
        (parts.getAttribute("aria-label") ?? "").replace("Parts of it: ", ""),
        texts(".why-adds", parts),
      ]),
    ),
  };
}
