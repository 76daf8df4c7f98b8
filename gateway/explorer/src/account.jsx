// Who is signed in, with the ways in and out. The session is a cookie that no script can read, so the
// page asks the gateway whose it is.
import { useCallback, useEffect, useState } from "react";

const SIGN_IN = "/auth/login?return_to=/graphql";

async function readSession() {
  const response = await fetch("/auth/session", { headers: { accept: "application/json" } });
  return response.ok ? (await response.json()).session : null;
}

export function Account() {
  const [session, setSession] = useState(undefined); // Undefined until the gateway has answered.
  const look = useCallback(() => readSession().then(setSession, () => setSession(null)), []);
  useEffect(() => void look(), [look]);

  async function signOut() {
    await fetch("/auth/logout", { method: "POST" });
    await look();
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
          <span role="status">Nobody is signed in</span>
          <a href={SIGN_IN}>Sign in</a>
        </>
      )}
    </header>
  );
}
