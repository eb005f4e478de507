// The API's answers about the sample, to compare the page with.

import { expect, type APIRequestContext } from "@playwright/test";

/** What the API answers below the sample's path. */
export async function ask<T>(
  request: APIRequestContext,
  path: string,
  asked: Record<string, string>,
): Promise<T> {
  const parameters = new URLSearchParams(asked);
  const answer = await request.get(`/api/v1/collections/sample/${path}?${parameters}`);
  expect(answer.ok(), await answer.text()).toBe(true);
  return answer.json();
}

/** Each engine's part in a hit. */
export interface Signals {
  neural?: { rank: number; score: number };
  text?: { rank: number; score: number };
  late_interaction?: number;
}

export interface Hit {
  id: string;
  title: string;
  score: number;
  signals: Signals;
}

/** The hits of a search. */
export async function hitsOf(
  request: APIRequestContext,
  asked: Record<string, string>,
): Promise<Hit[]> {
  return (await ask<{ hits: Hit[] }>(request, "search", asked)).hits;
}

/** Their titles. */
export async function titlesOf(
  request: APIRequestContext,
  asked: Record<string, string>,
): Promise<string[]> {
  return (await hitsOf(request, asked)).map(({ title }) => title);
}
