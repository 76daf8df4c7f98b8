// A small typed client: searches, looks at what it finds, and puts it first in a queue.
// Arguments: the address of the graph, headers as JSON, what to search for. Prints JSON.
import { graphql } from "./gql";
import type { TypedDocumentString } from "./gql/graphql";

declare const process: { argv: string[] };

const search = graphql(`
  query Search($term: String!, $first: Int!) {
    titles(search: $term, first: $first) {
      totalCount
      nodes { __typename id href releaseYear runtime name { regular } ... on Movie { discs { id } } }
    }
  }
`);

const details = graphql(`
  query Details($by: TitleLookup!) {
    title(by: $by) { name { regular } cast { name } formats { format availableFrom } }
  }
`);

const move = graphql(`
  mutation Move($input: MoveInQueueInput!) {
    moveInQueue(input: $input) {
      __typename
      ... on QueueChanged { items { position title { id } } queue { etag } }
      ... on QueueConflict { expected actual }
      ... on QueueRefused { reason message }
    }
  }
`);

async function ask<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
): Promise<Result> {
  const [, , url, headers] = process.argv as [string, string, string, string];
  const response = await fetch(url, {
    method: "POST",
    headers: { ...JSON.parse(headers), "content-type": "application/json" },
    body: JSON.stringify({ query: document.toString(), variables }),
  });
  const answer = (await response.json()) as { data: Result; errors?: { message: string }[] };
  if (answer.errors) throw new Error(answer.errors.map((error) => error.message).join("; "));
  return answer.data;
}

async function run(term: string): Promise<unknown> {
  const found = (await ask(search, { term, first: 3 })).titles;
  const first = found?.nodes[0];
  if (!found || !first) throw new Error(`nothing is called ${term}`);
  const year: number | null = first.releaseYear ?? null;
  const seconds: number | null = first.runtime ?? null;

  const { title } = await ask(details, { by: { href: first.href } });
  const opens: string[] = (title?.formats ?? []).map((each) => `${each.format} ${each.availableFrom}`);

  const { moveInQueue } = await ask(move, { input: { kind: "INSTANT", titleId: first.id, position: 1 } });
  // The members of a union are told apart by their names, and have no other fields than their own.
  const places = moveInQueue?.__typename === "QueueChanged" ? moveInQueue.items.map((item) => item.position) : null;
  return { count: found.totalCount, year, seconds, name: title?.name.regular, opens, places };
}

// What the schema does not allow does not compile. None of this is ever run.
export async function mistakes(): Promise<void> {
  // @ts-expect-error: the term is missing
  await ask(search, { first: 1 });
  // @ts-expect-error: there are no such queues
  await ask(move, { input: { kind: "VHS", titleId: "x", position: 1 } });
  // @ts-expect-error: one or the other, not both
  await ask(details, { by: { id: "x", href: "y" } });
  const { moveInQueue } = await ask(move, { input: { kind: "DISC", titleId: "x", position: 1 } });
  // @ts-expect-error: a refusal has no items
  if (moveInQueue?.__typename === "QueueRefused") moveInQueue.items;
}

void run(process.argv[4] ?? "").then((shown) => console.log(JSON.stringify(shown)));
