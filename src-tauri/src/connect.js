// The page that asks for the server, while none is known.
if (navigator.language.startsWith("de")) {
  document.documentElement.lang = "de";
  for (const element of document.querySelectorAll("[data-de]")) element.textContent = element.dataset.de;
}
document.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const address = document.getElementById("address").value;
  try {
    await window.__TAURI_INTERNALS__.invoke("connect", { address });
    window.location.reload();
  } catch {
    document.getElementById("error").hidden = false;
  }
});
