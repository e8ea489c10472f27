// The choices under the field: told in full where there is room, and searched by typing.
(() => {
  const POPOVER = "#mode-picker-popover-scope";
  const OPTION = "[cmdk-item]";
  const FEW = 8; // as many are seen without scrolling
  const HERE = "data-pl-here";

  const texts = (() => {
    const all = JSON.parse(document.getElementById("plumbline-texts")?.textContent ?? "{}");
    return all[document.documentElement.lang] ?? all.en ?? {};
  })();

  const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

  const offer = (popover) => {
    const options = [...popover.querySelectorAll(OPTION)];
    if (options.length <= FEW) return;
    const names = options.map((option) => folded(option.textContent));
    const field = Object.assign(document.createElement("input"), {
      id: "pl-places",
      type: "search",
      placeholder: texts["find-place"],
      autocomplete: "off",
    });
    const none = Object.assign(document.createElement("p"), {
      className: "pl-no-place",
      textContent: texts["no-place"],
      hidden: true,
    });
    none.setAttribute("role", "status");
    field.setAttribute("role", "combobox");
    field.setAttribute("aria-label", texts["find-place"]);
    field.setAttribute("aria-expanded", "true");
    field.setAttribute("aria-controls", popover.querySelector("[cmdk-list]").id);

    const shown = () => options.filter((option) => !option.hidden);
    const point = (option) => {
      popover.querySelector(`[${HERE}]`)?.removeAttribute(HERE);
      option?.setAttribute(HERE, "");
      option?.scrollIntoView({ block: "nearest" });
      field.setAttribute("aria-activedescendant", option?.id ?? "");
    };
    field.addEventListener("input", () => {
      const words = folded(field.value).split(/\s+/).filter(Boolean);
      options.forEach((option, index) => {
        option.hidden = !words.every((word) => names[index].includes(word));
      });
      const [first] = shown();
      none.hidden = Boolean(first);
      point(first);
    });
    const capture = true; // Chainlit would move its own choice among those that are hidden
    const keys = (event) => {
      if (event.key === "Escape" || event.key === "Tab") return;
      event.stopPropagation();
      if (event.isComposing) return;
      const places = shown();
      const here = places.findIndex((option) => option.hasAttribute(HERE));
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && places.length) {
        event.preventDefault();
        point(places[(here + step + places.length) % places.length]);
      } else if (event.key === "Enter") {
        event.preventDefault();
        places[here]?.click();
      }
    };
    popover.addEventListener("keydown", keys, capture);
    popover.prepend(field, none);
    point(options[0]);
    // On a phone a keyboard would cover the list that somebody only wants to see.
    if (matchMedia("(pointer: fine)").matches) field.focus();
  };

  // No container query: a container would be what the lists are placed in, and they stand above it.
  const WIDE = 544;
  const sizes = new ResizeObserver(([{ target, contentRect }]) => {
    target.toggleAttribute("data-pl-wide", contentRect.width >= WIDE);
  });
  let composer = null;

  new MutationObserver(() => {
    const shown = document.querySelector("#message-composer");
    if (shown && shown !== composer) {
      sizes.disconnect();
      sizes.observe(shown);
      composer = shown;
    }
    const popover = document.querySelector(POPOVER);
    if (popover && !popover.querySelector("#pl-places")) offer(popover);
  }).observe(document, { childList: true, subtree: true });
})();
