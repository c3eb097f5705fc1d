// The service worker: the page opens without a network. The server writes four lines before this one: which build its
// pages are (BUILD), what every page needs beside what its HTML names (ALWAYS), the patron's pages (PATRON), and the app's
// icon (ICON).
//
// There is one cache a build. It holds the pages that were opened last with all that they load; when another build takes
// over, the same pages are fetched anew into its cache, and the old one goes with every file in it.
const KEPT = `jukeline-${BUILD}`;
// The screen keeps its songs by itself.
const SONGS = "jukeline-songs";
// So long the network may take before a page that is kept shows instead.
const PATIENCE_MS = 3000;
const PAGES_AT_MOST = 20;
// A file is the same whoever asks for it, and however: scripts and fonts name their origin, styles don't.
const ANYHOW = { ignoreVary: true };
// Their addresses are secrets, or they are nothing without the network.
const NEVER_KEPT = ["/api/", "/paid/", "/receipts/", "/reset/", "/setup/", "/staff/join/"];

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(fill());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(dropOthers().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const request = event.request;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith("/ui/boot/")) event.respondWith(boot(event));
  else if (url.pathname.startsWith("/ui/")) event.respondWith(file(request));
  else if (request.mode === "navigate" && mayBeKept(url.pathname)) event.respondWith(page(event, url));
});

// A page that is out of sight tells that one's song is up.
self.addEventListener("message", (event) => {
  if (Array.isArray(event.data)) event.waitUntil(tell(...event.data));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(lead(event.notification.data));
});

const mayBeKept = (path) => !NEVER_KEPT.some((beginning) => path.startsWith(beginning));
const isPage = (path) => !path.startsWith("/ui/");
const isRoom = (path) => /^\/r\/[^/]+$/.test(path);
// Any of these can be drawn from the shell of "/".
const isPatrons = (path) => PATRON.includes(path) || (/^\/r\/[^/]/.test(path) && !/\/(charts|elsewhere)$/.test(path));
const isTheHouses = (path) => /^\/(screen|setup|staff)/.test(path);
const pathOf = (request) => new URL(request.url).pathname;
const pagesIn = async (cache) => (await cache.keys()).map(pathOf).filter(isPage);
const isOurs = (name) => name.startsWith("jukeline-") && name !== SONGS;

// Fetches what is open, and what the builds before kept.
async function fill() {
  const open = (await windows()).map((client) => pathOf(client));
  const before = [];
  for (const name of (await caches.keys()).filter(isOurs)) before.push(...(await pagesIn(await caches.open(name))));
  const wanted = new Set(before.filter((path) => !open.includes(path)).concat(open).filter(mayBeKept));
  if (!open.every(isTheHouses)) wanted.add("/");
  const cache = await caches.open(KEPT);
  // One after the other: they are kept in the order in which they were opened.
  for (const path of [...wanted].slice(-PAGES_AT_MOST)) await keep(cache, path).catch(() => {});
}

// Keeps a page with all that its HTML names. What the browser has loaded for it already costs no network.
async function keep(cache, path) {
  const answer = await fetch(path);
  if (answer.status !== 200 || answer.redirected) return;
  const html = await answer.clone().text();
  const named = [...html.matchAll(/ (?:href|src)="(\/ui\/[^"]+)"/g)].map((match) => match[1]);
  await Promise.all([...named, ...ALWAYS].map((address) => keepFile(cache, address)));
  await cache.put(path, answer);
}

async function keepFile(cache, address) {
  const answer = (await cache.match(address, ANYHOW)) ?? (await fetch(address));
  if (answer.status === 200 && !answer.redirected) await cache.put(address, answer);
}

async function dropOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => isOurs(name) && name !== KEPT).map((name) => caches.delete(name)));
}

// Cache first: the name says what is in it. An address of another build leads on to today's, which isn't kept under it.
async function file(request) {
  const cache = await caches.open(KEPT);
  const kept = await cache.match(request, ANYHOW);
  if (kept) return kept;
  const answer = await fetch(request);
  return put(cache, request, answer);
}

// Network first, with what is kept after some patience.
async function boot(event) {
  const cache = await caches.open(KEPT);
  const kept = await cache.match(event.request, ANYHOW);
  return first(event, fetchAndPut(cache, event.request, event.request), kept);
}

async function page(event, url) {
  const cache = await caches.open(KEPT);
  // A question in the address is one's own: such a page isn't kept, but shows as it is without.
  const key = url.search ? null : url.pathname;
  const fresh = fetchAndPut(cache, event.request, key).finally(() => forgetOldest(cache));
  return first(event, fresh, await kept(cache, url.pathname), words);
}

async function fetchAndPut(cache, request, key) {
  const answer = await fetch(request);
  return key ? put(cache, key, answer) : answer;
}

// A full disk takes nothing from the page that asks.
async function put(cache, key, answer) {
  if (answer.status === 200 && !answer.redirected) await cache.put(key, answer.clone()).catch(() => {});
  return answer;
}

// The network's answer, unless it fails, is late or speaks of a server that isn't there, and something is kept.
async function first(event, fresh, kept, otherwise) {
  const good = fresh.then((answer) => (answer.status < 500 ? answer : (kept ?? answer)));
  event.waitUntil(good.catch(() => {}));
  if (kept) return Promise.race([good.catch(() => kept), later(PATIENCE_MS).then(() => kept)]);
  return otherwise ? good.catch(otherwise) : good;
}

const later = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// The icon on the home screen opens "/": the room that one was in last, where there is one.
async function kept(cache, path) {
  if (path === "/") {
    const room = (await pagesIn(cache)).filter(isRoom).pop();
    if (room) return Response.redirect(room);
  }
  return (await cache.match(path, ANYHOW)) ?? (isPatrons(path) ? cache.match("/", ANYHOW) : undefined);
}

async function forgetOldest(cache) {
  const pages = await pagesIn(cache);
  const oldest = pages.filter((path) => path !== "/").slice(0, -PAGES_AT_MOST);
  await Promise.all(oldest.map((path) => cache.delete(path)));
}

const windows = () => self.clients.matchAll({ type: "window", includeUncontrolled: true });

const isOf = (path) => (client) => pathOf(client) === path || pathOf(client).startsWith(`${path}/`);

// Not where another page of the room is in sight: it says so itself. The tag makes one of what several pages tell.
async function tell(title, body, tag, path) {
  const seen = (client) => client.visibilityState === "visible" && isOf(path)(client);
  if ((await windows()).some(seen)) return;
  await self.registration.showNotification(title, { body, tag, icon: ICON, data: path });
}

// To the room where it is open, to what is open of the patron's pages, or to a new window.
async function lead(path) {
  const open = await windows();
  const there = open.find(isOf(path)) ?? open.find((client) => isPatrons(pathOf(client)));
  await (there ? there.focus() : self.clients.openWindow(path));
}

// For a page that isn't kept. It tries again by itself.
function words() {
  const german = self.navigator.language.startsWith("de");
  const [head, text, back] = german
    ? ["Du bist offline.", "Diese Seite war hier noch nicht offen. Sie lädt von selbst, sobald das Netz wieder da ist.", "Zum Raum"]
    : ["You’re offline.", "This page wasn’t open here before. It loads by itself once the network is back.", "To the room"];
  const html = `<!doctype html><html lang="${german ? "de" : "en"}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${head}</title><style>
body{margin:0;padding:20vh 1.5rem 0;background:#130e11;color:#f6ece4;font:1.125rem/1.5 system-ui,sans-serif;text-align:center}
a{display:inline-block;padding:.75rem 1.25rem;color:#ffb84d}</style></head>
<body><main><h1>${head}</h1><p>${text}</p><p><a href="/">${back}</a></p></main>
<script>setInterval(() => fetch(location.href, { method: "HEAD" }).then((answer) => answer.ok && location.reload(), () => {}), 5000)</script>
</body></html>`;
  return new Response(html, { status: 503, headers: { "content-type": "text/html; charset=utf-8" } });
}
