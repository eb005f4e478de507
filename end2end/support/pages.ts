// Every page as a visitor may come across it, on the sample. Tests of what holds on every page go
// through this list; what can be opened on a page with JavaScript is in `opened.ts`.

import type { APIRequestContext, Locator, Page } from "@playwright/test";
import { hitsOf } from "./api";
import { told } from "./compare-page";
import { heading as collections } from "./collections-page";
import { collectionOf } from "./records";
import { cards, notice } from "./search-page";
import { shelved } from "./shelf";
import { panel } from "./why";

export interface Face {
  name: string;
  /** Its address. What it needs may be made through the API first. */
  path: string | ((request: APIRequestContext) => Promise<string>);
  /** The main thing on it, which is there without JavaScript too. */
  shows: (page: Page) => Locator;
  /** What the browser logs as an error: the status of the page. */
  logs?: RegExp;
}

const heading = (page: Page): Locator => page.getByRole("heading", { level: 1 });
const firstCard = (page: Page): Locator => cards(page).first();
const alert = (page: Page): Locator => page.getByRole("alert");

const search = (asked: Record<string, string>): string => `/?${new URLSearchParams(asked)}`;
const goats = { q: "goat milk delivered" };

const long = "Donaudampfschifffahrt".repeat(10);

export const faces: Face[] = [
  { name: "the start", path: "/", shows: (page) => page.getByText("Try one of these") },
  { name: "results by meaning", path: "/?q=wooden+furniture&mode=neural", shows: firstCard },
  { name: "results by words", path: "/?q=wooden+furniture&mode=text", shows: firstCard },
  { name: "results by both", path: "/?q=wooden+furniture", shows: firstCard },
  { name: "filtered results", path: "/?q=wooden+furniture&filter=city:Berlin", shows: firstCard },
  { name: "records in order", path: "/?q=*&sort=-city&from=11", shows: firstCard },
  { name: "similar records", path: "/?like=1", shows: firstCard },
  { name: "a doubtful answer", path: "/?q=qzxqzx", shows: firstCard },
  { name: "nothing found", path: "/?q=qzxqzx&mode=text", shows: notice },
  { name: "a long word that nothing contains", path: `/?q=${long}&mode=text`, shows: notice },
  { name: "an error", path: "/?q=x&filter=town:Berlin", shows: notice, logs: /status of 400/ },
  {
    name: "an error with a long name",
    path: `/?q=x&filter=${"a-very-long-name-of-a-field".repeat(6)}:x`,
    shows: notice,
    logs: /status of 400/,
  },
  { name: "a comparison", path: search({ q: "find a babysitter tonight", mode: "compare" }), shows: told },
  {
    name: "a filtered comparison",
    path: search({ q: "wooden furniture", mode: "compare", filter: "city:Berlin" }),
    shows: told,
  },
  { name: "a comparison without words", path: search({ q: "qzxqzx", mode: "compare" }), shows: told },
  ...["neural", "text", "hybrid"].flatMap((mode) => [
    { name: `an explanation in the list, mode ${mode}`, path: explained("list", mode), shows: panel },
    { name: `an explanation on its page, mode ${mode}`, path: explained("page", mode), shows: panel },
  ]),
  { name: "the explanation of no record", path: "/why/none?q=milk", shows: panel, logs: /status of 404/ },
  { name: "a record", path: "/record/1", shows: heading },
  { name: "no such record", path: "/record/none", shows: alert, logs: /status of 404/ },
  { name: "all values of a facet", path: "/values?field=city", shows: heading },
  { name: "no such facet", path: "/values?field=none", shows: alert, logs: /status of 40[04]/ },
  {
    name: "facets of every kind, two of them chosen",
    path: async (request) => {
      const { name } = await shelved(request);
      return `/c/${name}?q=bread&mode=text&filter=year:1950..&filter=shelf:Kitchen`;
    },
    shows: firstCard,
  },
  { name: "explore", path: "/explore", shows: heading },
  { name: "the query lab", path: "/lab", shows: heading },
  { name: "the query lab for a query", path: "/lab?q=goat+milk&change=synonym", shows: heading },
  { name: "judge", path: "/judge", shows: heading },
  { name: "judge for a query", path: "/judge?q=wooden+furniture", shows: heading },
  { name: "grades for a query", path: "/judge?q=wooden+furniture&task=grade", shows: heading },
  { name: "the map", path: "/map", shows: heading },
  { name: "the map for a query", path: "/map?q=wooden+furniture", shows: heading },
  { name: "recommendations", path: "/recommend", shows: heading },
  { name: "recommendations from some records", path: "/recommend?like=1&unlike=2", shows: heading },
  { name: "ask, where there are no answers", path: "/ask?q=what+is+this", shows: heading },
  { name: "ask", path: asked(""), shows: heading },
  { name: "an answer", path: asked("?q=I+forgot+my+password"), shows: heading },
  { name: "a question that nobody knows", path: asked("?q=do+you+sell+cars"), shows: heading },
  { name: "the collections", path: "/collections", shows: collections },
  { name: "how it works", path: "/about", shows: heading },
  { name: "a query that is followed", path: "/about?q=wooden+furniture+%F0%9F%AA%B1", shows: heading },
  {
    name: "a query that cannot be followed",
    path: "/about?q=x&filter=town:Berlin",
    shows: heading,
    logs: /status of 400/,
  },
  { name: "no such collection", path: "/c/none", shows: alert, logs: /status of 404/ },
  { name: "no such page", path: "/no/such/page", shows: heading, logs: /status of 404/ },
];

/** The address of a face, and what removes again what was made for it. */
export async function reached(
  face: Pick<Face, "path">,
  request: APIRequestContext,
): Promise<{ path: string; leave: () => Promise<void> }> {
  if (typeof face.path === "string") {
    return { path: face.path, leave: async () => {} };
  }
  const path = await face.path(request);
  const made = /^\/c\/([^/?]+)/.exec(path)?.[1];
  const leave = async () => {
    if (made) {
      await request.delete(`/api/v1/collections/${made}`);
    }
  };
  return { path, leave };
}

/** The address of the explanation of the first hit, in the list or on a page of its own. */
export function explained(where: "list" | "page", mode: string): Exclude<Face["path"], string> {
  return async (request) => {
    const [hit] = await hitsOf(request, { ...goats, mode });
    const id = hit?.id ?? "";
    return where === "page"
      ? `/why/${id}?${new URLSearchParams({ ...goats, mode })}`
      : search({ ...goats, mode, explain: id });
  };
}

/** The address of a page of answers, in a collection of three pairs. */
function asked(query: string): Exclude<Face["path"], string> {
  const records = [
    { key: "0", question: "How do I reset my password?", answer: "By the link below the form." },
    { key: "1", question: "Do you deliver on Sundays?", answer: "No, from Monday to Saturday." },
    { key: "2", question: "Where is my invoice?", answer: "In your account, under Orders." },
  ];
  const roles = { id: "key", question: "question", answer: "answer" };
  return async (request) => `/c/${await collectionOf(request, "faq", roles, records)}/ask${query}`;
}
