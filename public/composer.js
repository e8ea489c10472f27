// The field for questions: what is typed in it stays, whatever Chainlit does around it.
(() => {
  const FIELD = "#chat-input";
  const KEY = "plumbline-draft:";
  const START = "/";

  /* ---------- drafts, one for each conversation ---------- */

  const key = (path = location.pathname) => KEY + path;
  const textOf = (field) => field.value ?? field.innerText ?? "";

  const keep = (text, path) => {
    if (text.trim()) localStorage.setItem(key(path), text);
    else localStorage.removeItem(key(path));
  };

  const put = (field, text) => {
    const prototype = Object.getPrototypeOf(field);
    const setter = Object.getOwnPropertyDescriptor(prototype, "value")?.set;
    if (!setter) return;
    setter.call(field, text);  // React hears of a change only from the element's own setter
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.setSelectionRange?.(text.length, text.length);
  };

  let shown = null;
  let path = location.pathname;

  // Chainlit may draw the field anew while somebody types: the new one takes the keys that follow.
  let typing = false;
  document.addEventListener("focusin", (event) => {
    typing = event.target instanceof Element && event.target.matches(FIELD);
  });
  document.addEventListener("focusout", (event) => {
    const field = event.target;
    if (field !== shown) return;
    queueMicrotask(() => {
      // A field that was taken away was not left.
      if (field.isConnected && document.activeElement !== field) typing = false;
    });
  });

  // Where Chainlit is faster and goes to a new conversation's address itself, the draft goes along.
  let begun = false;
  const takeAlong = () => {
    if (!begun || path !== START || location.pathname === START) return;
    begun = false;
    keep(localStorage.getItem(key(START)) ?? "", location.pathname);
    localStorage.removeItem(key(START));
  };

  const follow = () => {
    const field = document.querySelector(FIELD);
    if (field) takeAlong();
    if (field && (field !== shown || path !== location.pathname)) {
      const moved = field === shown;
      const taken = shown !== null && !moved && typing;
      shown = field;
      path = location.pathname;
      const draft = localStorage.getItem(key()) ?? "";
      if (moved ? textOf(field) !== draft : draft && !textOf(field)) put(field, draft);
      if (taken) field.focus();
    }
  };
  new MutationObserver(follow).observe(document, { childList: true, subtree: true });

  document.addEventListener("input", (event) => {
    if (event.target instanceof Element && event.target.matches(FIELD)) {
      keep(textOf(event.target), path);
    }
  });

  // What is sent is no draft; where Chainlit did not take it, it is one again.
  const SENT_MS = 500;
  const sent = () => {
    const before = path;
    begun = before === START;
    keep("", before);
    setTimeout(() => {
      const field = document.querySelector(FIELD);
      if (field && path === before) keep(textOf(field), before);
    }, SENT_MS);
  };
  const capture = true; // before Chainlit empties the field
  document.addEventListener(
    "click",
    (event) => {
      if (event.target instanceof Element && event.target.closest("#chat-submit")) sent();
    },
    capture,
  );
  document.addEventListener(
    "keydown",
    (event) => {
      const sends = event.key === "Enter" && !event.shiftKey && !event.isComposing;
      if (sends && event.target instanceof Element && event.target.matches(FIELD)) sent();
    },
    capture,
  );

  /* ---------- a new conversation gets its address without a new page ---------- */

  // Chainlit would go there itself and draw the page anew, without what was typed meanwhile.
  addEventListener("message", (event) => {
    if (event.origin !== location.origin || event.data?.plumbline !== "conversation") return;
    if (location.pathname !== START) return;
    const address = `/thread/${event.data.id}`;
    // What is kept, not what is shown: at that moment there may be no field.
    keep(localStorage.getItem(key(START)) ?? "", address);
    localStorage.removeItem(key(START));
    begun = false;
    history.replaceState(history.state, "", address);
    path = address;
  });
})();
