// When a message was sent or written, told where the pointer is over it.
(() => {
  const MESSAGE = "[id^='step-']";
  const told = new Map();
  const format = new Intl.DateTimeFormat(navigator.language, { dateStyle: "medium", timeStyle: "short" });

  // What appears now is of now, until the server says when an old message was written.
  const see = () => {
    for (const message of document.querySelectorAll(MESSAGE)) {
      if (!told.has(message.id)) told.set(message.id, Date.now());
    }
  };

  addEventListener("message", (event) => {
    if (event.origin !== location.origin || event.data?.plumbline !== "times") return;
    for (const [id, time] of Object.entries(event.data.times)) told.set(`step-${id}`, Date.parse(time));
  });

  document.addEventListener("pointerover", (event) => {
    const message = event.target instanceof Element ? event.target.closest(MESSAGE) : null;
    if (message && told.has(message.id)) message.title = format.format(told.get(message.id));
  });

  new MutationObserver(see).observe(document, { childList: true, subtree: true });
})();
