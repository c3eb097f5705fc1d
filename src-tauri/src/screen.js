// What the shell puts into a screen's window beside bridge.js: word of a page that begins, and the way out of a kiosk.
(() => {
  const ask = (command, args) => window.__TAURI_INTERNALS__.invoke(command, args);

  // A screen's page has nobody to load it again when it freezes. Its program says that it runs; until then it is loading,
  // and a timer of this script would go on where the program has ended.
  ask("alive", { begins: true });

  // Escape leaves a kiosk: at once where it fills the only monitor, else with the staff's code.
  const german = navigator.language.startsWith("de");
  const words = {
    code_needed: german ? "Code des Teams, um den Vollbildmodus zu verlassen" : "Staff code to leave full screen",
    wrong_code: german ? "Das ist nicht der Code." : "That is not the code.",
    too_soon: german ? "Warte einen Moment und versuche es noch einmal." : "Wait a moment and try again.",
  };
  const typed = (stays) =>
    new Promise((done) => {
      const dialog = document.createElement("dialog");
      dialog.id = "leave-kiosk";
      dialog.style.cssText = "margin:auto;padding:2rem;border:0;border-radius:1.25rem;font-size:1.5rem";
      const form = document.createElement("form");
      form.method = "dialog";
      form.style.cssText = "display:grid;gap:1rem";
      const label = document.createElement("label");
      label.style.cssText = "display:grid;gap:.75rem";
      label.textContent = words.code_needed;
      const field = document.createElement("input");
      field.className = "input";
      field.type = "password";
      field.inputMode = "numeric";
      field.autocomplete = "off";
      const button = (name, value, text) => {
        const made = document.createElement("button");
        made.className = name;
        made.style.fontSize = "1.25rem";
        made.value = value;
        made.textContent = text;
        return made;
      };
      label.append(field);
      form.append(label);
      if (stays !== "code_needed") {
        const why = document.createElement("p");
        why.className = "error";
        why.role = "alert";
        why.textContent = words[stays];
        form.append(why);
      }
      // The return key presses the first of them.
      form.append(button("btn main", "typed", german ? "Verlassen" : "Leave"));
      form.append(button("btn", "", german ? "Im Vollbild bleiben" : "Stay in full screen"));
      dialog.append(form);
      dialog.addEventListener("close", () => {
        dialog.remove();
        done(dialog.returnValue === "typed" ? field.value : null);
      });
      document.body.append(dialog);
      dialog.showModal();
    });
  const leave = async () => {
    for (let code = ""; code !== null; ) {
      const stays = await ask("leave_kiosk", { code }).then(() => null, (why) => why);
      if (!stays) return;
      code = await typed(stays);
    }
  };
  // A jukebox has no menus: those of the page's own engine reload it, or lead back.
  window.addEventListener("contextmenu", (event) => event.preventDefault());
  window.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !document.querySelector("dialog[open]")) leave();
  });
})();
