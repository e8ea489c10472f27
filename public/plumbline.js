// What Chainlit's page lacks: marks that stay where they are, copies with sources, names for its icons.
(() => {
  const MARKS =
    'a[href="#partial"], a[href="#none"], a[href="#unchecked"], a[href="#sources"], a.element-link[href="#"]';

  const texts = (() => {
    const all = JSON.parse(document.getElementById("plumbline-texts")?.textContent ?? "{}");
    const language = (navigator.language || "en").slice(0, 2).toLowerCase();
    document.documentElement.lang = all[language] ? language : "en";
    return all[language] ?? all.en ?? {};
  })();

  /* ---------- other pages have nothing to say here ---------- */

  addEventListener(
    "message",
    (event) => {
      if (event.origin !== location.origin) event.stopImmediatePropagation();
    },
    true,
  );

  /* ---------- marks and chips are links only in form ---------- */

  const stay = (event) => {
    if (event.target instanceof Element && event.target.closest(MARKS)) {
      event.preventDefault();
      event.target.closest("a[title]:not([href='#sources'])")?.toggleAttribute("data-why");
    }
  };

  // Propagation goes on, so React's own handlers still run; auxclick covers the middle button.
  document.addEventListener("click", stay);
  document.addEventListener("auxclick", stay);

  /* ---------- only our own links are links ---------- */

  const OWN = /^(?:#|\/corpus\/)/;
  const CONTENT = ".message-content a[href], .message-content img";

  // Texts of models and documents come without links; should one get through, it leads nowhere.
  const disarm = () => {
    for (const element of document.querySelectorAll(CONTENT)) {
      if (element instanceof HTMLImageElement) {
        if (new URL(element.src, location.href).origin !== location.origin) element.remove();
      } else if (!OWN.test(element.getAttribute("href"))) {
        element.removeAttribute("href");
      }
    }
  };

  /* ---------- copying gives plain text with the sources ---------- */

  const listOf = (marks, text) => {
    const places = new Map();
    for (const mark of marks) {
      for (const place of mark.split(" ¦ ")) {
        const [number, ...words] = place.split(" ");
        if (text.includes(`[${number}]`)) places.set(number, words.join(" "));
      }
    }
    if (!places.size) return "";
    const lines = [...places].map(([number, words]) => `[${number}] ${words}`);
    return `\n\n${texts.sources}\n${lines.join("\n")}`;
  };

  const SOURCES = /\n*\[\]\(#sources "([^"]*)"\)/g;
  // Code spans of one or two backticks, escaped characters, and brackets within a mark.
  const SPAN = "(?<!`)`(?!`)[^`]*`(?!`)|(?<!`)``(?!`)(?:[^`]|(?<!`)`(?!`))*``(?!`)";
  const MARK = new RegExp(
    `\\[((?:${SPAN}|\\\\.|[^\\[\\]\\\\\`]|\\[[^\\[\\]]*\\])*)\\]` +
      '\\(#(partial|none|unchecked)(?: "[^"]*")?\\)',
    "g",
  );
  const CODE = /(```[\s\S]*?(?:```|$)|`[^`\n]*`)/;
  const SIGNS = { partial: " ≈", none: " ✗", unchecked: "" };

  const legend = (text) => {
    const lines = [["≈", texts.partly], ["✗", texts.unsupported]]
      .filter(([sign]) => text.includes(` ${sign}`))
      .map(([sign, words]) => `${sign} ${words}`);
    return lines.length ? `\n\n${lines.join("\n")}` : "";
  };

  const plain = (markdown) => {
    const marks = [...markdown.matchAll(SOURCES)].map((match) => match[1]);
    const text = markdown
      .replace(SOURCES, "")
      .replace(MARK, (_, words, kind) => words + SIGNS[kind]);
    if (text === markdown) return markdown;
    const unescaped = text
      .split(CODE)
      .map((part, index) => (index % 2 ? part : part.replace(/\\([!-/:-@[-`{-~])/g, "$1")))
      .join("");
    return unescaped + legend(unescaped) + listOf(marks, unescaped);
  };

  if (navigator.clipboard) {
    const writeText = navigator.clipboard.writeText.bind(navigator.clipboard);
    const write = navigator.clipboard.write.bind(navigator.clipboard);
    navigator.clipboard.writeText = (text) => writeText(plain(text));
    navigator.clipboard.write = async (items) => {
      const item = items.find((one) => one.types.includes("text/plain"));
      if (!item) return write(items);
      const text = await (await item.getType("text/plain")).text();
      return plain(text) === text ? write(items) : writeText(plain(text));
    };
  }

  const withSigns = (selection) => {
    const holder = document.createElement("div");
    for (let index = 0; index < selection.rangeCount; index += 1) {
      holder.append(selection.getRangeAt(index).cloneContents());
    }
    const weak = holder.querySelector('a[href="#partial"], a[href="#none"]');
    if (!weak) return selection.toString().trim();
    for (const mark of holder.querySelectorAll('a[href="#partial"], a[href="#none"]')) {
      mark.append(SIGNS[mark.getAttribute("href").slice(1)]);
    }
    // Only an element in the page has line breaks where it shows some.
    holder.className = "pl-copied";
    document.body.append(holder);
    const text = holder.innerText.trim();
    holder.remove();
    return text + legend(text);
  };

  document.addEventListener("copy", (event) => {
    const selection = document.getSelection();
    const field = event.target instanceof Element && event.target.closest("input, textarea");
    if (field || !selection || selection.isCollapsed || !event.clipboardData) return;
    const messages = [...document.querySelectorAll(".message-content")].filter((message) =>
      selection.containsNode(message, true),
    );
    const marks = messages.flatMap((message) =>
      [...message.querySelectorAll('a[href="#sources"]')].map((mark) => mark.title),
    );
    const weak = messages.some((message) =>
      message.querySelector('a[href="#partial"], a[href="#none"]'),
    );
    if (!marks.length && !weak) return;
    const text = withSigns(selection);
    event.clipboardData.setData("text/plain", text + listOf(marks, text));
    event.preventDefault();
  });

  /* ---------- names for buttons that show only a picture ---------- */

  const NAMES = [
    ["#new-chat-button", "new-chat"],
    ["#sidebar-trigger-button", "sidebar"],
    ["#search-chats-button", "search"],
    ["#thread-options", "options"],
    ["#theme-toggle", "theme"],
    ["#chat-submit", "send"],
    ["#upload-button", "upload"],
    ["input[type='file']", "upload"],
    ["#attachments button", "detach"],
    ["#stop-button", "stop"],
    ["#side-view-title button", "close"],
    ["button.edit-message", "edit"],
    ["button.border-input", "down"],
    ["button[class*='positive-feedback']", "good"],
    ["button[class*='negative-feedback']", "bad"],
    [".message-content button", "copy-code"],
    [".message-content ~ * button:has(> svg:only-child)", "copy"],
  ];

  // React makes Stop of Send: a name of ours follows the button's present part.
  const name = () => {
    const seen = new Set();
    for (const [selector, key] of NAMES) {
      for (const button of document.querySelectorAll(selector)) {
        if (seen.has(button)) continue;
        seen.add(button);
        const ours = button.dataset.plNamed;
        if (ours === key) continue;
        if (!ours && (button.hasAttribute("aria-label") || button.textContent.trim())) continue;
        button.dataset.plNamed = key;
        button.setAttribute("aria-label", texts[key]);
      }
    }
    for (const options of document.querySelectorAll("#thread-options:not([role])")) {
      options.setAttribute("role", "button");
    }
    for (const list of document.querySelectorAll("[cmdk-list]")) {
      list.tabIndex = 0; // what scrolls has to be reached by key
      const role = list.querySelector("[role=option]") ? "listbox" : "group";
      if (list.getAttribute("role") !== role) list.setAttribute("role", role);
    }
    for (const hidden of document.querySelectorAll("button > .sr-only")) {
      if (hidden.textContent === "Close") hidden.textContent = texts.close;
    }
    for (const part of ["model", "scope"]) {
      const picker = document.getElementById(`mode-picker-trigger-${part}`);
      if (picker) picker.dataset.plName = texts[part];
      document.getElementById(`mode-picker-popover-${part}`)?.setAttribute("aria-label", texts[part]);
    }
    document.querySelector('ul:has(> #thread-history)')?.setAttribute("role", "group");
    document
      .querySelector('[role="dialog"]:has(> #side-view-content)')
      ?.setAttribute("aria-labelledby", "side-view-title");
    for (const part of document.querySelectorAll("[aria-controls]")) {
      if (!document.getElementById(part.getAttribute("aria-controls"))) {
        part.removeAttribute("aria-controls");
      }
    }
  };

  /* ---------- how far new documents are read ---------- */

  const showReading = (progress) => {
    const shown = document.getElementById("reading-status");
    if (!progress) return shown?.remove();
    const line = shown ?? document.createElement("div");
    line.id = "reading-status";
    line.setAttribute("role", "status");
    const [done, total] = progress.map((number) => number.toLocaleString());
    line.textContent = texts.reading.replace("{done}", done).replace("{total}", total);
    line.style.setProperty("--done", `${(100 * progress[0]) / progress[1]}%`);
    if (!shown) document.body.append(line);
  };

  window.addEventListener("message", (event) => {
    if (event.origin === window.location.origin && event.data?.plumbline === "reading") {
      showReading(event.data.progress);
    }
  });

  /* ---------- what is open in the sidebar stays open ---------- */

  // A card that is drawn anew goes and comes back at once; only one that stays away is closed.
  const CLOSE_DELAY_MS = 300;
  const closing = new Map();

  window.plumblineCard = (id) => {
    const tell = (plumbline) => window.postMessage({ plumbline, id }, window.location.origin);
    clearTimeout(closing.get(id));
    closing.delete(id);
    tell("card_opened");
    return () => closing.set(id, setTimeout(() => tell("card_closed"), CLOSE_DELAY_MS));
  };

  window.addEventListener("message", (event) => {
    if (event.origin === window.location.origin && event.data?.plumbline === "documents") {
      window.postMessage("plumbline:corpus", window.location.origin);
    }
  });

  /* ---------- a button for the documents ---------- */

  const offerDocuments = () => {
    const readme = document.getElementById("readme-button");
    if (!readme || document.getElementById("documents-button")) return;
    const button = document.createElement("button");
    button.id = "documents-button";
    button.type = "button";
    button.className = readme.className;
    button.textContent = texts.documents;
    button.addEventListener("click", () => {
      window.postMessage("plumbline:corpus", window.location.origin);
    });
    readme.before(button);
  };

  /* ---------- a conversation can be taken along ---------- */

  const offerExport = () => {
    const readme = document.getElementById("readme-button");
    const [, id] = /^\/thread\/([\w-]+)$/.exec(location.pathname) ?? [];
    const shown = document.getElementById("export-button");
    if (!readme || !id || !document.querySelector("[data-step-type=assistant_message]")) {
      return shown?.remove();
    }
    const address = `/export/${id}.html`;
    if (shown?.getAttribute("href") === address) return;
    const link = shown ?? document.createElement("a");
    link.id = "export-button";
    link.className = readme.className;
    link.textContent = texts.export;
    link.title = texts["export-tip"];
    link.href = address;
    link.download = "";
    if (!shown) readme.before(link);
  };

  // At once after a pause, so that nothing stands there nameless; while much changes, now and then.
  const PAUSE_MS = 50;
  let named = 0;
  let due = false;
  const nameNow = () => {
    named = performance.now();
    disarm();
    name();
    offerDocuments();
    offerExport();
  };
  new MutationObserver(() => {
    if (performance.now() - named > PAUSE_MS) return nameNow();
    if (due) return;
    due = true;
    setTimeout(() => {
      due = false;
      nameNow();
    }, PAUSE_MS);
  }).observe(document, { childList: true, subtree: true });
})();
