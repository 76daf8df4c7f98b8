// Apollo's client with its link for persisted queries: asks documents one after the other.
// Arguments: the address of the graph, "GET" or "POST" for hashes, and documents. Where a document has a name,
// a list of ids as JSON in IDS may say what it is called in place of its hash.
// Prints JSON: of each request its method, whether the document was in it, and the status; and the answers.
import { createHash } from "node:crypto";
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { createPersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { print } from "graphql";

const [, , url, method, ...documents] = process.argv;
const ids = JSON.parse(process.env.IDS ?? "{}");
const sent = [];

async function noting(address, options) {
  const response = await fetch(address, options);
  const said = options.body ? JSON.parse(options.body) : Object.fromEntries(new URL(address).searchParams);
  sent.push([options.method, "query" in said, response.status]);
  return response;
}

function called(document) {
  const name = document.definitions[0].name?.value;
  return ids[name] ?? createHash("sha256").update(print(document)).digest("hex");
}

const link = createPersistedQueryLink({ generateHash: called, useGETForHashedQueries: method === "GET" });
const client = new ApolloClient({
  cache: new InMemoryCache(),
  link: ApolloLink.from([link, new HttpLink({ uri: url, fetch: noting })]),
});

const answers = [];
for (const document of documents) {
  try {
    answers.push((await client.query({ query: gql(document), fetchPolicy: "no-cache" })).data);
  } catch (error) {
    if (!CombinedGraphQLErrors.is(error)) throw error;
    answers.push(error.errors[0].extensions.code);
  }
}
console.log(JSON.stringify({ sent, answers }));
