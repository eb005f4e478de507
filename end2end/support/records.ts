// Collections of records that a test makes through the API.

import { expect, type APIRequestContext } from "@playwright/test";
import { unique } from "./collections-page";

/** Makes a collection with these roles of fields and these records, and returns its name. */
export async function collectionOf(
  request: APIRequestContext,
  what: string,
  roles: object,
  records: object[],
): Promise<string> {
  const name = unique(what);
  const at = `/api/v1/collections/${name}`;
  const made = await request.put(at, { data: roles });
  expect(made.ok(), await made.text()).toBe(true);
  const written = await request.put(`${at}/records`, { data: { records } });
  expect(written.ok(), await written.text()).toBe(true);
  return name;
}

/** The name of the collection that is searched if none is named. */
export async function defaultCollection(request: APIRequestContext): Promise<string> {
  const { collections } = await (await request.get("/api/v1/collections")).json();
  return collections.find((collection: { default: boolean }) => collection.default).name;
}
