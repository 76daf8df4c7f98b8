// Keep tabs and history in the browser, but no request header: a header may be somebody's token.
// GraphiQL's own switch (`shouldPersistHeaders`) spares the tabs only; its history plugin writes
// the headers of every query it remembers.

const NAMESPACE = "graphiql:";
const HEADERS = `${NAMESPACE}headers`;
const VARIABLES = `${NAMESPACE}variables`; // what the user typed: a variable may be called headers

const nullHeaders = (key, value) => (key === "headers" ? null : value);

function withoutHeaders(text) {
  try {
    return JSON.stringify(JSON.parse(text), nullHeaders);
  } catch {
    return text; // A query, or a word.
  }
}

const ours = () => Object.keys(localStorage).filter((key) => key.startsWith(NAMESPACE));

export const storage = {
  getItem: (key) => localStorage.getItem(key),
  setItem(key, value) {
    if (key === HEADERS) return;
    localStorage.setItem(key, key === VARIABLES ? value : withoutHeaders(value));
  },
  removeItem: (key) => localStorage.removeItem(key),
  clear: () => ours().forEach((key) => localStorage.removeItem(key)),
  get length() {
    return ours().length;
  },
};
