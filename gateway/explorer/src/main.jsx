// GraphiQL for this gateway: its endpoint, its examples, and the header that shows what they cost.
import "./workers.js";
import "graphiql/style.css";
import "./page.css";

import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { createClient } from "graphql-ws";
import { createRoot } from "react-dom/client";

import { Account } from "./account.jsx";
import { examples } from "./examples.js";
import { storage } from "./storage.js";

// With it the answer says in `extensions.upstream` which requests to the origin it took.
const HEADERS = JSON.stringify({ "x-gateway-explain": "analyze" }, null, 2);

// The graph has no @defer, so the fetcher asks for one plain answer.
// Subscriptions travel by WebSocket, opened when the first one is asked; the cookie says whose they are.
const wsClient = createClient({ url: `${location.origin.replace(/^http/, "ws")}/graphql` });
const fetcher = createGraphiQLFetcher({ url: "/graphql", wsClient, enableIncrementalDelivery: false });

createRoot(document.getElementById("root")).render(
  <>
    <Account hangUp={() => wsClient.dispose()} />
    <GraphiQL
      fetcher={fetcher}
      defaultTabs={examples}
      defaultHeaders={HEADERS}
      defaultEditorToolsVisibility="headers"
      shouldPersistHeaders={false}
      storage={storage}
    />
  </>,
);
