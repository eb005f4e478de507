// A collection of books with facets of every kind, made through the API.

import type { APIRequestContext } from "@playwright/test";
import { collectionOf } from "./records";

export interface Book {
  title: string;
  story: string;
  shelf: string;
  year?: number;
  price?: number;
  lent?: string;
  signed: boolean;
}

const shelves = ["Kitchen", "Science", "Sport", "Travel", "Art"];

/** 120 books about bread; every tenth has no year. */
export const shelf: Book[] = Array.from({ length: 120 }, (_, at) => ({
  title: `Bread ${at}`,
  story: "How to bake bread at home, with flour, water and a hot oven.",
  shelf: shelves[at % 5 ? at % 3 : at % 5] ?? "Art",
  ...(at % 10 ? { year: 1900 + ((at * 7) % 123) } : {}),
  price: 5 + ((at * 37) % 1000) / 100,
  lent: new Date(Date.UTC(2020, 0, 1 + at * 11)).toISOString().slice(0, 10),
  signed: at % 4 === 0,
}));

/** Makes the collection, and returns its name and its path in the API. */
export async function shelved(request: APIRequestContext): Promise<{ name: string; api: string }> {
  const facets = ["shelf", "year:number", "price:number", "lent:date", "signed:boolean"];
  const roles = { title: "title", text: "story", facets };
  const name = await collectionOf(request, "shelf", roles, shelf);
  return { name, api: `/api/v1/collections/${name}` };
}
