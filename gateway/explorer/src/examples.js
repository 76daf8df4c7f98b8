// The tabs a first visit opens with. Each is a document of its own, so that a test can check it
// against the schema.
import people from "./examples/people.graphql?raw";
import queue from "./examples/queue.graphql?raw";
import search from "./examples/search.graphql?raw";
import series from "./examples/series.graphql?raw";
import title from "./examples/title.graphql?raw";

export const examples = [search, title, series, people, queue].map((query) => ({ query }));
