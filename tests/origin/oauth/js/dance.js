// The three-legged flow by the npm package "oauth", which others wrote; prints what it was given.
const { OAuth } = require("oauth");

const [origin, key, secret, callback, login, password] = process.argv.slice(2);
const client = new OAuth(
  `${origin}/oauth/request_token`,
  `${origin}/oauth/access_token`,
  key,
  secret,
  "1.0",
  callback,
  "HMAC-SHA1",
);

// Its callbacks take several values; promisify would keep the first.
const ask = (method, ...given) =>
  new Promise((resolve, reject) => {
    client[method](...given, (error, ...values) => (error ? reject(error) : resolve(values)));
  });

async function verifier(page) {
  const form = new URLSearchParams({ login, password });
  const answer = await fetch(page, { method: "POST", body: form, redirect: "manual" });
  const location = answer.headers.get("location");
  if (location) return new URL(location).searchParams.get("oauth_verifier");
  return /id="pin">(\d{8})</.exec(await answer.text())[1];
}

async function main() {
  const [token, tokenSecret, asked] = await ask("getOAuthRequestToken");
  const code = await verifier(asked.login_url);
  const [access, accessSecret, given] = await ask("getOAuthAccessToken", token, tokenSecret, code);
  const term = encodeURIComponent("Ocean's Eleven! (2001) *");
  const [body] = await ask("get", `${origin}/catalog/titles?term=${term}`, access, accessSecret);
  const replay = await ask("getOAuthAccessToken", token, tokenSecret, code).catch((error) => error);
  console.log(JSON.stringify({ asked, given, body: body.slice(0, 60), replay }));
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
