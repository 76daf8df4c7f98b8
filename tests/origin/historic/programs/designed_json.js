// In the manner of scripts in browsers of 2011: version 2.0 in JSON, every call signed in the query or the
// form, long lists of titles by POST with method=GET, verbs by the parameter "method", a PIN typed in by hand.
const crypto = require("crypto");
const http = require("http");
const querystring = require("querystring");

const [base, key, secret, login, password] = process.argv.slice(2);
const FORM = "application/x-www-form-urlencoded; charset=UTF-8";
const SCHEMAS = "http://schemas.netflix.com";
let token = "";
let tokenSecret = "";

const escape = (text) =>
  encodeURIComponent(text).replace(/[!*'()]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

function sign(verb, url, given) {
  const all = {
    oauth_consumer_key: key,
    oauth_nonce: crypto.randomBytes(6).toString("base64").replace(/\W/g, ""),
    oauth_signature_method: "HMAC-SHA1",
    oauth_timestamp: String(Math.floor(Date.now() / 1000)),
    oauth_version: "1.0",
    ...given,
  };
  if (token) all.oauth_token = token;
  const pairs = Object.entries(all).map(([name, value]) => `${escape(name)}=${escape(String(value))}`);
  pairs.sort();
  const text = [verb, url, pairs.join("&")].map(escape).join("&");
  const hmac = crypto.createHmac("sha1", `${escape(secret)}&${escape(tokenSecret)}`);
  return `${pairs.join("&")}&oauth_signature=${escape(hmac.update(text).digest("base64"))}`;
}

function send(verb, url, body) {
  return new Promise((resolve, reject) => {
    const headers = { Accept: "application/json, text/javascript, */*", "X-Requested-With": "XMLHttpRequest" };
    if (body !== undefined) headers["Content-Type"] = FORM;
    const request = http.request(url, { method: verb, headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (part) => (text += part));
      answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

function expect(what, ok) {
  if (!ok) throw new Error(`not so: ${what}`);
}

// Ask in the query (get) or in a form (post); v=2.0 and JSON unless the caller says otherwise.
async function call(verb, url, wanted, given = {}) {
  const all = { v: "2.0", output: "json", ...given };
  const answer = verb === "GET"
    ? await send("GET", `${url}?${sign("GET", url, all)}`)
    : await send(verb, url, sign(verb, url, all));
  if (answer.status !== wanted) throw new Error(`${verb} ${url}: ${answer.status} ${answer.text}`);
  return JSON.parse(answer.text);
}

async function signIn() {
  const asked = await call("GET", `${base}/oauth/request_token`, 200, { oauth_callback: "oob" });
  expect("the login page is told", asked.login_url.includes(`oauth_token=${asked.oauth_token}`));
  const shown = await send("GET", asked.login_url);
  const hidden = [...shown.text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)];
  const form = Object.fromEntries(hidden.map((field) => [field[1], field[2]]));
  const page = await send("POST", asked.login_url, querystring.stringify({ ...form, login, password }));
  expect("it succeeds", page.text.includes("successfully"));
  const pin = /\b(\d{8})\b/.exec(page.text)[1];
  [token, tokenSecret] = [asked.oauth_token, asked.oauth_token_secret];
  const given = await call("POST", `${base}/oauth/access_token`, 200, { oauth_verifier: pin });
  [token, tokenSecret] = [given.oauth_token, given.oauth_token_secret];
  return given.user_id;
}

async function browse() {
  const term = "o brother, where art thou? (2000)*!";
  await call("GET", `${base}/catalog/titles`, 200, { term });
  const found = await call("GET", `${base}/catalog/titles`, 200, {
    term: "the",
    max_results: 100,
    expand: "@title,@box_art,@synopsis",
    filters: `${base}/categories/title_formats/instant`,
  });
  expect("a list is an array", Array.isArray(found.catalog) && found.catalog.length > 2);
  expect("there are as many as it says", found.number_of_results >= found.catalog.length);
  const begun = await send("GET", `${base}/catalog/titles/autocomplete?oauth_consumer_key=${key}&term=jaw&output=json&v=2.0`);
  expect("names are suggested", JSON.parse(begun.text).autocomplete.title.includes("Jaws"));
  const one = await call("GET", found.catalog[0].id, 200, { expand: "@format_availability" });
  expect("a title has links", one.meta.links.similars.startsWith(found.catalog[0].id));
  return found.catalog.map((title) => title.id);
}

async function queue(user, ids) {
  const url = `${user}/queues/instant`;
  const empty = await call("GET", url, 200);
  expect("it is empty", empty.number_of_results === 0);
  const [first, second] = ids;
  let etag = (await call("POST", url, 201, { title_ref: first, etag: empty.meta.etag })).status.etag;
  etag = (await call("POST", url, 201, { title_ref: second, position: 1, etag })).status.etag;
  await call("POST", url, 412, { title_ref: first, etag: "1" });
  let shown = await call("GET", url, 200, { expand: "@title" });
  expect("the last is first", shown.queue[0].item.id === second && shown.queue[1].item.id === first);
  expect("its tag is the one told", String(shown.meta.etag) === String(etag));
  await call("GET", shown.queue[0].id, 200, { method: "delete" });
  shown = await call("GET", url, 200, { expand: "@title", sort: "alphabetical" });
  expect("one is left", shown.queue.length === 1 && shown.queue[0].item.id === first);
}

async function rate(user, ids) {
  const actual = `${user}/ratings/title/actual`;
  await call("POST", actual, 201, { title_ref: ids[0], rating: "not_interested" });
  await call("GET", `${actual}/${ids[0].split("/").pop()}`, 200, { method: "PUT", rating: 4 });
  const refs = ids.map((id) => id.replace(base, "http://api.netflix.com")).join(",");
  const rated = await call("POST", `${user}/ratings/title`, 200, { method: "GET", title_refs: refs });
  expect("all are told", rated.ratings.length === ids.length);
  const states = await call("POST", `${user}/title_states`, 200, { method: "get", title_refs: refs });
  expect("states too", JSON.stringify(states).includes("In Queue"));
  const advice = await call("GET", `${user}/recommendations`, 200, { max_results: 5, expand: "@title" });
  expect("there are five", advice.recommendations.length === 5);
}

async function main() {
  const user = `${base}/users/${await signIn()}`;
  const current = await call("GET", `${base}/users/current`, 200);
  expect("it is the same", current[`${SCHEMAS}/user.current`] === user);
  expect("it has a name", (await call("GET", user, 200)).user.first_name === "Pat");
  const ids = await browse();
  await queue(user, ids);
  await rate(user, ids);
  const feeds = await call("GET", `${user}/feeds`, 200);
  const feed = feeds.resource.link.find((link) => link.rel === `${SCHEMAS}/feed.queues.instant`);
  const read = await send("GET", feed.href.replace("output=atom", "output=json"));
  expect("a feed needs no signature", JSON.parse(read.text).queue !== undefined);
  const clock = await send("GET", `${base}/oauth/clock/time?oauth_consumer_key=${key}`);
  expect("there is a clock", /<time>\d{10}<\/time>/.test(clock.text));
  console.log("done");
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
