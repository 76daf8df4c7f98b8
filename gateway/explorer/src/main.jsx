// GraphiQL for this gateway: its endpoint, its examples, and the header that shows what they cost.
import "./workers.js";
import "graphiql/style.css";
import "./page.css";

import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { createRoot } from "react-dom/client";

import { Account } from "./account.jsx";
import { examples } from "./examples.js";
import { storage } from "./storage.js";

// With it the answer says in `extensions.upstream` which requests to the origin it took.
const HEADERS = JSON.stringify({ "x-gateway-explain": "analyze" }, null, 2);

// The graph has no @defer, so the fetcher asks for one plain answer.
const fetcher = createGraphiQLFetcher({ url: "/graphql", enableIncrementalDelivery: false });

createRoot(document.getElementById("root")).render(
  <>
    <Account />
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
