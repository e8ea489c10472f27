// The field for questions: what is typed in it stays, whatever Chainlit does around it.
(() => {
  const FIELD = "#chat-input";
  const EDITABLE = "input, textarea, select, [contenteditable=true]";
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

  // Somebody types until they turn to something else themselves, with the mouse, Tab or Escape.
  // Meanwhile Chainlit may draw the field anew, switch it off, or take its focus.
  let typing = false;
  document.addEventListener("focusin", (event) => {
    typing ||= event.target instanceof Element && event.target.matches(FIELD);
  });
  document.addEventListener("pointerdown", (event) => {
    if (!(event.target instanceof Element && event.target.closest(FIELD))) typing = false;
  }, true);

  // Where Chainlit is faster and goes to a new conversation's address itself, the draft goes along.
  let begun = false;
  const takeAlong = () => {
    if (!begun || path !== START || location.pathname === START) return;
    begun = false;
    keep(localStorage.getItem(key(START)) ?? "", location.pathname);
    localStorage.removeItem(key(START));
  };

  // A dialog keeps the focus: on a phone Chainlit shows the sidebar as one, if only for a moment.
  const DIALOG = "[role=dialog][data-state=open]";
  const usable = (field) => field && !field.disabled && !document.querySelector(DIALOG);
  let missed = false;  // keys that came while there was no field to take them

  const follow = () => {
    const field = document.querySelector(FIELD);
    if (field) takeAlong();
    if (missed && usable(field)) {
      missed = false;
      put(field, localStorage.getItem(key()) ?? "");
      field.focus();
    }
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
  new MutationObserver(follow).observe(document, {
    childList: true, subtree: true, attributes: true, attributeFilter: ["disabled"],
  });

  // Keys go to the field while somebody types, and where there is none, to its draft.
  const rescue = (event) => {
    if (event.key === "Tab" || event.key === "Escape") typing = false;
    const writes = event.key.length === 1 || event.key === "Backspace";
    const lost = typing && !document.activeElement?.matches(EDITABLE);
    if (!lost || !writes || event.ctrlKey || event.metaKey || event.altKey) return;
    event.stopImmediatePropagation();
    const field = document.querySelector(FIELD);
    if (usable(field)) return field.focus();
    event.preventDefault();
    missed = true;
    const draft = localStorage.getItem(key(path)) ?? "";
    localStorage.setItem(key(path), event.key === "Backspace" ? draft.slice(0, -1) : draft + event.key);
  };
  addEventListener("keydown", rescue, true);

  // First of all: what React does about it may already draw the page anew.
  addEventListener("input", (event) => {
    if (event.target instanceof Element && event.target.matches(FIELD)) {
      typing = true;
      keep(textOf(event.target), path);
    }
  }, true);

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
