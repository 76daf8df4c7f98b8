// Who is signed in, with the ways in and out. The session is a cookie that no script can read, so the
// page asks the gateway whose it is.
import { useEffect, useState } from "react";

const SIGN_IN = "/auth/login?return_to=/graphql";
const LEFT = "signed-out";

/** Say whether somebody has just signed out here; once. */
function hasLeft() {
  const left = sessionStorage.getItem(LEFT) !== null;
  sessionStorage.removeItem(LEFT);
  return left;
}

async function readSession() {
  const response = await fetch("/auth/session", { headers: { accept: "application/json" } });
  return response.ok ? (await response.json()).session : null;
}

/** `hangUp` closes what is open on behalf of who signs out. */
export function Account({ hangUp }) {
  const [session, setSession] = useState(undefined); // Undefined until the gateway has answered.
  const [left] = useState(hasLeft);
  useEffect(() => void readSession().then(setSession, () => setSession(null)), []);

  async function signOut() {
    await hangUp(); // Or GraphiQL would show why its socket was closed.
    const response = await fetch("/auth/logout", { method: "POST" });
    if (response.ok) sessionStorage.setItem(LEFT, "");
    location.reload(); // Queries are kept, and answers are not: in no tab.
  }

  return (
    <header className="account">
      {session && (
        <>
          <span role="status">
            Signed in as <b>{session.user.name ?? session.user.id}</b>
          </span>
          <button type="button" onClick={signOut}>
            Sign out
          </button>
        </>
      )}
      {session === null && (
        <>
          <span role="status">{left ? "Signed out." : "Nobody is signed in"}</span>
          <a href={SIGN_IN}>Sign in</a>
        </>
      )}
    </header>
  );
}
