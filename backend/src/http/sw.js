// Keeps what carries its content's hash in its name, and the last seen pages for when there is no network. A purchase's
// page has its token in its address, and is nothing without the network.
const KEPT = "jukeline-1";
// The screen keeps its songs by itself.
const SONGS = "jukeline-songs";

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== KEPT && name !== SONGS).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const request = event.request;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  const isBoot = url.pathname.startsWith("/ui/boot/");
  if (url.pathname.startsWith("/ui/") && !isBoot) {
    event.respondWith(cacheFirst(request));
  } else if (isBoot || (request.mode === "navigate" && !url.search && !url.pathname.startsWith("/paid/"))) {
    event.respondWith(networkFirst(request));
  }
});

async function cacheFirst(request) {
  const cache = await caches.open(KEPT);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.status === 200) await cache.put(request, answer.clone());
  return answer;
}

async function networkFirst(request) {
  const cache = await caches.open(KEPT);
  try {
    const answer = await fetch(request);
    if (answer.status === 200) await cache.put(request, answer.clone());
    return answer;
  } catch (error) {
    const kept = await cache.match(request);
    if (kept) return kept;
    throw error;
  }
}
