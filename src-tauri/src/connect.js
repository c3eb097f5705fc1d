// The page that asks for the server: while none is known, or where a link leads to another one.
const german = navigator.language.startsWith("de");
if (german) {
  document.documentElement.lang = "de";
  for (const element of document.querySelectorAll("[data-de]")) element.textContent = element.dataset.de;
}
const { home, ledTo, first } = document.body.dataset;
const field = document.getElementById("address");
const connect = (address) => window.__TAURI_INTERNALS__.invoke("connect", { address });
// This page has no program to say that it is alive. Screens alone are minded, and they alone are told how songs overlap.
if ("jukelineCrossfadeMs" in window) setInterval(() => window.__TAURI_INTERNALS__.invoke("alive"), 1_000);

if (ledTo) {
  document.querySelector("h1").textContent = german ? "Eine andere Jukebox" : "Another jukebox";
  document.getElementById("why").textContent = german
    ? `Dieser Link führt zu ${ledTo}. Deine App gehört zu ${home}. Wechsle nur, wenn du der Adresse vertraust.`
    : `This link leads to ${ledTo}. Your app belongs to ${home}. Change only if you trust the address.`;
  field.value = ledTo;
  const stay = document.getElementById("stay");
  stay.hidden = false;
  // What changes nothing is the way that is offered.
  document.querySelector("form .btn.main").classList.remove("main");
  stay.classList.add("main");
  stay.textContent = german ? `Bei ${home} bleiben` : `Stay with ${home}`;
  stay.addEventListener("click", async () => {
    await connect(home);
    window.location.replace(first);
  });
}
document.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    await connect(field.value);
    window.location.reload();
  } catch {
    document.getElementById("error").hidden = false;
  }
});
