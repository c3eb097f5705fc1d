// What the shell puts into its windows before a page starts: the other half of ui/src/shared/platform.rs.
(() => {
  const ask = (command, args) => window.__TAURI_INTERNALS__.invoke(command, args);
  const german = navigator.language.startsWith("de");
  let session, held;
  // Known at once where it can be: a page that goes has no time to wait for it.
  const is = (asked) => {
    held = undefined;
    session = asked.then((known) => (held = known));
  };
  is(ask("session"));
  // The frame of each page says whose it is.
  let frame;
  const boot = () => (frame ??= JSON.parse(document.getElementById("boot").textContent));
  const server = () => boot().server;

  const signsOut = (method, path) =>
    method === "DELETE" && /^\/api\/(sessions(\/current)?|me)(\?|$)/.test(path);
  // This needs no server: it is the device that forgets.
  const signsOutHere = (method, path) => method === "DELETE" && path === "/api/sessions/current";
  // Websockets carry no headers: these need a ticket to know who asks.
  const NEEDS_TICKET = /^\/api\/(wallet|screens|staff|jukeboxes)\//;
  const room = (path) => /^\/api\/rooms\/([^/]+)\/presence$/.exec(path)?.[1];

  // What the server gave for the app to keep is kept before the page hears of it.
  const keep = async (method, path, answer, spokeFor) => {
    // An answer may come late: a session that was begun meanwhile isn't meant.
    const isRefused = answer.status === 401 && path === "/api/me";
    if (spokeFor && (isRefused || (answer.ok && signsOut(method, path)))) {
      is(ask("forget_session", { token: spokeFor }));
    }
    if (!answer.ok) return;
    if (method !== "POST") return;
    const said = await answer.clone().json().catch(() => ({}));
    if (typeof said.token === "string") is(ask("keep_session", { token: said.token }));
    if (room(path) && typeof said.pass === "string") {
      is(ask("keep_pass", { room: decodeURIComponent(room(path)), pass: said.pass }));
    }
    await session;
    if (typeof said.token === "string") await say();
  };

  // What is at stake is the session, and with it a guest's credits.
  const say = async () => {
    const { token, trouble } = await session;
    // Nobody's session is lost where there is nothing to keep one.
    if (!trouble || (!token && trouble === "missing")) return;
    const words = {
      missing: german
        ? "Dieser Computer hat keinen Schlüsselbund. Du bleibst angemeldet, bis du die App schließt."
        : "This computer has no keyring. You stay signed in until you close the app.",
      locked: german
        ? "Der Schlüsselbund ist gesperrt. Du bleibst angemeldet, bis du die App schließt."
        : "The keyring is locked. You stay signed in until you close the app.",
      unread: german
        ? "Der Schlüsselbund ist gesperrt: Wer hier angemeldet war, muss sich neu anmelden, oder ihn entsperren und die App neu starten."
        : "The keyring is locked: who was signed in here has to sign in again, or unlock it and start the app again.",
    };
    document.getElementById("shell-note")?.remove();
    const note = document.createElement("div");
    note.id = "shell-note";
    note.className = "banner warn";
    note.setAttribute("role", "status");
    note.style.cssText = "position:fixed;inset:auto .75rem 5rem;z-index:9;max-inline-size:40rem;margin-inline:auto";
    const text = document.createElement("span");
    text.textContent = words[token ? trouble : "unread"];
    const close = document.createElement("button");
    close.className = "btn";
    close.style.whiteSpace = "nowrap";
    close.textContent = german ? "Verstanden" : "Got it";
    close.addEventListener("click", () => note.remove());
    note.append(text, close);
    document.body.append(note);
  };
  window.addEventListener("load", say);

  // A server takes the code out of a room's address before it gives the page; here the page does it itself.
  const scanned = new URLSearchParams(location.search).get("c");
  const scannedIn = /^\/r\/([^/]+)$/.exec(location.pathname)?.[1];
  const enter = async () => {
    const body = JSON.stringify({ by: "code", code: scanned });
    const init = { method: "POST", headers: { "Content-Type": "application/json" }, body };
    const { jukelineShell } = window;
    if (!(await session).token) {
      const guest = { ...init, body: JSON.stringify({ credential: "bearer" }) };
      await jukelineShell.fetch("/api/guests", guest);
    }
    const answer = await jukelineShell.fetch(`/api/rooms/${scannedIn}/presence`, init);
    location.replace(answer.ok ? `/r/${scannedIn}` : `/r/${scannedIn}/code`);
  };
  if (scanned && scannedIn) window.addEventListener("load", () => enter().catch(() => {}));

  window.jukelineShell = Object.freeze({
    get hasPosition() {
      return boot().phone;
    },
    async fetch(path, init) {
      const { token, passes } = held ?? (await session);
      const headers = new Headers(init.headers);
      if (token) headers.set("Authorization", `Bearer ${token}`);
      if (Object.keys(passes).length) headers.set("Jukeline-Pass", Object.values(passes).join(","));
      const method = init.method ?? "GET";
      const asked = fetch(server() + path, { ...init, headers, credentials: "omit" });
      const answer = await asked.catch(async (error) => {
        if (token && signsOutHere(method, path)) is(ask("forget_session", { token }));
        await session;
        throw error;
      });
      await keep(method, path, answer, token);
      return answer;
    },
    async socket(path) {
      const address = server().replace(/^http/, "ws") + path;
      if (!NEEDS_TICKET.test(path) || !(await session).token) return address;
      const body = JSON.stringify({ usage: "websocket" });
      const headers = { "Content-Type": "application/json" };
      const answer = await this.fetch("/api/tickets", { method: "POST", headers, body });
      if (!answer.ok) return address;
      const { ticket } = await answer.json();
      return `${address}${path.includes("?") ? "&" : "?"}ticket=${ticket}`;
    },
    address: (path) => server() + path,
    open(address) {
      // The page is as it was before, and hears of what happens outside by its socket.
      ask("open_outside", { address }).finally(() => window.dispatchEvent(new Event("pageshow")));
    },
    // "granted", "denied", or "default" where nobody was asked yet.
    mayNotify: (asks) => ask("may_notify", { asks }),
    notify: (title, text) => void ask("notify", { title, text }),
    title(title) {
      const awake = german ? "hält diesen Computer wach" : "keeps this computer awake";
      ask("set_title", { title, awake });
    },
    alive: () => void ask("alive"),
    canSound: () => ask("can_sound"),
    async keepFile(name, file) {
      return window.__TAURI_INTERNALS__.invoke("keep_file", await file.arrayBuffer(), { headers: { name } });
    },
    floor: (floor) => ask("floor", { floor: floor ? JSON.parse(floor) : null }),
    openFloor: (room) => void ask("open_floor", { room }),
    position: () => ask("position"),
    // Told to screens alone, before this runs.
    crossfadeMs: window.jukelineCrossfadeMs ?? 0,
    song: (song) => ask("song", { song }),
    async keepSong(song, sound) {
      await window.__TAURI_INTERNALS__.invoke("keep_song", await sound.arrayBuffer(), { headers: { song } });
    },
  });
})();
