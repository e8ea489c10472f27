// What a keyboard and a screen reader need: a way past the list of conversations, panels that take
// the focus and give it back, announcements, and keys that a help sheet names.
(() => {
  const FIELD = "#chat-input";
  const PANEL = "#side-view-content";
  const CLOSE = "#side-view-title button";
  const OPENERS = ".element-link, .ai-message button, #documents-button";

  const texts = (() => {
    const all = JSON.parse(document.getElementById("plumbline-texts")?.textContent ?? "{}");
    return all[document.documentElement.lang] ?? all.en ?? {};
  })();

  /* ---------- past everything, to the question ---------- */

  const skip = Object.assign(document.createElement("a"), {
    id: "pl-skip",
    href: FIELD,
    textContent: texts["skip"],
  });
  skip.addEventListener("click", (event) => {
    event.preventDefault();
    document.querySelector(FIELD)?.focus();
  });

  /* ---------- announcements ---------- */

  const live = Object.assign(document.createElement("div"), { id: "pl-live", className: "pl-hidden" });
  live.setAttribute("role", "status");
  const SAID = 300;
  const SAID_MS = 1_500; // then it is read, and would be found and copied a second time
  const say = (text) => {
    live.textContent = text;
    setTimeout(() => {
      if (live.textContent === text) live.textContent = "";
    }, SAID_MS);
  };
  let working = false;
  const announce = () => {
    const stop = document.querySelector("#stop-button");
    if (stop && !working) say(texts["working"]);
    if (!stop && working) {
      const answers = document.querySelectorAll("[data-step-type=assistant_message] .message-content");
      const text = answers[answers.length - 1]?.innerText.trim() ?? "";
      say(`${texts.answered} ${text.slice(0, SAID)}`);
    }
    working = Boolean(stop);
  };

  /* ---------- panels take the focus and give it back ---------- */

  let opener = null;
  let inside = false;
  document.addEventListener(
    "click",
    (event) => {
      const found = event.target instanceof Element && event.target.closest(OPENERS);
      if (found && !found.closest(PANEL)) opener = found;
    },
    true,
  );
  const follow = () => {
    const panel = document.querySelector(PANEL);
    if (panel && opener && !inside) {
      const close = document.querySelector(CLOSE);
      if (!close) return;
      inside = true;
      close.focus();
    }
    if (!panel && inside) {
      inside = false;
      if (opener?.isConnected) opener.focus();
      opener = null;
    }
  };

  /* ---------- keys ---------- */

  const KEYS = [
    ["Esc", "key-close"],
    ["Ctrl K · ⌘ K", "key-search"],
    ["Ctrl Shift O · ⌘ Shift O", "key-new"],
    ["?", "key-help"],
  ];

  const help = () => {
    const sheet = document.createElement("dialog");
    sheet.id = "pl-keys";
    sheet.setAttribute("aria-label", texts.keys);
    const head = Object.assign(document.createElement("h2"), { textContent: texts.keys });
    const list = document.createElement("dl");
    for (const [key, name] of KEYS) {
      list.append(
        Object.assign(document.createElement("dt"), { textContent: key }),
        Object.assign(document.createElement("dd"), { textContent: texts[name] }),
      );
    }
    const close = Object.assign(document.createElement("button"), { textContent: texts.close });
    close.addEventListener("click", () => sheet.close());
    sheet.addEventListener("close", () => sheet.remove());
    sheet.append(head, list, close);
    document.body.append(sheet);
    sheet.showModal();
  };

  const OPENING_MS = 2_000;
  // Chainlit's search hears the key itself, but on a narrow page it is in the list of conversations,
  // which has to be opened first.
  const search = () => {
    const button = () => document.querySelector("#search-chats-button");
    if (button()) return;
    document.querySelector("#sidebar-trigger-button")?.click();
    const opened = new MutationObserver(() => {
      if (!button()) return;
      opened.disconnect();
      button().click();
    });
    opened.observe(document.body, { childList: true, subtree: true });
    setTimeout(() => opened.disconnect(), OPENING_MS); // there may be no list of conversations
  };

  document.addEventListener("keydown", (event) => {
    const field = event.target instanceof Element && event.target.matches("input, textarea, [contenteditable]");
    const command = event.ctrlKey || event.metaKey;
    if (event.key === "Escape" && document.querySelector(PANEL) && !document.querySelector("dialog[open], [role=menu]")) {
      document.querySelector(CLOSE)?.click();
    } else if (command && event.shiftKey && event.key.toLowerCase() === "o") {
      event.preventDefault();
      document.querySelector("#new-chat-button")?.click();
    } else if (command && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      search();
    } else if (event.key === "?" && !field && !document.getElementById("pl-keys")) {
      event.preventDefault();
      help();
    }
  });

  const start = () => {
    document.body.prepend(skip, live);
    new MutationObserver(() => {
      announce();
      follow();
    }).observe(document.body, { childList: true, subtree: true });
  };
  if (document.body) start();
  else addEventListener("DOMContentLoaded", start);
})();
