// The first page says what this is, from what and by whom it answers.
(() => {
  let welcome = [];
  const greet = () => {
    const page = document.getElementById("welcome-screen");
    if (!page || !welcome.length || document.getElementById("pl-welcome")) return;
    const shown = document.createElement("div");
    shown.id = "pl-welcome";
    for (const line of welcome) shown.append(Object.assign(document.createElement("p"), { textContent: line }));
    page.querySelector("form, #message-composer")?.closest("#welcome-screen > *")?.before(shown);
    if (!shown.isConnected) page.prepend(shown);
  };
  addEventListener("message", (event) => {
    if (event.origin !== location.origin || event.data?.plumbline !== "welcome") return;
    welcome = event.data.lines;
    document.getElementById("pl-welcome")?.remove();
    greet();
  });
  new MutationObserver(greet).observe(document, { childList: true, subtree: true });
})();
